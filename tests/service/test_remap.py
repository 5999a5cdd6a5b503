"""Changing a proposed mapping by hand."""

from __future__ import annotations

from data.mapping import Mapping, Origin, Rule
from service.remap import remapped, target_of, targets

TIME, WHO = Origin("timestamp"), Origin("client")
LINES = Mapping(
    "web",
    (
        Rule("logs", {"occurred_at": TIME, "tenant_id": WHO}),
        Rule("runs", {"occurred_at": TIME, "tenant_id": WHO, "duration_ms": Origin("took", "s")}),
    ),
)


def test_a_field_says_what_it_fills():
    assert target_of(LINES, "client") == "tenant_id"
    assert target_of(LINES, "agent") == "attribute"


def test_a_field_fills_another_column_in_every_table_that_has_it():
    changed = remapped(LINES, "client", "user_id")
    assert [set(rule.columns) for rule in changed.rules] == [
        {"occurred_at", "user_id"},
        {"occurred_at", "user_id", "duration_ms"},
    ]
    assert changed.how == "guess, changed"


def test_a_field_may_fill_none_and_becomes_an_attribute():
    changed = remapped(LINES, "took", "attribute")
    assert "duration_ms" not in changed.rules[1].columns


def test_the_same_choice_keeps_the_unit():
    assert remapped(LINES, "took", "duration_ms") is LINES


def test_columns_of_our_own_are_not_to_be_filled():
    assert not {"source", "attributes", "lists"} & set(targets(LINES))
