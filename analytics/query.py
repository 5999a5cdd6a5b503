"""Queries: measures by dimensions over time, asked in a scope and answered by one statement."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast, get_args

import pandas as pd

from analytics import filters
from analytics.buckets import over_before
from analytics.columns import BUCKET, COMPLETE
from analytics.compose import Cut, compose
from analytics.filters import Filter
from analytics.forms import BadForm, read_form
from analytics.model import Aggregate, Measure, NotGroupable, Ratio, Share, model
from analytics.plan import Plan
from analytics.question import Behind, Column, column_named
from analytics.scope import Scope
from analytics.view import View
from analytics.zones import EPOCH, MICROSECOND, Grain, naive

__all__ = ["AUTO", "COARSE", "PREVIOUS", "NotGroupable", "Query", "answer", "totals"]

VERSION = 1
MOST_GROUPS = 10_000
AUTO, COARSE, PREVIOUS = "auto", "coarse", "previous"
WEEK_STARTS = ("monday", "sunday")

IS_OTHER = Column("is_other", "All others", "flag", "Whether the row stands for all groups not shown.")


@dataclass(frozen=True)
class Query:
    """Measures by dimensions: `Query(("executions",), by=("status",), grain="auto")`.

    `grain` cuts the window into buckets ("auto" ones that fit it, "coarse" ones: few); `order` names a
    measure or a dimension, with a "-" before it for the largest first, and is the first measure unless
    given; `limit` keeps the first groups, with `other` the rest becomes one row; `compare` adds
    `<measure>_before` for the previous window or any other (start, end); `week_start` is monday or sunday.
    """

    measures: tuple[str, ...]
    by: tuple[str, ...] = ()
    grain: Grain | str | None = None
    where: Filter | None = None
    order: str | None = None
    limit: int | None = None
    other: bool = False
    compare: str | tuple[datetime, datetime] | None = None
    week_start: str = "monday"

    def __post_init__(self) -> None:
        object.__setattr__(self, "measures", _names("measures", self.measures))
        object.__setattr__(self, "by", _names("dimensions", self.by))
        _check(self)

    @property
    def name(self) -> str:
        """Its JSON form, which tells it from every other question."""
        return _name(self)

    @property
    def plan(self) -> Plan:
        """What it needs of the model; raises where a measure does not have a dimension."""
        return _plan(self.measures, self.by)

    @property
    def columns(self) -> tuple[Column, ...]:
        """bucket, dimensions, measures, denominators of ratios, then what comparing and limiting add."""
        return _columns(self)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it reads."""
        return self.plan.tables

    @property
    def filtered_by(self) -> frozenset[str]:
        """The fields of its filter."""
        return filters.fields(self.where)

    @property
    def additive(self) -> tuple[str, ...]:
        """The measures of which parts sum up to the whole; none of a cut list: parts are cut otherwise."""
        if self.limit is not None:
            return ()
        return tuple(name for name in self.measures if model().measure(name).additive)

    @property
    def definition(self) -> str:
        """What its first measure means."""
        return model().measure(self.measures[0]).definition

    def column(self, name: str) -> Column:
        """The column of that name."""
        return column_named("this query", self.columns, name)

    def behind(self, name: str) -> Behind | None:
        """The rows that a measure is counted over; of a ratio those of its denominator."""
        # The rows of the window before are not in this one.
        measure = model().measures.get(name.removesuffix("_of"))
        return None if measure is None else _rows_of(measure)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer."""
        return answer(view, scope, self)

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        form: dict[str, object] = {each.name: getattr(self, each.name) for each in fields(self)}
        form |= {"measures": list(self.measures), "by": list(self.by)}
        form["where"] = None if self.where is None else filters.to_dict(self.where)
        if isinstance(self.compare, tuple):
            form["compare"] = [moment.isoformat() for moment in self.compare]
        return {"version": VERSION, **form}

    @classmethod
    def from_dict(cls, form: object) -> Query:
        """The query of a JSON form; a key that it does not know is refused."""
        names = [each.name for each in fields(cls)]
        known = dict(read_form("query", form, VERSION, names, needed=("measures",)))
        known.pop("version")
        for name in ("measures", "by"):
            if not isinstance(known.setdefault(name, []), list):
                raise BadForm(f"the {name} of a query is a list of names")
        if known.get("where") is not None:
            known["where"] = filters.from_dict(known["where"])
        if isinstance(known.get("compare"), list):
            known["compare"] = _moments(cast("list[object]", known["compare"]))
        try:
            return cls(**known)  # pyright: ignore[reportArgumentType]
        except TypeError as error:
            raise BadForm(f"this query cannot be read: {error}") from error


def answer(view: View, scope: Scope, query: Query) -> pd.DataFrame:
    """The measures of a query in a scope: counts of nothing are 0, rates of nothing empty.

    One row a bucket and group. Columns as `query.columns` says: `bucket` (aware, on
    the scope's clock; only with a grain), dimensions, measures (ratios 0-1), `<ratio>_of` (its denominator),
    `<measure>_before` and `is_other` where asked for, and `complete`.
    """
    scope = scope.narrowed(query.where)
    fitting = {AUTO: scope.grain, COARSE: scope.coarse_grain}
    grain = cast("Grain | None", fitting[query.grain]() if query.grain in fitting else query.grain)
    before = _before(scope, query)
    return view.frame(
        scope,
        _statement(query, grain),
        grain=grain or ("quarter_hour" if query.plan.on_the_clock else None),
        week_start=query.week_start,
        before=before,
        **_over(scope, grain, query.week_start),
        **(_hours(scope, before, grain) if query.plan.by_the_hour else {}),
    )


def totals(view: View, scope: Scope, query: Query) -> pd.DataFrame:
    """The same measures over the whole window in one row: what the rows of an answer are parts of."""
    return answer(view, scope, replace(query, by=(), grain=None, order=None, limit=None, other=False))


@lru_cache(maxsize=4096)
def _name(query: Query) -> str:
    return json.dumps(query.to_dict(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@lru_cache(maxsize=4096)
def _statement(query: Query, grain: Grain | None) -> str:
    cut = Cut(grain, query.order, query.limit, query.other, query.compare is not None)
    return compose(query.plan, cut)


@lru_cache(maxsize=4096)
def _plan(measures: tuple[str, ...], by: tuple[str, ...]) -> Plan:
    return Plan.of(measures, by)


@lru_cache(maxsize=4096)
def _columns(query: Query) -> tuple[Column, ...]:
    measures, dimensions = query.plan.measures, query.plan.dimensions
    return (
        *((BUCKET,) if query.grain else ()),
        *(Column(each.name, each.label, each.unit, each.definition) for each in dimensions),
        *(Column(each.name, each.label, each.unit, each.definition) for each in measures),
        *(_denominator(each) for each in measures if isinstance(each.formula, Ratio | Share)),
        *(_earlier(each) for each in measures if query.compare),
        *((IS_OTHER,) if query.other else ()),
        COMPLETE,
    )


def _before(scope: Scope, query: Query) -> Scope | None:
    if query.compare is None:
        return None
    if query.compare == PREVIOUS:
        return scope.previous()
    start, end = cast("tuple[datetime, datetime]", query.compare)
    return replace(scope, start=start, end=end)


def _over(scope: Scope, grain: Grain | None, week_start: str) -> dict[str, Any]:
    """By what the statement tells whether a bucket is over, or the window."""
    if grain is None:
        return {"over": scope.end <= scope.present}
    return {"over_before": naive(over_before(scope, grain, week_start))}


def _hours(scope: Scope, before: Scope | None, grain: Grain | None) -> dict[str, Any]:
    """What a rate by the hour is divided by: hours, or the ends of the windows that cut their buckets."""
    found: dict[str, Any] = {}
    for side, each in (("", scope), ("_before", before)):
        if each is None:
            continue
        if grain is None:
            found[f"window_hours{side}"] = (each.end - each.start) / timedelta(hours=1)
        else:
            found[f"window_start_us{side}"] = (each.start - EPOCH) // MICROSECOND
            found[f"window_end_us{side}"] = (each.end - EPOCH) // MICROSECOND
    return found


def _rows_of(measure: Measure) -> Behind:
    known, formula = model(), measure.formula
    if isinstance(formula, Ratio):
        return _rows_of(known.measure(formula.denominator))
    if not isinstance(formula, Aggregate):
        return _rows_of(known.measure(formula.of))
    part = formula.parts[0]
    return Behind(part.source, part.condition)


def _denominator(measure: Measure) -> Column:
    formula = measure.formula
    assert isinstance(formula, Ratio | Share)  # noqa: S101  the caller has looked
    of = model().measure(formula.denominator if isinstance(formula, Ratio) else formula.of)
    return Column(
        f"{measure.name}_of", of.label, of.unit, f"What {measure.label} is a part of: {of.definition}"
    )


def _earlier(measure: Measure) -> Column:
    definition = f"The same in the window compared with: {measure.definition}"
    return Column(f"{measure.name}_before", f"{measure.label} before", measure.unit, definition)


def _names(what: str, names: object) -> tuple[str, ...]:
    if isinstance(names, str):
        raise TypeError(f"{what} are a tuple of names, such as ({names!r},)")
    found = tuple(cast("tuple[object, ...]", names))
    if not all(isinstance(name, str) for name in found):
        raise TypeError(f"{what} are named by texts")
    return cast("tuple[str, ...]", found)


def _check(query: Query) -> None:
    known = model()
    if not query.measures:
        raise ValueError("a query asks for at least one measure")
    for names in (query.measures, query.by):
        if len(set(names)) < len(names):
            raise ValueError(f"a query names each measure and dimension once: {', '.join(names)}")
    for measure in query.measures:
        known.measure(measure)
    if query.grain not in (None, AUTO, COARSE, *get_args(Grain)):
        raise ValueError(f"a grain is one of {AUTO}, {COARSE}, {', '.join(get_args(Grain))}")
    if query.week_start not in WEEK_STARTS:
        raise ValueError(f"a week starts on {' or '.join(WEEK_STARTS)}")
    orders = [sign + name for name in (*query.measures, *query.by) for sign in ("", "-")]
    if query.order is not None and query.order not in orders:
        raise ValueError(f"a query is ordered by one of {', '.join((*query.measures, *query.by))}")
    _check_limit(query)
    _check_compare(query.compare)
    _ = query.plan


def _check_limit(query: Query) -> None:
    if query.limit is not None and (type(query.limit) is not int or not 1 <= query.limit <= MOST_GROUPS):
        raise ValueError(f"a limit lies from 1 to {MOST_GROUPS:,}")
    if type(query.other) is not bool:
        raise ValueError("other is true or false")
    if (query.limit is not None or query.other) and not query.by:
        raise ValueError("a limit keeps the first groups: name at least one dimension")
    if query.other and query.limit is None:
        raise ValueError("other sums up what a limit leaves out: give a limit")


def _check_compare(compare: object) -> None:
    if compare is None or compare == PREVIOUS:
        return
    moments = cast("tuple[object, ...]", compare) if isinstance(compare, tuple) else ()
    aware = [each for each in moments if isinstance(each, datetime) and each.tzinfo]
    if len(moments) != 2 or len(aware) != 2:
        raise ValueError('compare with "previous", or with a (start, end) of aware times')
    if aware[0] >= aware[1]:
        raise ValueError("a window to compare with ends after it starts")


def _moments(listed: list[object]) -> tuple[datetime, ...]:
    try:
        return tuple(datetime.fromisoformat(str(each)) for each in listed)
    except ValueError as error:
        raise BadForm("compare is two times such as 2026-01-08T14:30:00+00:00") from error
