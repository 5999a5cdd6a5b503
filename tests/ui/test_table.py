"""Tables: labels instead of names, units, states in their colours, and only the columns that are shown."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from analytics.question import Column
from ui.table import listed, table_of

COLUMNS = (
    Column("bucket", "Time", "time", "When."),
    Column("status", "Outcome", "text", "How it ended."),
    Column("share", "Share", "ratio", "Part."),
    Column("duration_ms", "Duration", "ms", "How long."),
    Column("cost_usd", "Cost", "usd", "What it cost."),
    Column("secret", "Secret", "text", "Not shown."),
    Column("complete", "Complete", "flag", "Over."),
)
FRAME = pd.DataFrame(
    {
        "bucket": pd.to_datetime(["2026-01-06T10:00Z", "2026-01-07T10:00Z"]),
        "status": ["success", ""],
        "share": [0.5, None],
        "duration_ms": [412.0, 95_000.0],
        "cost_usd": [Decimal("0.0098"), Decimal("0.5")],
        "secret": ["s", "s"],
        "complete": [True, True],
    }
)
SHOWN = ("bucket", "status", "share", "duration_ms", "cost_usd")


def shown():
    return table_of(FRAME, listed(COLUMNS, SHOWN), "Asia/Kathmandu")


def test_only_what_is_shown_travels_to_the_browser():
    assert shown().rows.column_names == list(SHOWN)


def test_every_column_has_its_label_and_its_definition():
    said = {name: (how["label"], how["help"]) for name, how in shown().config.items()}
    assert said == {each.name: (each.label, each.definition) for each in COLUMNS[:5]}


def test_numbers_stay_numbers_in_the_unit_of_the_largest():
    frame, formats = (
        shown().rows,
        {name: how["type_config"].get("format") for name, how in shown().config.items()},
    )
    assert frame["share"].to_pylist() == [50.0, None]
    assert frame["duration_ms"].to_pylist() == [pytest.approx(0.412), 95.0]
    assert (formats["share"], formats["duration_ms"], formats["cost_usd"]) == ("%.1f%%", "%.2f s", "$%.4f")


def test_moments_stand_on_the_clock_of_the_scope():
    assert shown().config["bucket"]["type_config"]["timezone"] == "Asia/Kathmandu"


def test_states_are_chips_in_their_colours_and_nothing_is_empty():
    assert shown().rows["status"].to_pylist() == [["success"], None]
    options = shown().config["status"]["type_config"]["options"]
    assert [(option["value"], option["color"]) for option in options] == [("success", "green")]


def test_without_a_choice_all_columns_are_shown_that_say_something():
    assert [column.name for column in listed(COLUMNS, ())] == [*SHOWN, "secret"]
