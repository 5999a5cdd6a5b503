"""What a figure holds: its traces."""

from __future__ import annotations

import pandas as pd

from ui import charts
from ui.ink import BAD, GOOD, NEUTRAL, SERIES, WARN


def by_status() -> pd.DataFrame:
    buckets = pd.date_range("2026-11-21 10:00", periods=4, freq="h")
    rows = [(bucket, status, n) for n, bucket in enumerate(buckets) for status in ("success", "failed")]
    frame = pd.DataFrame(rows, columns=["bucket", "status", "executions"])
    return frame.assign(executions=frame["executions"] * (frame["status"] == "success") * 10)


def traces(figure) -> list:
    return list(figure.data)


def test_success_is_good_and_failed_is_bad_whatever_their_order():
    drawn = traces(charts.line(by_status(), "bucket", "executions", "status"))
    assert [(trace["name"], trace["line"]["color"]) for trace in drawn] == [
        ("success", GOOD),
        ("failed", BAD),
    ]


def test_buckets_that_the_window_cuts_are_dotted():
    drawn = traces(charts.line(by_status(), "bucket", "executions", "status", cut=(True, True)))
    success = [trace for trace in drawn if trace["legendgroup"] == "success"]
    assert [(trace["line"]["dash"], list(trace["y"])) for trace in success] == [
        ("solid", [10, 20]),
        ("dot", [0, 10]),
        ("dot", [20, 30]),
    ]


def test_a_brush_carries_each_buckets_start_and_end():
    starts = pd.date_range("2026-11-21 10:00", periods=2, freq="h")
    spans = pd.DataFrame({"start": starts, "end": starts + pd.Timedelta(hours=1)})
    first = traces(charts.line(by_status(), "bucket", "executions", "status", spans=spans))[0]
    assert [list(span) for span in first["customdata"]] == [
        ["2026-11-21T10:00", "2026-11-21T11:00"],
        ["2026-11-21T11:00", "2026-11-21T12:00"],
    ]


def test_a_bar_is_clicked_by_its_raw_value_and_shows_its_name():
    frame = pd.DataFrame(
        {"tenant_id": ["t1", "t2"], "tenant": ["Acme", "<b>Globex</b>"], "executions": [20, 10]}
    )
    trace = traces(charts.bar(frame, "tenant", "executions", click="tenant_id"))[0]
    assert list(trace["y"]) == ["&lt;b&gt;Globex&lt;/b&gt;", "Acme"]
    assert [raw for raw, _name, _hint in trace["customdata"]] == ["t2", "t1"]


def test_two_tenants_of_one_name_have_two_bars():
    frame = pd.DataFrame({"tenant_id": ["t1", "t2"], "tenant": ["Acme", "Acme"], "executions": [20, 10]})
    labels = list(traces(charts.bar(frame, "tenant", "executions", click="tenant_id"))[0]["y"])
    assert len(set(labels)) == 2


def test_what_does_not_fit_is_one_grey_bar_that_no_click_chooses():
    frame = pd.DataFrame({"action_type": list("abcd"), "share": [0.4, 0.3, 0.2, 0.1]})
    folded = charts.folded(frame, "action_type", "share", 3)
    assert folded["action_type"].tolist() == ["a", "b", "other (2)"]
    assert folded["share"].round(6).tolist() == [0.4, 0.3, 0.3]
    trace = traces(charts.bar(folded, "action_type", "share", click="action_type"))[0]
    assert list(trace["marker"]["color"]) == [NEUTRAL, SERIES[0], SERIES[0]]
    assert [raw for raw, _name, _hint in trace["customdata"]] == [None, "b", "a"]


def test_a_gauge_takes_the_ink_of_its_state():
    def ink(value):
        return traces(charts.gauge(value, warn=0.90, good=0.95))[0]["gauge"]["bar"]["color"]

    assert [ink(0.968), ink(0.95), ink(0.90), ink(0.899)] == [GOOD, WARN, WARN, BAD]


def test_a_ratio_under_the_scale_still_draws_an_arc():
    trace = traces(charts.gauge(0.4, warn=0.90, good=0.95))[0]
    assert list(trace["gauge"]["axis"]["range"]) == [0.0, 1.0]


def test_a_drawn_figure_is_handed_out_without_a_copy():
    drawn = charts.Drawn(charts.gauge(0.968, warn=0.90, good=0.95))
    assert drawn.to_dict() is drawn.to_dict()
