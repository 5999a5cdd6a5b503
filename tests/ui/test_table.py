"""Tables: labels instead of names, units, states in their colours, and only the columns that are shown."""

from __future__ import annotations

from datetime import timedelta
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
    assert (formats["share"], formats["duration_ms"], formats["cost_usd"]) == ("%.1f%%", "%.2f s", "dollar")


@pytest.mark.parametrize(
    ("amounts", "step", "written"),
    [
        (("0", "41.2", "1802.164"), 0.01, [0.0, 41.2, 1802.16]),
        (
            ("0", "-0.00421", "1802.164"),
            0.0001,
            [0.0, -0.0042, 1802.164],
        ),  # one of less than a cent is no nothing
        (("0.049", "-41.219"), 0.01, [0.05, -41.22]),  # beside dollars cents are enough of cents
        (("0.049", "0.219"), 0.001, [0.049, 0.219]),
        (("0.0098", "0.5"), 0.0001, [0.0098, 0.5]),
        (("0.0000421", "0.5"), 0.000001, [0.000042, 0.5]),
        (("0", "0.0000001"), 0.01, [0.0, 0.0]),  # what sums of fractions are off by
        ((), 0.01, []),
    ],
)
def test_no_money_is_written_as_nothing(amounts, step, written):
    frame = pd.DataFrame({"cost_usd": [Decimal(each) for each in amounts]}, dtype=object)
    made = table_of(frame, (COLUMNS[4],), "UTC")
    assert made.config["cost_usd"]["type_config"]["step"] == pytest.approx(step)
    assert made.rows["cost_usd"].to_pylist() == written


def test_moments_stand_on_the_clock_of_the_scope():
    assert shown().config["bucket"]["type_config"]["timezone"] == "Asia/Kathmandu"


def test_states_are_chips_in_their_colours_and_nothing_is_empty():
    assert shown().rows["status"].to_pylist() == [["success"], None]
    options = shown().config["status"]["type_config"]["options"]
    assert [(option["value"], option["color"]) for option in options] == [("success", "green")]


def test_without_a_choice_all_columns_are_shown_that_say_something():
    assert [column.name for column in listed(COLUMNS, ())] == [*SHOWN, "secret"]


def test_durations_of_seconds_to_hours_are_written_as_on_a_clock():
    """In hours two seconds were 0.00 h; of days nobody reads the seconds."""
    took = Column("after_ms", "After", "ms", "How long after.")
    frame = pd.DataFrame({"after_ms": [2_000.0, None, 23_508_000.0]})
    made = table_of(frame, (took,), "UTC")
    assert made.rows["after_ms"].to_pylist() == [
        timedelta(seconds=2),
        None,
        timedelta(hours=6, minutes=31, seconds=48),
    ]
    assert made.config["after_ms"]["type_config"]["format"] == "compact"
    days = table_of(frame * 100, (took,), "UTC")
    assert days.config["after_ms"]["type_config"]["format"] == "%.2f d"


def test_differences_of_shares_are_points_and_the_least_chances_are_no_nothing():
    columns = (
        Column("change", "Change", "points", "Then."),
        Column("p_value", "p-value", "chance", "By chance."),
    )
    made = table_of(pd.DataFrame({"change": [0.191], "p_value": [0.0]}), columns, "UTC")
    assert made.rows["change"].to_pylist() == [pytest.approx(19.1)]
    assert made.config["change"]["type_config"]["format"] == "%.1f pt"
    assert made.rows["p_value"].to_pylist() == ["< 0.001"]


def test_a_column_of_few_long_words_among_short_ones_is_as_wide_as_the_long_ones():
    """21 letters of 6 pixels, and 16 beside them."""
    columns = (Column("standing", "Pays", "text", "S."), Column("region", "Region", "text", "R."))
    texts = [*["paying"] * 9, "past due since 22 Nov"]
    frame = pd.DataFrame({each.name: texts for each in columns})
    config = table_of(frame, columns, "UTC").config
    assert {name: how["width"] for name, how in config.items()} == {"standing": 142, "region": None}
