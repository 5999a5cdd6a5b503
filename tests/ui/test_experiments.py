"""The page of experiments: which one it tells of, what it is judged by, and the calculator."""

from __future__ import annotations

import json
import os

import plotly.graph_objects as go
import pytest

from analytics.request import Request
from analytics.settings import Goal
from data.store import open_store
from tests.analytics.shop import events
from tests.ui.looking import said
from ui import charts, experiments
from ui.charts import Between
from ui.charts.intervals import reach_of
from ui.experiments import goal_of, sentence, shown
from ui.ink import BAD, GOOD, NEUTRAL, SERIES
from ui.lifts import ink_of
from ui.power import sooner

WINDOW = "2026-01-08~2026-01-12"
PAGE = "product/experiments.py"


@pytest.fixture(scope="module")
def shop_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    store = open_store(folder / "demo.duckdb")
    store.append("events", list(events()), source="shop")
    store.close()
    return folder


@pytest.fixture
def page(shop_folder, monkeypatch, app):
    """The page of the shop, with these choices."""
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(shop_folder))
    return lambda **chosen: app(PAGE, scope=Request(window=WINDOW, choices=tuple(chosen.items())).text())


def tables(at) -> list[dict]:
    return [frame.value.to_dict("list") for frame in at.dataframe]


def figures(at) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def results(at) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def test_the_page_tells_of_the_experiment_that_began_last(page):
    at = page()
    assert not at.exception
    listed, result = tables(at)
    assert listed["experiment"] == ["price", "layout"]
    assert (result["variant"], result["conversions"]) == (["control", "treatment"], [12, 45])
    assert any("treatment is ahead of control by 200" in each.value.replace("\\", "") for each in at.markdown)
    assert [chart.proto.alt.partition(":")[0] for chart in at.get("plotly_chart")] == [
        "Lift against the control",
        "Lift by day",
    ]
    for figure in figures(at):
        go.Figure(figure)


def test_another_experiment_is_chosen_into_the_address(page):
    at = page(goal_event="bought")
    at.selectbox(key="w_experiment").set_value("layout").run()
    assert said(at)["choices"] == {"experiment": "layout"}
    assert tables(at)[1]["people"] == [199, 100]
    assert any("Broken split" in each.value for each in at.markdown)


def test_another_goal_of_the_address_is_what_the_result_is_judged_by(page):
    at = page(
        experiment="price", goal_event="bought", goal_measured="sum", goal_attribute="amount", goal_days="1"
    )
    result = tables(at)[1]
    assert result["mean"] == [0.5, 1.5]
    assert "conversions" not in result
    assert "rate" not in result


def test_an_experiment_that_is_not_there_says_so_in_its_panels(page):
    at = page(experiment="no such")
    assert not at.exception
    assert not at.get("plotly_chart")


def test_the_calculator_begins_with_today_and_keeps_what_is_typed(page):
    at = page()
    assert at.number_input(key="w_experiments.power__baseline").value == 10.0
    # From 10.0 % to 11.0 % takes 14,751 people a variant, of whom 135 come a day.
    assert results(at) == {"People a variant": "14,751", "People in all": "29,502", "Days": "219"}
    at.number_input(key="w_experiments.power__effect").set_value(20.0).run()
    assert results(at) == {"People a variant": "3,841", "People in all": "7,682", "Days": "57"}
    at.number_input(key="w_experiments.power__baseline").set_value(95.0).run()
    assert not results(at)
    assert any("wish for 100" in each.value for each in at.caption)


def test_a_goal_of_an_address_that_means_nothing_is_none():
    assert goal_of(Request()) is None
    assert goal_of(Request(choices=(("goal_measured", "median"),))) is None
    assert goal_of(Request(choices=(("goal_days", "many"),))) is None
    assert goal_of(Request(choices=(("goal_measured", "sum"),))) is None
    chosen = (("goal_event", "bought"), ("goal_measured", "count"), ("goal_attribute", "left over"))
    assert goal_of(Request(choices=chosen)) == Goal("bought", "count")


def test_every_panel_asks_of_what_was_chosen():
    from pages.product.experiments import BOARD, RESULT  # noqa: PLC0415  a page is read as a script of its own

    board = experiments.of_request(BOARD, Request(choices=(("experiment", "price"),)))
    assert [getattr(panel.question, "experiment", None) for panel in board.panels] == [None, *["price"] * 4]
    assert "mean" in shown(RESULT, Goal("bought", "count"))


def test_a_verdict_warns_where_the_split_is_broken():
    assert sentence("Broken split", 0.0001).startswith(":red[:material/warning:]")
    assert sentence("No difference", 0.5) == ":gray[:material/gavel:] **No difference**"


def test_an_interval_is_a_line_with_its_ends_and_its_words():
    row = Between("treatment", [0.5], [0.2], [0.9], GOOD)
    figure = charts.intervals([row], charts.fitting("ratio", [0.9]))
    go.Figure(figure.to_dict())
    assert [(trace["mode"], trace["x"]) for trace in figure.data] == [
        ("lines", [0.2, 0.9]),
        ("markers", [0.2, 0.9]),
        ("markers", [0.5]),
    ]
    assert figure.data[-1]["text"][0] == "50.0% (20.0% to 90.0%)"
    alone = charts.intervals([Between("b", [0.5], [None], [None], NEUTRAL)], charts.fitting("ratio", [0.5]))
    assert [trace["x"] for trace in alone.data] == [[0.5]]


def test_an_interval_has_the_ink_of_what_it_leaves_out():
    assert [ink_of(*ends) for ends in ((0.1, 0.2, "up"), (-0.2, -0.1, "up"), (0.1, 0.2, "down"))] == [
        GOOD,
        BAD,
        BAD,
    ]
    assert {ink_of(*ends) for ends in ((-0.1, 0.2, "up"), (None, 0.2, "up"), (0.1, 0.2, "none"))} == {NEUTRAL}


def test_a_band_is_drawn_where_something_is_ruled_out(page):
    band = figures(page())[1]
    low, high, line = (trace for trace in band["data"] if trace["mode"] == "lines")
    assert [len(each["x"]) for each in (low, high, line)] == [2, 2, 3]
    assert (high["fill"], line["line"]["color"]) == ("tonexty", SERIES[0])
    # So few of the control converted that no lift is too large: the band is open to the top of the axis.
    assert high["y"] == [band["layout"]["yaxis"]["range"][1]] * 2
    assert line["y"] == pytest.approx([2.0, 2.0, 2.0])


def test_the_wide_beginning_of_a_band_does_not_press_the_rest_flat():
    wide = Between("b", [0.5, 0.4, 0.3, 0.3], [-9.0, -1.0, 0.1, 0.1], [20.0, 2.0, 0.5, 0.5], NEUTRAL)
    low, high = reach_of([wide])
    assert -1 < low < 0
    assert 0.5 < high < 1
    assert reach_of([Between("b", [None], [None], [None], NEUTRAL)]) is None


def test_what_can_be_seen_sooner_is_said():
    from analytics.experiment_power import Plan  # noqa: PLC0415

    assert sooner(Plan(0.1, 0.2, people_a_day=1000)) == (
        "From 10.0% to 12.0%. Smallest lift that can be seen: 21.0% in 1 week, 14.7% in 2 weeks, 10.3% in 4 weeks."
    )
    assert sooner(Plan(0.1, 0.2)) == "So few people a day show no effect within four weeks."
