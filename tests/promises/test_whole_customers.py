"""What is told of customers is told of whole ones: no filter by single rows makes one silent, ill, gone or cheaper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.filters import Comparison, field
from analytics.view import NotFilterable
from scripts.panels import boards
from tests.promises.questions import of_panels
from tests.promises.world import SCOPES

DAYS = SCOPES["local days through a clock change"]
# These say themselves what a filter by rows means: who ran nothing that fits, and newcomers by what they did.
OF_ROWS = {"inactive", "week2", "week2_effects", "week2_what_if", "week2_calibration", "week2_used"}
OF_CUSTOMERS = {
    panel.id: panel.question
    for board in boards()
    if board.id in ("churn", "customers")
    for panel in board.panels
    if panel.id.partition(".")[2] not in OF_ROWS
}
BY_ROWS = {
    "a search": Comparison("*", "contains", "slack"),
    "a status": field("status") == "failed",
    "what is not failed": ~(field("status") == "failed"),
    "an event": field("event_type") == "opened",
    "a person": field("user_id") == "ann",
    "an attribute": field("attributes.size") >= 3,
    "one or a tenant": (field("tenant.plan") == "pro") | (field("status") == "failed"),
}


def test_the_panels_about_customers_are_found():
    assert len(OF_CUSTOMERS) > 20
    assert set(OF_CUSTOMERS.values()) <= set(of_panels(boards()).values())


@pytest.mark.parametrize("question", OF_CUSTOMERS.values(), ids=OF_CUSTOMERS.keys())
def test_a_filter_by_rows_is_refused_in_words(question, world):
    for where in BY_ROWS.values():
        with pytest.raises(NotFilterable, match=r"\w cannot be filtered by .*: take that filter away"):
            question(world.everything, replace(DAYS, where=where))


@pytest.mark.parametrize("question", OF_CUSTOMERS.values(), ids=OF_CUSTOMERS.keys())
def test_what_tenants_are_chooses_among_them(question, world):
    question(world.everything, replace(DAYS, where=field("tenant.plan") != "trials"))
    question(world.everything, replace(DAYS, where=field("plan") == "pro"))
