"""Filters of a page: how they are chosen, what their pills say, and how they go."""

from __future__ import annotations

import pytest

from analytics.filters import field
from analytics.query import Query
from analytics.request import Request
from analytics.search import SearchError
from service.access import Principal
from tests.ui.test_address import said
from ui import address, context, fields, filter_popover
from ui.fields import Choice
from ui.filter_popover import CONTAINS, LIKE, MISSING, NONE_OF, ONE_OF, THERE, filter_of

WINDOW = "2026-01-05~2026-01-11"
FACTS = frozenset({"runs", "llm_calls"})
STATUS, DURATION = Choice("status", "Status", "runs"), Choice("duration_ms", "Duration", number=True)
OWN = Choice('attributes.odd "name"', "odd", "runs", number=True)


@pytest.mark.parametrize(
    ("choice", "operator", "values", "text", "means"),
    [
        (STATUS, ONE_OF, ["failed"], "", field("status") == "failed"),
        (STATUS, ONE_OF, ["failed", "timeout"], "", field("status").isin(["failed", "timeout"])),
        (STATUS, NONE_OF, ["failed"], "", ~(field("status") == "failed")),
        (STATUS, CONTAINS, [], "fail", field("status").contains("fail")),
        (STATUS, LIKE, [], "f*", field("status").like("f*")),
        (STATUS, THERE, [], "", field("status").exists()),
        (STATUS, MISSING, [], "", ~field("status").exists()),
        (DURATION, "is at least", [], "5s", field("duration_ms") >= 5000),
        (DURATION, "is over", [], "1.5 s", field("duration_ms") > 1500),
        (DURATION, "is", [], "250", field("duration_ms") == 250),
        (OWN, "is under", [], "3", field('attributes.odd "name"') < "3"),
        (STATUS, ONE_OF, [], "", None),
        (DURATION, "is at least", [], "  ", None),
    ],
)
def test_a_field_an_operator_and_values_make_a_filter(choice, operator, values, text, means):
    assert filter_of(choice, operator, values, text) == means


def test_a_value_that_is_no_number_is_refused():
    with pytest.raises(SearchError, match="'soon' is no duration"):
        filter_of(DURATION, "is at least", [], "soon")


def test_what_is_said_of_a_field_can_be_taken_out_of_the_others():
    plan, status = field("tenant.plan").isin(["pro", "team"]), field("status") == "failed"
    assert filter_popover.chosen_values(plan & status, "tenant.plan") == ["pro", "team"]
    assert filter_popover.without_field(plan & status, "tenant.plan") == status
    assert filter_popover.without_field(plan, "tenant.plan") is None


def test_a_click_on_what_is_missing_asks_for_what_is_missing():
    assert address.narrowed(None, "region", "") == ~field("region").exists()
    assert address.narrowed(~field("region").exists(), "region", "") is None
    assert address.narrowed(~field("region").exists(), "region", "eu") == (field("region") == "eu")


def test_the_fields_of_a_page_are_those_of_its_tables():
    known = {choice.name: choice for choice in fields.declared(FACTS)}
    assert known["action_type"].label == "Connector"
    assert known["tenant.plan"].source == "runs"
    assert known["model"].source == "llm_calls"
    assert (known["duration_ms"].label, known["duration_ms"].number) == ("Duration", True)
    assert known["cost_usd"].label == "Cost in $"
    assert not {"level", "message", "tenant_id", "plan", "occurred_at"} & known.keys()


def test_values_are_counted_by_the_rows_of_their_source():
    for source, measure in fields.COUNTS.items():
        asked = Query((measure,)).tables
        assert asked == (source,)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("action_type", "connector"),
        ("tenant.plan", "plan now"),
        ("plan_then", "plan then"),
        ("duration_ms", "duration"),
        ("attributes.variant", "variant"),
        ("tenant.segment", "tenant segment"),
        ("*", "any text"),
    ],
)
def test_a_pill_calls_a_field_what_people_call_it(name, called):
    assert fields.label_of(name) == called


def open_filter(at):
    at.session_state["pop_filter"] = True
    return at.run()


def test_the_popover_offers_only_what_ones_own_tenants_have(week, monkeypatch):
    monkeypatch.setattr(context, "who", lambda: Principal("acme's person", frozenset({"acme"})))
    at = open_filter(week(scope=Request(window=WINDOW).text()))
    assert not at.exception
    at.selectbox(key="w_field").select("action_type").run()
    assert at.multiselect(key="w_values").options == ["http"]


def test_a_chosen_filter_joins_the_address_and_its_pill_takes_it_off(week):
    at = open_filter(week(scope=Request(window=WINDOW, compare=False).text()))
    at.selectbox(key="w_field").select("action_type").run()
    assert at.multiselect(key="w_values").options == ["http", "slack"]
    at.multiselect(key="w_values").select("slack").run()
    next(button for button in at.button if button.label == "Add filter").click().run()
    assert not at.exception
    assert said(at)["where"] == {"version": 1, "op": "==", "field": "action_type", "value": "slack"}
    assert at.session_state["w_filters"] == ["connector is slack"]
    at.button_group(key="w_filters").set_value([]).run()
    assert "where" not in said(at)


def test_what_a_filter_lacks_is_said_under_its_button(week):
    at = open_filter(week(scope=Request(window=WINDOW).text()))
    at.selectbox(key="w_field").select("action_type").run()
    next(button for button in at.button if button.label == "Add filter").click().run()
    assert not at.toast
    assert ":red[:material/error: Choose or type a value first\\.]" in [text.value for text in at.caption]


def test_each_pill_takes_off_what_it_says(week):
    request = Request(
        tenants=("acme",), window=WINDOW, search="status:success", where=field("action_type") == "http"
    )
    pills = ["tenant is acme", "search: status:success", "connector is http"]
    for gone, key in zip(pills, ("tenants", "search", "where"), strict=True):
        at = week(scope=request.text())
        assert at.session_state["w_filters"] == pills
        at.button_group(key="w_filters").set_value([pill for pill in pills if pill != gone]).run()
        assert {"tenants", "search", "where"} - said(at).keys() == {key}


def test_a_search_is_typed_into_the_address(week):
    at = week(scope=Request(window=WINDOW, compare=False).text())
    at.text_input(key="w_search").set_value("status:failed").run()
    assert said(at)["search"] == "status:failed"
    at.segmented_control(key="w_syntax").set_value("lucene").run()
    assert said(at)["syntax"] == "lucene"
    at.text_input(key="w_search").set_value("").run()
    assert "search" not in said(at)


def test_a_search_that_no_address_can_hold_leaves_it_as_it_is(week):
    at = week(scope=Request(window=WINDOW).text())
    at.text_input(key="w_search").set_value("x" * 4090).run()
    assert "search" not in said(at)
    assert "longer than an address can hold" in at.toast[0].value


def test_numbers_stand_beside_any_window(week):
    at = week(scope=Request(window="2026-01-08~2026-01-08", compare="2026-01-06~2026-01-06").text())
    executions = next(metric for metric in at.metric if metric.label == "Executions")
    assert (executions.value, executions.delta) == ("1", "-1")
    assert executions.proto.delta_description.startswith("vs 6 Jan")
    at.datetime_input(key="w_before_end").set_value(at.datetime_input(key="w_start").value).run()
    assert said(at)["compare"] == "2026-01-06T00:00~2026-01-08T00:00"


def test_another_window_begins_with_the_one_before(week):
    at = week(scope=Request(window="2026-01-08~2026-01-08").text())
    at.segmented_control(key="w_compare").set_value("Another window").run()
    assert said(at)["compare"] == "2026-01-07T00:00~2026-01-08T00:00"
