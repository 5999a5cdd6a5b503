"""Every measure of the model over 30 days, of all tenants and of one, beside SQL by hand on the same file.

The hand-written text is in bench/sql/measures and knows nothing of the model: groups in the order in which an
answer has them, shares with what they are a part of. Both must say the same before either is timed; each is
fetched in the cheapest way there is, ours as the frame that a page gets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from analytics.filters import field
from analytics.model import model
from analytics.query import Query
from analytics.scope import Scope
from analytics.sql import parse_blocks
from bench.board import MONTH, naive
from bench.generated import EVERYTHING, generated, opened
from bench.report import Line, least_ms
from data.duck import DuckStore

HAND_WRITTEN: Mapping[str, str] = {
    name: sql
    for file in sorted((Path(__file__).parent / "sql/measures").glob("*.sql"))
    for name, sql in parse_blocks(file.read_text(encoding="utf-8"), file.name).items()
}
PROPERTY, PROPERTY_MS = "events_by_property", 40.0
GRAINS = ("day", "hour")
BY = {each.replace(".", "_"): each for each in model().dimensions}
TENANT = "tenant_100"
# Of 5 ms a tenth is what a fixed cost may come to; of less it is said in milliseconds.
SMALL_MS, RATIO, SMALL_RATIO, MORE_MS = 5.0, 1.1, 1.5, 1.0


def main() -> None:
    """One line a block, of all tenants; of one tenant those over the budget; the slowest ratios last."""
    store = opened(generated(rates=EVERYTHING))
    cursor = store.cursor()
    lines = {name: compare(store, cursor, name, MONTH) for name in HAND_WRITTEN}
    for line in lines.values():
        line.say()
    of_one = {
        name: compare(store, cursor, name, replace(MONTH, tenants=frozenset({TENANT})))
        for name in HAND_WRITTEN
        if name != PROPERTY
    }
    for line in of_one.values():
        if not line.met:
            line.say()
    summary("all tenants", lines).say()
    summary("one tenant", of_one).say()
    store.close()


def compare(store: DuckStore, cursor: duckdb.DuckDBPyConnection, name: str, scope: Scope) -> Line:
    """A question beside its hand-written statement; refuses to time two that do not say the same."""
    query, by_hand = question(name), written(cursor, name, scope)
    assert_equal(name, query(store, scope), pd.DataFrame(by_hand()))
    taken = least_ms({"ours": lambda: query(store, scope), "by hand": by_hand})
    ours, hand = taken["ours"], taken["by hand"]
    ratio = ours / hand
    if name == PROPERTY:
        budget, met = f"≤ {PROPERTY_MS:.0f} ms", ours <= PROPERTY_MS
    elif hand >= SMALL_MS:
        budget, met = f"≤ {RATIO} x", ratio <= RATIO
    else:
        budget, met = (
            f"≤ {SMALL_RATIO} x or + {MORE_MS:.0f} ms",
            ratio <= SMALL_RATIO or ours - hand <= MORE_MS,
        )
    whose = "" if scope.tenants is MONTH.tenants else ", one tenant"
    return Line(f"{name}{whose}", f"{ours:.2f} ms", f"{hand:.2f} ms", ratio, budget, met=met)


def summary(whose: str, lines: Mapping[str, Line]) -> Line:
    """How many are within the budget, and the one furthest from it."""
    over = [name for name, line in lines.items() if not line.met]
    worst = max(lines, key=lambda name: lines[name].ratio or 0)
    said = f"{len(lines) - len(over)} of {len(lines)} measures within the budget, {whose}; worst {worst}"
    return Line(said, "", "", lines[worst].ratio, met=not over)


def question(name: str) -> Query:
    """The query that a block answers by hand: a measure, perhaps by local time or by a dimension."""
    if name == PROPERTY:
        return Query(("events",), by=("attributes.browser",), where=field("attributes.size") >= 50)
    measure, _, by = name.partition("_by_")
    if by in GRAINS:
        return Query((measure,), grain=by)
    return Query((measure,), by=(BY[by],) if by else ())


def written(cursor: duckdb.DuckDBPyConnection, name: str, scope: Scope) -> Callable[[], Mapping[str, object]]:
    """The hand-written statement, of all tenants or of one, to arrays."""
    text, values = HAND_WRITTEN[name], dict[str, object]()
    if isinstance(scope.tenants, frozenset):
        (values["tenant"],) = scope.tenants
        text = text.replace("occurred_at < $end", "occurred_at < $end and tenant_id = $tenant")
    values |= {"start": naive(scope.start), "end": naive(scope.end), "timezone": scope.timezone}
    used = {key: value for key, value in values.items() if f"${key}" in text}
    return lambda: cursor.execute(text, used).fetchnumpy()


def assert_equal(name: str, ours: pd.DataFrame, by_hand: pd.DataFrame) -> None:
    """The same rows of the same values, in any order; a bucket that is not written by hand has no rows."""
    query, columns = question(name), list(by_hand.columns)
    keys = ["bucket"] if query.grain else list(query.by)
    if query.grain:
        by_hand["bucket"] = pd.to_datetime(by_hand["bucket"], utc=True).astype("datetime64[us, UTC]")
        ours = ours.assign(bucket=ours["bucket"].dt.tz_convert("UTC"))
        ours = ours[ours["bucket"].isin(by_hand["bucket"])]
    left, right = (_plain(frame[columns], keys) for frame in (ours, by_hand))
    pd.testing.assert_frame_equal(left, right, check_dtype=False, rtol=1e-9, obj=name)


def _plain(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Numbers as floats, and rows in the order of their keys."""
    numbers = {column: frame[column].astype(float) for column in frame if column not in keys}
    plain = frame.assign(**numbers)
    return plain.sort_values(keys).reset_index(drop=True) if keys else plain


if __name__ == "__main__":
    main()
