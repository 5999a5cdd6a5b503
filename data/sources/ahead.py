"""The next batch of a file, read while the engine works on this one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from data.sources.fields import Read, read
from data.sources.files import FileSource
from data.sources.layout import Layout
from data.sources.lines import Batch


@dataclass(frozen=True)
class Parsed:
    """A batch that was read, and how far in the file it ends."""

    batch: Batch
    read: Read
    position: int


class Ahead:
    """Reads a file in a thread of its own, one batch ahead and no more: two batches are in memory at most."""

    def __init__(self, source: FileSource, layout: Layout) -> None:
        self._source, self._layout = source, layout
        self._queue: queue.Queue[Parsed | Exception | None] = queue.Queue()
        self._wanted = threading.Semaphore(1)
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"read {source.name}", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Parsed]:
        return iter(self._next, None)

    def _next(self) -> Parsed | None:
        self._wanted.release()
        found = self._queue.get()
        if isinstance(found, Exception):
            raise found
        return found

    def stop(self) -> None:
        """Let go of the file and of the memory."""
        self._stopped = True
        self._wanted.release()
        self._thread.join()
        self._source.opened.memory.close()

    def _run(self) -> None:
        try:
            batches = self._source.read()
            while self._wanted.acquire() and not self._stopped:
                # Nothing here may hold a batch while it waits, or its memory could not be used again.
                if not self._one(batches):
                    self._queue.put(None)
                    return
        except Exception as error:  # noqa: BLE001  the thread that waits for batches raises it
            self._queue.put(error)

    def _one(self, batches: Iterator[Batch]) -> bool:
        batch = next(batches, None)
        if batch is None:
            return False
        opened, layout = self._source.opened, self._layout
        found = read(batch.records, layout.fields, layout.mapping.unwraps, opened.memory)
        self._queue.put(Parsed(batch, found, opened.consumed))
        return True
