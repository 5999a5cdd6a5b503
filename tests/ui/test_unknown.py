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
