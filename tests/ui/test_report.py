"""The document of a customer: what it says, number by number, what it leaves out, and what it looks like cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analytics.request import Request
from service.access import LOCAL, Principal
from service.house import House
from service.presenting import Aliases, Presenting
from tests.analytics.table import table
from tests.promises.surface import at_the_browser, words_of
from ui import report, report_pdf
from ui.context import Visit, masked

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
RUNS = table("""
    run_id  tenant_id  occurred_at           status   workflow_name  error_code  error_message
    1       acme       2026-01-19T09:00:00Z  success  Sync           -           -
    2       acme       2026-01-19T10:00:00Z  success  Sync           -           -
    3       acme       2026-01-19T11:00:00Z  success  Mail           -           -
    4       acme       2026-01-18T11:00:00Z  failed   Mail           401         Slack_returned_401
    5       globex     2026-01-18T11:00:00Z  failed   Theirs         500         Of_globex
    6       acme       2025-12-01T11:00:00Z  success  Long_ago       -           -
""")
TENANTS = [
    {"tenant_id": "acme", "name": "Acmé Łada", "plan": "pro", "limits": {"executions": 2500}},
    {"tenant_id": "globex", "name": "Globex"},
]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    opened = House.over(tmp_path_factory.mktemp("report"))
    store = opened.stores.create_own()
    store.append("tenants", [{**each, "created_at": "2025-03-05T00:00:00Z"} for each in TENANTS])
    store.append("runs", RUNS)
    change = {"change_id": "1", "tenant_id": "acme", "subscription_id": "s", "plan": "pro", "seats": 3}
    store.append("subscriptions", [{**change, "status": "active", "occurred_at": "2026-01-10T08:00:00Z"}])
    opened.own_notes.write(LOCAL, "acme", "May leave in spring")
    yield opened
    opened.close()


def visit(house, principal=LOCAL, **asked) -> Visit:
    return Visit(principal, Request(window="30d", **asked), house.store(demo=False), NOW, "s", house)


def said(house, principal=LOCAL, tenant="acme", **asked) -> str:
    with at_the_browser(principal):
        return words_of(report.file(visit(house, principal, **asked), tenant)())


def test_it_says_what_the_customer_got_done_what_failed_and_what_helps(house):
    with at_the_browser(LOCAL):
        found = report.of(visit(house), "acme")
    assert (found.customer, found.known) == ("Acmé Łada", "Plan pro · customer since March 2025")
    assert found.headline == "You've automated 3 tasks in 30 days"
    assert [(number, what) for number, what, _ in found.figures] == [
        ("15 min", "saved"),
        ("75.0%", "successful"),
        ("1", "failed"),
    ]
    assert [
        (each.label, each.succeeded, each.failed) for each in found.days if each.succeeded + each.failed
    ] == [
        ("18 Jan", 0, 1),
        ("19 Jan", 3, 0),
    ]
    assert found.workflows == (("Mail", "2", 0.5), ("Sync", "2", 0.5))
    assert found.usage == "4 of 2,500 executions used in the billing month (0.2%)"
    helps = "Reconnect the account: its sign-in is no longer valid."
    assert found.causes == (("1", "Slack_returned_401", "Mail", helps),)
    assert found.happened == (("10 Jan, 08:00", "plan", "Plan pro began"),)


def test_the_file_has_all_of_it_and_nothing_that_is_not_for_the_customer(house):
    words = said(house)
    for part in (
        "Acmé Łada",
        "You've automated 3 tasks",
        "4 of 2,500",
        "Slack_returned_401",
        "Reconnect the account",
    ):
        assert part in words
    for other in ("lobex", "Theirs", "May leave", "Long_ago", "None", "nan"):
        assert other not in words


def test_causes_of_the_file_add_up_to_what_failed():
    """Nine causes that failed 9, 8 ... 1 times are 45 failures: eight are told, the one that is left is 1."""
    rows = [
        {
            "cause": "401",
            "connector": name,
            "failures": 9 - n,
            "message": "",
            "workflow": "Sync",
            "remedy": "",
        }
        for n, name in enumerate("abcdefghi")
    ]
    told = report.causes(rows, 45)
    assert [int(times) for times, *_ in told] == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert told[0] == ("9", "401", "a · Sync", "")
    assert told[-1][1] == "All other causes"
    assert len(report.causes(rows[:2], 17)) == 2


@pytest.mark.parametrize(
    ("kind", "what", "told"),
    [
        ("event", "Registered", False),
        ("event", "Org created", False),
        ("event", "First device data, 3 times", False),
        ("event", "Plan limit reached, 3 times", True),
        ("plan", "Plan pro began", True),
        ("failure", "Sync failed", False),
        ("plan", "hidden", False),
    ],
)
def test_first_steps_of_whoever_joined_are_no_news_of_the_customer(kind, what, told):
    assert report.is_news({"kind": kind, "what": what}) is told


def test_filters_of_the_page_are_taken_off(house):
    assert said(house, search="status: failed") == said(house)


def test_another_customer_is_refused_and_not_named(house):
    words = said(house, Principal("guest", frozenset({"acme"})), tenant="globex")
    assert "This document was not made." in words
    assert "lobex" not in words


def test_who_presents_sends_aliases_and_no_text(house):
    aliases = Aliases(b"a key")
    presenter = replace(LOCAL, admin=False, presenting=Presenting(aliases))
    alias = aliases.of("tenant_id", "acme")
    words = said(house, presenter, tenant=alias, presenting=True)
    assert alias in words
    assert "You've automated 3 tasks" in words
    assert "Not shown while names are masked." in words
    for name in ("Acm", "Sync", "Slack", "hidden", "Nothing worth telling"):
        assert name not in words


def test_an_address_that_names_a_customer_by_its_id_is_masked_too(house):
    aliases = Aliases(b"a key")
    alias = aliases.of("tenant_id", "acme")
    for named, expected in ((frozenset(), alias), (frozenset({"acme"}), "acme")):
        presenter = replace(LOCAL, admin=False, presenting=Presenting(aliases, named))
        page = visit(house, presenter, tenants=("acme", "Customer ANOTHER"), presenting=True)
        assert masked(page).request.tenants == (expected, "Customer ANOTHER")
    assert masked(visit(house, tenants=("acme",))).request.tenants == ("acme",)


def test_a_file_that_is_made_outside_of_a_run_is_masked_as_its_page_was(house):
    aliases = Aliases(b"a key")
    presenter = replace(LOCAL, admin=False, presenting=Presenting(aliases))
    page = visit(house, presenter, tenants=(aliases.of("tenant_id", "acme"),), presenting=True)
    # As a click on a download has it: nobody's run, so no address.
    later = page.again().principal
    assert (later.presenting, later.admin) == (presenter.presenting, False)
    words = words_of(report.file(page, aliases.of("tenant_id", "acme"))())
    assert "You've automated 3 tasks" in words
    assert "Acm" not in words


def test_an_empty_month_says_so(house):
    words = said(house, tenant="globex", timezone="Asia/Kathmandu")
    assert "You've automated 0 tasks" in words
    empty = replace(report_of_nothing(house), causes=(), days=())
    assert "Nothing was executed in these 30 days." in words_of(report_pdf.drawn(empty))


def report_of_nothing(house) -> report.Report:
    with at_the_browser(LOCAL):
        return report.of(visit(house), "globex")


def test_what_is_too_long_is_cut_at_words_and_a_long_list_goes_on_on_the_next_page(house):
    report_pdf.fonts()
    assert report_pdf.lines("one two three", 9, 40) == ["one two", "three"]
    assert report_pdf.lines("x" * 60, 9, 60, most=1) == ["xxxxxxxxx…"]
    long = replace(report_of_nothing(house), causes=(("1,234", "word " * 90, "w" * 90, "help " * 90),) * 12)
    words = words_of(report_pdf.drawn(long))
    assert words.count("1,234×") == 12
