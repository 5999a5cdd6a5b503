"""Budgets of the configuration: read, and refused in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analytics.budgets import SHIPPED, Budget
from data import config
from data.config_budgets import BadBudgets, budgets


def test_budgets_of_a_configuration_take_the_place_of_those_that_are_shipped(tmp_path):
    file = tmp_path / "tenantscope.toml"
    file.write_text(
        '[[budgets]]\nusd = 500\n\n[[budgets]]\nusd = 80.5\nfeature = "chat"\ntenant = "acme"\n',
        encoding="utf-8",
    )
    assert config.load(file).budgets == (
        Budget(Decimal(500)),
        Budget(Decimal("80.5"), tenant="acme", feature="chat"),
    )
    file.write_text("", encoding="utf-8")
    assert config.load(file).budgets == SHIPPED


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "budget 1 needs `usd`, what a month may cost: a number above 0."),
        ({"usd": True}, "budget 1 needs `usd`, what a month may cost: a number above 0."),
        ({"usd": 5, "modell": "m"}, "budget 1 has no key 'modell'. Did you mean model?"),
        ({"usd": 5, "model": 4}, "budget 1: model is a text."),
        (
            {"usd": 5, "category": "ai", "model": "m"},
            "budget 1: a category is one of the platform's costs; it has no tenant, feature or model.",
        ),
    ],
)
def test_a_budget_that_cannot_be_used_is_refused_in_words(said, why):
    with pytest.raises(BadBudgets) as refused:
        budgets({"budgets": [said]})
    assert str(refused.value) == why


def test_a_bad_budget_stops_nothing_else(tmp_path):
    file = tmp_path / "tenantscope.toml"
    file.write_text("[[budgets]]\nusd = -1\n", encoding="utf-8")
    found = config.load(file)
    assert found.budgets == SHIPPED
    assert "budget 1 needs" in found.problems["budgets"]
