"""The page of a person: whom it speaks of, the choice of another, and the way there from other pages."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote

import pytest
from streamlit.testing.v1 import AppTest

from analytics.filters import field
from analytics.request import Request
from data.store import open_store

WINDOW = "2026-01-05~2026-01-11"
WAY = re.compile('<i data-way="([^"]+)"></i>')
ADA = Request(window=WINDOW, tenants=("acme",), where=field("person.person_id") == "ada", compare=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two people of one name-giving tenant, one of whom acts under an alias too."""
    folder = tmp_path_factory.mktemp("people")
    store = open_store(folder / "tenantscope.duckdb")
    moment = "2026-01-06T10:00:00Z"
    done = [("ada", ""), ("", "visitor"), ("bob", "")]
    store.append(
        "events",
        [
            {"event_id": str(n), "occurred_at": moment, "tenant_id": "acme", "event_type": "opened"}
            | {"user_id": user, "anonymous_id": visitor, "session_id": f"s{n}"}
            for n, (user, visitor) in enumerate(done)
        ],
    )
    store.append(
        "people",
        [
            {"tenant_id": "acme", "person_id": "ada", "name": "Ada Byron", "role": "admin", "team": "ops"},
            {"tenant_id": "acme", "person_id": "cid", "email": "cid@acme.example"},
        ],
    )
    store.append("identities", [{"tenant_id": "acme", "alias": "visitor", "person_id": "ada"}])
    store.append(
        "llm_calls",
        [{"call_id": "1", "occurred_at": moment, "tenant_id": "acme", "user_id": "ada", "cost_usd": "2"}],
    )
    store.close()
    return folder


@pytest.fixture
def people(folder, monkeypatch, app):
    """Pages of theirs: `people(page, request)`."""
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(folder))
    return lambda page, request: app(page, scope=request.text())


def test_the_page_speaks_of_the_person_of_the_address(people):
    at = people("product/person.py", ADA)
    assert not at.exception
    assert not at.error
    said = {metric.label: metric.value for metric in at.metric}
    assert (said["Events"], said["Sessions"], said["AI cost"]) == ("2", "2", "$2.00")
    known = dict(zip(*(at.dataframe[0].value[name] for name in ("field", "value")), strict=True))
    assert {name: known[name] for name in ("Name", "Id", "Role", "Also known as", "team")} == {
        "Name": "Ada Byron",
        "Id": "ada",
        "Role": "admin",
        "Also known as": "visitor",
        "team": "ops",
    }
    assert at.selectbox(key="w_person").value == "acme\x1fada"


def test_another_is_chosen_there_and_taken_off(people):
    at = people("product/person.py", Request(window=WINDOW, compare=False))
    assert any("Speaks of everybody" in text.value for text in at.caption)
    at.selectbox(key="w_person").set_value("acme\x1fbob").run()
    assert {metric.label: metric.value for metric in at.metric}["Events"] == "1"
    at.selectbox(key="w_person").set_value(None).run()
    assert {metric.label: metric.value for metric in at.metric}["Events"] == "3"


def test_a_page_narrowed_to_a_person_leads_to_their_page(people):
    at = people("product/user_analytics.py", ADA)
    assert any("Narrowed to **Ada Byron**" in text.value for text in at.markdown)
    links = [link.proto.page for link in at.get("page_link") if "page of this person" in link.proto.label]
    assert links == ["person"]
    everybody = people("product/user_analytics.py", Request(window=WINDOW, compare=False))
    assert not any("Narrowed to" in text.value for text in everybody.markdown)


def test_a_click_on_a_person_leads_to_their_page_with_the_scope_of_this_one(people):
    """One click, also where the page is narrowed to them already; a visitor of no tenant has a page too."""
    for tenant, one in (("acme", "ada"), ("acme", "ada"), ("", "nobody")):
        at = people("product/user_analytics.py", Request(window=WINDOW, compare=False))
        before = at.session_state["scope"]
        at.session_state["leaving"] = left_for(tenant, one)
        at.run()
        assert not at.exception
        (way,) = [found for html in at.get("html") if (found := WAY.match(html.proto.body))]
        page, _, said = way[1].partition("?scope=")
        request = Request.parse(unquote(said))
        assert (page, request.window) == ("person", WINDOW)
        assert request.where == (field("person.person_id") == one)
        assert request.tenants == ((tenant,) if tenant else ())
        # The page that is left stays as it was, so that one step back leads there.
        assert at.session_state["scope"] == before


def test_the_page_of_a_person_opens_in_the_window_of_what_was_clicked():
    _, text = left_for("acme", "ada", "90d")
    assert Request.parse(text).window == "90d"


def left_for(tenant: str, one: str, window: str = "") -> tuple[str, str]:
    """Where a click on a person leads."""
    drilled = AppTest.from_function(
        page_with_a_person, kwargs={"tenant": tenant, "one": one, "window": window}
    )
    drilled.query_params["scope"] = Request(window=WINDOW, compare=False).text()
    drilled.run().button[0].click().run()
    return drilled.session_state["leaving"]


def page_with_a_person(tenant: str, one: str, window: str) -> None:
    import streamlit as st  # noqa: PLC0415  the function is run as a script of its own

    from ui import address, drill  # noqa: PLC0415

    address.carrier()
    st.button("one", on_click=lambda: drill.narrow({"tenant_id": tenant, "person.person_id": one}, window))


def test_the_pill_of_a_person_has_their_name(people):
    """Of somebody without a name the e-mail, and of who is no more than an id, that."""
    (pills,) = [each for each in people("product/person.py", ADA).button_group if each.key == "w_filters"]
    assert list(pills.options)[1] == "person is Ada Byron  :material/close:"
    for one, said in (("cid", "person is cid@acme.example"), ("nobody", "person id is nobody")):
        asked = Request(window=WINDOW, tenants=("acme",), where=field("person.person_id") == one)
        (pills,) = [
            each for each in people("product/person.py", asked).button_group if each.key == "w_filters"
        ]
        assert list(pills.options)[1].replace("\\", "") == f"{said}  :material/close:"
