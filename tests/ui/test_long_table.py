"""Tables of thousands: found and sorted among all rows, and a name leads to the tenant that it is of."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics.churn_questions import MRR
from analytics.columns import TENANT, TENANT_ID
from analytics.customer_list import USE
from analytics.customers import OWNER
from ui.long_table import arranged, found, made, orders, tenant_of

COLUMNS = [TENANT, OWNER, MRR, USE]
FRAME = pd.DataFrame(
    {
        "tenant_id": ["t1", "t2", "t3", "t4"],
        "tenant": ["Acme", "beta", "Acme", "Zeta"],
        "owner": ["Kim", "", "Lee", "kim"],
        "mrr_usd": [10.0, None, 30.0, 10.0],
        "daily_use": [(0, 1), (2, 0), (0, 0), (5, 5)],
    }
)
NAMES = ["Acme (t1)", "beta", "Acme (t3)", "Zeta"]


@pytest.fixture
def whole():
    return made(FRAME, COLUMNS, "UTC")[0].rows


def test_tenants_of_one_name_have_their_ids_beside_it(whole):
    assert whole["tenant"].to_pylist() == NAMES


def test_a_row_is_found_by_any_of_its_texts_whatever_the_case(whole):
    assert found(whole, " KIM ")["tenant"].to_pylist() == ["Acme (t1)", "Zeta"]
    assert found(whole, "zet")["tenant"].to_pylist() == ["Zeta"]
    assert found(whole, "acme (t3")["tenant"].to_pylist() == ["Acme (t3)"]
    assert found(whole, "nobody").num_rows == 0


def test_all_rows_are_sorted_with_nothing_last_and_those_alike_as_they_were(whole):
    assert arranged(whole, "mrr_usd", "descending")["tenant"].to_pylist() == [
        "Acme (t3)", "Acme (t1)", "Zeta", "beta",
    ]  # fmt: skip
    assert arranged(whole, "tenant", "ascending")["tenant"].to_pylist() == [
        "Acme (t1)", "Acme (t3)", "beta", "Zeta",
    ]  # fmt: skip


def test_every_column_has_an_order_but_lines(whole):
    assert list(orders(whole, COLUMNS)) == [
        "Tenant ↓", "Tenant ↑", "Owner ↓", "Owner ↑", "MRR ↓", "MRR ↑",
    ]  # fmt: skip


def test_a_name_is_that_of_one_tenant():
    names = made(FRAME, COLUMNS, "UTC")[1]
    assert [tenant_of(label, FRAME, names) for label in ("Acme (t3)", "beta", "Acme")] == ["t3", "t2", None]


def test_a_tenant_of_several_rows_is_named_as_one():
    twice = pd.concat([FRAME, FRAME.tail(1)], ignore_index=True)
    assert made(twice, COLUMNS, "UTC")[0].rows["tenant"].to_pylist() == [*NAMES, "Zeta"]


def test_ids_alone_are_names_and_each_leads_to_its_tenant():
    whole, names = made(pd.concat([FRAME, FRAME], ignore_index=True), [TENANT_ID, MRR], "UTC")
    assert whole.rows["tenant_id"].to_pylist() == ["t1", "t2", "t3", "t4"] * 2
    assert tenant_of("t3", pd.concat([FRAME, FRAME], ignore_index=True), names) == "t3"
