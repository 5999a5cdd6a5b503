"""Asking a system over HTTP: answers of a bounded size, tried again where that may help, and every refusal
as a sentence with the next step.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2 as http
import orjson

from data.sources.asking import Patience, Refusal, reason, speaks_plain
from data.sources.web import Web

BUSY = (429, 502, 503, 504)
Values = Mapping[str, str | list[str]]


class TooLarge(Refusal):
    """An answer of more bytes than are taken; asking for less helps."""


class Link:
    """One system, asked by one client."""

    def __init__(self, settings: Web, product: str) -> None:
        self._settings, self._product = settings, product
        self._client: http.Client | None = None
        self._kind = ""

    def json(self, method: str, path: str, values: Values, **headers: str) -> dict[str, Any]:
        """An object that is answered, whatever its status means; raises Refusal."""
        patience = Patience(self._settings.retries)
        while True:
            try:
                status, body = self._once(method, path, values, headers)
                return self._parsed(status, body)
            except Refusal as refusal:
                patience.wait(refusal)

    def text(self, path: str, **headers: str) -> tuple[str, str]:
        """What is answered as text, and its type; asked once; raises Refusal."""
        status, body = self._once("GET", path, {}, headers)
        if status != 200:
            raise self.refused(status, "")
        return body.decode("utf-8", "replace"), self._kind

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    @property
    def name(self) -> str:
        """What the source is called."""
        return self._settings.name

    @property
    def where(self) -> str:
        """Where the system is, without what may be secret."""
        parts = urlsplit(self._settings.url)
        return f"{parts.scheme}://{parts.netloc}"

    def refused(self, status: int, reason: str) -> Refusal:
        """What a status means, and what to do."""
        said = f"{status}: {reason[:300]}" if reason else str(status)
        if status in (401, 403):
            what = (
                f"{self.where} refuses the login ({status}). Correct `bearer`, or `username` and `password`"
            )
            return Refusal(f"{self.name}: {what}; they need to read.", status=status, reason=reason)
        if status in (301, 302, 303, 307, 308):
            return Refusal(f"{self.name}: `url` leads elsewhere. Write where it leads to.", status=status)
        if status == 404:
            return Refusal(
                f"{self.name}: {self.where} has nothing at the path that `url` says ({said}). Correct it.",
                status=status,
            )
        if status in BUSY or status >= 500:
            text = f"{self.where} cannot answer now ({said}). It is tried again; ask for less if it stays so."
            return Refusal(f"{self.name}: {text}", status=status, passes=True, reason=reason)
        return Refusal(
            f"{self.name}: the request is refused ({said}). Correct the settings.",
            status=status,
            reason=reason,
        )

    def no_product(self) -> Refusal:
        """Something answers, and it is something else."""
        return Refusal(f"{self.name}: {self.where} answers, but not as {self._product} does. Correct `url`.")

    def _parsed(self, status: int, body: bytes) -> dict[str, Any]:
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            found = None
        if status in (401, 403, 429) or status >= 500 or (status >= 300 and not isinstance(found, dict)):
            raise self.refused(status, reason(found) or body[:200].decode("utf-8", "replace").strip())
        if not isinstance(found, dict):
            raise self.no_product()
        return found | {"http_status": status}

    def _once(self, method: str, path: str, values: Values, headers: Mapping[str, str]) -> tuple[int, bytes]:
        posted = method == "POST"
        client = self._opened()
        try:
            address = self._settings.url.rstrip("/") + path if path else self._settings.url
            with client.stream(
                method,
                address,
                headers=dict(headers),
                params=None if posted else dict(values),
                data=dict(values) if posted else None,
            ) as answer:
                self._kind = answer.headers.get("content-type", "")
                return answer.status_code, self._body(answer)
        except http.TimeoutException:
            seconds = self._settings.timeout.total_seconds()
            said = (
                f"{self.where} did not answer within {seconds:g} seconds. Raise `timeout`, or ask for less."
            )
            raise Refusal(f"{self.name}: {said}", passes=True) from None
        except http.RequestError as error:
            raise self._unreachable(error) from None

    def _body(self, answer: http.Response) -> bytes:
        found = bytearray()
        for piece in answer.iter_bytes(1 << 16):
            found += piece
            if len(found) > self._settings.most_bytes:
                raise TooLarge(
                    f"{self.name}: an answer is larger than {_size(self._settings.most_bytes)}. "
                    "Ask for less, or raise `most_bytes`."
                )
        return bytes(found)

    def _unreachable(self, error: http.RequestError) -> Refusal:
        if speaks_plain(error):
            said = f"{self.where} answers without TLS. Write http:// in `url`, or turn TLS on there."
            return Refusal(f"{self.name}: {said}")
        if isinstance(error.__cause__, ssl.SSLError) or "certificate verify failed" in str(error).lower():
            said = f"the certificate of {self.where} is not trusted. Name its authority's file as `ca_file`."
            return Refusal(f"{self.name}: {said}")
        said = f"{self.where} cannot be reached, or hung up. Look whether it runs, and correct `url`."
        return Refusal(f"{self.name}: {said}", passes=True)

    def _opened(self) -> http.Client:
        if self._client is None:
            said = self._settings
            headers = {key: value.get_secret_value() for key, value in said.headers.items()}
            if said.bearer is not None:
                headers["authorization"] = f"Bearer {said.bearer.get_secret_value()}"
            login = (
                (said.username, said.password.get_secret_value()) if said.username and said.password else None
            )
            self._client = http.Client(
                headers=headers,
                auth=login,
                timeout=said.timeout.total_seconds(),
                verify=self._trusted(),
            )
        return self._client

    def _trusted(self) -> ssl.SSLContext | bool:
        if self._settings.ca_file is None:
            return self._settings.verify
        try:
            return ssl.create_default_context(cafile=str(self._settings.ca_file))
        except (OSError, ssl.SSLError):
            said = "`ca_file` cannot be read. Name a file with certificates."
            raise Refusal(f"{self.name}: {said}") from None


def _size(size: int) -> str:
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size >> 10} KB"
