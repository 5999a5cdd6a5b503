"""Work for processes of their own, to be killed or to hold a file."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

from data.ingest import Wish, ingest, propose
from data.sources import lines, opening
from data.store import open_store

# Begun anew, not forked: what is imported here has threads of its own, and a fork of them dies now and then.
FRESH = multiprocessing.get_context("spawn")


def load(store: Path, file: Path, piece: int, told: Connection) -> None:
    """Load a file in small pieces, and tell after each batch how many lines are in."""
    lines.BATCH = opening.PIECE = piece
    opened = open_store(store)
    ingest(opened, propose(file, None, Wish()), progress=lambda state: told.send(state.lines))
    opened.close()


def hold(store: Path, told: Connection) -> None:
    """Have a store open until the other end has enough."""
    opened = open_store(store)
    told.send("open")
    told.recv()
    opened.close()
