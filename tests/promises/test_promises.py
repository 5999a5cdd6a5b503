"""The promises, asked of every question that exists, in several scopes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from analytics.scope import Scope
from tests.promises import promises
from tests.promises.cases import ASKED, every_question


@every_question
def test_the_world_says_something(analysis, scope, world):
    promises.says_something(analysis, scope, world)


@every_question
def test_never_another_tenants_row(analysis, scope, world):
    scope = replace(scope, where=None)  # the filter alone would keep one tenant out
    promises.shows_own_rows_only(analysis, scope, world)


@every_question
def test_nothing_outside_the_window(analysis, scope, world):
    promises.reads_its_window_only(analysis, scope, world)


@every_question
def test_an_empty_store_gives_the_declared_columns(analysis, scope, world):
    promises.answers_nothing_in_the_same_form(analysis, scope, world)


@pytest.mark.parametrize(("analysis", "scope"), [each for each in ASKED if each.values[0].additive])
def test_the_tenants_sum_up_to_all(analysis, scope, world):
    scope = replace(scope, where=None)  # the same: one tenant would have nothing to add
    promises.sums_over_tenants(analysis, scope, world)


NEW_YORK = ZoneInfo("America/New_York")
PREVIOUS = [
    (
        Scope(
            datetime(2026, 3, 9, tzinfo=NEW_YORK), datetime(2026, 3, 16, tzinfo=NEW_YORK), "America/New_York"
        ),
        Scope(
            datetime(2026, 3, 2, tzinfo=NEW_YORK), datetime(2026, 3, 9, tzinfo=NEW_YORK), "America/New_York"
        ),
    ),
    (
        Scope(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, 11, tzinfo=UTC)),
        Scope(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 9, 11, tzinfo=UTC)),
    ),
    (
        Scope(datetime(2026, 3, 9, 11, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)),
        Scope(datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 9, 11, tzinfo=UTC)),
    ),
]


@pytest.mark.parametrize(("scope", "before"), PREVIOUS, ids=["local days", "the month so far", "an hour"])
def test_the_period_before_is_that_window_asked_for_by_itself(scope, before):
    # A question is told nothing but its scope: where the two are one value, so are the answers of every question.
    assert scope.previous() == replace(before, now=scope.now)
    assert repr(scope.previous()) == repr(replace(before, now=scope.now))
