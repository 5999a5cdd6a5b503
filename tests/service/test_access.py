"""Rights: a scope never holds more than its person may see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics.filters import field
from analytics.request import Request
from analytics.scope import ALL_TENANTS
from analytics.search import SearchError
from service.access import LOCAL, NotAllowed, Principal

NOW = datetime(2026, 1, 8, 14, 37, 59, tzinfo=UTC)
ACME_ONLY = Principal("acme's person", frozenset({"acme"}))


@pytest.mark.parametrize(
    ("principal", "asked", "seen"),
    [
        (LOCAL, (), ALL_TENANTS),
        (LOCAL, ("acme", "globex"), frozenset({"acme", "globex"})),
        (ACME_ONLY, (), frozenset({"acme"})),
        (ACME_ONLY, ("acme",), frozenset({"acme"})),
        (ACME_ONLY, ("acme", "globex"), frozenset({"acme"})),
    ],
)
def test_a_scope_is_what_was_asked_for_and_may_be_seen(principal, asked, seen):
    assert principal.scope(Request(tenants=asked), NOW).tenants == seen


def test_another_tenant_is_refused_not_shown_as_nothing_or_as_everything():
    with pytest.raises(NotAllowed, match="none of these tenants"):
        ACME_ONLY.scope(Request(tenants=("globex",)), NOW)


def test_who_may_see_no_tenant_gets_no_scope_and_no_view():
    nobody = Principal("newcomer", frozenset())
    for asked in ((), ("acme",)):
        with pytest.raises(NotAllowed, match="newcomer may not see any tenant"):
            nobody.scope(Request(tenants=asked), NOW)
    with pytest.raises(NotAllowed):
        nobody.view(None)  # type: ignore[arg-type]


def test_a_scope_carries_the_request_and_snaps_to_its_tick():
    where = field("status") == "failed"
    scope = LOCAL.scope(Request(window="24h", timezone="Asia/Kathmandu", where=where), NOW)
    tick = datetime(2026, 1, 8, 14, 37, tzinfo=UTC)
    assert (scope.start, scope.end) == (datetime(2026, 1, 7, 14, 37, tzinfo=UTC), tick)
    assert (scope.timezone, scope.where, scope.now) == ("Asia/Kathmandu", where, tick)


def test_the_present_of_an_old_window_is_the_present():
    scope = LOCAL.scope(Request(window="2015-09-12~2015-09-12"), NOW)
    assert scope.end == datetime(2015, 9, 13, tzinfo=UTC)
    assert scope.now == datetime(2026, 1, 8, 14, 37, tzinfo=UTC)


def test_a_search_is_part_of_the_scope_and_an_unreadable_one_is_no_scope_at_all():
    scope = ACME_ONLY.scope(Request(search="level:error and time:>=now-1h"), NOW)
    tick = datetime(2026, 1, 8, 14, 37, tzinfo=UTC)
    assert scope.where == (field("level") == "error") & (field("occurred_at") >= tick - timedelta(hours=1))
    assert scope.tenants == frozenset({"acme"})
    with pytest.raises(SearchError):
        ACME_ONLY.scope(Request(search="level:"), NOW)


def test_a_search_for_other_tenants_finds_only_what_one_may_see():
    scope = ACME_ONLY.scope(Request(search="tenant_id:globex or *"), NOW)
    assert scope.tenants == frozenset({"acme"})
