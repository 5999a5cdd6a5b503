"""The collector on the Sources page: a key is made, shown once and revoked; snippets and lag in words."""

from __future__ import annotations

import pytest

from service.house import house
from ui import collector

PAGE = "sources/sources.py"


@pytest.fixture
def page(app, tmp_path, monkeypatch):
    monkeypatch.setenv("TENANTSCOPE_METADATA", f"sqlite:///{tmp_path}/metadata.sqlite")
    return app(PAGE)


def button(page, label):
    return next(each for each in page.button if each.label == label)


def shown(page):
    return [each.value for each in page.code]


def test_a_key_is_made_shown_once_and_put_into_the_snippets(page):
    assert any(each.value.startswith("No write key:") for each in page.caption)
    next(each for each in page.text_input if each.label == "What it is for").input("backend")
    page = button(page, "Make the key").click().run()
    (text,) = [each for each in shown(page) if each.startswith("tsk_")]
    assert house().collector.keys.allows(text).tenant is None
    assert sum(text in each for each in shown(page)) == 4
    page = page.run()
    assert not any(text in each for each in shown(page))
    assert any(collector.PLACEHOLDER in each for each in shown(page))


def test_a_key_of_one_tenant_is_made_and_revoked(page):
    next(each for each in page.text_input if each.label == "What it is for").input("browser")
    next(each for each in page.text_input if each.label == "Tenant").input("acme")
    next(each for each in page.radio if each.label == "It writes for").set_value(collector.ONE)
    page = button(page, "Make the key").click().run()
    (text,) = [each for each in shown(page) if each.startswith("tsk_")]
    assert house().collector.keys.allows(text).tenant == "acme"
    choice = next(each for each in page.selectbox if each.label == "Key")
    choice.select_index(0)
    page = button(page, "Revoke").click().run()
    assert house().collector.keys.allows(text) is None
    assert not page.exception


def test_a_key_without_a_name_is_not_made(page):
    page = button(page, "Make the key").click().run()
    assert [each.value for each in page.error] == ["Say what the key is for."]


def test_snippets_are_as_a_terminal_and_a_sdk_read_them():
    assert collector.curl("http://here:1", "KEY").splitlines() == [
        "curl http://here:1/v1/events \\",
        "  -H 'Authorization: Bearer KEY' \\",
        "  -H 'Content-Type: application/json' \\",
        """  -d '{"event": "report_opened", "tenant_id": "acme", "user_id": "u1"}'""",
    ]
    assert "OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20KEY" in collector.opentelemetry(
        "http://here:1", "KEY"
    )


def test_what_waits_is_said_in_words():
    assert collector.waiting(0, 0) == "All of it is in the store."
    assert collector.waiting(2_500_000, 3.4) == "2.5 MB are on their way into the store, the oldest for 3 s."


def test_what_was_typed_stays_where_a_key_cannot_be_made(page):
    next(each for each in page.text_input if each.label == "What it is for").input("browser")
    next(each for each in page.radio if each.label == "It writes for").set_value(collector.ONE)
    page = button(page, "Make the key").click().run()
    assert [each.value for each in page.error] == ["Say the tenant that it writes for."]
    assert next(each for each in page.text_input if each.label == "What it is for").value == "browser"
    assert next(each for each in page.radio if each.label == "It writes for").value == collector.ONE
