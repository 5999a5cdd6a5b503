"""A field that nobody has and a link that nobody can read are said, not swallowed."""

from __future__ import annotations

from analytics.filters import field
from analytics.request import Request


def warnings(at) -> list[str]:
    return [each.value for each in at.warning]


def test_a_misspelt_field_is_named_with_what_was_meant(app):
    at = app(scope=Request(search="statu:failed").text())
    assert warnings(at) == [
        "None of the newest rows has a field statu, so nothing may fit. Did you mean status?"
    ]


def test_what_leads_to_a_person_or_to_any_text_is_no_slip(app):
    assert warnings(app(scope=Request(search="role:admin and timeout and plan:pro").text())) == []


def test_a_field_of_ones_own_rows_is_no_slip(app):
    where = field("attributes.trigger") == "schedule"
    assert warnings(app(scope=Request(where=where, window="7d").text())) == []


def test_a_link_that_cannot_be_read_is_said(app):
    at = app(scope="garbage")
    assert [toast.value for toast in at.toast] == [
        "This link cannot be read, so everything of the last day is shown."
    ]
    assert not app(scope=Request(window="7d").text()).toast


def test_a_field_that_no_table_of_the_page_has_is_named_where_it_stands_beside_one_that_fits(app):
    (said,) = warnings(app(scope=Request(search="level:error or status:failed").text()))
    assert said.startswith("What this page counts has no field level. It can be filtered by ")
    assert warnings(app(scope=Request(search="workflow_name:Create*").text())) == []


def test_activity_counts_the_kinds_of_rows_that_can_have_a_field(app):
    at = app("overview/activity.py", scope=Request(search="host:web*", window="7d").text())
    assert not any("not filterable" in metric.proto.delta_description for metric in at.metric)
    assert "Left out, as they cannot be filtered by host: " in at.metric[0].proto.help


def test_that_timeouts_are_left_out_is_said_where_failures_are_counted(app):
    said = "leaves out timeouts"
    for search, there in {
        "status:failed": True,
        "action_type:* and status:failed": True,
        "status:(failed or timeout)": False,
        "not status:failed": False,
        "status:success": False,
    }.items():
        captions = [text.value for text in app(scope=Request(search=search).text()).caption]
        assert any(said in text for text in captions) == there, search
