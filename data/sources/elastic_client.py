"""Asking Elasticsearch or OpenSearch: one request, tried again where that may help, and every refusal as a
sentence with the next step.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

import orjson
from elastic_transport import (
    ConnectionError,  # noqa: A004  named so by the library
    ConnectionTimeout,
    NodeConfig,
    RequestsHttpNode,
    Serializer,
    TlsError,
    Transport,
    TransportApiResponse,
    TransportError,
)
from elasticsearch import ApiError, ElasticsearchWarning
from elasticsearch import Elasticsearch as Client

from data.sources.asking import Patience, Refusal, speaks_plain

if TYPE_CHECKING:
    from data.sources.elasticsearch import Elasticsearch

PRODUCT = "x-elastic-product"
_BUSY = ("circuit_breaking_exception", "es_rejected_execution_exception", "rejected_execution_exception")
_GONE = ("search_context_missing_exception", "point_in_time_missing")
_STRANGE = "What answers at `url` does not answer as Elasticsearch does. Correct `url`."
Answer = TypeVar("Answer")


class Connection:
    """One cluster, asked by the official client in plain JSON, which every version of both products takes."""

    def __init__(self, settings: Elasticsearch) -> None:
        self._settings = settings
        self._client: Client | None = None
        self.path = quote(",".join(settings.index), safe=",*:-_.")

    def ask(self, method: str, path: str, body: Any = None, **parameters: str) -> dict[str, Any]:
        """What the server answers, tried again as often as the settings say."""
        return self.patiently(lambda: self.parsed(self.once(method, path, body, **parameters)))

    def patiently(self, answer: Callable[[], Answer]) -> Answer:
        """What `answer` gives, tried again where that may help."""
        patience = Patience(self._settings.retries)
        while True:
            try:
                return answer()
            except Refusal as refusal:
                patience.wait(refusal)

    def once(self, method: str, path: str, body: Any = None, **parameters: str) -> bytes:
        """The bytes that the server answers; raises Refusal."""
        target = path + ("?" + "&".join(f"{k}={quote(v, safe=',*')}" for k, v in parameters.items()))
        headers = {"accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ElasticsearchWarning)
                answer = self._opened().perform_request(
                    method, target.rstrip("?"), headers=headers, body=body
                )
        except ApiError as error:
            raise self._refused(error.status_code, error.body) from None
        except TransportError as error:
            raise self._unreachable(error) from None
        found = answer.body
        return found if isinstance(found, bytes) else b""

    def parsed(self, body: bytes) -> dict[str, Any]:
        """An answer as an object."""
        with suppress(orjson.JSONDecodeError):
            found = orjson.loads(body)
            if isinstance(found, dict):
                return found
        raise Refusal(_STRANGE)

    def product(self) -> str:
        """What the server says it is in the head of its last answer."""
        transport = self._client.transport if self._client else None
        return str(transport.product) if isinstance(transport, _Plain) else ""

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
    def _where(self) -> str:
        """Where the cluster is, without what may be secret."""
        hosts = [urlsplit(url) for url in self._settings.url]
        return ", ".join(f"{each.scheme}://{each.netloc}" for each in hosts) or "the cluster of `cloud_id`"

    def _opened(self) -> Client:
        if self._client is None:
            # What went wrong is said once, when no try is left.
            logging.getLogger("elastic_transport").setLevel(logging.ERROR)
            try:
                self._client = _client(self._settings)
            except OSError:
                raise Refusal("`ca_file` cannot be read. Name a file with certificates.") from None
            except ValueError:
                what = "`cloud_id`" if self._settings.cloud_id else "`ca_file` or `fingerprint`"
                raise Refusal(f"{what} cannot be used. Copy it anew.") from None
        return self._client

    def _unreachable(self, error: TransportError) -> Refusal:
        if speaks_plain(error):
            return Refusal(
                f"{self._where} answers without TLS. Write http:// in `url`, or turn TLS on there."
            )
        if isinstance(error, TlsError) or "certificate verify failed" in str(error).lower():
            return Refusal(
                f"The certificate of {self._where} is not trusted. Name its authority's file "
                "as `ca_file`, or its SHA-256 as `fingerprint`."
            )
        if isinstance(error, ConnectionTimeout):
            seconds = self._settings.timeout.total_seconds()
            said = f"No answer from {self._where} in {seconds:g} seconds. Raise `timeout`, or lower `page`."
        elif isinstance(error, ConnectionError):
            way = "`url` and `proxy`" if self._settings.proxy else "`url`"
            said = f"Nobody answers at {self._where}, or hangs up. Look whether it runs, and correct {way}."
        else:
            said = _STRANGE
        return Refusal(said, passes=isinstance(error, ConnectionError | ConnectionTimeout))

    def _refused(self, status: int, body: Any) -> Refusal:
        kinds, reason = _error(body)
        index = ", ".join(self._settings.index)
        login = self._settings.api_key or self._settings.username or self._settings.bearer
        gone, busy = any(kind in _GONE for kind in kinds), status == 429 or any(k in _BUSY for k in kinds)
        if gone:
            said = "The point in time has expired; it is opened anew."
        elif busy:
            said = "The cluster is overloaded. Lower `page`, or give it more memory."
        elif status == 401:
            said = (
                "The login is refused. Correct `api_key`, `username` and `password`, or `bearer`."
                if login
                else "A login is wanted. Give `api_key`, or `username` and `password`."
            )
        elif status == 403:
            said = (
                f"The login may not read {index}. Give it the index privileges read and view_index_metadata "
                "there, and the cluster privilege monitor for the version."
            )
        elif "index_not_found_exception" in kinds:
            said = f"There is no index {index}. Correct `index`; a * stands for any text."
        elif status >= 500:
            said = f"The cluster cannot answer now ({status}{reason and ': ' + reason}). It is tried again."
        elif status in (301, 302, 307, 308):
            said = "`url` leads elsewhere. Write where it leads to."
        else:
            said = f"The request is refused ({status}{reason and ': ' + reason}). Correct the settings."
        return Refusal(said, status=status, passes=status >= 500, busy=busy, gone=gone, reason=reason)


def _error(body: Any) -> tuple[set[str], str]:
    """The kinds of an error and of its causes, and the sentence of the first cause."""
    with suppress(orjson.JSONDecodeError, TypeError):
        body = orjson.loads(body)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return set(), ""
    causes = [error, *(error.get("root_cause") or [])]
    causes += [each.get("reason") for each in error.get("failed_shards") or [] if isinstance(each, dict)]
    found = [each for each in causes if isinstance(each, dict)]
    reasons = [str(each["reason"]) for each in found if each.get("reason")]
    return {str(each.get("type")) for each in found}, reasons[-1][:200] if reasons else ""


class _Raw(Serializer):
    """Questions as JSON; answers as the bytes that they are, since a page is not taken apart."""

    mimetype = "application/json"

    def loads(self, data: bytes) -> Any:
        return data

    def dumps(self, data: Any) -> bytes:
        return data if isinstance(data, bytes) else orjson.dumps(data)


class _Plain(Transport):
    """Asks in plain JSON, and leaves to us which products are known."""

    product = ""

    def perform_request(self, method: str, target: str, **more: Any) -> TransportApiResponse:
        """One request without the words of one product's version."""
        said = {name: "application/json" for name in ("accept", "content-type") if name in more["headers"]}
        more["headers"] = {**more["headers"], **said}
        meta, body = super().perform_request(method, target, **more)
        self.product = meta.headers.get(PRODUCT, "")
        headers = meta.headers.copy()
        headers[PRODUCT] = "Elasticsearch"
        return TransportApiResponse(replace(meta, headers=headers), body)


def _client(settings: Elasticsearch) -> Client:
    raw = _Raw()
    more: dict[str, Any] = {"verify_certs": settings.verify, "http_compress": _packed(settings)}
    if settings.ca_file is not None:
        settings.ca_file.open("rb").close()
        more["ca_certs"] = str(settings.ca_file)
    if settings.fingerprint is not None:
        more["ssl_assert_fingerprint"] = settings.fingerprint.replace(":", "").lower()
    if not settings.verify:
        more["ssl_show_warn"] = False
    if settings.proxy is not None:
        more["node_class"] = _through(settings.proxy.get_secret_value())
    if settings.cloud_id is not None:
        more["cloud_id"] = settings.cloud_id
    return Client(
        list(settings.url) or None,
        transport_class=_Plain,
        serializers={"application/json": raw, "application/x-ndjson": raw, "text/*": raw},
        request_timeout=settings.timeout.total_seconds(),
        max_retries=0,
        retry_on_status=(),
        **_login(settings),
        **more,
    )


def _packed(settings: Elasticsearch) -> bool:
    return settings.cloud_id is not None if settings.compress is None else settings.compress


def _login(settings: Elasticsearch) -> dict[str, Any]:
    if settings.api_key is not None:
        identity, colon, key = settings.api_key.get_secret_value().partition(":")
        return {"api_key": (identity, key) if colon else identity}
    if settings.username is not None and settings.password is not None:
        return {"basic_auth": (settings.username, settings.password.get_secret_value())}
    return {"bearer_auth": settings.bearer.get_secret_value()} if settings.bearer else {}


def _through(proxy: str) -> type[RequestsHttpNode]:
    """Nodes that are reached by a proxy."""

    class Proxied(RequestsHttpNode):
        def __init__(self, config: NodeConfig) -> None:
            super().__init__(config)
            self.session.trust_env = False  # what the settings say and nothing else
            self.session.proxies = {"http": proxy, "https": proxy}

    return Proxied
