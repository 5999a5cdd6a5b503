"""The executive board's questions on 20 M rows, beside hand-written SQL on the same file and threads.

The hand-written text is in bench/sql/board.sql. Both must give the same answer before either is timed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from analytics.analysis import Column, analysis
from analytics.columns import EXECUTIONS
from analytics.query import AUTO, Query
from analytics.question import Question
from analytics.scope import Scope
from analytics.sql import parse_blocks
from analytics.view import View
from bench.generated import BIG_DAYS, END, generated, opened
from bench.report import Line, median_ms
from data.duck import DuckStore

HAND_WRITTEN = parse_blocks((Path(__file__).parent / "sql/board.sql").read_text(encoding="utf-8"))
BUDGET = 1.1
GROWTH = 1.25
ATTRIBUTE_MS = 40.0
MONTH = Scope(END - timedelta(days=30), END, timezone="Europe/Berlin")
# Each with the name of the block that was written by hand.
ASKED = {
    "executions_totals": Query(
        ("executions", "succeeded", "failed", "finished", "success_rate", "avg_duration_ms", "active_tenants")
    ),
    "executions_trend": Query(
        ("executions", "success_rate", "finished", "avg_duration_ms", "active_tenants"), grain=AUTO
    ),
    "executions_over_time": Query(("finished", "succeeded", "failed"), grain=AUTO),
    "executions_top_tenants": Query(("executions",), by=("tenant_id", "tenant.name"), limit=5),
    "executions_by_connector": Query(("executions", "execution_share"), by=("action_type",)),
    "ai_queries_totals": Query(("ai_queries", "ai_cost_usd", "ai_calls", "unpriced_calls")),
    "ai_queries_trend": Query(("ai_queries", "ai_cost_usd"), grain=AUTO),
}


@analysis(
    tables=("runs",),
    columns=(Column("region", "Region", "text", "An attribute without a column."), EXECUTIONS),
)
def by_attribute(view: View, scope: Scope) -> pd.DataFrame:
    """Executions by an attribute that no table declares."""
    text = 'select "attributes.region" as region, count(*) as executions from runs group by 1 order by 1'
    return view.frame(scope, text)


def main() -> None:
    """Compare on 20 M rows; with BIG=1 also ask a history five times as long."""
    board_ms = compare(generated())
    if os.environ.get("BIG") == "1":
        longer_ms = compare(generated(BIG_DAYS), label=", 100 M rows")
        growth = longer_ms / board_ms
        Line(
            "30-day board, 100 M rows of history against 20 M",
            f"{longer_ms:.0f} ms",
            f"{board_ms:.0f} ms",
            growth,
            f"≤ {GROWTH} x",
            met=growth <= GROWTH,
        ).say()


def compare(path: Path, label: str = "") -> float:
    """One line a question, each answer equal to the hand-written one; returns the board's milliseconds."""
    store = opened(path)
    cursor = store.cursor()
    ours_ms = by_hand_ms = 0.0
    for name, question in ASKED.items():
        ours, by_hand = asked(store, question), written(cursor, name)
        assert_equal(name, ours(), by_hand())
        taken = median_ms({"ours": ours, "by hand": by_hand})
        against(name + label, taken["ours"], taken["by hand"]).say()
        ours_ms, by_hand_ms = ours_ms + taken["ours"], by_hand_ms + taken["by hand"]
    against("all questions of the board" + label, ours_ms, by_hand_ms).say()
    ours, by_hand = asked(store, by_attribute), written(cursor, "by_attribute")
    assert_equal(by_attribute.name, ours(), by_hand())
    taken = median_ms({"ours": ours, "by hand": by_hand})
    Line(
        "group by an undeclared attribute, 30 days" + label,
        f"{taken['ours']:.1f} ms",
        f"{taken['by hand']:.1f} ms",
        taken["ours"] / taken["by hand"],
        f"≤ {ATTRIBUTE_MS:.0f} ms",
        met=taken["ours"] <= ATTRIBUTE_MS,
    ).say()
    store.close()
    return ours_ms


def against(what: str, ours_ms: float, by_hand_ms: float) -> Line:
    """Ours against the hand-written query, which it may not exceed by more than a tenth."""
    ratio = ours_ms / by_hand_ms
    return Line(
        what, f"{ours_ms:.1f} ms", f"{by_hand_ms:.1f} ms", ratio, f"≤ {BUDGET} x", met=ratio <= BUDGET
    )


def asked(store: DuckStore, question: Question) -> Callable[[], pd.DataFrame]:
    """The question as a page asks it."""
    return lambda: question(store, MONTH)


def written(cursor: duckdb.DuckDBPyConnection, name: str, tenant: str = "") -> Callable[[], pd.DataFrame]:
    """The hand-written query, of all tenants or of one, to the same kind of frame."""
    text = HAND_WRITTEN[name]
    if tenant:
        text = text.replace("occurred_at < $end", "occurred_at < $end and tenant_id = $tenant")
    values = {
        "start": naive(MONTH.start),
        "end": naive(MONTH.end),
        "timezone": MONTH.timezone,
        "tenant": tenant,
    }
    used = {name: value for name, value in values.items() if f"${name}" in text}
    return lambda: cursor.execute(text, used).df()


def assert_equal(name: str, ours: pd.DataFrame, by_hand: pd.DataFrame) -> None:
    """Refuse to time two queries that do not say the same."""
    left, right = comparable(ours[list(by_hand.columns)]), comparable(by_hand)
    pd.testing.assert_frame_equal(left, right, check_dtype=False, rtol=1e-9, obj=name)


def comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with times in UTC, money as numbers, and rows in one order."""
    plain = frame.copy()
    if "bucket" in plain:
        plain["bucket"] = pd.to_datetime(plain["bucket"], utc=True).astype("datetime64[us, UTC]")
    for column in plain.columns.difference(["bucket", "tenant_id", "tenant.name", "action_type", "region"]):
        plain[column] = plain[column].astype(float)
    return plain.sort_values(list(plain.columns)).reset_index(drop=True)


def naive(moment: datetime) -> datetime:
    """The moment as the store keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


if __name__ == "__main__":
    main()
