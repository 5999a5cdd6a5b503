"""Sessions by hand: where a pause, a campaign or the sender begins one, and whose rows they hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.scope import Scope
from analytics.sessions import SESSIONS, sessions, visits_begun
from data.contract import faults
from tests.analytics.table import rows, table
from tests.examples import examples

DAY = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))


def append(store, text: str) -> None:
    """Events of the 8th, their campaign an attribute."""
    given_rows = [
        row | {"event_id": str(n), "occurred_at": f"2026-01-08T{row['at']}Z"}
        for n, row in enumerate(table(text))
    ]
    assert (
        store.append("events", [{k: v for k, v in row.items() if k != "at"} for row in given_rows]).rejected
        == 0
    )


def told(found) -> list[tuple[object, ...]]:
    return [
        (row.person, f"{row.began_at:%H:%M}", f"{row.ended_at:%H:%M}", row.events, row.campaign)
        for row in found.itertuples()
    ]


def test_the_statement_with_its_fields_keeps_to_the_door():
    assert faults(SESSIONS) == ()


def test_a_pause_of_more_than_half_an_hour_begins_a_session(store):
    append(
        store,
        """
        at        anonymous_id
        10:00:00  ann
        10:30:00  ann
        11:00:01  ann
        10:15:00  bob
        """,
    )
    assert told(sessions(store, DAY)) == [
        ("ann", "10:00", "10:30", 2, ""),
        ("bob", "10:15", "10:15", 1, ""),
        ("ann", "11:00", "11:00", 1, ""),
    ]
    assert [row[3] for row in told(sessions(store, DAY, gap=timedelta(minutes=31)))] == [3, 1]


def test_another_campaign_begins_a_session_and_the_first_one_names_it(store):
    append(
        store,
        """
        at        anonymous_id  utm_campaign
        10:00:00  ann           -
        10:01:00  ann           spring
        10:02:00  ann           -
        10:03:00  ann           spring
        10:04:00  ann           autumn
        10:05:00  ann           spring
        12:00:00  ann           -
        12:01:00  ann           autumn
        """,
    )
    assert told(sessions(store, DAY)) == [
        ("ann", "10:00", "10:03", 4, "spring"),
        ("ann", "10:04", "10:04", 1, "autumn"),
        ("ann", "10:05", "10:05", 1, "spring"),
        ("ann", "12:00", "12:01", 2, "autumn"),
    ]


def test_the_sessions_of_the_sender_stand(store):
    append(
        store,
        """
        at        user_id  session_id  campaign
        10:00:00  ann      s1          spring
        10:10:00  ann      -           -
        11:00:00  ann      s1          autumn
        11:01:00  ann      s2          -
        11:02:00  bob      s1          -
        """,
    )
    assert told(sessions(store, DAY)) == [
        ("ann", "10:00", "11:00", 2, "spring"),
        ("ann", "10:10", "10:10", 1, ""),
        ("ann", "11:01", "11:01", 1, ""),
        ("bob", "11:02", "11:02", 1, ""),
    ]


def test_a_visitor_who_signs_in_stays_in_the_session_and_tenants_stay_apart(store):
    append(
        store,
        """
        at        tenant_id  anonymous_id  user_id
        10:00:00  -          a1            -
        10:05:00  acme       a1            7
        10:10:00  acme       -             7
        10:10:00  globex     -             7
        10:20:00  -          -             -
        """,
    )
    identities = [{"tenant_id": "acme", "alias": alias, "person_id": "ann"} for alias in ("a1", "7")]
    store.append("identities", identities)
    assert told(sessions(store, DAY)) == [("ann", "10:00", "10:10", 3, ""), ("7", "10:10", "10:10", 1, "")]
    acme = sessions(store.view(frozenset({"acme"})), Scope(DAY.start, DAY.end, tenants=frozenset({"acme"})))
    assert told(acme) == [("ann", "10:00", "10:10", 3, "")]
    assert told(sessions(store, DAY, of=[("globex", "7")])) == [("7", "10:10", "10:10", 1, "")]


def test_visits_are_sessions_of_visitors(store):
    append(
        store,
        """
        at        anonymous_id  user_id  utm_campaign
        10:00:00  a1            -        -
        10:00:00  -             7        -
        10:00:00  -             8        spring
        """,
    )
    assert [row[0] for row in told(sessions(store, DAY, visits=True))] == ["8", "a1"]


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 6 * 60),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["", "", "s1", "s2"]),
        st.sampled_from(["", "", "spring", "autumn"]),
    ),
    min_size=1,
    max_size=25,
)


def by_hand(events: list[tuple[int, str, str, str]]) -> list[tuple[str, int, int, int, str]]:
    """The rule as a loop over rows in their order: who, first and last minute, rows, campaign."""
    found: dict[tuple[str, str], list[list[tuple[int, str]]]] = {}
    for minute, person, sent, campaign in events:
        chain = found.setdefault((person, sent), [[]])
        named = [each for _, each in chain[-1] if each]
        if sent == "" and chain[-1]:
            late = minute - chain[-1][-1][0] > 30
            other = bool(campaign and named and campaign != named[-1])
            if late or other:
                chain.append([])
        chain[-1].append((minute, campaign))
    return sorted(
        (person, each[0][0], each[-1][0], len(each), next((name for _, name in each if name), ""))
        for (person, _), chain in found.items()
        for each in chain
    )


@pytest.fixture(scope="module")
def emptied(in_memory):
    return in_memory()


@settings(max_examples=examples(40), deadline=None)
@given(events=EVENTS, minute=st.integers(0, 6 * 60))
def test_sessions_are_those_of_the_rule_and_hold_every_row_once(emptied, events, minute):
    emptied.cursor().execute("delete from raw.events")
    ordered = sorted(events, key=lambda event: event[0])
    given_rows = [
        {
            "event_id": f"{n:03d}", "occurred_at": DAY.start + timedelta(minutes=minute), "anonymous_id": person,
            "session_id": sent, "attributes": {"campaign": campaign} if campaign else {},
        }
        for n, (minute, person, sent, campaign) in enumerate(ordered)
    ]  # fmt: skip
    emptied.append("events", given_rows)
    found = sessions(emptied, DAY)
    assert found["events"].sum() == len(events)
    minutes = [
        (each - DAY.start) // timedelta(minutes=1) for each in (*found["began_at"], *found["ended_at"])
    ]
    began, ended = minutes[: len(found)], minutes[len(found) :]
    assert sorted(
        zip(found["person"], began, ended, found["events"], found["campaign"], strict=True)
    ) == by_hand(ordered)
    # Those begun from a moment on are the same ones, however little of the rows before it is read.
    moment = DAY.start + timedelta(minutes=minute)
    later = sessions(emptied, DAY, begun=moment)
    assert rows(later) == rows(found[found["began_at"] >= moment])
    anns = sessions(emptied, DAY, begun=moment, of=[("", "ann")])
    assert rows(anns) == rows(later[later["person"] == "ann"])
    began = replace(DAY, start=moment)
    counted = visits_begun(emptied, began, since=DAY.start).sort_values("campaign")
    each = sessions(emptied, DAY, begun=moment, visits=True).groupby("campaign")["person"]
    assert rows(counted) == list(zip(each.size().index, each.size(), each.nunique(), strict=True))
