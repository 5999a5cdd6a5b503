"""What every system that we pull from looks like to us: checked, sampled, counted, and read by windows of
time.

A record leaves a source as one line of JSON, so that one pipeline maps, refuses and stores it, whatever it
came from. A source runs in a process of its own (`data.sync.child`) and knows nothing of the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True)
class Window:
    """A stretch of time to read: from `start` on, before `stop`, both aware; None is open.

    `on`: by the cursor that new and changed records move (`cursor`), or by when they happened (`time`).
    """

    start: datetime | None = None
    stop: datetime | None = None
    on: Literal["cursor", "time"] = "cursor"


@dataclass(frozen=True)
class Page:
    """Records as lines of JSON, each with its end.

    `upto`: every record of the window with an older cursor has been given by now; None where the source does
    not read in the order of its cursor.
    """

    lines: bytes
    records: int
    upto: datetime | None = None


@dataclass(frozen=True)
class Bounds:
    """When the oldest and the newest record happened; how many have no time, so that none can be read."""

    oldest: datetime | None = None
    newest: datetime | None = None
    timeless: int = 0


class Pull(Protocol):
    """An open connection to a source. Every method raises SourceError with the next step to take.

    `key`: the field of a record that tells it from every other, '' where its columns do. `time`: the field
    that windows of time and counts go by, '' where its mapping alone knows. `snapshot`: it has no cursor, so
    that every sync reads all of it.
    """

    @property
    def key(self) -> str: ...

    @property
    def time(self) -> str: ...

    @property
    def snapshot(self) -> bool: ...

    def check(self) -> str:
        """Try whether the source answers and may be read; a sentence about what is there."""
        ...

    def sample(self, many: int) -> list[str]:
        """The newest records, as JSON."""
        ...

    def bounds(self) -> Bounds:
        """From when to when there are records."""
        ...

    def counts(self, window: Window) -> Mapping[datetime, int] | None:
        """Records by hour (UTC) of when they happened; None where the source cannot count."""
        ...

    def read(self, window: Window) -> Iterator[Page]:
        """The records of a window, in bounded memory; a page is given only if it is whole."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
