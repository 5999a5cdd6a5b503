"""What people read for a value, and what a click on it filters by."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from analytics.question import Column
from analytics.scope import Scope
from ui.labels import chosen, label, row_label, short_label

SCOPE = Scope(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC), "Asia/Kathmandu")


def column(name, unit="text"):
    return Column(name, name, unit, "…")


@pytest.mark.parametrize(
    ("value", "of", "words"),
    [
        ("acme", column("tenant_id"), "acme"),
        ("", column("tenant_id"), "(none)"),
        (None, column("tenant_id"), "(none)"),
        (float("nan"), column("http_status", "count"), "(none)"),
        (np.int64(404), column("http_status", "count"), "404"),
        (np.int64(1), column("weekday", "count"), "Monday"),
        (np.int64(9), column("hour_of_day", "count"), "09:00"),
        (np.True_, column("cache_hit", "flag"), "yes"),
        (pd.Timestamp("2026-01-06T10:00Z"), column("bucket", "time"), "6 Jan, 15:45"),
        (2410.0, column("duration_ms", "ms"), "2.41 s"),
    ],
)
def test_a_value_in_words(value, of, words):
    assert label(value, of, SCOPE) == words


def test_names_of_an_order_are_short_under_a_column():
    assert short_label(np.int64(1), column("weekday", "count"), SCOPE) == "Mon"
    assert short_label(np.int64(9), column("hour_of_day", "count"), SCOPE) == "9"


def test_a_click_carries_plain_values_of_the_fields_and_none_for_all_others():
    row = {"tenant_id": "acme", "hour_of_day": np.int64(9), "error_code": None, "is_other": False}
    assert chosen(row, ("tenant_id", "hour_of_day", "error_code")) == ("acme", 9, "")
    assert chosen(row, ()) is None
    assert chosen(row, ("unknown",)) is None
    rest = {"tenant_id": None, "is_other": True}
    assert chosen(rest, ("tenant_id",)) is None
    assert row_label(rest, column("tenant_id"), SCOPE) == "other"
