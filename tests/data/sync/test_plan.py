"""History is cut into windows that leave nothing out and overlap nowhere, the newest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.sources.pull import Window
from data.sync import plan

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOON - timedelta(hours=hours)


def test_the_first_window_is_small_and_the_others_are_a_batch_each(monkeypatch):
    monkeypatch.setattr(plan, "FIRST", 10)
    monkeypatch.setattr(plan, "LARGEST", 30)
    counts = {at(hours): 10 for hours in range(1, 9)}
    assert list(plan.backwards(at(8), at(0), counts)) == [
        Window(at(1), at(0)),
        Window(at(4), at(1)),
        Window(at(7), at(4)),
        Window(at(8), at(7)),
    ]


def test_an_hour_with_more_than_a_batch_is_cut(monkeypatch):
    monkeypatch.setattr(plan, "LARGEST", 30)
    assert list(plan.backwards(at(1), at(0), {at(1): 60})) == [Window(at(0.5), at(0)), Window(at(1), at(0.5))]


def test_without_counts_windows_are_an_hour_and_then_days():
    assert list(plan.backwards(at(30), at(0), None)) == [
        Window(at(1), at(0)),
        Window(at(25), at(1)),
        Window(at(30), at(25)),
    ]


@given(
    st.integers(0, 3000),
    st.integers(0, 59),
    st.integers(0, 59),
    st.none() | st.dictionaries(st.integers(0, 3000), st.integers(0, 900_000), max_size=40),
)
def test_windows_are_all_of_the_stretch_and_none_of_it_twice(hours, late, early, counts):
    start, stop = at(hours) - timedelta(minutes=early), at(0) + timedelta(minutes=late)
    found = list(plan.backwards(start, stop, counts and {at(n): many for n, many in counts.items()}))
    assert all(each.start < each.stop for each in found)
    edges = [stop, *(each.start for each in found)]
    assert [each.stop for each in found] == edges[: len(found)]
    assert edges[-1] == start or start == stop
