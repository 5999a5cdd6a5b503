"""A filter that nothing on a page can fit is set aside there and said so; where it fits, it holds."""

from __future__ import annotations

from analytics.filters import field
from analytics.request import Request

DEVICE = field("device") == "phone"
STARTED_BY = field("attributes.trigger") == "schedule"
SAID = "device is phone"


def asking(where, **changes) -> str:
    return Request(where=where, window="7d", compare=False, **changes).text()


def numbers(at) -> dict[str, str]:
    return {each.label: each.value for each in at.metric}


def infos(at) -> list[str]:
    return [each.value for each in at.info]


def test_a_page_that_cannot_know_a_field_does_without_its_filter_and_keeps_it_in_the_address(app):
    plain = app("overview/executive.py", scope=asking(None))
    at = app("overview/executive.py", scope=asking(DEVICE))
    assert numbers(at) == numbers(plain)
    assert infos(at) == [
        f"**{SAID}** is not known to what this page counts, so that filter is set aside here. "
        "Where it fits, it holds again."
    ]
    assert not at.warning
    assert Request.parse(at.session_state["scope"]).where == DEVICE
    there = app("product/activation.py", scope=at.session_state["scope"])
    assert infos(there) == []


def test_a_tenant_and_the_filters_that_fit_still_hold(app):
    kept = field("status") == "failed"
    narrow = {"tenants": ("t_0001",)}
    at = app("overview/executive.py", scope=asking(kept & DEVICE, **narrow))
    assert numbers(at) == numbers(app("overview/executive.py", scope=asking(kept, **narrow)))
    assert numbers(at) != numbers(app("overview/executive.py", scope=asking(None)))
    assert len(infos(at)) == 1


def test_a_search_that_came_along_is_set_aside_like_a_filter(app):
    at = app("overview/executive.py", scope=asking(None, search="device:phone"))
    assert numbers(at) == numbers(app("overview/executive.py", scope=asking(None)))
    assert len(infos(at)) == 1


def test_a_panel_whose_rows_never_carry_a_field_says_so_where_others_do(app):
    at = app("overview/executive.py", scope=asking(STARTED_BY))
    shown = numbers(at)
    assert infos(at) == []
    assert shown["Executions"] not in ("0", "–")
    assert shown["AI queries"] == "–"
    (tile,) = [each for each in at.metric if each.label == "AI queries"]
    assert tile.proto.help == "AI calls cannot be filtered by trigger: take that filter away to see it"


def test_a_slip_of_the_pen_is_not_set_aside_and_reads_as_no_number(app):
    at = app("overview/executive.py", scope=asking(field("statu") == "failed"))
    assert infos(at) == []
    assert numbers(at)["Executions"] == "–"


def test_what_holds_for_rows_without_the_field_goes_on_holding(app):
    at = app("overview/executive.py", scope=asking(field("device") != "phone"))
    assert infos(at) == []
    assert numbers(at) == numbers(app("overview/executive.py", scope=asking(None)))


def test_who_presents_is_told_the_field_alone_as_its_value_may_name_somebody(app):
    at = app("overview/executive.py", scope=asking(DEVICE, presenting=True))
    (said,) = infos(at)
    assert said.startswith("**device** is not known to what this page counts")
