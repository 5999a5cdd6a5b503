"""A board that refreshes itself tells what is new since the page was last looked at."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from analytics.board import Board, Panel, Row
from analytics.query import AUTO, Query
from analytics.scope import Scope
from data.store import open_store
from ui import questions

PAGE = "overview/mission_control.py"
SINCE, SHOWN, SEEN = (f"live_mission-control_{name}" for name in ("since", "shown", "seen"))


@pytest.fixture
def quarter(tmp_path, monkeypatch, app):
    """Calls of two queries, one of them failed, and a line of an error, a quarter of an hour ago."""
    at = datetime.now(UTC) - timedelta(minutes=15)
    store = open_store(tmp_path / "tenantscope.duckdb")
    common = {"occurred_at": at, "tenant_id": "a", "cost_usd": "0.25"}
    store.append("llm_calls", [{"call_id": "1", "request_id": "r", "status": "failed", **common}])
    store.append("llm_calls", [{"call_id": "2", "request_id": "r", "status": "success", **common}])
    store.append("llm_calls", [{"call_id": "3", "request_id": "s", "status": "failed", **common}])
    store.append("logs", [{"log_id": "1", "occurred_at": at, "tenant_id": "a", "level": "error"}])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    return app


def line(at) -> str:
    return next(text.value for text in at.markdown if "since" in text.value)


def test_nothing_is_new_on_a_page_that_was_just_opened(quarter):
    at = quarter(PAGE)
    assert not at.exception
    assert line(at).startswith(":gray[Nothing is new yet since")


def test_what_happened_while_the_page_was_away_is_new_until_it_is_called_seen(quarter):
    at = quarter(PAGE)
    # The page was last on the screen half an hour ago.
    at.session_state[SHOWN] = at.session_state[SINCE] = datetime.now(UTC) - timedelta(minutes=30)
    at.run()
    assert ": **2** AI queries, **1** failed, **$0.75**, **1** error line" in line(at).replace("\\", "")
    at.button(key=SEEN).click().run()
    assert line(at).startswith(":gray[Nothing is new yet since")


def test_of_a_window_that_is_over_panels_of_the_last_hour_answer_for_all_of_it():
    end = datetime(2026, 3, 20, 19, tzinfo=UTC)
    asked = Query(("ai_queries",))
    hour = Panel("b.hour", "Hour", "", asked, chart="number", value="ai_queries", window="1h",
                 trend=Query(("ai_queries",), grain="minute"))  # fmt: skip
    month = Panel("b.month", "Month", "", asked, chart="number", value="ai_queries", window="30d")
    board = Board("b", "B", "", (Row((hour, month)),))
    running, over = (
        Scope(end - timedelta(hours=8), end, now=now) for now in (end, end + timedelta(minutes=1))
    )
    assert questions.fitted(board, running) == board
    first, second = questions.fitted(board, over).panels
    assert first.scope(over) == over
    assert first.trend == Query(("ai_queries",), grain=AUTO)
    assert second == month
