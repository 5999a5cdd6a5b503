"""Presentation mode: whatever is asked, no customer's name is in what comes of it; `test_surface` asks pages."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analytics.churn_questions import Risk
from analytics.filters import field
from analytics.query import Query
from analytics.question import Behind
from analytics.request import Request
from analytics.scope import ALL_TENANTS
from service.access import LOCAL
from service.masking import Mask
from service.presenting import Aliases, Presenting, key_in, masked, masking
from tests.promises.cases import scopes_of
from tests.promises.questions import QUESTIONS
from tests.promises.surface import text_of, without_harmless
from tests.promises.world import SCOPES, A, B

ALIASES = Aliases(b"a key of the tests")
PRESENTER = replace(LOCAL, presenting=Presenting(ALIASES))
BY_TENANT = Query(("executions",), by=("tenant_id", "tenant.name"))
NAMED = pd.DataFrame(
    {"tenant_id": [A, B, ""], "tenant.name": ["Alpha Ltd", "Beta plc", ""], "executions": [1, 2, 3]}
)
ALIASES.learn({A: "Alpha Ltd", B: "Beta plc"})


def asked(world, name: str) -> pd.DataFrame:
    """What the question answers where most is at once."""
    scope = next(iter(scopes_of(name).values()))
    return QUESTIONS[name](world.everything.view(ALL_TENANTS), scope)


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_answer_names_a_customer(world, name):
    frame = asked(world, name)
    shown = masked(frame, QUESTIONS[name], PRESENTER.presenting)
    # A sentence of the product may hold a name: only what a harmless field itself holds may stay.
    said = without_harmless(text_of(shown))
    assert [said[max(found - 60, 0) :][:120] for trace in (A, B) if (found := said.find(trace)) >= 0] == []
    pd.testing.assert_frame_equal(
        shown.select_dtypes(["number", "bool", "datetime", "datetimetz"]),
        frame.select_dtypes(["number", "bool", "datetime", "datetimetz"]),
    )


def test_a_tenant_has_one_alias_by_its_id_and_by_its_name():
    shown = masked(NAMED, BY_TENANT, Presenting(ALIASES))
    alpha, beta = ALIASES.of("tenant_id", A), ALIASES.of("tenant_id", B)
    assert list(shown["tenant_id"]) == list(shown["tenant.name"]) == [alpha, beta, ""]
    assert len({alpha, beta}) == 2
    assert alpha.startswith("Customer ")


def test_who_is_shown_by_name_keeps_it_and_the_others_do_not():
    shown = masked(NAMED, BY_TENANT, Presenting(ALIASES, frozenset({A})))
    assert list(shown["tenant_id"]) == [A, ALIASES.of("tenant_id", B), ""]
    assert list(shown["tenant.name"]) == ["Alpha Ltd", ALIASES.of("tenant_id", B), ""]


def test_another_house_calls_everybody_otherwise():
    assert Aliases(b"one").of("tenant_id", A) != Aliases(b"another").of("tenant_id", A)


def test_the_key_of_a_house_is_made_once_and_is_nobody_elses_to_read(tmp_path):
    file = tmp_path / "var" / "aliases.key"
    first = key_in(file)
    assert (len(first), key_in(file), file.stat().st_mode & 0o077) == (32, first, 0)


def test_an_address_with_aliases_asks_for_what_they_stand_for():
    presenting = Presenting(ALIASES)
    masked(NAMED, BY_TENANT, presenting)
    beta, person = ALIASES.of("tenant_id", B), ALIASES.of("user_id", "ann", "Person")
    where = (field("tenant_id") == beta) & field("tenant.name").isin([beta]) & (field("user_id") != person)
    asked = presenting.asked(Request(tenants=(beta, "gamma"), where=where))
    assert asked.tenants == (B, "gamma")
    assert asked.where == (
        (field("tenant_id") == B) & field("tenant.name").isin(["Beta plc"]) & (field("user_id") != "ann")
    )


def test_the_rows_behind_a_masked_number_are_its_own():
    presenting = Presenting(ALIASES)
    groups = ((ALIASES.of("tenant_id", A), ALIASES.of("workflow_name", "Payroll", "Workflow")),)
    found = presenting.rows(Behind("runs", by=("tenant_id", "workflow_name"), groups=groups))
    assert found.groups == ((A, "Payroll"),)


def test_what_people_wrote_is_hidden_and_what_the_product_says_stays():
    frame = pd.DataFrame(
        {
            "status": ["failed"],
            "error_message": ["beta's token"],
            "why": ["most of it is beta's"],
            "workflow_name": ["Payroll of beta"],
            "spark": [[1.0, 2.0]],
            "attributes": [{"who": "beta"}],
            "executions": [3],
        }
    )
    shown = masked(frame, BY_TENANT, Presenting(ALIASES)).iloc[0].to_dict()
    alias = ALIASES.of("workflow_name", "Payroll of beta", "workflow_name")
    assert shown == {
        "status": "failed",
        "error_message": "hidden",
        "why": "hidden",
        "workflow_name": alias,
        "spark": [1.0, 2.0],
        "attributes": "hidden",
        "executions": 3,
    }


def test_sentences_of_the_product_stay_and_one_that_names_a_customer_all_the_same_is_hidden():
    said = ["3 of 20 seats active, 11 in September", "ALPHA LTD sleeps", f"({B}) pays late", "alphabet", ""]
    shown = masked(pd.DataFrame({"reasons": said}), Risk(), Presenting(ALIASES))
    assert list(shown["reasons"]) == [said[0], "hidden", "hidden", "alphabet", ""]


def test_sentences_are_hidden_before_there_are_names_to_look_for():
    shown = masked(pd.DataFrame({"reasons": ["beta sleeps", ""]}), Risk(), Presenting(Aliases(b"a key")))
    assert list(shown["reasons"]) == ["hidden", ""]


@pytest.mark.parametrize(
    ("word", "is_named"),
    [
        ("enterprise_acme", True),
        ("ft:gpt-4o:ACME::x", True),
        ("acme-prod.eu", True),
        ("AcmeImport", True),
        ("blue.harbor", True),
        ("BlueHarborFoods", True),
        ("sync_northwind_v2", True),
        ("acmeville", False),
        ("harbor", False),
        ("enterprise", False),
        ("7 of 20 seats active", False),
    ],
)
def test_a_word_that_a_company_chose_has_an_alias_where_it_holds_a_customers_name(word, is_named):
    aliases = Aliases(b"a key of the tests")
    aliases.learn(
        {"7": "Acme Inc.", "8": "Blue Harbor", "9": "Blue Harbor Foods Ltd", "tenant_northwind": "NW"}
    )
    frame = pd.DataFrame({name: [word] for name in ("plan", "model", "event_type", "environment")})
    shown = masked(frame, BY_TENANT, Presenting(aliases)).iloc[0]
    assert [value == word for value in shown] == [not is_named] * 4
    # A filter by the alias asks for the word, whatever its field is called.
    assert {aliases.behind(name, value) for name, value in shown.items()} == {word}
    assert aliases.behind("action_type", shown["plan"]) == word


def test_a_word_that_holds_the_name_of_who_is_shown_by_name_stays():
    frame = pd.DataFrame({"plan": ["pro-alpha", "pro-beta"], "variants": [["a", "beta"], []]})
    shown = masked(frame, BY_TENANT, Presenting(ALIASES, frozenset({A})))
    beta = ALIASES.of("", "pro-beta", "plan")
    assert list(shown["plan"]) == ["pro-alpha", beta]
    assert list(shown["variants"]) == [["a", ALIASES.of("", "beta", "variants")], []]


def test_nothing_is_masked_over_rows_of_those_who_are_shown_by_name():
    presenter = replace(LOCAL, presenting=Presenting(ALIASES, frozenset({A})))
    own = replace(SCOPES["a day"], tenants=frozenset({A}))
    assert masking(presenter, own) is None
    assert isinstance(masking(presenter, replace(own, tenants=frozenset({A, B}))), Mask)
    assert isinstance(masking(presenter, SCOPES["a day"]), Mask)
    assert masking(LOCAL, SCOPES["a day"]) is None
