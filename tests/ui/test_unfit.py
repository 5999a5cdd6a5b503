"""A filter that nothing on a page can fit is told there, never left out by itself and never read as zero."""

from __future__ import annotations

from analytics.filters import field
from analytics.request import Request

DEVICE = field("device") == "phone"
STARTED_BY = field("attributes.trigger") == "schedule"
SAID = ":material/filter_alt_off: What this page counts cannot be filtered by **device is phone**."


def asking(where, **changes) -> str:
    return Request(where=where, window="7d", compare=False, **changes).text()


def numbers(at) -> dict[str, str]:
    return {each.label: each.value for each in at.metric}


def told(at) -> list[str]:
    return [each.value for each in at.markdown if "cannot be filtered by **" in each.value]


def where(at):
    return Request.parse(at.session_state["scope"])


def without(at):
    return at.button(key="without_unfit").click().run()


def test_a_page_that_cannot_know_a_field_shows_no_numbers_until_its_filter_is_taken_out(app):
    plain = numbers(app("overview/executive.py", scope=asking(None)))
    at = app("overview/executive.py", scope=asking(DEVICE))
    assert set(numbers(at).values()) == {"–"}
    assert told(at) == [SAID]
    assert not at.warning
    assert where(at).where == DEVICE
    without(at)
    assert numbers(at) == plain
    assert told(at) == []
    assert where(at).where is None


def test_a_tenant_and_the_filters_that_fit_stay(app):
    kept = field("status") == "failed"
    at = app("overview/executive.py", scope=asking(kept & DEVICE, tenants=("t_0001",)))
    assert told(at) == [SAID]
    without(at)
    assert (where(at).where, where(at).tenants) == (kept, ("t_0001",))


def test_a_search_that_came_along_is_told_like_a_filter(app):
    at = app("overview/executive.py", scope=asking(None, search="device:phone"))
    assert set(numbers(at).values()) == {"–"}
    assert len(told(at)) == 1
    without(at)
    assert where(at).search == ""
    assert told(at) == []


def test_a_panel_whose_rows_never_carry_a_field_says_so_where_others_do(app):
    at = app("overview/executive.py", scope=asking(STARTED_BY))
    shown = numbers(at)
    assert told(at) == []
    assert shown["Executions"] not in ("0", "–")
    assert shown["AI queries"] == "–"
    (tile,) = [each for each in at.metric if each.label == "AI queries"]
    assert tile.proto.help == "AI calls cannot be filtered by trigger: take that filter away to see it"


def test_a_slip_of_the_pen_is_told_as_one_and_reads_as_no_number(app):
    at = app("overview/executive.py", scope=asking(field("statu") == "failed"))
    assert told(at) == []
    assert numbers(at)["Executions"] == "–"


def test_what_holds_for_rows_without_the_field_goes_on_holding(app):
    at = app("overview/executive.py", scope=asking(field("device") != "phone"))
    assert told(at) == []
    assert numbers(at) == numbers(app("overview/executive.py", scope=asking(None)))


def test_who_presents_is_told_the_field_alone_as_its_value_may_name_somebody(app):
    (said,) = told(app("overview/executive.py", scope=asking(DEVICE, presenting=True)))
    assert said.endswith("cannot be filtered by **device**.")
