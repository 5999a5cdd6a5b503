"""The cohorts that are shipped, by hand."""

from __future__ import annotations

from analytics.cohort import cohort
from analytics.scope import Scope
from service.saved_cohort import SHIPPED
from tests.analytics.table import at, table
from tests.stores import in_memory

EVENTS = """
    event_id  occurred_at           tenant_id  user_id  anonymous_id  event_type
    1         2026-01-05T10:00:00Z  acme       old      -             opened
    2         2026-02-25T10:00:00Z  acme       old      -             opened
    3         2026-02-25T10:00:00Z  acme       new      -             opened
    4         2026-02-25T10:00:00Z  acme       -        v1            opened
    # Seen on the website in January, signed in for the first time in February.
    5         2026-01-05T10:00:00Z  acme       -        v2            opened
    6         2026-02-25T10:00:00Z  acme       late     v2            opened
"""


def test_who_is_new_this_month_signed_in_and_is_no_visitor():
    with in_memory() as store:
        assert store.append("events", table(EVENTS)).rejected == 0
        aliases = [{"tenant_id": "acme", "alias": "v2", "person_id": "late"}]
        assert store.append("identities", aliases).rejected == 0
        scope = Scope(at("2026-02-22"), at("2026-03-01"), now=at("2026-03-01"))
        found = cohort(store, scope, SHIPPED["shipped-new-people"].cohort)
        assert found["unit"].tolist() == ["late", "new"]
