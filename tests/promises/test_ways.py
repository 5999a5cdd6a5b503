"""However rows came in and wherever they lie, the same rows are there, and every answer is the same."""

from __future__ import annotations

import pytest

from data.tables import KEPT, TABLES
from tests.promises import promises
from tests.promises.cases import every_question
from tests.promises.world import all_rows

KNOWN_OF_ROWS = (
    "select name, rows, tenantless, first_at, last_at from control.tables order by all",
    "select table_name, key, type, first_at, last_at from control.keys order by all",
)


@pytest.mark.parametrize("way", ["shuffled", "doubled", "in_batches", "resorted"])
def test_the_way_in_changes_no_row_and_nothing_that_is_known_of_them(way, world):
    other, usual = getattr(world, way).admin, world.everything.admin
    for table in all_rows():
        text = (
            " replace (attributes::json::varchar as attributes)"
            if (TABLES | KEPT)[table].has_attributes
            else ""
        )
        rows = f"select *{text} from raw.{table} order by all"
        assert len(usual.frame(rows)) > 0
        promises.assert_same(other.frame(rows), usual.frame(rows))
    for known in KNOWN_OF_ROWS:
        promises.assert_same(other.frame(known), usual.frame(known))


# Where the rows are the same, only their order can still change an answer: one by chance, and the one of closed weeks.
# In the loop, each answer is compared with that of a tenant's rows alone, which came in any order too.
@pytest.mark.heavy
@pytest.mark.parametrize("way", ["shuffled", "resorted"])
@every_question
def test_the_order_of_rows_changes_no_answer(analysis, scope, way, world):
    promises.assert_same(analysis(getattr(world, way), scope), world.asked(analysis, scope))
