"""What a figure of groups holds: rankings, columns, rings, heat maps, gauges, distributions."""

from __future__ import annotations

import pandas as pd
import pytest

from pages.product import acquisition
from tests.analytics.table import window
from tests.ui.drawn import DURATION, RATE, plain, traces
from ui import charts, groups
from ui.charts import Bar, Cell, Series, Steps
from ui.charts.funnel import wrapped
from ui.charts.series import split
from ui.drawing import Subject
from ui.ink import BAD, GOOD, NEUTRAL, SERIES, WARN


def test_a_bar_is_clicked_by_its_raw_value_and_shows_its_name():
    bars = [Bar("Acme", 20, ("t1",)), Bar("<b>Globex</b>", 10, ("t2",))]
    (trace,) = traces(charts.bar(bars, plain()))
    assert trace["y"] == ["&lt;b&gt;Globex&lt;/b&gt;", "Acme"]
    assert trace["customdata"] == [["t2"], ["t1"]]
    assert trace["text"] == ["10", "20"]


def test_a_ratio_says_of_how_many():
    (trace,) = traces(charts.bar([Bar("http", 0.92, ("http",), WARN, "of 24 executions")], plain("ratio", 1)))
    assert trace["hovertext"] == ["<b>http</b><br>92.0% of 24 executions<br><i>Click to filter</i>"]


def test_two_tenants_of_one_name_have_two_bars():
    (trace,) = traces(charts.bar([Bar("Acme", 20, ("t1",)), Bar("Acme", 10, ("t2",))], plain()))
    assert len(set(trace["y"])) == 2


def test_what_does_not_fit_is_one_grey_bar_that_no_click_chooses():
    shown = charts.folded(
        [Bar(name, value, (name,)) for name, value in zip("abcd", (4, 3, 2, 1), strict=True)], 3
    )
    assert [(bar.name, bar.value, bar.raw) for bar in shown] == [
        ("a", 4, ("a",)),
        ("b", 3, ("b",)),
        ("other (2)", 3, None),
    ]
    (trace,) = traces(charts.bar(shown, plain()))
    assert trace["marker"]["color"] == [NEUTRAL, SERIES[0], SERIES[0]]


def test_a_rest_of_a_rest_is_not_counted():
    bars = [Bar("a", 4), Bar("b", 3), Bar("c", 2), Bar("other", 9)]
    assert [(bar.name, bar.value) for bar in charts.folded(bars, 3)] == [("a", 4), ("b", 3), ("other", 11)]


def test_bars_below_zero_have_room_for_their_numbers():
    (trace,) = traces(figure := charts.bar([Bar("up", 10), Bar("down", -5)], plain()))
    assert trace["x"] == [-5, 10]
    least, most = figure.layout["xaxis"]["range"]
    assert least < -5 < 10 < most


def test_columns_keep_the_order_of_their_names():
    series = [Series("Executions", [5, None, 7], SERIES[0])]
    (trace,) = traces(charts.columns(["Mon", "Tue", "Wed"], series, plain(), raws=[(1,), None, (3,)]))
    assert (trace["x"], trace["y"]) == (["Mon", "Tue", "Wed"], [5, None, 7])
    assert trace["customdata"] == [[1], None, [3]]


def test_a_slice_of_a_ring_is_clicked_by_the_marks_on_it():
    figure = charts.donut([Bar("a", 3, ("a",)), Bar("other (4)", 1)], plain())
    ring, marks = traces(figure)
    assert ring["values"] == [3, 1]
    assert [label.split("  ")[1] for label in ring["labels"]] == ["75%", "25%"]
    assert {tuple(raw or ()) for raw in marks["customdata"]} == {("a",), ()}
    # The slice begins at twelve o'clock and goes clockwise: its marks are to the right first.
    assert marks["x"][0] > 0
    assert marks["y"][0] > 0
    assert [note["text"] for note in figure.layout["annotations"]] == ["<b>4</b>"]


def cells():
    return [
        Cell("0", "http", 0.99, ("http", 0)),
        Cell("1", "http", 0.93, ("http", 1)),
        Cell("0", "slack", 0.50, ("slack", 0), "of 4 executions"),
        Cell("1", "slack", None, ("slack", 1)),
    ]


def test_only_trouble_has_a_number_in_a_heat_map_with_limits():
    grid, marks = traces(
        charts.heatmap(["0", "1"], ["http", "slack"], cells(), plain("ratio", 1), thresholds=RATE)
    )
    assert grid["z"] == [[2, 1], [0, None]]
    assert grid["text"] == [["", "93"], ["50", ""]]
    assert (grid["hoverinfo"], marks["customdata"]) == ("skip", [["http", 0], ["http", 1], ["slack", 0]])
    assert marks["hovertext"][2] == "<b>slack</b> · 0<br>50.0% of 4 executions<br><i>Click to filter</i>"


def test_a_number_in_trouble_never_reads_as_one_that_is_fine():
    near = [Cell("0", "http", 0.9496, None), Cell("1", "http", 0.946, None), Cell("2", "http", 0.95, None)]
    near += [Cell("3", "http", 0.8996, None), Cell("4", "http", 0.94, None), Cell("5", "http", 0.9501, None)]
    grid, _marks = traces(charts.heatmap(list("012345"), ["http"], near, plain("ratio", 1), thresholds=RATE))
    # Good is over 95%, bad is under 90%.
    assert grid["text"] == [["94.96", "94.6", "95", "89.96", "94", ""]]


def test_a_heat_map_without_limits_goes_from_nothing_to_the_most():
    grid, _marks = traces(charts.heatmap(["0", "1"], ["http", "slack"], cells(), plain("ratio", 1)))
    assert (grid["zmin"], grid["zmax"]) == (0, 0.99)
    assert grid["colorbar"]["ticktext"] == ["0.0%", "49.5%", "99.0%"]


def test_a_heat_map_says_what_its_numbers_are():
    at_noon = [Cell("12", "http", 0.5, ("http", 12), "of 4 executions", "12:00")]
    grid, marks = traces(charts.heatmap(["12"], ["http"], at_noon, plain("ratio", 1), called="Success rate"))
    assert grid["colorbar"]["title"]["text"] == "Success rate"
    said = "<b>http</b> · 12:00<br>Success rate 50.0% of 4 executions<br><i>Click to filter</i>"
    assert marks["hovertext"] == [said]


def test_a_heat_map_grows_with_its_rows():
    names = [f"row {number}" for number in range(20)]
    many = [Cell("0", name, 1.0) for name in names]
    assert charts.heatmap(["0"], names, many, plain()).layout["height"] > charts.MEDIUM


@pytest.mark.parametrize(
    ("value", "thresholds", "unit", "ink"),
    [
        (0.968, RATE, "ratio", GOOD),
        (0.95, RATE, "ratio", WARN),
        (0.90, RATE, "ratio", WARN),
        (0.899, RATE, "ratio", BAD),
        (7_000, DURATION, "ms", GOOD),
        (16_000, DURATION, "ms", BAD),
    ],
)
def test_a_gauge_takes_the_ink_of_its_state(value, thresholds, unit, ink):
    (trace,) = traces(charts.gauge(value, thresholds, plain(unit, value)))
    assert trace["gauge"]["bar"]["color"] == ink


def test_a_ratio_under_the_scale_still_draws_an_arc():
    (trace,) = traces(charts.gauge(0.4, RATE, plain("ratio", 1)))
    assert trace["gauge"]["axis"]["range"] == [0.0, 1.0]


def test_the_ends_and_the_limits_of_a_gauge_are_written_out():
    (trace,) = traces(charts.gauge(0.968, RATE, plain("ratio", 1)))
    assert trace["gauge"]["axis"]["ticktext"] == ["80%", "90%", "95%", "100%"]


@pytest.mark.parametrize(("used", "ink"), [(7_900, SERIES[0]), (8_000, WARN), (10_000, BAD)])
def test_use_against_a_limit_warns_from_80_per_cent(used, ink):
    drawn = traces(charts.bullet(used, 10_000, plain("count", used)))
    assert drawn[1]["marker"]["color"] == ink
    assert drawn[1]["hovertext"] == f"{used:,} of 10,000"


def test_a_distribution_names_its_bins_in_their_unit():
    figure = charts.histogram([0, 1000], [5, 2], 1000, plain("ms", 2_000), marks={"median": 800})
    (trace,) = traces(figure)
    assert trace["hovertext"] == ["0 ms to 1.00 s", "1.00 s to 2.00 s"]
    assert trace["x"] == [0.5, 1.5]
    assert [note["text"] for note in figure.layout["annotations"]] == ["median 800 ms"]


def test_the_last_bin_of_an_open_end_holds_all_beyond():
    (trace,) = traces(charts.histogram([0, 1000], [5, 2], 1000, plain("ms", 2_000), open_ended=True))
    assert trace["hovertext"] == ["0 ms to 1.00 s", "1.00 s and more"]


def test_what_is_compared_stands_side_by_side_and_parts_on_top_of_each_other():
    series = [Series("first", [1, 2], SERIES[0]), Series("last", [3, 4], SERIES[1])]
    modes = {
        stacked: charts.columns(["a", "b"], series, plain(), stacked=stacked).layout["barmode"]
        for stacked in (True, False)
    }
    assert modes == {True: "relative", False: "group"}


def test_names_that_are_compared_end_their_lines_where_words_do():
    series = [Series("first", [1, 2], SERIES[0]), Series("last", [3, 4], SERIES[1])]
    axis = charts.columns(["partner-newsletter", "no campaign"], series, plain(), stacked=False).layout[
        "xaxis"
    ]
    assert axis["ticktext"] == ["partner-<br>newsletter", "no campaign"]
    assert axis["tickvals"] == ["partner-newsletter", "no campaign"]


def test_a_bar_says_what_stands_beside_its_value():
    (trace,) = traces(charts.bar([Bar("slack", 12, beside="3.2% failure rate"), Bar("email", 1)], plain()))
    assert trace["text"] == ["1", "12 · 3.2% failure rate"]


def test_the_longest_bar_leaves_room_for_its_words():
    short, long = (
        charts.bar([Bar("slack", 10, beside=words)], plain()) for words in ("", "7.6% failure rate")
    )
    assert short.layout["xaxis"]["range"] == [0, 11.8]
    assert long.layout["xaxis"]["range"][1] > 14


def test_a_funnel_hatches_who_left_since_the_step_before():
    steps = Steps("all", SERIES[0], [40, 10, 2], [1.0, 0.25, 0.05], ["a", "b", "c"])
    here, left = traces(charts.funnel(["Signed <up>", "Connected", "Paid"], [steps], plain()))
    assert here["y"] == [1.0, 0.25, 0.05]
    assert (left["base"], left["y"]) == ([1.0, 0.25, 0.05], [0.0, 0.75, 0.2])
    assert here["text"] == ["<b>100%</b><br>40", "<b>25%</b><br>10", ""]
    # What is too low for its number has it on top of all, where nothing is hatched.
    assert (left["text"], left["textposition"]) == (["", "", "<b>5%</b><br>2"], "outside")
    assert here["textposition"] == "inside"
    assert here["x"][0] == "<b>1</b><br>Signed &lt;up&gt;"


def test_a_funnel_draws_who_still_may_between_who_got_there_and_who_left():
    steps = Steps("all", SERIES[0], [40, 10, 2], [1.0, 0.25, 0.05], ["a", "b", "c"], waiting=[0, 10, 8])
    drawn = charts.funnel(["Signed up", "Connected", "Paid"], [steps], plain())
    here, may, left = traces(drawn)
    assert (may["base"], may["y"]) == ([1.0, 0.25, 0.05], [0.0, 0.25, 0.2])
    assert (left["base"], left["y"]) == ([1.0, 0.5, 0.25], [0.0, 0.5, 0.0])
    assert [each["name"] for each in (here, may, left)] == ["reached it", "still may", "left before it"]
    assert drawn.layout["showlegend"]
    assert may["marker"]["pattern"]["shape"] != left["marker"]["pattern"]["shape"]


def test_a_split_funnel_writes_shares_and_counts_inside_its_columns_and_over_low_ones():
    """On dots and hatching they could not be read; many columns are narrow, so there they are turned."""
    few = [Steps(name, SERIES[0], [40, 30, 2], [1.0, 0.75, 0.05], ["tip"] * 3) for name in "ab"]
    here, left = traces(charts.funnel(list("123"), few, plain()))[:2]
    assert here["text"] == ["<b>100%</b><br>40", "<b>75%</b><br>30", ""]
    assert left["text"] == ["", "", "<b>5%</b><br>2"]
    assert (here["textposition"], here["textangle"], left["textposition"]) == ("inside", 0, "outside")
    many = [Steps(name, SERIES[0], [40] * 6 + [8], [1.0] * 6 + [0.2], ["tip"] * 7) for name in "ab"]
    here, left = traces(charts.funnel(list("1234567"), many, plain()))[:2]
    assert here["text"] == ["<b>100%</b> · 40"] * 6 + [""]
    assert left["text"] == [""] * 6 + ["<b>20%</b> · 8"]
    assert (here["textangle"], left["textangle"]) == (-90, -90)
    assert here["hovertext"] == ["tip"] * 7


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("OrgCreated", "OrgCreated"),
        ("FirstDeviceData", "FirstDevice<br>Data"),
        ("ProjectCreated", "Project<br>Created"),
        ("workflow_created", "workflow_<br>created"),
        ("First live data in it", "First live<br>data in it"),
        ("abcdefghijklmnopq", "abcdefghijkl<br>mnopq"),
    ],
)
def test_the_name_of_a_step_is_broken_where_its_words_end(name, lines):
    assert wrapped(name) == lines


def test_a_value_has_one_colour_whichever_is_the_biggest():
    def coloured(calls: list[int], of: str) -> dict[str, str]:
        frame = pd.DataFrame({"at": [1, 1, 1], "of": of.split(), "calls": calls})
        return {each.name: each.ink for each in split(frame, "at", "calls", "of", adds_up=True).series}

    assert coloured([3, 2, 1], "openai google in-house") == coloured([1, 2, 3], "openai google in-house")
    assert coloured([3, 2, 1], "output cached input") == {
        "input": SERIES[0],
        "cached": SERIES[1],
        "output": SERIES[2],
    }
    # What has no colour of its own gets one that is not taken.
    assert coloured([3, 2, 1], "input audio failed") == {
        "input": SERIES[0],
        "audio": SERIES[2],
        "failed": BAD,
    }


def test_names_stand_in_the_order_of_the_answer():
    frame = pd.DataFrame(
        [("search", "First touch", 3.0), ("search", "Last touch", 2.0), ("brand", "Last touch", 1.0)],
        columns=["campaign", "model", "signups"],
    )
    subject = Subject(acquisition.ATTRIBUTION, window("2026-06-01", "2026-06-08"), frame)
    first, last = traces(groups.columns(subject).figure)
    assert (first["x"], first["y"], last["y"]) == (["search", "brand"], [3.0, None], [2.0, 1.0])
