"""Analyses: their names, their definitions, and the columns that they must keep to."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from analytics import activity
from analytics.analysis import Analysis, Column, WrongColumns, analysis
from analytics.registry import UnknownAnalysis, analyses, analysis_named
from analytics.scope import Scope

SCOPE = Scope(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
N = Column("n", "Number", "count", "How many.")
SHARE = Column("share", "Share", "ratio", "Part of all.")


def returning(frame: pd.DataFrame) -> Analysis:
    @analysis(tables=("runs",), columns=(N, SHARE), additive=("n",))
    def planted(view, scope):
        """How many, and what part of all.

        More about it.
        """
        return frame

    return planted


def test_an_answer_has_the_declared_columns_in_their_order():
    answer = returning(pd.DataFrame({"share": [0.5], "n": [1]}))(None, SCOPE)
    assert list(answer.columns) == ["n", "share"]


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        ({"n": [1]}, "missing: share"),
        ({"n": [1], "share": [1.0], "email": ["x"]}, "not declared: email"),
        ({"n": [1], "shares": [1.0]}, "missing: share; not declared: shares"),
    ],
)
def test_a_column_missing_or_too_many_is_a_fault(frame, says):
    with pytest.raises(WrongColumns, match=says):
        returning(pd.DataFrame(frame))(None, SCOPE)


def test_a_column_returned_twice_is_a_fault():
    with pytest.raises(WrongColumns):
        returning(pd.DataFrame([[1, 1, 0.5]], columns=["n", "n", "share"]))(None, SCOPE)


def test_the_definition_is_the_first_line():
    assert returning(pd.DataFrame()).definition == "How many, and what part of all."


def test_a_function_without_a_definition_is_refused():
    with pytest.raises(ValueError, match="its first line is the definition"):
        analysis(tables=(), columns=())(lambda view, scope: pd.DataFrame())


def test_additive_columns_are_declared_ones():
    with pytest.raises(ValueError, match="calls m additive"):
        Analysis("x", lambda view, scope: pd.DataFrame(), (N,), (), ("m",))
    with pytest.raises(ValueError, match="declares a column twice"):
        Analysis("x", lambda view, scope: pd.DataFrame(), (N, N), ())


def test_every_analysis_is_found_by_its_name():
    assert activity.totals.name == "activity.totals"
    assert analyses()["activity.totals"] is activity.totals
    assert analysis_named("activity.trend") is activity.trend
    with pytest.raises(UnknownAnalysis, match=r"no analysis 'activity\.sums': there are "):
        analysis_named("activity.sums")


def test_every_column_is_explained():
    for each in analyses().values():
        assert each.definition.endswith("."), each.name
        for column in each.columns:
            assert column.label, (each.name, column.name)
            assert column.definition.endswith("."), (each.name, column.name)
