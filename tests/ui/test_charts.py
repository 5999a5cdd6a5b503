"""What a figure over time holds, what is split into series, and how a finished one is handed out."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.scope import Scope
from tests.ui.drawn import DURATION, RATE, plain, traces
from ui import charts, over_time
from ui.charts import Between, Mark, Series, Split, Times
from ui.ink import BAD, GOOD, NEUTRAL, SERIES, WARN

SCOPE = Scope(datetime(2026, 11, 21, 10, tzinfo=UTC), datetime(2026, 11, 21, 14, tzinfo=UTC))
# The first and the last hour are cut by the window.
CUT = Scope(datetime(2026, 11, 21, 10, 30, tzinfo=UTC), datetime(2026, 11, 21, 13, 15, tzinfo=UTC))


def hours(scope: Scope = SCOPE) -> Times:
    return Times.of(
        pd.Series(pd.date_range("2026-11-21 10:00", periods=4, freq="h", tz="UTC")), scope, "hour"
    )


def by_status() -> list[Series]:
    return charts.inked({"success": [0, 10, 20, 30], "failed": [1, 0, 0, 2]})


def test_success_is_good_and_failed_is_bad_whatever_their_order():
    drawn = traces(charts.line(hours(), by_status(), plain()), mode="lines")
    assert [(trace["name"], trace["line"]["color"]) for trace in drawn] == [
        ("success", GOOD),
        ("failed", BAD),
    ]


def test_no_series_is_orange_beside_a_state():
    ink = {each.name: each.ink for each in charts.inked({"failed": [1], "a": [1], "b": [1]})}
    assert ink == {"failed": BAD, "a": SERIES[0], "b": SERIES[2]}


def test_buckets_that_the_window_cuts_are_dotted():
    drawn = traces(charts.line(hours(CUT), by_status()[:1], plain()), legendgroup="success")
    assert [(trace["mode"], trace.get("line", {}).get("dash"), trace["y"]) for trace in drawn] == [
        ("lines", None, [10, 20]),
        ("lines", "dot", [0, 10]),
        ("markers", None, [0]),
        ("lines", "dot", [20, 30]),
        ("markers", None, [30]),
    ]


def test_each_bucket_is_named_once_in_the_tooltip():
    drawn = traces(charts.line(hours(CUT), by_status()[:1], plain()), legendgroup="success")
    named = [moment for trace in drawn if trace.get("hoverinfo") != "skip" for moment in trace["x"]]
    assert sorted(named) == list(hours(CUT).starts)


def test_a_brush_carries_the_part_of_each_bucket_that_lies_in_the_window():
    first = traces(charts.line(hours(CUT), by_status(), plain()))[0]
    assert first["customdata"] == [
        ["2026-11-21T10:30", "2026-11-21T11:00"],
        ["2026-11-21T11:00", "2026-11-21T12:00"],
        ["2026-11-21T12:00", "2026-11-21T13:00"],
        ["2026-11-21T13:00", "2026-11-21T13:15"],
    ]


def test_time_stands_on_the_clock_of_the_scope():
    kathmandu = Scope(SCOPE.start, SCOPE.end, timezone="Asia/Kathmandu")
    assert hours(kathmandu).starts[0] == "2026-11-21T15:45:00"


def test_the_window_compared_with_is_faint_and_dotted():
    (before,) = traces(
        charts.line(hours(), by_status()[:1], plain(), before=[Series("previous", [5, 6, None, 8], NEUTRAL)]),
        name="previous",
    )
    assert (before["y"], before["line"]["dash"]) == ([5, 6, None, 8], "dot")
    assert before["line"]["color"].startswith(NEUTRAL)


def test_durations_share_the_unit_that_fits_the_longest():
    scale = plain("ms", 95_000)
    line = traces(
        charts.line(hours(), [Series("p95", [412, 2_410, None, 95_000], SERIES[0])], scale), name="p95"
    )[0]
    assert line["y"] == [pytest.approx(0.412), pytest.approx(2.41), None, 95.0]
    assert line["text"] == ["412 ms", "2.41 s", "–", "1 min 35 s"]
    assert scale.axis["ticksuffix"] == " s"


def test_a_count_has_no_halves():
    assert "dtick" in charts.fitting("count", [3]).axis
    assert "dtick" not in charts.fitting("ratio", [0.5]).axis


def test_limits_are_dashed_lines_with_their_names():
    scale = plain("ms", 20_000)
    figure = charts.line(hours(), by_status()[:1], scale, limits=charts.limits_of(DURATION, scale))
    go.Figure(figure.to_dict())
    assert [(line["y0"], line["line"]["color"]) for line in figure.layout["shapes"]] == [(15, BAD), (8, WARN)]
    assert [note["text"] for note in figure.layout["annotations"]] == ["bad over 15 s", "good under 8 s"]


def test_limits_of_a_share_that_should_be_high_say_under_and_over():
    assert [limit.name for limit in charts.limits_of(RATE, plain("ratio", 1))] == [
        "bad under 90%",
        "good over 95%",
    ]


def test_a_mark_is_a_dotted_line_with_its_name_and_a_stretch_is_shaded():
    marks = (
        Mark("2026-11-21T11:20:00", None, "Release <b>4.12</b>"),
        Mark("2026-11-21T09:00:00", "2026-11-21T10:30:00", "Outage"),
        Mark("2026-11-21T09:00:00", None, "before the window"),
    )
    figure = charts.line(hours(), by_status(), plain(), marks=marks)
    go.Figure(figure.to_dict())
    shapes = [(shape["type"], shape["x0"], shape["x1"]) for shape in figure.layout["shapes"]]
    assert shapes == [
        ("rect", "2026-11-21T10:00:00", "2026-11-21T10:30:00"),
        ("line", "2026-11-21T10:00:00", "2026-11-21T10:00:00"),
        ("line", "2026-11-21T11:20:00", "2026-11-21T11:20:00"),
    ]
    names = [note["text"] for note in figure.layout["annotations"]]
    assert names == ["Outage", "Release &lt;b&gt;4.12&lt;/b&gt;"]


def test_names_of_marks_that_would_touch_stand_under_each_other():
    marks = tuple(
        Mark(f"2026-11-21T11:0{minute}:00", None, "a release with a long name") for minute in range(5)
    )
    figure = charts.line(hours(), by_status(), plain(), marks=marks)
    assert [note["yshift"] for note in figure.layout["annotations"]] == [0, -15]
    assert len(figure.layout["shapes"]) == 5


def test_what_is_drawn_ends_under_the_names_of_marks():
    marks = [Mark(f"2026-11-21T{hour}:00:00", None, "release 1.0") for hour in (10, 12, 13)]

    def drawn(*marks: Mark) -> charts.Figure:
        return charts.line(hours(), by_status(), plain(), marks=marks, height=charts.MEDIUM)

    assert "domain" not in drawn().layout["yaxis"]
    # One line of names takes 15 of the 154 pixels that axis and legend leave on a phone, two take 30.
    assert drawn(marks[0]).layout["yaxis"]["domain"] == [0, 1 - 15 / 154]
    assert drawn(*marks).layout["yaxis"]["domain"] == [0, 1 - 30 / 154]
    # The last would run into the name before it: its own stands lower, and so does the end of its line.
    assert [note["yshift"] for note in drawn(*marks).layout["annotations"]] == [0, 0, -15]
    assert [line["y1"] for line in drawn(*marks).layout["shapes"]] == [1, 1, 1 - 15 / 154]


def test_what_lasted_is_named_before_what_happened_beside_it():
    releases = [Mark("2026-11-21T11:00:00", None, f"release number {place}") for place in range(2)]
    outage = Mark("2026-11-21T11:10:00", "2026-11-21T11:40:00", "Outage")
    figure = charts.line(hours(), by_status(), plain(), marks=[*releases, outage])
    assert [note["text"] for note in figure.layout["annotations"]] == ["release number 0", "Outage"]


def test_marks_that_are_too_many_to_name_are_ticks_over_the_chart():
    marks = tuple(Mark(f"2026-11-21T1{hour}:00:00", None, f"v{hour}") for hour in (0, 1, 2, 3)) * 2
    figure = charts.line(hours(), by_status(), plain(), marks=marks)
    top = figure.layout["yaxis"]["domain"][1]
    assert [(line["y0"], line["y1"]) for line in figure.layout["shapes"]] == [(top, 1)] * 8
    assert not figure.layout.get("annotations")


def test_the_legend_names_the_window_compared_with_once():
    before = [Series(f"{each.name}, previous", each.points, each.ink) for each in by_status()]
    figure = charts.line(hours(), by_status(), plain(), before=before)
    go.Figure(figure.to_dict())
    named = [trace["name"] for trace in traces(figure) if trace.get("showlegend", True)]
    assert named == ["previous", "success", "failed"]


def test_the_sign_of_money_stands_before_the_dollar():
    assert charts.fitting("usd", [-1_500, 6_000]).axis == {"tickformat": "$,.2~f"}
    assert charts.fitting("usd", [1_500, 6_000]).axis["tickprefix"] == "$"


def test_what_is_cut_is_pale_where_it_cannot_be_dotted():
    bars = traces(charts.columns_over_time(hours(CUT), by_status(), plain()), type="bar")
    assert [bar["marker"]["opacity"] for bar in bars] == [[0.45, 1.0, 1.0, 0.45]] * 2
    areas = charts.area(hours(CUT), by_status(), plain())
    go.Figure(areas.to_dict())
    assert [shape["x0"] for shape in areas.layout["shapes"]] == ["2026-11-21T10:00:00", "2026-11-21T12:00:00"]


def test_trouble_stands_at_the_base_of_a_column():
    bars = traces(charts.columns_over_time(hours(), by_status(), plain()), type="bar")
    assert [bar["name"] for bar in bars] == ["failed", "success"]
    assert bars[0]["width"] == [3_600_000 * 0.86] * 4


def test_a_column_is_as_wide_as_its_month():
    months = pd.Series(pd.to_datetime(["2026-01-01", "2026-02-01"], utc=True))
    scope = Scope(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    days = [width / 86_400_000 for width in Times.of(months, scope, "month").widths_ms]
    assert days == [31, 28]


def test_days_past_their_limit_carry_a_dot_and_the_axis_begins_below_them():
    share = [Series("rate", [0.97, 0.93, 0.89, 0.96], SERIES[0])]
    figure = charts.area(hours(), share, plain("ratio", 1), low=[2], floor=0.87)
    (dot,) = traces(figure, mode="markers", hoverinfo="skip")[1:]
    assert (dot["x"], dot["marker"]["color"]) == (["2026-11-21T12:00:00"], BAD)
    assert figure.layout["yaxis"]["range"][0] == 0.87
    assert traces(figure)[0]["y"] == [0.87] * 4


def test_what_came_stands_over_what_was_said_both_by_their_roots():
    came = Between("", [0.0, 0.09, None], [0.0, 0.04, None], [0.04, 0.16, None], SERIES[0])
    figure = charts.calibration([0.01, 0.16, 0.5], came, plain("ratio"))
    low, high, alike, drawn = traces(figure)
    assert (drawn["x"], drawn["y"]) == ([0.1, 0.4], [0.0, 0.3])
    assert (low["y"], high["y"]) == ([0.0, 0.2], [0.2, 0.4])
    assert alike["x"] == alike["y"]
    assert drawn["text"] == [
        "said 1.0%<br>came 0.0% (0.0% to 4.0%)",
        "said 16.0%<br>came 9.0% (4.0% to 16.0%)",
    ]
    assert figure.layout["yaxis"]["ticktext"] == ["0%", "1%", "5%", "10%"]


def test_nothing_of_no_name_is_no_series():
    frame = pd.DataFrame({"x": ["a", "a", "b", "b"], "by": ["", "pro", "", "pro"], "n": [0, 3, 0, 4]})
    assert [each.name for each in charts.split(frame, "x", "n", "by", adds_up=True).series] == ["pro"]


def frame():
    rows = [
        (bucket, name, value)
        for bucket in (1, 2)
        for name, value in zip("abcdefgh", range(8, 0, -1), strict=True)
    ]
    return pd.DataFrame(rows, columns=["bucket", "name", "n"])


def test_more_than_six_series_are_six_and_other():
    parts = charts.split(frame(), "bucket", "n", "name", adds_up=True)
    assert [(each.name, each.points) for each in parts.series] == [
        *(
            (name, [value, value])
            for name, value in zip("abcdef", (8.0, 7.0, 6.0, 5.0, 4.0, 3.0), strict=True)
        ),
        ("other", [3.0, 3.0]),
    ]
    assert parts.series[-1].ink == NEUTRAL


def test_what_does_not_add_up_is_left_out_and_counted():
    parts = charts.split(frame(), "bucket", "n", "name", adds_up=False)
    assert [each.name for each in parts.series] == list("abcdef")
    assert parts.left_out == 2


def test_the_row_of_all_other_groups_is_called_other():
    rows = frame().assign(is_other=lambda rows: rows["name"] == "a")
    parts = charts.split(rows, "bucket", "n", "name", adds_up=True)
    assert [each.name for each in parts.series] == [*"bcdefg", "other"]
    assert parts.series[-1].points == [9.0, 9.0]


def test_a_picture_has_colours_a_title_and_a_background_and_no_ink():
    drawn = charts.Drawn(charts.line(hours(), by_status(), plain()))
    spec = charts.painted(drawn, "dark", title="Executions <over> time", foot="21 Nov").to_dict()
    go.Figure(spec)
    assert spec["layout"]["paper_bgcolor"] == "#0E1014"
    assert spec["layout"]["title"]["text"] == "<b>Executions &lt;over&gt; time</b>"
    assert spec["layout"]["margin"]["l"] >= 12
    assert "#0000" not in str(spec).replace("#00000000", "")
    assert "#000007" in str(drawn.to_dict())


def test_a_drawn_figure_is_handed_out_without_a_copy():
    drawn = charts.Drawn(charts.gauge(0.968, RATE, plain("ratio", 1)))
    assert drawn.to_dict() is drawn.to_dict()


def test_plans_go_from_the_smallest_to_the_largest_and_the_rest_follow():
    parts = Split([1], charts.inked({"enterprise": [9], "(none)": [8], "free": [1], "pro": [5]}))
    ordered = over_time.in_order(parts, "plan")
    assert [each.name for each in ordered.series] == ["free", "pro", "enterprise", "(none)"]


def test_what_all_labels_begin_with_is_said_by_the_title_alone():
    assert over_time.told_apart(["Live latency, median", "Live latency, p95"]) == ["median", "p95"]
    assert over_time.told_apart(["Signups, week", "Active users, week"]) == [
        "Signups, week",
        "Active users, week",
    ]
    assert over_time.told_apart(["Live latency, p95"]) == ["Live latency, p95"]


def test_ticks_of_columns_are_those_of_what_stands_on_top_of_each_other():
    """Two columns of four are eight high: a tick at each whole number would be many."""
    parts = [Series("a", [4.0, None], SERIES[0]), Series("b", [4.0, 1.0], SERIES[1])]
    assert charts.fitting("count", over_time.heights(parts, stacked=False)).whole
    assert not charts.fitting("count", over_time.heights(parts, stacked=True)).whole
