"""What every analysis promises, each as a function that fails where the promise is broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from pandas.api import types

from analytics import rows
from analytics.funnel_change import BesideBefore
from analytics.model import Aggregate, model
from analytics.query import Query, totals
from analytics.question import Column, Question
from analytics.scope import ALL_TENANTS, Scope
from analytics.view import View
from data.store import Store
from tests.promises.world import NOBODY, OWNERS, A, B, World

_HISTORY = re.compile(r"\b\w+_history\b")
_OF_UNIT = {
    "count": types.is_integer_dtype,
    "ratio": types.is_float_dtype,
    "points": types.is_float_dtype,
    "chance": types.is_float_dtype,
    "ms": types.is_float_dtype,
    "number": types.is_float_dtype,
    "hours": types.is_float_dtype,
    "bytes": types.is_integer_dtype,
    "usd": types.is_object_dtype,
    "time": types.is_datetime64_any_dtype,
    "text": lambda dtype: types.is_string_dtype(dtype) or types.is_object_dtype(dtype),
    "flag": types.is_bool_dtype,
    "series": types.is_object_dtype,
    "": lambda dtype: True,
}

# Who asks for one tenant: somebody of that tenant, of both, or who may see all.
RIGHTS: Mapping[str, Callable[[Store, str], View]] = {
    "of the tenant": lambda store, owner: store.view(frozenset({owner})),
    "of both": lambda store, _owner: store.view(frozenset({A, B})),
    "of all": lambda store, _owner: store,
}


class Listening:
    """A view that notes the SQL it is asked."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.heard: list[str] = []

    def frame(self, scope: Scope, sql: str, **asked: object) -> pd.DataFrame:
        self.heard.append(sql)
        return self._view.frame(scope, sql, **asked)

    def arrow(self, scope: Scope, sql: str, **asked: object) -> object:
        self.heard.append(sql)
        return self._view.arrow(scope, sql, **asked)

    def __getattr__(self, name: str) -> object:
        return getattr(self._view, name)


def shows_own_rows_only(
    analysis: Question, scope: Scope, world: World, rights: Sequence[str] = tuple(RIGHTS)
) -> None:
    """A tenant's answer is what it would be in a store without anybody else, whoever asked just before."""
    answers = {owner: analysis(world.only(owner), replace(scope, tenants=ALL_TENANTS)) for owner in (A, B)}
    assert not _equal(answers[A], answers[B]), "one tenant's answer would pass for the other's"
    for name in rights:
        for owner, other in ((A, B), (B, A)):
            found = analysis(
                RIGHTS[name](world.everything, owner), replace(scope, tenants=frozenset({owner}))
            )
            _assert_no_trace(found, (other, "nobody"))
            assert_same(found, answers[owner])


def reads_its_window_only(analysis: Question, scope: Scope, world: World) -> None:
    """Rows outside the window change nothing; where history is asked for, rows after the present do not.

    What compares with the window before says so (`reads`), and reads no row before that one.
    """
    listening = Listening(world.everything)
    found = analysis(listening, scope)
    with_history = any(_HISTORY.search(sql) for sql in listening.heard)
    span = analysis.reads(scope) if isinstance(analysis, BesideBefore) else scope
    assert_same(found, analysis(world.inside(span, with_history=with_history), scope))


def answers_nothing_in_the_same_form(analysis: Question, scope: Scope, world: World) -> None:
    """An empty store gives the declared columns, of the types that they have with rows."""
    nothing, full = analysis(world.empty, scope), world.asked(analysis, scope)
    assert list(nothing.columns) == [column.name for column in analysis.columns]
    assert nothing.dtypes.to_dict() == full.dtypes.to_dict()
    for column in analysis.columns:
        kind = full[column.name].dtype
        assert _OF_UNIT[column.unit](kind), f"{column.name} is measured in {column.unit!r} and is {kind}"
        if column.unit == "time":
            assert str(kind.tz) == scope.timezone
        if column.unit == "usd":
            assert all(isinstance(value, Decimal) for value in full[column.name].dropna())


def sums_over_tenants(analysis: Question, scope: Scope, world: World) -> None:
    """In additive columns, one tenant + the other + rows without a tenant = all."""
    by = getattr(analysis, "by", ())
    keys = [
        column.name for column in analysis.columns if column.unit in ("time", "text") or column.name in by
    ]
    parts = [analysis(world.everything.view(frozenset({owner})), replace(scope, tenants=frozenset({owner})))
             for owner in OWNERS if owner != NOBODY]  # fmt: skip
    parts.append(analysis(world.only(NOBODY), scope))
    whole = _sums([world.asked(analysis, scope)], keys, analysis.additive)
    assert _sums(parts, keys, analysis.additive) == whole


def says_something(analysis: Question, scope: Scope, world: World) -> None:
    """The world has rows for this question: otherwise the other promises would hold for nothing."""
    found = world.asked(analysis, scope)
    assert len(found) > 0
    assert not _equal(found, analysis(world.empty, scope))


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Equal to the last bit but for the order in which floats were added."""
    # Mostly they are equal bit by bit, which is known sooner; what is not is looked at column by column.
    if _alike(found) == _alike(expected) and found.equals(expected):
        return
    pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-9, atol=0)


def _alike(frame: pd.DataFrame) -> object:
    """What `equals` does not look at; an object column may hold nothing in two ways, so it is like no other."""
    if any(types.is_object_dtype(dtype) for dtype in frame.dtypes):
        return object()
    return list(frame.columns), frame.columns.dtype, frame.index.dtype, frame.index.names, frame.columns.names


def _equal(found: pd.DataFrame, expected: pd.DataFrame) -> bool:
    try:
        assert_same(found, expected)
    except AssertionError:
        return False
    return True


def _assert_no_trace(frame: pd.DataFrame, others: tuple[str, ...]) -> None:
    for name in frame.columns:
        values = frame[name].tolist()
        text = chr(0).join(map(str, values))  # all at once: most columns show nothing
        if any(other in text for other in others):
            shown = [value for value in values if any(other in str(value) for other in others)]
            raise AssertionError(f"{name} shows {shown[0]!r}")


def _sums(
    frames: list[pd.DataFrame], keys: list[str], additive: tuple[str, ...]
) -> Mapping[tuple[object, ...], tuple[object, ...]]:
    """The sum of each additive column for each key; what is nothing everywhere is left out."""
    sums: dict[tuple[object, ...], list[object]] = {}
    for frame in frames:
        for row in frame.to_dict("records"):
            total = sums.setdefault(tuple(row[key] for key in keys), [0] * len(additive))
            for place, name in enumerate(additive):
                total[place] += 0 if pd.isna(row[name]) else row[name]
    return {key: tuple(total) for key, total in sums.items() if any(total)}


def has_as_many_rows_behind(question: Question, scope: Scope, world: World) -> None:
    """The rows behind a count are as many as it shows; a tenant's are its own."""
    frame = world.asked(question, scope)
    for column in question.columns:
        behind = rows.drawn(question, column.name, frame)
        if behind is None:
            continue
        count = rows.count(world.everything, scope, behind)
        if _counts_rows(question, column):
            assert count == frame[column.name].sum(), (
                f"{column.name} counts other rows than {count} behind it"
            )
        else:
            assert count >= frame[column.name].notna().sum() * (column.unit in ("time", "text"))
    _shows_own_rows_behind(question, scope, world)


def compares_as_asked_apart(query: Query, scope: Scope, world: World, before: Scope | None = None) -> None:
    """The columns of the window before are what that window answers when it is asked by itself."""
    beside = replace(query, compare="previous")(world.everything, scope)
    apart = world.asked(query, before or scope.previous())
    keys = list(query.by)
    for frame in (beside, apart):
        if "bucket" in frame:
            frame["place"] = frame["bucket"].rank(method="dense").astype(int)
            keys = ["place", *query.by]
    assert len(apart) > 0
    both = (
        apart.merge(beside, on=keys, suffixes=("", "_now"))
        if keys
        else apart.join(beside, suffixes=("", "_now"))
    )
    assert len(both) == len(apart), "groups of the window before are missing beside it"
    for name in query.measures:
        found, expected = both[f"{name}_before"], both[name]
        if isinstance(expected.dropna().iloc[:1].squeeze(), Decimal):
            found, expected = found.astype("str"), expected.astype("str")
        pd.testing.assert_series_equal(found, expected, check_names=False, check_dtype=False, rtol=1e-9)


def adds_up_to_its_totals(query: Query, scope: Scope, world: World) -> None:
    """In additive columns the rows of an answer add up to its totals."""
    whole = totals(world.everything, scope, query).iloc[0]
    frame = world.asked(query, scope)
    for name in query.additive:
        assert float(frame[name].sum()) == pytest.approx(float(whole[name]), rel=1e-9)


def _counts_rows(question: Question, column: Column) -> bool:
    if not isinstance(question, Query):
        return column.unit == "count"
    formula = model().measures[column.name].formula if column.name in question.measures else None
    return isinstance(formula, Aggregate) and formula.parts[0].kind == "rows" and column.unit == "count"


def _shows_own_rows_behind(question: Question, scope: Scope, world: World) -> None:
    own = replace(scope, tenants=frozenset({A}))
    named = [question.behind(column.name) for column in question.columns]
    for behind in dict.fromkeys(each for each in named if each is not None):
        _assert_no_trace(rows.rows(world.everything.view(frozenset({A})), own, behind, 20), (B, "nobody"))
