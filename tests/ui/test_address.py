"""The address holds the scope: what it says is what the page shows, and nothing in it breaks the page."""

from __future__ import annotations

from datetime import datetime

import pytest
from streamlit.testing.v1 import AppTest

from analytics.filters import field
from analytics.request import Request
from tests.ui.looking import said
from ui import address, drill

HOSTILE = (
    "{",
    '{"version":1,"window":"99y"}',
    '{"version":1,"tenants":[{"$ne":null}],"where":{"op":"==","field":"1=1 --","value":{"time":"now"}}}',
    '{"version":1,"timezone":"../../etc/passwd"}',
    '{"version":1,"where":' + '{"op":"not","part":' * 400 + "1" + "}" * 401,
    "x" * 5000,
)


def test_an_address_gives_the_view_that_wrote_it(app):
    request = Request(
        tenants=("tenant_acme",),
        window="7d",
        timezone="Asia/Kathmandu",
        where=field("action_type") == "http_request",
        compare=False,
    )
    at = app(scope=request.text())
    assert not at.exception
    assert at.multiselect(key="w_tenants").value == ["tenant_acme"]
    assert at.session_state["w_window"] == "7d"
    assert at.selectbox(key="w_zone").value == "Asia/Kathmandu"
    assert at.session_state["w_compare"] == "Nothing"
    assert at.session_state["w_filters"] == ["tenant is tenant_acme", "connector is http_request"]


def test_a_choice_is_written_into_the_address(app):
    at = app()
    chosen = at.multiselect(key="w_tenants").options[0]
    at.multiselect(key="w_tenants").select(chosen).run()
    assert not at.exception
    assert len(said(at)["tenants"]) == 1


def test_an_address_without_any_choice_is_clean(app):
    at = app()
    at.segmented_control(key="w_compare").set_value("Nothing").run()
    assert said(at) == {"version": 1, "compare": False}
    at.segmented_control(key="w_compare").set_value("The window before").run()
    assert not at.query_params.get("scope")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_address_is_the_default_view(app, text):
    at = app(scope=text)
    assert not at.exception
    assert not at.error
    assert at.session_state["w_window"] == "24h"
    assert at.multiselect(key="w_tenants").value == []


def test_another_clock_keeps_the_moments_of_a_window_of_ones_own(app):
    at = app(scope=Request(window="2026-11-20T10:00~2026-11-20T12:00").text())
    at.selectbox(key="w_zone").select("Asia/Kathmandu").run()
    assert said(at)["window"] == "2026-11-20T15:45~2026-11-20T17:45"


def test_a_click_narrows_by_one_value_of_a_field_and_the_same_click_widens_again():
    plan, http = field("plan") == "pro", field("action_type") == "http_request"
    slack = address.narrowed(plan & http, "action_type", "slack_message")
    assert slack == plan & (field("action_type") == "slack_message")
    assert address.narrowed(slack, "action_type", "slack_message") == plan
    assert address.narrowed(http, "action_type", "http_request") is None


def test_a_window_of_ones_own_begins_with_the_one_on_the_page(app):
    at = app(scope=Request(window="2026-11-20T10:00~2026-11-20T12:00", timezone="Asia/Kathmandu").text())
    assert [f"{ends.value:%d %H:%M}" for ends in at.datetime_input] == ["20 10:00", "20 12:00"]


def test_ends_in_the_wrong_order_are_put_right(app):
    at = app(scope=Request(window="2026-11-20T10:00~2026-11-20T12:00").text())
    at.datetime_input(key="w_start").set_value(datetime.fromisoformat("2026-11-20T14:00")).run()
    assert said(at)["window"] == "2026-11-20T12:00~2026-11-20T14:00"


def page_with_a_bar_of_plans() -> None:
    import streamlit as st  # noqa: PLC0415  the function is run as a script of its own

    from ui import address, drill  # noqa: PLC0415

    address.carrier()
    st.button("pro", on_click=lambda: drill.narrow({"plan": "pro"}))


def test_a_click_on_a_plan_of_then_filters_by_the_plan_of_then_and_once_more_by_none():
    at = AppTest.from_function(page_with_a_bar_of_plans)
    at.query_params["scope"] = Request(window="7d").text()
    at.run().button[0].click().run()
    assert said(at)["where"] == {"version": 1, "op": "==", "field": "plan_then", "value": "pro"}
    at.button[0].click().run()
    assert said(at) == {"version": 1, "window": "7d"}


@pytest.mark.parametrize(
    ("row", "filtered"),
    [
        ({"split": "attributes.device", "breakdown": "phone"}, {"attributes.device": "phone"}),
        ({"split": "attributes.device", "breakdown": ""}, {"attributes.device": ""}),
        ({"split": "", "breakdown": "Everybody"}, {}),
        ({"plan": "pro", "breakdown": "phone"}, {"plan": "pro", "breakdown": "phone"}),
    ],
)
def test_a_row_filters_by_the_field_that_it_names(row, filtered):
    assert drill.named(row) == filtered


def page_with_a_long_click() -> None:
    import streamlit as st  # noqa: PLC0415  the function is run as a script of its own

    from analytics.filters import field  # noqa: PLC0415
    from ui import address  # noqa: PLC0415

    address.carrier()
    st.button("narrow", on_click=lambda: address.change(where=field("action_type") == "x" * 5000))


def test_a_value_too_long_for_an_address_leaves_it_as_it_is():
    at = AppTest.from_function(page_with_a_long_click)
    at.query_params["scope"] = Request(window="7d").text()
    at.run().button[0].click().run()
    assert said(at) == {"version": 1, "window": "7d"}
