"""The script of the page: the board of tests/ui/boards.py, drawn as every other."""

from __future__ import annotations

from tests.ui.boards import BOARD
from ui import address, render, theme

theme.dress()
address.carrier()
render.show(BOARD)
