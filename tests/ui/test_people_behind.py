"""Whoever is counted by a mark of people is listed by a click on it: of every board, as many as it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import streamlit as st

from analytics.cohort import CohortMembers
from analytics.scope import Scope
from data.store import open_store
from ui import (
    cell_people,
    clicks,
    curve_people,
    figures,
    mark_people,
    navigation,
    people_behind,
    people_cohort,
    row_people,
    state_people,
    step_people,
)
from ui.asked import Asked
from ui.drawing import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from analytics.board import Panel

PANELS = {
    panel.id: panel
    for screen in navigation.boards()
    if screen.board is not None
    for panel in screen.board.panels
    if clicks.listable(panel)
}
TABLES = {name: panel for name, panel in PANELS.items() if panel.chart == "table"}
CHARTS = {name: panel for name, panel in PANELS.items() if name not in TABLES}
# What each column's people are counted by, where it is not the column itself that says it.
COUNTED_BY = {
    **dict.fromkeys(("feature", "share", "a_week"), "users"),
    "retained_with": "tried",
    "retained_without": "left_out",
}


@pytest.fixture(scope="module")
def store(small_demo):
    opened = open_store(f"duckdb:///{small_demo}/demo.duckdb")
    yield opened
    opened.close()


def marks(panel: Panel, scope: Scope, frame: pd.DataFrame) -> Iterator[list[object]]:
    """What the marks of the panel's figure carry for a click."""
    drawn = figures.DRAW[panel.chart](Subject(panel, scope, frame))
    for trace in drawn.figure.data:
        # The unseen marks of buckets are for a drag.
        if trace.get("hoverinfo") != "skip":
            yield from filter(None, trace.get("customdata") or ())


def behind_of(panel: Panel, key: str) -> people_behind.Behind:
    """Whom the mark that was clicked is of."""
    if panel.chart == "triangle":
        found: people_behind.Behind | None = cell_people.clicked(key)
    else:
        kinds = (mark_people, curve_people, state_people, step_people)
        found = next(of for of in kinds if of.listable(panel)).clicked(panel, key)
    assert found is not None
    return found


def counted(panel: Panel, frame: pd.DataFrame, sent: list) -> int:
    """What the chart counts there."""
    if panel.chart == "triangle":
        cell = (frame["cohort"] == datetime.fromisoformat(sent[0])) & (frame["period"] == sent[1])
        return frame.loc[cell, "actors"].item()
    if mark_people.listable(panel):
        return frame[panel.value].iloc[sent[0]].item()
    if curve_people.listable(panel):
        point = frame["period"] == sent[0]
        if panel.by:
            point &= frame[panel.by] == " · ".join(sent[1:])
        return frame.loc[point, "actors"].item()
    if state_people.listable(panel):
        part = (frame["bucket"] == datetime.fromisoformat(sent[0])) & (frame["lifecycle"] == sent[1])
        return abs(frame.loc[part, "users"].item())
    step, value, waiting = sent
    bar = frame["step"] == abs(step)
    if panel.by:
        bar &= frame[panel.by] == value
    return frame.loc[bar, "count" if step > 0 else "may" if waiting else "left"].item()


@pytest.mark.parametrize("panel", CHARTS.values(), ids=CHARTS)
def test_as_many_people_as_the_mark_counts(panel, store):
    now = datetime.now(UTC)
    scope = panel.scope(Scope(start=now - timedelta(days=10), end=now, now=now))
    frame = panel.question(store, scope)
    carried = list(marks(panel, scope, frame))
    assert carried
    for sent in carried:
        st.session_state["key"] = {"selection": {"points": [{"customdata": sent}]}}
        behind = behind_of(panel, "key")
        asked = Asked(panel, None, panel.question, scope, "", None)
        assert len(behind.question(asked)(store, scope)) == counted(panel, frame, sent), sent


@pytest.mark.parametrize("panel", TABLES.values(), ids=TABLES)
def test_as_many_people_as_the_cell_of_a_table_counts(panel, store):
    now = datetime.now(UTC)
    scope = panel.scope(Scope(start=now - timedelta(days=10), end=now, now=now))
    frame = panel.question(store, scope)
    listed = set()
    for place in {0, len(frame) // 2, len(frame) - 1}:
        for column in panel.show:
            st.session_state["key"] = {"selection": {"cells": [[place, column]]}}
            behind = row_people.clicked(panel, frame, "key")
            if behind is None:
                continue
            listed.add(column)
            found = behind.question(None)(store, scope)
            assert not found.duplicated(["tenant_id", "unit"]).any()
            of_links = "sittings" in found
            count = int(found["sittings"].sum()) if of_links else len(found)
            by = "sittings" if of_links else COUNTED_BY.get(column, column)
            assert count == frame[by].iloc[place], (place, column)
            if column.startswith("retained_") and len(found):
                assert found["stayed"].mean() == pytest.approx(frame[column].iloc[place])
    assert listed
    assert set(panel.show) - listed <= {"difference", "low", "high", "goes_with"}


@pytest.mark.parametrize("name", ["retention.triangle", "retention.curve", "activation.funnel"])
def test_a_list_that_is_saved_as_a_cohort_has_the_same_people(name, store):
    now = datetime.now(UTC)
    panel = PANELS[name]
    scope = panel.scope(Scope(start=now - timedelta(days=30), end=now, now=now))
    sent = next(marks(panel, scope, panel.question(store, scope)))
    st.session_state["key"] = {"selection": {"points": [{"customdata": sent}]}}
    asked = Asked(panel, None, panel.question, scope, "", None)
    question = behind_of(panel, "key").question(asked)
    for window in ("30d", None):
        cohort = people_cohort.cohort_of(question, scope, window)
        assert cohort is not None
        listed, members = question(store, scope), CohortMembers(cohort)(store, scope)
        assert len(listed)
        assert set(members["unit"]) == set(listed["unit"])


def test_a_list_of_whom_no_criterion_tells_is_kept_as_it_is(store):
    now = datetime.now(UTC)
    scope = Scope(start=now - timedelta(days=30), end=now, now=now)
    states = PANELS["retention.lifecycle"]
    sent = list(marks(states, scope, states.question(store, scope)))[-1]
    st.session_state["key"] = {"selection": {"points": [{"customdata": sent}]}}
    question = behind_of(states, "key").question(Asked(states, None, states.question, scope, "", None))
    assert people_cohort.cohort_of(question, scope, "30d") is None
    found = question(store, scope)
    kept = people_cohort.listed_of(found, "user_id")
    assert kept is not None
    members = CohortMembers(kept)(store, scope)
    assert set(zip(members["tenant_id"], members["unit"], strict=True)) == set(
        zip(found["tenant_id"], found["unit"], strict=True)
    )
    assert people_cohort.listed_of(found, "session_id") is None
    assert people_cohort.listed_of(found.head(0), "user_id") is None
