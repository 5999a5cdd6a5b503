"""What is read in place means what SQL would have read, and whatever else is left to SQL."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import reading
from data.sources import lanes
from data.sources.fields import Field, read
from data.sources.lines import split
from tests.data.sources.test_scan import records
from tests.examples import examples

FIELDS = [Field("at", valued=lanes.MOMENT), Field("took", valued=lanes.DURATION)]


@pytest.fixture(scope="module")
def sql():
    """One expression's value."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    reading.prepare(connection)
    yield lambda expression, said: connection.execute(f"select {expression}", [said]).fetchall()[0][0]
    connection.close()


def in_place(key: str, said: str):
    """The value that a field's text is read as, None where it is left to SQL."""
    (row,) = read(records(f'{{"{key}":"{said}"}}'), FIELDS).usual.to_pylist()
    assert row[f"f{0 if key == 'at' else 1}"] == said
    return row["t0"] if key == "at" else row["d1"]


@settings(max_examples=examples(300), deadline=None)
@given(
    st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)),
    st.sampled_from("T "),
    st.integers(0, 6),
)
def test_a_time_in_utc_is_read_in_place_as_sql_reads_it(sql, moment, letter, digits):
    fraction = f".{moment.microsecond:06}"[: digits + 1] if digits else ""
    said = f"{moment:%Y-%m-%d}{letter}{moment:%H:%M:%S}{fraction}Z".zfill(len("2026-01-08T14:30:00Z"))
    assert in_place("at", said) == sql("moment($1, null)", said)


@pytest.mark.parametrize(
    "said",
    [
        "", "Z", "2026-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-04-31T00:00:00Z", "1900-02-29T00:00:00Z", "2026-01-08T24:00:00Z", "2026-01-08T23:60:00Z",
        "2026-01-08T23:59:60Z", "2026-01-08T14:30:00.Z", "2026-01-08T14:30:00.1234567Z", "2026-01-08T14:30:00,5Z",
        "2026-01-08T14:30:00+02:00", "2026-01-08T14:30:00", "2026-01-08t14:30:00Z", "2O26-01-08T14:30:00Z",
        "1969-12-31T23:59:59Z", "-026-01-08T14:30:00Z", "1767882600",
    ],
)  # fmt: skip
def test_any_other_time_is_left_to_sql(said):
    assert in_place("at", said) is None


def test_a_leap_day_is_a_day():
    assert in_place("at", "2028-02-29T23:59:59.999999Z") == datetime(2028, 2, 29, 23, 59, 59, 999999)
    assert in_place("at", "2000-02-29T00:00:00Z") == datetime(2000, 2, 29)


@settings(max_examples=examples(300), deadline=None)
@given(st.from_regex(r"\A(\d{1,3}h)?(\d{1,3}m)?(\d{1,5}(\.\d{1,6})?(s|ms))?\Z").filter(bool))
def test_a_duration_is_read_in_place_as_sql_reads_it(sql, said):
    assert in_place("took", said) == sql("milliseconds($1, 's')", said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "12",
        "1.5",
        "1.s",
        ".5s",
        "1.2.3s",
        "-5s",
        "1m3",
        "1.5m3s",
        "5 s",
        "1S",
        "4us",
        "2min",
        "1d",
        "1e3s",
        "2.73 seconds",
        "45secs",
        "3minutes",
        "20msec",
        "1hour",
    ],
)
def test_any_other_duration_is_left_to_sql(said):
    assert in_place("took", said) is None


@settings(max_examples=examples(300), deadline=None)
@given(
    st.text("0123456789.smh-", max_size=12)
    | st.from_regex(r"\A\d{1,3} ?(ms|s|m|h|msec|sec|min|hour|minute|second)s?\Z")
)
def test_what_is_read_in_place_is_never_something_else_in_sql(sql, said):
    found = in_place("took", said)
    assert found is None or found == sql("milliseconds($1, 's')", said)


def test_a_text_with_escapes_is_left_to_sql():
    (row,) = read(records('{"at":"2026-01-08T14:30:00\\u005a","took":"1\\u0073"}'), FIELDS).usual.to_pylist()
    assert (row["f0"], row["t0"]) == ("2026-01-08T14:30:00Z", None)
    assert (row["f1"], row["d1"]) == ("1s", None)


def test_numbers_and_missing_values_are_left_to_sql():
    found = read(
        split(b'{"at":1767882600,"took":12}\n{"at":null}\n{}\n', 1).records, FIELDS
    ).usual.to_pylist()
    assert [(row["f0"], row["t0"], row["f1"], row["d1"]) for row in found] == [
        ("1767882600", None, "12", None),
        (None, None, None, None),
        (None, None, None, None),
    ]


def test_a_moment_is_utc():
    said = "2026-01-08T14:30:00.123Z"
    assert in_place("at", said).replace(tzinfo=UTC) == datetime(2026, 1, 8, 14, 30, 0, 123000, UTC)
