"""What an attempt at a funnel of any order works on: room that is made once for all units."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.funnel_rules import NONE, Longs, Places, Rules
from analytics.funnel_units import Masks


class Attempt(NamedTuple):
    """The rows that an attempt has taken, in order of time, and which row fills each step."""

    taken: Places
    fillers: Places
    best: Places
    kept: Places  # the rows of the best choice so far, where several are tried
    counts: Longs  # rows of each step in the window
    kinds: Longs  # like steps as bits, at the first of them; no bits at the others
    repeats: bool  # whether any two steps are alike
    # In a search a place has the number of its step, a row that and `steps` more, the new row twice as many.
    waiting: Places  # rows and steps from where the search goes on
    came: Places  # of each step the place from which it was reached; an empty one is named by its row
    entered: Places  # of each place the row that came to it, NONE where it is given up
    places: Places  # the place that fills each step, once the way is gone
    holders: Places  # and the row in each place
    asked: Masks  # of rows: the steps that any like row of their instant may fill
    barred: Masks  # of the first row of an instant: steps that none of it may fill
    undo: Longs  # what is barred, in order
    forced: Places  # of each step the only row that may fill it, which fills no other
    state: Longs  # steps and places seen as bits, rows waiting, how much is barred, the level that is kept


def attempt_room(size: int, rules: Rules) -> Attempt:
    """Room for one attempt over units of so many rows."""
    steps, first = rules.steps, rules.alike.tolist()
    kinds = [sum(1 << other for other in range(steps) if first[other] == step) for step in range(steps)]
    repeats = len(set(first)) < steps
    rows = size if repeats else 1
    taken, fillers, best, kept, waiting, came, entered, places, holders = (
        np.empty(2 * steps + 1, np.int32) for _ in range(9)
    )
    return Attempt(
        *(taken, fillers, best, kept, np.empty(steps, np.int64), np.array(kinds, np.int64), repeats),
        *(waiting, came, entered, places, holders),
        *(np.empty(rows, np.uint32), np.zeros(rows, np.uint32), np.empty(rows * steps, np.int64)),
        *(np.full(steps, NONE, np.int32), np.zeros(7, np.int64)),
    )
