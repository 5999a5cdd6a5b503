"""Presentation mode on a page: one switch, in the address, visible, and no customer's name in what is drawn."""

from __future__ import annotations

import pytest

from analytics.filters import field
from analytics.request import Request
from service.house import house
from tests.ui.looking import said
from ui.navigation import NAMING, screens
from ui.presenting import NAMED, OPEN, SWITCH

WEEK = Request(window="7d")
PEOPLE = """
select unnest([tenant_id, person_id, name, email]) as said from raw.people
union select tenant_id from raw.tenants
"""
PAGES = tuple(
    f"{screen.folder}/{screen.file.name}"
    for screen in screens()
    if screen.board and screen.name not in NAMING
)


def sent(at) -> str:
    """All that the page sends to a browser."""
    return " ".join(
        str(each.proto) for part in (at.main, at.sidebar) for each in part.children.values()
    ) + "".join(str(each.proto) for part in (at.main, at.sidebar) for each in walked(part))


def walked(block):
    """Every element under a block."""
    for child in block.children.values():
        yield child
        if hasattr(child, "children"):
            yield from walked(child)


def tenants(at) -> list[str]:
    return list(at.multiselect(key="w_tenants").options)


def test_the_switch_masks_the_address_takes_filters_off_and_says_so(app):
    at = app(scope=Request(tenants=("tenant_zennor",), where=field("level") == "error", window="7d").text())
    at.toggle(key=SWITCH).set_value(True).run()
    alias = house().aliases().of("tenant_id", "tenant_zennor")
    assert said(at) == {"version": 1, "window": "7d", "tenants": [alias], "presenting": True}
    assert any("Presenting" in each.value for each in at.markdown)
    assert at.toast[0].value == "Names are masked; filters were taken off, as they may name somebody."
    at.toggle(key=SWITCH).set_value(False).run()
    assert said(at) == {"version": 1, "window": "7d", "tenants": ["tenant_zennor"]}
    assert not any("Presenting" in each.value for each in at.markdown)


def test_a_page_of_an_alias_is_the_page_of_its_tenant(app):
    plain = app("customers/tenant.py", scope=Request(tenants=("tenant_zennor",), window="7d").text())
    alias = house().aliases().of("tenant_id", "tenant_zennor")
    house().aliases().learn({"tenant_zennor": "Zennor"})
    masked = app("customers/tenant.py", scope=Request(tenants=(alias,), window="7d", presenting=True).text())
    assert [each.value for each in masked.metric] == [each.value for each in plain.metric]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_that_is_presented_names_a_tenant(app, page):
    plain = app(page, scope=WEEK.text())
    known = tenants(plain)
    assert any(name in sent(plain) for name in known)
    at = app(page, scope=Request(window="7d", presenting=True).text())
    assert not at.exception
    assert len(tenants(at)) == len(known)
    text = sent(at)
    assert [name for name in (*known, *people()) if name in text] == []


def people() -> set[str]:
    """The names, addresses and ids of people, and of tenants their ids."""
    store = house().store(demo=True)
    found = store.admin.frame(PEOPLE)["said"]
    return {each for each in found if len(each) > 5}


def test_who_is_shown_by_name_is_and_the_rest_are_not(app):
    at = app(scope=Request(window="7d", presenting=True).text())
    at.session_state[OPEN] = True
    at.run()
    first = at.multiselect(key=NAMED).options[0]
    at.multiselect(key=NAMED).select(first).run()
    [named] = said(at)["named"]
    assert [each for each in tenants(at) if not each.startswith("Customer ")] == [first]
    assert house().aliases().of("tenant_id", named) not in tenants(at)
