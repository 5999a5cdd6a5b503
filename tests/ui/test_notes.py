"""Writing a note on the customer view: kept with who and when, and shown on the page at once."""

from __future__ import annotations

import os

import pytest
from streamlit.testing.v1 import AppTest

from analytics.request import Request
from data.store import open_store
from service.access import LOCAL
from service.house import house
from tests.ui.looking import HANGS_SECONDS
from tests.ui.test_outreach import labelled

PAGE = "customers/tenant.py"


def dialog() -> None:
    """A page that opens the dialog on every run."""
    import streamlit as st  # noqa: PLC0415  run by Streamlit as a script of its own

    from ui import address, context, notes  # noqa: PLC0415

    address.carrier()
    st.dialog("Notes")(notes.contents)(context.visit(), "acme")


@pytest.fixture
def own(tmp_path, monkeypatch, app):
    """Two tenants in a store of one's own; the page of one of them."""
    store = open_store(tmp_path / "tenantscope.duckdb")
    store.append(
        "tenants", [{"tenant_id": "acme", "name": "Acme"}, {"tenant_id": "globex", "name": "Globex"}]
    )
    store.append("runs", [{"run_id": "1", "tenant_id": "acme", "occurred_at": "2026-01-06T10:00:00Z"}])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    return lambda **more: app(PAGE, scope=Request(window="24h", **more).text())


def said(at) -> str:
    return "\n".join(each.value for each in at.markdown)


def test_a_note_is_kept_with_who_and_stands_on_the_page(own):
    own(tenants=("acme",)).button(key="notes_open").click().run()
    at = AppTest.from_function(dialog, default_timeout=HANGS_SECONDS).run()
    labelled(at.segmented_control, "What is it").set_value("task").run()
    labelled(at.text_area, "About Acme").input("Send *the* guide")
    at.button(key="notes_add").click().run()
    assert not at.exception
    (note,) = house().notes(demo=False).of(LOCAL, "acme")
    assert (note.kind, note.text, note.author) == ("task", "Send *the* guide", "local")
    assert "Send \\*the\\* guide :orange-badge[open]" in said(own(tenants=("acme",)))
    assert "guide" not in said(own(tenants=("globex",)))
    at.button(key=f"notes_done_{note.id}").click().run()
    assert house().notes(demo=False).of(LOCAL, "acme")[0].done_by == "local"
    at.button(key=f"notes_remove_{note.id}").click().run()
    assert house().notes(demo=False).all() == ()


def test_nothing_is_written_of_several_customers_nor_by_who_presents(own):
    for at in (own(), own(tenants=("acme",), presenting=True)):
        assert [each.key for each in at.button if each.key == "notes_open"] == []
