"""What a figure of cohorts and of paths holds."""

from __future__ import annotations

import pandas as pd
import pytest

from pages.product import retention
from tests.analytics.table import at, window
from tests.ui.drawn import plain, traces
from ui import charts, coming_back
from ui.charts import Series
from ui.charts.sankey import Link
from ui.charts.triangle import Cohort, CohortCell
from ui.drawing import Subject
from ui.ink import NEUTRAL, SERIES, soft

JUNE = Cohort(
    "1 Jun",
    "40",
    (
        CohortCell(1, 0.5, "20", over=True, raw=("2026-06-01", 1)),
        CohortCell(2, 0.25, "10", over=False, raw=("2026-06-01", 2)),
    ),
    raw=("2026-06-01", 0),
)
LATER = Cohort("8 Jun", "30", (CohortCell(1, 0.1, "3", over=False, raw=("2026-06-08", 1)),))
LINKS = [
    Link(0, "open", "list", 30),
    Link(0, "open", "(exit)", 10),
    Link(1, "list", "open", 29),
    Link(1, "list", "help", 1),
]


def flow(**changed):
    asked = {"backwards": False, "quiet": ("(exit)",), "said": lambda count: f"{count:.0f} paths", **changed}
    (trace,) = traces(charts.sankey(LINKS, **asked))
    return trace


def test_finished_cells_stand_apart_from_those_that_may_still_grow():
    figure = charts.triangle([JUNE, LATER], "week", plain("ratio", 1))
    over, running, marks = traces(figure)
    assert (over["z"], running["z"]) == ([[0.5, None], [None, None]], [[None, 0.25], [0.1, None]])
    assert running["opacity"] < over["opacity"] == 1
    assert over["zmax"] == running["zmax"] == 0.5
    assert len(figure.layout["shapes"]) == 2
    assert marks["text"] == [
        "<b>50%</b><br>20",
        "<b>25%</b><br>10",
        "<b>10%</b><br>3",
        "<b>40</b>",
        "<b>30</b>",
    ]


def test_a_cell_says_where_it_is_and_carries_it():
    *_, marks = traces(charts.triangle([JUNE], "week", plain("ratio", 1)))
    assert marks["customdata"] == [["2026-06-01", 1], ["2026-06-01", 2], ["2026-06-01", 0]]
    assert marks["hovertext"] == [
        "<b>1 Jun</b> · week 1<br>50.0%, 20 of 40<br><i>Click to see who</i>",
        "<b>1 Jun</b> · week 2<br>25.0%, 10 of 40<br>Not over yet<br><i>Click to see who</i>",
        "<b>1 Jun</b><br>40 started<br><i>Click to see who</i>",
    ]


def test_a_cohort_without_a_period_yet_has_its_row():
    figure = charts.triangle([Cohort("8 Jun", "30", ())], "week", plain("ratio", 1))
    *_, marks = traces(figure)
    assert (figure.layout["yaxis"]["ticktext"], marks["text"]) == (["8 Jun"], ["<b>30</b>"])
    assert marks["customdata"] == [None]


def test_a_name_at_two_steps_is_two_nodes_of_one_ink():
    trace = flow()
    assert trace["node"]["customdata"] == ["open", "(exit)", "list", "help", "open"]
    inks = dict(zip(range(5), trace["node"]["color"], strict=True))
    assert inks[0] == inks[4] in SERIES
    assert inks[1] == soft(NEUTRAL, 0.7)
    assert list(zip(trace["link"]["source"], trace["link"]["target"], trace["link"]["value"], strict=True)) == [
        (0, 2, 30), (0, 1, 10), (2, 4, 29), (2, 3, 1),
    ]  # fmt: skip


def test_bands_from_nothing_in_particular_and_to_the_end_are_grey():
    assert flow()["link"]["color"] == [
        soft(SERIES[0], 0.22),
        soft(NEUTRAL, 0.16),
        *flow()["link"]["color"][2:],
    ]
    assert flow(quiet=("list",))["link"]["color"][2:] == [soft(NEUTRAL, 0.16)] * 2


def test_thin_nodes_have_no_label_and_long_ones_a_short_one():
    assert flow()["node"]["label"] == ["open", "(exit)", "list", "", "open"]
    (trace,) = traces(
        charts.sankey([Link(0, "a_very_long_name_of_an_event", "b", 1)], backwards=False, quiet=(), said=str)
    )
    assert trace["node"]["label"][0] == "a_very_long_name_…"


def test_backwards_the_columns_line_up_from_the_right():
    assert (flow()["node"]["align"], flow(backwards=True)["node"]["align"]) == ("left", "right")


def test_a_curve_ends_where_it_has_no_value():
    series = [Series("pro", [1.0, 0.5, None], SERIES[0]), Series("free", [1.0, 0.25, 0.2], SERIES[1])]
    pro, free = traces(figure := charts.curve([0, 1, 2], series, plain("ratio", 1), called="Week"))
    assert (pro["x"], pro["y"], pro["connectgaps"]) == ([0, 1, 2], [1.0, 0.5, None], False)
    assert free["name"] == "free"
    # The first place says what the others count.
    assert figure.layout["xaxis"]["ticktext"] == ["Week 0", "1", "2"]
    assert figure.layout["xaxis"]["unifiedhovertitle"] == {"text": "<b>Week %{x}</b>"}


def test_a_curve_lies_inside_its_range_as_far_as_that_is_known():
    series = [Series("pro", [1.0, 0.5, None], SERIES[0])]
    held = [([1.0, 0.4, None], [1.0, 0.6, None])]
    low, high, line = traces(charts.curve([0, 1, 2], series, plain("ratio", 1), called="Week", ranges=held))
    assert [(each["x"], each["y"]) for each in (low, high)] == [([0, 1], [1.0, 0.4]), ([0, 1], [1.0, 0.6])]
    assert (high["fill"], high["hoverinfo"], line["y"]) == ("tonexty", "skip", [1.0, 0.5, None])


def test_a_first_cohort_that_the_window_cuts_says_so():
    """The window begins on Wednesday 3 June, so that the week of 1 June lacks who started before it."""
    weeks = [at("2026-06-01"), at("2026-06-08")]
    frame = pd.DataFrame(
        {"cohort": weeks, "period": 0, "actors": 4, "retained": 1.0, "retained_of": 4, "complete": True}
    )
    scope = window("2026-06-03", "2026-06-15")
    drawn = coming_back.triangle(Subject(retention.TRIANGLE, scope, frame))
    assert drawn.figure.layout["yaxis"]["ticktext"] == ["1 Jun<br>cut", "8 Jun"]
    assert traces(drawn.figure)[-1]["customdata"] == [[week.isoformat(), 0] for week in weeks]


@pytest.mark.parametrize(("periods", "wide"), [(8, False), (9, True)])
def test_a_triangle_of_more_periods_than_a_phone_holds_is_wide(periods, wide):
    """Period 0 is the size, so eight are seven cells."""
    frame = pd.DataFrame(
        {
            "cohort": at("2026-06-01"),
            "period": range(periods),
            "actors": 4,
            "retained": 1.0,
            "retained_of": 4,
            "complete": True,
        }
    )
    scope = window("2026-06-01", "2026-08-15")
    assert coming_back.triangle(Subject(retention.TRIANGLE, scope, frame)).wide == wide
