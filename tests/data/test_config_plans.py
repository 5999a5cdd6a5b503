"""Plans and billing in the configuration: what is read, and how a fault is named."""

from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest

from analytics.usage_calendar import Terms
from analytics.usage_plans import SHIPPED, Plan
from data import config
from data.config_plans import BadPlans, sold

TEXT = """
[billing]
day = 31
timezone = "Europe/Berlin"
[plans.small]
usd = 9.90
limits = { executions = 600, ai_cost_usd = 2.5 }
[plans.large]
"""


def test_plans_are_read_in_their_order():
    found = sold(tomllib.loads(TEXT))
    assert found.terms == Terms(31, "Europe/Berlin")
    assert not found.shipped
    assert [(each.name, dict(each.limits), each.usd) for each in found.plans] == [
        ("small", {"executions": 600.0, "ai_cost_usd": 2.5}, Decimal("9.9")),
        ("large", {}, None),
    ]


def test_without_plans_those_that_are_shipped_are_known_but_bind_nobody():
    assert sold({}) == SHIPPED
    assert sold({"billing": {"day": 5}}).terms == Terms(5, "UTC")
    assert sold({"billing": {"close_after_days": 3}}).close_after_days == 3
    assert sold({"billing": {"message_counters": ["sent", "sent"]}}).message_counters == ("sent",)
    assert Plan("x").holds({"executions": 10**9})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[billing]\nday = 32", "a day from 1 to 31, not 32"),
        ("[billing]\nday = '1'", "has a `day` from 1 to 31"),
        ("[billing]\ntimezone = 'Berlin'", "did you mean 'Europe/Berlin'"),
        ("[billing]\nzone = 'UTC'", "has no key 'zone'"),
        ("[billing]\nclose_after_days = 61", "a number of days from 0 to 60; leave it out to close by hand"),
        ("[billing]\nclose_after_days = true", "a number of days from 0 to 60"),
        ("[billing]\nmessage_counters = 'sent'", "message_counters is a list of names of metrics"),
        ("[plans.pro]\nlimit = 3", r"\[plans.pro\] has no key 'limit'. Did you mean limits"),
        ("[plans.pro.limits]\nexecution = 3", "Did you mean executions"),
        ("[plans.pro.limits]\nexecutions = 0", "is a number above 0"),
        ("[plans.pro]\nusd = 'ten'", "a number such as 49.90"),
        ("plans = 3", r"begin it with a line \[plans\]"),
    ],
)
def test_a_fault_is_named_with_what_is_allowed(text, says):
    with pytest.raises(BadPlans, match=says):
        sold(tomllib.loads(text))


def test_the_configuration_holds_them_beside_its_sources(tmp_path):
    file = tmp_path / "tenantscope.toml"
    file.write_text(TEXT)
    assert config.load(file, {}).sold.plan("SMALL").usd == Decimal("9.9")
    file.write_text("[plans.pro]\nprice = 3")
    broken = config.load(file, {})
    assert broken.sold == SHIPPED
    assert broken.problems["plans"].startswith("tenantscope.toml: [plans.pro] has no key 'price'")
