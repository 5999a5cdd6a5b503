"""By which segment the page of churn tells of losses: what may be chosen, by whom, and which panels follow."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from analytics.losses import LossRate
from analytics.request import Request
from analytics.stays import LostOf, Stays, StaysAt
from data.store import open_store
from pages.customers.churn import BOARD
from service.house import close_house
from tests.ui.looking import HANGS_SECONDS
from ui.segments import of_segment, segment_of

OWN = "attributes.payment_method"


def line() -> None:
    """The choice alone."""
    from ui import address, context, segments  # noqa: PLC0415  run by Streamlit as a script of its own

    address.carrier()
    visit = context.visit()
    segments.choose(visit, visit.scope())


def of_a_filter() -> None:
    """The fields of tenants that a filter of executions offers."""
    import streamlit as st  # noqa: PLC0415  run by Streamlit as a script of its own

    from ui import address, context, fields  # noqa: PLC0415

    address.carrier()
    visit = context.visit()
    for name, each in fields.choices(visit, visit.scope(), frozenset({"runs"})).items():
        if name.startswith("tenant."):
            st.text(f"{name}, {each.label}, {each.source}")


@pytest.fixture
def choice(tmp_path, monkeypatch):
    """The choice on a page of two tenants that pay in two ways and look alike otherwise."""
    close_house()
    store = open_store(tmp_path / "tenantscope.duckdb")
    for tenant, paid in (("acme", "card"), ("globex", "transfer")):
        store.append("tenants", [{"tenant_id": tenant, "payment_method": paid, "sold_by": "web"}])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))

    def opened(script: Callable[[], None] = line, **asked: object):
        at = AppTest.from_function(script, default_timeout=HANGS_SECONDS)
        at.query_params["scope"] = Request(**asked).text()
        return at.run()

    yield opened
    close_house()


def test_fields_that_tell_tenants_apart_are_offered_by_their_names(choice):
    box = choice().selectbox[0]
    assert box.options == ["Plan", "Signed up", "Region", "Owner", "Payment method"]
    assert box.value == "plan"
    assert choice(choices=(("segment", OWN),)).selectbox[0].value == OWN


def test_who_presents_is_offered_no_field_of_ones_own(choice):
    box = choice(presenting=True, choices=(("segment", OWN),)).selectbox[0]
    assert box.options == ["Plan", "Signed up", "Region", "Owner"]
    assert box.value == "plan"


def test_a_filter_offers_what_tenants_carry_too_unless_one_presents(choice):
    own = "tenant.attributes.payment_method, payment_method (of the tenant), runs"
    plan, region = "tenant.plan, Plan now, runs", "tenant.region, Region, runs"
    offered = {each.value for each in choice(of_a_filter).text}
    assert {own, plan, region} <= offered
    assert own not in {each.value for each in choice(of_a_filter, presenting=True).text}


def test_a_segment_that_means_nothing_is_that_by_plan():
    assert [segment_of(each, presenting=False) for each in ("", "colour", "attributes.")] == ["plan"] * 3
    assert [segment_of(OWN, presenting=each) for each in (False, True)] == [OWN, "plan"]


def test_the_panels_that_tell_of_plans_follow_and_that_of_cohorts_stays():
    asked = {panel.id: panel.question for panel in of_segment(BOARD, OWN).panels}
    followed = {
        name: each for name, each in asked.items() if isinstance(each, Stays | StaysAt | LostOf | LossRate)
    }
    assert followed == {
        "churn.rate_by_plan": LossRate(OWN),
        "churn.survival": Stays(OWN),
        "churn.survival_cohorts": Stays("cohort"),
        "churn.segments": LostOf(OWN),
        "churn.survival_table": StaysAt(OWN),
    }
    assert asked["churn.segments"].column("segment").label == "Payment method"
