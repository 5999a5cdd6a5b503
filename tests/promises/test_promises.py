"""The promises, asked of every question that exists, in several scopes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.promises import promises
from tests.promises.cases import ASKED, every_question_and_every_measure_everywhere, every_question_by_right


@every_question_and_every_measure_everywhere
def test_the_world_says_something(analysis, scope, world):
    promises.says_something(analysis, scope, world)


@every_question_by_right
def test_never_another_tenants_row(analysis, scope, right, world):
    scope = replace(scope, where=None)  # the filter alone would keep one tenant out
    promises.shows_own_rows_only(analysis, scope, world, [right])


@every_question_and_every_measure_everywhere
def test_nothing_outside_the_window(analysis, scope, world):
    promises.reads_its_window_only(analysis, scope, world)


@every_question_and_every_measure_everywhere
def test_an_empty_store_gives_the_declared_columns(analysis, scope, world):
    promises.answers_nothing_in_the_same_form(analysis, scope, world)


@pytest.mark.parametrize(("analysis", "scope"), [each for each in ASKED if each.values[0].additive])
def test_the_tenants_sum_up_to_all(analysis, scope, world):
    scope = replace(scope, where=None)  # the same: one tenant would have nothing to add
    promises.sums_over_tenants(analysis, scope, world)
