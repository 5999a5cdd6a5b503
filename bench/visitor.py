"""A browser as the app sees it: one socket, reruns, and what came back; and the app with a store to serve."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from analytics.request import Request
from data import demo
from data.places import DEMO, var
from data.store import open_store
from scripts.serving import Serving

# A rerun that takes longer is an error.
PATIENCE_SECONDS = 60


class WrongPage(RuntimeError):
    """What came back is not the page that was asked for."""


@dataclass(frozen=True)
class Spent:
    """What a number of reruns took: the client's milliseconds, the app's CPU for each, what went wrong."""

    client_ms: list[float]
    cpu_ms: float
    errors: list[str] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.client_ms)

    @property
    def p95(self) -> float:
        """What one in twenty exceeds."""
        return statistics.quantiles(self.client_ms, n=20)[-1]

    def said(self) -> str:
        """Both, and the CPU."""
        return f"p50 {self.p50:.0f} ms, p95 {self.p95:.0f} ms, CPU {self.cpu_ms:.0f} ms"


@dataclass
class Visitor:
    """One open tab."""

    socket: ClientConnection
    known: set[str] = field(default_factory=set)
    received: int = 0  # bytes
    fields: dict[str, str] = field(
        default_factory=dict
    )  # ids of what can be typed into and chosen from, by label
    typed: dict[str, str] = field(default_factory=dict)  # what stands in them

    async def rerun(self, view: Request, board: str, title: str) -> float:
        """Milliseconds until the script has ended; the page must be the board that was asked for."""
        wanted = BackMsg()
        wanted.rerun_script.query_string = f"scope={quote(view.text())}"
        wanted.rerun_script.page_name = board
        # A browser keeps large messages and says which it has.
        wanted.rerun_script.cached_message_hashes.extend(self.known)
        for label, value in self.typed.items():
            wanted.rerun_script.widget_states.widgets.add(id=self.fields[label], string_value=value)
        begun = time.perf_counter()
        await self.socket.send(wanted.SerializeToString())
        async with asyncio.timeout(PATIENCE_SECONDS):
            titles, wrong = await self.drawn()
        taken = (time.perf_counter() - begun) * 1000
        if titles != [title] or wrong:
            raise WrongPage(f"{board}: {titles} {wrong[:1]}")
        return taken

    async def drawn(self) -> tuple[list[str], list[str]]:
        """The titles and the complaints of the next run, at its end."""
        titles, wrong, begun = [], [], False
        while True:
            message, sent = ForwardMsg(), await self.socket.recv(decode=False)
            self.received += len(sent)
            message.ParseFromString(sent)
            kind = message.WhichOneof("type")
            # What comes before is the end of a run that this one supersedes.
            begun = begun or kind == "new_session"
            if begun and kind == "script_finished":
                return titles, wrong
            if begun and kind == "delta":
                element = message.delta.new_element
                self.remember(element)
                titles += [element.heading.body] if element.heading.tag == "h1" else []
                wrong += [element.alert.body] if element.WhichOneof("type") == "alert" else []
                wrong += [element.exception.message] if element.WhichOneof("type") == "exception" else []
                self.known |= {message.hash} if message.metadata.cacheable else set()

    def remember(self, element: Element) -> None:
        """The field that an element is, if it is one."""
        kind = element.WhichOneof("type")
        if kind in ("text_input", "selectbox"):
            drawn = getattr(element, kind)
            self.fields[drawn.label] = drawn.id


@asynccontextmanager
async def visiting(app: Serving) -> AsyncIterator[Visitor]:
    """A tab that is open for a while."""
    address = f"ws://{app.url.removeprefix('http://')}/_stcore/stream"
    # Nobody reads between two clicks: a full queue would keep the answer to a ping from being seen.
    patient = {"max_size": None, "max_queue": None, "ping_interval": None}
    async with connect(address, subprotocols=["streamlit"], origin=app.url, **patient) as socket:
        yield Visitor(socket)


@contextmanager
def cpu_of(app: Serving, reruns: list[float]) -> Iterator[list[float]]:
    """Puts into the list that it yields, at the end, the app's CPU milliseconds for each rerun."""
    spent: list[float] = []
    before = cpu_seconds(app.pid)
    yield spent
    spent.append((cpu_seconds(app.pid) - before) * 1000 / max(1, len(reruns)))


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """The memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def put_demo(folder: Path) -> None:
    """A copy of the demo company, made if there is none."""
    if (var() / DEMO).exists():
        shutil.copy(var() / DEMO, folder)
        return
    store = open_store(folder / DEMO)
    demo.fill(store, datetime.now(UTC))
    store.close()
