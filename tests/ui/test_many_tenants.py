"""Choosing among thousands of tenants: what is typed is looked for by the app, and few travel to the browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.ui.looking import HANGS_SECONDS
from ui.many_tenants import SHOWN, fitting

NAMES = {"t1": "Acme", "t2": "Acme Labs", "t3": "The acme works", "acme-4": "Globex"}


def test_who_is_called_so_comes_first_then_who_begins_with_it_then_who_has_it_in_name_or_id():
    assert fitting({"t2": "Acme Labs", "t1": "Acme"} | NAMES, " aCME ") == ["t1", "t2", "t3", "acme-4"]
    assert fitting(NAMES, "labs") == ["t2"]
    assert fitting(NAMES, "nobody") == []


def test_nothing_typed_fits_all_in_their_order():
    assert fitting(NAMES, "  ") == list(NAMES)


def many_to_choose_from():
    from analytics.request import Request  # noqa: PLC0415  run by Streamlit as a script of its own
    from ui.scope_bar import tenants  # noqa: PLC0415

    tenants(Request(tenants=("t7",)), {f"t{n}": f"Company {n}" for n in range(2_000)})


def test_of_many_tenants_those_chosen_and_those_that_fit_are_offered():
    at = AppTest.from_function(many_to_choose_from, default_timeout=HANGS_SECONDS).run()
    choice = at.multiselect(key="w_tenants")
    assert choice.value == ["t7"]
    assert choice.options == ["Company 7", *(f"Company {n}" for n in range(SHOWN) if n != 7)]
    assert at.caption[0].value == "50 of 2,000: type more of a name to find others."
    at.text_input(key="w_tenants_find").input("company 1999").run()
    assert at.multiselect(key="w_tenants").options == ["Company 7", "Company 1999"]
    assert not at.caption


def one_customer_of_many():
    from ui.customer import picker  # noqa: PLC0415

    picker({f"t{n}": f"Company {n}" for n in range(2_000)}, "t7")


def test_a_customer_is_found_by_its_id_too():
    at = AppTest.from_function(one_customer_of_many, default_timeout=HANGS_SECONDS).run()
    assert at.selectbox(key="w_customer").value == "t7"
    at.text_input(key="w_customer_find").input("t1234").run()
    assert at.selectbox(key="w_customer").options == ["Company 7", "Company 1234"]
