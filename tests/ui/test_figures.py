"""From rows to what a panel draws: the values, the names, what a click carries, and the sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import plotly.graph_objects as go
import pytest

from analytics.scope import Scope
from data.store import open_store
from service.access import LOCAL
from service.ask import Ask
from tests.ui.boards import PANELS, found, runs
from ui import figures
from ui.charts import Mark
from ui.ink import BAD, GOOD

WEEK = Scope(
    datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC), now=datetime(2026, 2, 1, tzinfo=UTC)
)
SAID = {
    "gauge": "Gauge: 75.0% of 4 succeeded or failed, bad.",
    "line": "Line: 4 in all, highest 2 at 6 Jan, 00:00.",
    "split": "Split: success 3 in all, highest 1 at 6 Jan, 00:00; failed 1 in all, highest 1 at 6 Jan, 00:00.",
    "ranking": "Ranking: acme 3, globex 1.",
    "ring": "Ring: http 75%, slack 25% of 4.",
    "grid": "Grid: 1 of 3 bad: http at 11 50.0%.",
    "bins": "Bins: 4 in all, most, 3, from 11 on.",
}


@pytest.fixture(scope="module")
def answers():
    store, ask = open_store("duckdb://:memory:"), Ask(workers=1)
    store.append("runs", runs())

    def answer(name, scope=WEEK):
        return ask.start(store, LOCAL, scope, found(name).question).result(30)

    yield answer
    ask.close()
    store.close()


def shown(answers, name, marks=()):
    drawn = figures.shown(found(name), WEEK, answers(name), None, marks)
    go.Figure(drawn.figure.to_dict())
    return drawn


def traces(answers, name):
    return shown(answers, name).figure.to_dict()["data"]


@pytest.mark.parametrize(("name", "said"), SAID.items())
def test_a_chart_says_what_it_shows(answers, name, said):
    assert shown(answers, name).says == said


@pytest.mark.parametrize(
    "panel", [each for each in PANELS if each.chart in figures.DRAW], ids=lambda each: each.id
)
def test_plotly_accepts_every_property_of_every_chart(answers, panel):
    name = panel.id.removeprefix("try.")
    drawn = figures.shown(panel, WEEK, answers(name))
    assert (drawn is None) == (name == "nothing")
    if drawn is not None:
        go.Figure(drawn.figure.to_dict())


def test_a_line_has_a_value_for_every_day_of_the_window(answers):
    line = next(trace for trace in traces(answers, "line") if trace["mode"] == "lines")
    assert list(zip([moment[8:10] for moment in line["x"]], line["y"], strict=True)) == [
        ("05", 0), ("06", 2), ("07", 1), ("08", 1), ("09", 0), ("10", 0), ("11", 0),
    ]  # fmt: skip


def test_a_bar_shows_the_name_and_carries_the_id(answers):
    (bars,) = traces(answers, "ranking")
    assert (bars["y"], bars["x"], bars["customdata"]) == (["globex", "acme"], [1, 3], [["globex"], ["acme"]])


def test_a_cell_carries_a_value_for_each_field_and_all_hours_are_there(answers):
    grid, marks = traces(answers, "grid")
    assert len(grid["x"]) == 24
    tips = {tuple(raw): tip for raw, tip in zip(marks["customdata"], marks["hovertext"], strict=True)}
    assert set(tips) == {("http", 10), ("http", 11), ("slack", 11)}
    assert "50.0% of 2 succeeded or failed" in tips["http", 11]


def test_a_gauge_is_in_the_ink_of_its_state(answers):
    (arc,) = traces(answers, "gauge")
    assert arc["gauge"]["bar"]["color"] == BAD


def test_a_state_has_its_ink_in_every_chart(answers):
    for name in ("split", "area", "stacked"):
        inks = {
            trace["name"]: (trace.get("line") or trace["marker"])["color"]
            for trace in traces(answers, name)
            if "name" in trace
        }
        assert inks == {"success": GOOD, "failed": BAD}


def test_one_answer_is_drawn_once_for_all_who_see_the_same_marks(answers):
    release = (Mark("2026-01-07T09:00:00", None, "Release 4.12"),)
    assert shown(answers, "line") is shown(answers, "line")
    assert shown(answers, "line", release) is shown(answers, "line", release)
    assert shown(answers, "line", release) is not shown(answers, "line")
    assert "Release" not in str(shown(answers, "line").figure.to_dict())
    assert shown(answers, "line", release).says.endswith("; meanwhile Release 4.12.")


def test_two_panels_over_one_answer_are_two_figures(answers):
    assert figures.shown(found("split"), WEEK, answers("split")) is not figures.shown(
        found("stacked"), WEEK, answers("split")
    )


def test_a_panel_without_a_row_draws_nothing(answers):
    assert figures.shown(found("nothing"), WEEK, answers("nothing")) is None


def test_a_sparkline_holds_whole_buckets_only(answers):
    panel, cut = found("count"), Scope(datetime(2026, 1, 6, 12, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))
    store, ask = open_store("duckdb://:memory:"), Ask(workers=1)
    store.append("runs", runs())
    trend = ask.start(store, LOCAL, cut, panel.trend).result(30)
    assert figures.curve(panel, cut, trend) == [1.0, 1.0]
    ask.close()
    store.close()
