"""Loki as a source: forward through time, page after page. Lines of the nanosecond at which a page ended are
asked for again with the next one, and known by what they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from data.sources.asking import Refusal
from data.sources.link import Link, TooLarge
from data.sources.loki import AT, HOST, ID, LEVEL, LINE, SERVICE, Loki
from data.sources.pull import Bounds, Page, Window

SECOND = 10**9
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What programs call it, the surest first.
LEVELS = ("level", "detected_level", "severity", "severity_text", "lvl")
SERVICES = ("service_name", "service", "app", "app_kubernetes_io_name", "job", "container")
HOSTS = ("host", "hostname", "instance", "node", "node_name", "pod")
_IN_LINE = re.compile(r"""(?<![\w.])"?(?:level|lvl|severity)"?\s*[=:]\s*"?([A-Za-z]{3,9})\b""")
_NO_LEVEL = ("", "unknown")

Labels = Mapping[str, str]
Line = tuple[int, str, Labels]


class LokiPull:
    """See `data.sources.pull.Pull`."""

    key, time, snapshot = ID, AT, False

    def __init__(self, settings: Loki, clock: Callable[[], datetime]) -> None:
        self._settings, self._clock = settings, clock
        self._link = Link(settings, "Loki")
        self._page = settings.page

    def check(self) -> str:
        """Ask for the version and the newest line."""
        found = self._json("/loki/api/v1/status/buildinfo", {})
        newest = self.sample(1)
        said = f"Loki {found['version']} answers; " if found.get("version") else "Loki answers; "
        return said + (f"{self._settings.query} has lines." if newest else "there are no lines yet.")

    def sample(self, many: int) -> list[str]:
        """The newest lines of the history that is asked for."""
        values = {
            "query": self._settings.query,
            "limit": str(min(many, self._page)),
            "direction": "backward",
            "since": f"{round(self._settings.history.total_seconds())}s",
        }
        return [_line(each).decode() for each in self._asked(values)]

    def bounds(self) -> Bounds:
        """How far back it goes it does not say."""
        return Bounds()

    def counts(self, window: Window) -> Mapping[datetime, int] | None:  # noqa: ARG002  see Pull
        """Its counts are of (from, to], where hours are of [from, to)."""
        return None

    def read(self, window: Window) -> Iterator[Page]:
        """Lines in the order of their times."""
        stop = window.stop or self._clock()
        start, end = _nanos(window.start or stop - self._settings.history), _nanos(stop)
        known: set[bytes] = set()
        while start < end:
            found = self._lines(start, end)
            lines = [(at, line) for at, line in found if line not in known]
            if not lines:
                return
            last = lines[-1][0]
            moment = EPOCH + timedelta(microseconds=last // 1000)
            text = b"".join(line + b"\n" for _, line in lines)
            yield Page(text, len(lines), moment if window.on == "cursor" else None)
            # Those of the last nanosecond may not have been all.
            known = {line for at, line in found if at == last}
            start = last

    def close(self) -> None:
        """Let go of the connections."""
        self._link.close()

    def _lines(self, start: int, end: int) -> list[tuple[int, bytes]]:
        """The first lines of [start, end), in order; fewer at once where an answer is too large."""
        while True:
            values = {
                "query": self._settings.query,
                "start": str(start),
                "end": str(end),
                "limit": str(self._page),
                "direction": "forward",
            }
            try:
                found = self._asked(values)
            except TooLarge:
                if self._page <= 2:
                    raise
                self._page //= 2
                continue
            found.sort(key=lambda each: each[0])
            if len(found) >= self._page and found[-1][0] == start:
                raise Refusal(
                    f"{self._settings.name}: more lines than {self._page:,} share one nanosecond, so that "
                    f"some cannot be asked for ({_written(start)}). Raise `page`, and "
                    "`max_entries_limit_per_query` of Loki, or narrow `query`."
                )
            return [(each[0], _line(each)) for each in found]

    def _asked(self, values: dict[str, str]) -> list[Line]:
        data = self._json("/loki/api/v1/query_range", values).get("data")
        if not isinstance(data, dict):
            raise self._link.no_product()
        if data.get("resultType") != "streams":
            raise Refusal(
                f"{self._settings.name}: `query` is answered by numbers, not by lines. Name streams, such as "
                '{app="api"}, without counting them.'
            )
        return [
            (int(at), line, stream["stream"] | _more(more))
            for stream in data["result"]
            for at, line, *more in stream["values"]
        ]

    def _json(self, path: str, values: dict[str, str]) -> dict[str, Any]:
        head = {} if self._settings.org is None else {"X-Scope-OrgID": self._settings.org}
        try:
            found = self._link.json("GET", path, values, **head)
        except Refusal as refusal:
            if "max entries limit" in refusal.reason:
                said = f"asks for more lines at once than Loki gives ({refusal.reason[:200]}). Lower `page`"
                raise Refusal(f"{self._settings.name}: it {said} to its limit.") from None
            if "no org id" in refusal.reason:
                said = "Loki has several tenants. Name one as `org`"
                raise Refusal(f"{self._settings.name}: {said}.") from None
            raise
        return found


def _line(found: Line) -> bytes:
    """A line as a record: it is known by its stream, its time and what it says."""
    at, text, labels = found
    said: dict[str, object] = {key: labels[key] for key in sorted(labels)}
    content = orjson.dumps([said, str(at), text])
    said[ID] = hashlib.blake2b(content, digest_size=16).hexdigest()
    said |= {AT: str(at), LINE: text, LEVEL: level_of(labels, text)}
    return orjson.dumps(said | {SERVICE: _first(labels, SERVICES), HOST: _first(labels, HOSTS)})


def level_of(labels: Labels, text: str) -> str:
    """The level of a line: what a label says, else what the line itself says at its beginning."""
    said = _first(labels, LEVELS).lower()
    if said not in _NO_LEVEL:
        return said
    found = _IN_LINE.search(text[:1000])
    return found[1].lower() if found else ""


def _first(labels: Labels, names: tuple[str, ...]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")


def _more(extra: list[Any]) -> dict[str, str]:
    """What a line carries beside its stream's labels, where the server tells both apart."""
    said = extra[0] if extra and isinstance(extra[0], dict) else {}
    apart = [each for each in (said.get("structuredMetadata"), said.get("parsed")) if isinstance(each, dict)]
    return {key: value for each in apart for key, value in each.items()}


def _nanos(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


def _written(nanos: int) -> str:
    return f"{EPOCH + timedelta(seconds=nanos // SECOND):%Y-%m-%d %H:%M:%S} + {nanos % SECOND} ns"
