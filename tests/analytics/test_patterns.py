"""Patterns: the part of RE2 that a filter may use."""

from __future__ import annotations

import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.patterns import BadPattern, check, literally
from tests.examples import examples

SIGNS = r"ab1é.*+?{}(),2[]^$|\-dDwWsSnx:?& #<>_/" + "\n\0"


@pytest.fixture(scope="module")
def engine():
    opened = duckdb.connect(":memory:")
    yield opened
    opened.close()


def refusal(pattern: str) -> BadPattern | None:
    try:
        check(pattern)
    except BadPattern as error:
        return error
    return None


def matches(engine, text: str, pattern: str) -> bool:
    return engine.execute("select regexp_full_match(?, ?, 's')", [text, pattern]).fetchone()[0]


@pytest.mark.parametrize(
    "pattern",
    [
        "", "abc", "a.c", "a*b+c?", "a{2}", "a{2,}", "a{2,5}", "(a|b)*", "(?:a|b)", "[a-z]", "[^a-z0-9_]",
        r"[\w\-]", r"[\]]", "[a-]", "[-a]", r"\d\D\w\W\s\S", r"\.\*\(\)\[\]\\", "^a$", "(?i)abc", "a||b", "()", "é+",
    ],
)  # fmt: skip
def test_what_a_pattern_may_say(engine, pattern):
    check(pattern)
    assert matches(engine, "", pattern) in (True, False)


@pytest.mark.parametrize(
    ("pattern", "at", "says"),
    [
        ("*a", 0, "nothing stands before this"),
        ("a|+", 2, "nothing stands before this"),
        ("^*", 1, "nothing stands before this"),
        ("a**", 2, "put a group around"),
        ("a+?", 2, "put a group around"),
        ("(a", 0, "this group has no end"),
        ("a)", 1, "closes no group"),
        ("(?=a)", 0, "begins with"),
        ("(?P<x>a)", 0, "begins with"),
        ("(?i)(?s)a", 4, "begins with"),
        ("[a", 0, "needs signs and an end"),
        ("[]", 0, "needs signs and an end"),
        ("[z-a]", 1, "from a lower sign"),
        (r"[\d-z]", 1, "from a lower sign"),
        ("[[:alpha:]]", 1, "for the sign itself"),
        ("a{,5}", 1, "stand numbers"),
        ("a{5,2}", 1, "ends before it begins"),
        ("a{1001}", 1, "at most 1000 times"),
        ("(a{100}){11}", 8, "at most 1000 times"),
        ("(" * 40 + ")" * 40, 33, "32 deep"),
        (r"\1", 0, "means nothing here"),
        (r"\p{L}", 0, "means nothing here"),
        ("a\\", 1, "means nothing here"),
        ("a" * 501, 500, "at most 500"),
        (r"(?:\W{30}\W{30}){30}", 0, "repeats too much"),
    ],
)
def test_what_it_may_not_say(pattern, at, says):
    with pytest.raises(BadPattern) as refused:
        check(pattern)
    assert (refused.value.position, says in str(refused.value)) == (at, True)


@settings(max_examples=examples(1500), deadline=None)
@given(
    pattern=st.one_of(st.text(SIGNS, max_size=12), st.text(max_size=12)), text=st.text("ab1 \n", max_size=6)
)
def test_what_is_accepted_compiles_and_means_the_same_elsewhere(engine, pattern, text):
    refused = refusal(pattern)
    if refused is not None:
        assert 0 <= refused.position <= len(pattern)
        return
    found = matches(engine, text, pattern)
    # Python lets $ stand before a last line end; RE2 does not.
    if "$" not in pattern:
        assert found == (re.fullmatch(pattern, text, re.DOTALL | re.ASCII) is not None)


@given(text=st.text(max_size=30), other=st.text(max_size=30))
def test_a_text_taken_literally_matches_itself_alone(engine, text, other):
    pattern = literally(text)
    check(pattern)
    assert matches(engine, text, pattern)
    assert matches(engine, other, pattern) == (other == text)
