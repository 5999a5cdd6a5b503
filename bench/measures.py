"""Measures of the model over 30 days, alone and over time, beside hand-written SQL on the same file.

The hand-written text is in bench/sql/measures.sql and knows nothing of the model: of every kind of measure
and of every source those that cost most. Both must say the same before either is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from analytics.filters import field
from analytics.query import Query
from analytics.scope import Scope
from analytics.sql import parse_blocks
from bench.board import MONTH, against, comparable, naive
from bench.generated import EVERYTHING, generated, opened
from bench.report import Line, median_ms
from data.duck import DuckStore

HAND_WRITTEN = parse_blocks((Path(__file__).parent / "sql/measures.sql").read_text(encoding="utf-8"))
PROPERTY, PROPERTY_MS = "events_by_property", 40.0
GRAINS = {"_by_day": "day", "_by_hour": "hour"}


def main() -> None:
    """One line a block; the slowest ratio last."""
    store = opened(generated(rates=EVERYTHING))
    cursor, worst = store.cursor(), ("", 0.0)
    for name in HAND_WRITTEN:
        ours, by_hand = asked(store, question(name)), written(cursor, name, MONTH)
        assert_equal(name, ours(), by_hand())
        taken = median_ms({"ours": ours, "by hand": by_hand})
        line = against(name, taken["ours"], taken["by hand"])
        if name == PROPERTY:
            met, budget = taken["ours"] <= PROPERTY_MS, f"≤ {PROPERTY_MS:.0f} ms"
            line = replace(line, what=f"{name}, none declared, of 20 M events", met=met, budget=budget)
        line.say()
        worst = max(worst, (name, taken["ours"] / taken["by hand"]), key=lambda each: each[1])
    Line(f"the worst of {len(HAND_WRITTEN)} measures: {worst[0]}", f"{worst[1]:.2f} x").say()
    store.close()


def question(name: str) -> Query:
    """The query that a block answers by hand."""
    if name == PROPERTY:
        return Query(("events",), by=("attributes.browser",), where=field("attributes.size") >= 50)
    for ending, grain in GRAINS.items():
        if name.endswith(ending):
            return Query((name.removesuffix(ending),), grain=grain)
    return Query((name,))


def asked(store: DuckStore, query: Query) -> Callable[[], pd.DataFrame]:
    """The query as a page asks it."""
    return lambda: query(store, MONTH)


def written(cursor: duckdb.DuckDBPyConnection, name: str, scope: Scope) -> Callable[[], pd.DataFrame]:
    """The hand-written statement, to the same kind of frame."""
    text = HAND_WRITTEN[name]
    values = {"start": naive(scope.start), "end": naive(scope.end), "timezone": scope.timezone}
    used = {key: value for key, value in values.items() if f"${key}" in text}
    return lambda: cursor.execute(text, used).df()


def assert_equal(name: str, ours: pd.DataFrame, by_hand: pd.DataFrame) -> None:
    """Refuse to time two statements that do not say the same."""
    both = [frame[list(by_hand.columns)] for frame in (ours, by_hand)]
    if name == PROPERTY:
        pd.testing.assert_frame_equal(*both, check_dtype=False, obj=name)
        return
    pd.testing.assert_frame_equal(*map(comparable, both), check_dtype=False, rtol=1e-9, obj=name)


if __name__ == "__main__":
    main()
