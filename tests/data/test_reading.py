"""Times, durations and numbers as texts say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import reading
from tests.examples import examples


@pytest.fixture(scope="module")
def say():
    """One expression's value."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    reading.prepare(connection)

    def run(expression: str, *values: object):
        return connection.execute(f"select {expression}", list(values)).fetchone()[0]

    yield run
    connection.close()


AT = datetime(2026, 1, 8, 14, 30)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-01-08T14:30:00Z", AT),
        ("2026-01-08 14:30:00Z", AT),
        ("2026-01-08T16:30:00+02:00", AT),
        ("2026-01-08 16:30:00 +0200", AT),
        ("2026-01-08T07:30:00-07", AT),
        ("2026-01-08T20:15:00+05:45", AT),
        ("2026-01-08 14:30:00 UTC", AT),
        ("2026-01-08T14:30:00.123456789Z", AT + timedelta(microseconds=123456)),
        ("2026-01-08T15:30:00,5+01:00", AT + timedelta(milliseconds=500)),
        ("20260108T143000Z", AT),
        ("08/Jan/2026:15:30:00 +0100", AT),
        ("Thu, 08 Jan 2026 14:30:00 GMT", AT),
        ("1767882600", AT),
        ("1767882600.25", AT + timedelta(milliseconds=250)),
        ("1.7678826e9", AT),
        ("1767882600123", AT + timedelta(milliseconds=123)),
        ("1767882600123456", AT + timedelta(microseconds=123456)),
        ("1767882600123456789", AT + timedelta(microseconds=123456)),
    ],
)
def test_a_time_that_says_its_zone(say, said, moment):
    assert say("moment($1, null)", said) == moment
    assert say("moment($1, 'Asia/Tokyo')", said) == moment


@pytest.mark.parametrize(
    "said",
    ["", "yesterday", "now", "infinity", "epoch", "12", "2026-02-30T00:00:00Z", "08/01/2026", "-5", "1e400"],
)
def test_what_is_no_time(say, said):
    assert say("moment($1, 'UTC')", said) is None


@pytest.mark.parametrize(
    ("said", "zone", "moment"),
    [
        ("2026-01-08 15:30:00", "Europe/Berlin", AT),
        ("2026-01-08T15:30", "Europe/Berlin", AT),
        ("2026-01-09", "Asia/Kathmandu", datetime(2026, 1, 8, 18, 15)),
        # The hour that comes twice: the second is meant.
        ("2024-11-03 01:30:00", "America/New_York", datetime(2024, 11, 3, 6, 30)),
        ("2024-10-27 02:30:00", "Europe/Berlin", datetime(2024, 10, 27, 1, 30)),
        ("2024-04-07 01:45:00", "Australia/Lord_Howe", datetime(2024, 4, 6, 15, 15)),
        # The hour that never comes: counted on from before the jump.
        ("2024-03-10 02:30:00", "America/New_York", datetime(2024, 3, 10, 7, 30)),
    ],
)
def test_a_time_without_zone_is_of_the_named_one(say, said, zone, moment):
    assert say("moment($1, $2)", said, zone) == moment
    assert say("moment($1, null)", said) is None
    assert say("has_zone($1)", said) is False


@settings(max_examples=examples(200), deadline=None)
@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)),
    st.integers(-14 * 4, 14 * 4),
    st.sampled_from(["T", " "]),
)
def test_every_iso_time_is_read_as_python_reads_it(say, naive, quarters, separator):
    aware = naive.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert say("moment($1, null)", aware.isoformat(separator)) == aware.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("said", "ms"),
    [
        ("1.2s", 1200), ("850ms", 850), ("1m3s", 63_000), ("1h2m3.5s", 3_723_500), ("3us", 0.003), ("4µs", 0.004),
        ("500 ms", 500), ("2 min", 120_000), ("1.5h", 5_400_000), ("PT1.5S", 1500), ("PT1H2M", 3_720_000),
        ("00:01:03.5", 63_500), ("0s", 0), ("2.73 seconds", 2730), ("3 minutes", 180_000), ("250 milliseconds", 250),
        ("1 hour", 3_600_000), ("45 secs", 45_000), ("1 Second", 1000), ("2 hrs 5 mins", 7_500_000), ("1 day", 86_400_000),
        ("7 microseconds", 0.007), ("9 nanoseconds", 0.000009), ("20msecs", 20), ("3minutes2seconds", 182_000),
    ],
)  # fmt: skip
def test_a_duration_with_units(say, said, ms):
    assert say("milliseconds($1, 's')", said) == pytest.approx(ms)


@pytest.mark.parametrize(("unit", "ms"), [("ns", 0.0015), ("us", 1.5), ("ms", 1500), ("s", 1_500_000)])
def test_a_bare_number_has_the_unit_of_its_field(say, unit, ms):
    assert say("milliseconds('1500', $1)", unit) == pytest.approx(ms)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "1m3",
        "s",
        "1.2.3s",
        "5 bananas",
        "3 minutess",
        "seconds",
        "3 minute s",
        "nan",
        "-5",
        "-20s",
        "-1ms",
        " -5s",
    ],
)
def test_what_is_no_duration(say, said):
    assert say("milliseconds($1, 'ms')", said) is None


@settings(max_examples=examples(200), deadline=None)
@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_every_duration_adds_up(say, hours, minutes, seconds, ms):
    said = f"{hours}h{minutes}m{seconds}s{ms}ms"
    assert say("milliseconds($1, 's')", said) == pytest.approx(
        3_600_000 * hours + 60_000 * minutes + 1000 * seconds + ms
    )


@pytest.mark.parametrize(
    ("said", "number"), [("12", 12), ("12.0", 12), ("-3", -3), ("12.5", None), ("x", None), ("", None)]
)
def test_a_whole_number(say, said, number):
    assert say("whole($1)", said) == number


@pytest.mark.parametrize(
    ("said", "status"),
    [("OK", "success"), ("Succeeded", "success"), ("error", "failed"), ("canceled", "cancelled"), ("timed_out", "timeout"), ("running", None)],
)  # fmt: skip
def test_how_a_run_ended(say, said, status):
    assert say("run_status($1)", said) == status
