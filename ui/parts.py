"""Boards in parts: what begins with a heading is asked and drawn alone, and the address says which.

A long board asks for all that it holds, of which people look at one part; the others are asked when chosen.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from ui import address

if TYPE_CHECKING:
    from analytics.board import Board, Row

# What of the address is the part's, and the key of its choice.
PART, KEY = "part", "w_part"


def names(board: Board) -> dict[str, str]:
    """The parts of a board, by their names in the address: its headings."""
    return {slug(row.heading): row.heading for row in board.rows if row.heading}


def slug(heading: str) -> str:
    """A heading as an address has it: whom-to-call."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def chosen(board: Board, name: str) -> str:
    """The part of that name; the first where there is none of it."""
    known = names(board)
    return name if name in known else next(iter(known))


def of_board(board: Board, name: str) -> Board:
    """The rows of one part alone, under no heading: its choice says what they are."""
    return replace(board, rows=tuple(replace(row, heading="") for row in rows_of(board)[name]))


def rows_of(board: Board) -> dict[str, list[Row]]:
    """The rows of each part; those before the first heading belong to it."""
    at = next(iter(names(board)))
    found: dict[str, list[Row]] = {}
    for row in board.rows:
        at = slug(row.heading) or at
        found.setdefault(at, []).append(row)
    return found


def choose(board: Board, name: str) -> None:
    """The parts side by side; drawn from the address, which a choice changes."""
    known = names(board)
    st.session_state[KEY] = name

    def opened() -> None:
        # The first is what an address without a part means.
        address.choose(part=without_first(board, st.session_state[KEY] or name))

    st.segmented_control(
        f"Parts of {board.title}",
        list(known),
        key=KEY,
        format_func=known.__getitem__,
        label_visibility="collapsed",
        on_change=opened,
    )


def without_first(board: Board, name: str) -> str:
    """What the address holds of a part: nothing of the first."""
    return "" if name == next(iter(names(board))) else name
