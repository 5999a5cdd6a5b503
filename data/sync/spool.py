"""Records on their way from a source into the store: files, each as large as one batch of the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.sources.pull import Page

RECORDS, BYTES = 100_000, 48 << 20
FULL = (
    "The disk is full where records wait for the store. Make room: the next sync goes on, "
    "and what is in stays in."
)


@dataclass(frozen=True)
class Spooled:
    """A file of records that waits in the spool; `upto` as a page says it, once all of the page is in."""

    path: Path
    records: int
    upto: datetime | None


@dataclass(frozen=True)
class Waits:
    """The source did not answer as it should, and is asked again after a pause; `why` it is."""

    why: str


@dataclass(frozen=True)
class Read:
    """A window was read whole: how many records it has, of which `unchanged` were known as they are."""

    records: int
    unchanged: int


def of_size(pages: Iterator[Page]) -> Iterator[Page]:
    """Pages put together to the size of a batch, and those that are larger cut: only the last part says how
    far the page leads.
    """
    lines: list[bytes] = []
    size = records = 0
    upto: datetime | None = None
    for page in pages:
        if lines and (records + page.records > RECORDS or size + len(page.lines) > BYTES):
            yield Page(b"".join(lines), records, upto)
            lines, size, records = [], 0, 0
        *before, last = _cut(page)
        yield from before
        lines.append(last.lines)
        size, records, upto = size + len(last.lines), records + last.records, last.upto
    if lines:
        yield Page(b"".join(lines), records, upto)


def _cut(page: Page) -> list[Page]:
    if page.records <= RECORDS and len(page.lines) <= BYTES:
        return [page]
    parts: list[Page] = []
    begun = kept = 0
    size = 0
    lines = page.lines.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if number > begun and (number - begun >= RECORDS or size - kept + len(line) > BYTES):
            parts.append(Page(page.lines[kept:size], number - begun, None))
            begun, kept = number, size
        size += len(line)
    return [*parts, Page(page.lines[kept:], len(lines) - begun, page.upto)]
