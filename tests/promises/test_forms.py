"""Every value with a JSON form leads back from it, and refuses keys and versions that it does not know.

The values are found by walking the code; one without a strategy here fails, and so does a field without one.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import analytics
import service
from analytics import criteria_forms, filters
from analytics.ab_tests import Course, Prospect, Result
from analytics.board import Board, Chart, Good, Panel, Row, Thresholds
from analytics.cohort import Cohort, CohortMembers
from analytics.during import During
from analytics.filters import And, Comparison, Not, Or
from analytics.lifecycle import STATES, ActivePeople, Lifecycle, PowerCurve, StatePeople, Stickiness
from analytics.query import Query
from analytics.request import LENGTHS, LONGEST_TEXT, MONTH, Request, custom_window_text
from analytics.retention import RetentionSpec
from analytics.retention_questions import CellPeople, Curve, CurvePeople, Triangle
from analytics.scope import ALL_TENANTS, Scope
from analytics.settings import LONGEST_GOAL_DAYS, Goal, Measured
from analytics.steps import NAMED_BY, Step
from service.annotations import KINDS, Annotation
from service.saved import Saved, Search, as_text
from service.saved_cohort import SavedCohort
from service.saved_view import SavedView
from tests.examples import examples
from tests.promises import churn_forms, cohort_strategies, funnel_forms, path_forms
from tests.promises.questions import QUERIES, UNTOLD


@dataclass(frozen=True)
class Form:
    """How values of one kind are made, and how their JSON form is written and read."""

    values: st.SearchStrategy[Any]
    write: Callable[[Any], dict[str, object]]
    read: Callable[[Any], object]


def of(kind: type, /, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a dataclass, every field of which has a strategy."""
    assert set(parts) == {each.name for each in fields(kind)}, f"{kind.__name__}: give each field a strategy"
    return st.builds(kind, **parts)


def form(kind: type, /, **parts: st.SearchStrategy[Any]) -> Form:
    return Form(of(kind, **parts), kind.to_dict, kind.from_dict)


SIGNS = st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp", "Zs", "Cf"))
WORDS = st.text(SIGNS, min_size=1, max_size=20)
TEXTS = st.text(max_size=20)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
LENGTH = st.timedeltas(timedelta(microseconds=1), timedelta(days=400))
ZONES = st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))

SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans(), MOMENTS)
# A word that says whose field it is needs one after it.
NAMES = WORDS.filter(lambda name: not name.endswith("."))
COMPARISONS = st.one_of(
    st.builds(Comparison, NAMES, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), SCALARS),
    st.builds(Comparison, NAMES, st.sampled_from(["contains", "like"]), TEXTS),
    st.builds(Comparison, NAMES, st.just("in"), st.lists(SCALARS, min_size=1, max_size=3).map(tuple)),
    st.builds(Comparison, NAMES, st.just("between"), st.tuples(SCALARS, SCALARS)),
    st.builds(Comparison, NAMES, st.just("exists")),
    st.builds(Comparison, st.sampled_from(["user_id", "tenant_id", "cohort"]), st.just("in_cohort"), WORDS),
)
FILTERS = st.recursive(
    COMPARISONS,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda each: And(tuple(each))),
        st.lists(parts, min_size=1, max_size=3).map(lambda each: Or(tuple(each))),
        st.builds(Not, parts),
    ),
    max_leaves=6,
)


STEP_PARTS: dict[str, st.SearchStrategy[Any]] = {
    "event": st.one_of(st.none(), WORDS, st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple)),
    "where": st.one_of(st.none(), FILTERS),
    "label": st.one_of(st.none(), TEXTS),
    "table": st.sampled_from(list(NAMED_BY)),
    "nth": st.integers(1, 20),
    "within": st.one_of(st.none(), LENGTH),
}


STEPS = of(Step, **STEP_PARTS)
BROKEN_BY = st.one_of(st.none(), WORDS, st.lists(WORDS, min_size=1, max_size=2).map(tuple))
GRAINS, WEEK_STARTS = st.sampled_from(["auto", "day", "month"]), st.sampled_from(["monday", "sunday"])
ACTIVITY_PARTS: dict[str, st.SearchStrategy[Any]] = {"event": STEPS, "unit": WORDS}
BUCKETED = {"grain": GRAINS, "week_start": WEEK_STARTS, **ACTIVITY_PARTS}
RETENTION_PARTS: dict[str, st.SearchStrategy[Any]] = {
    "start": STEPS,
    "returning": STEPS,
    "period": st.sampled_from(["hour", "day", "week", "month"]),
    "periods": st.integers(1, 100),
    "mode": st.sampled_from(["first_time", "recurring"]),
    "counting": st.sampled_from(["exact", "on_or_after"]),
    "clock": st.sampled_from(["calendar", "rolling"]),
    "at_least": st.integers(1, 9),
    "unit": WORDS,
    "week_start": WEEK_STARTS,
    "breakdown": BROKEN_BY,
    "breakdown_at": st.sampled_from(["start", "both"]),
    "breakdown_limit": st.none() | st.integers(1, 20),
}
RETENTIONS = of(RetentionSpec, **RETENTION_PARTS)


@st.composite
def goals(draw) -> Goal:
    measured = draw(st.sampled_from(get_args(Measured)))
    attribute = draw(WORDS) if measured in ("sum", "mean") else ""
    days = st.integers(1, LONGEST_GOAL_DAYS)
    return draw(of(Goal, event=TEXTS, measured=st.just(measured), attribute=st.just(attribute), days=days))


def of_an_experiment(kind: type) -> Form:
    return form(kind, experiment=TEXTS, goal=st.none() | goals())


WHENS, CRITERIA = cohort_strategies.criteria(of, STEP_PARTS, FILTERS, LENGTH, MOMENTS)
COHORTS = of(Cohort, criterion=CRITERIA, unit=st.just("person"))


@st.composite
def scopes(draw) -> Scope:
    start, length = draw(MOMENTS), draw(LENGTH)
    some = st.frozensets(WORDS, min_size=1, max_size=3)
    tenants, where = draw(st.one_of(st.just(ALL_TENANTS), some)), draw(st.none() | FILTERS)
    return Scope(start, start + length, draw(ZONES), tenants, where, draw(st.none() | MOMENTS))


@st.composite
def windows(draw) -> str:
    start = draw(MOMENTS)
    own = custom_window_text(start, start + draw(LENGTH) + timedelta(hours=3), "UTC")
    return draw(st.sampled_from([*LENGTHS, MONTH, own]))


@st.composite
def queries(draw) -> Query:
    """A query of the model, cut and compared in any way that its dimensions allow."""
    query = draw(st.sampled_from(list(QUERIES.values())))
    limit = draw(st.none() | st.integers(1, 10_000)) if query.by else None
    start = draw(MOMENTS)
    return draw(
        of(
            Query,
            measures=st.just(query.measures),
            by=st.just(query.by),
            grain=st.sampled_from([None, "auto", "hour", "month"]),
            where=st.none() | FILTERS,
            order=st.none() | st.sampled_from([*query.measures, *query.by, f"-{query.measures[0]}"]),
            limit=st.just(limit),
            other=st.booleans() if limit else st.just(False),
            compare=st.none() | st.just("previous") | LENGTH.map(lambda length: (start, start + length)),
            week_start=st.sampled_from(["monday", "sunday"]),
        )
    )


@st.composite
def panels(draw) -> Panel:
    question = draw(st.sampled_from(UNTOLD))
    columns = st.sampled_from([column.name for column in question.columns])
    value = draw(columns)
    trends = [each for each in UNTOLD if value in {column.name for column in each.columns}]
    return draw(
        of(
            Panel,
            id=WORDS,
            title=TEXTS,
            explanation=TEXTS,
            question=st.just(question),
            chart=st.sampled_from(get_args(Chart)),
            value=st.just(value),
            x=st.none() | columns,
            by=st.none() | columns,
            unit=TEXTS,
            trend=st.none() | st.sampled_from(trends),
            good=st.sampled_from(get_args(Good)),
            thresholds=st.none() | THRESHOLDS,
            window=st.none() | st.sampled_from(list(LENGTHS)),
            click=st.lists(WORDS, max_size=2).map(tuple),
            show=st.lists(columns, max_size=3).map(tuple),
            alone=st.booleans(),
            words=st.just("") | columns.map(lambda name: f"{{{name}}} in words"),
            empty=TEXTS,
            tall=st.booleans(),
        )
    )


@st.composite
def rows(draw) -> Row:
    held = draw(st.lists(panels(), min_size=1, max_size=3, unique_by=lambda panel: panel.id))
    width = st.integers(1, 9)
    return Row(tuple(held), draw(st.just(()) | st.tuples(*(width for _ in held))), draw(TEXTS))


def distinct(board: tuple[Row, ...]) -> bool:
    ids = [panel.id for row in board for panel in row.panels]
    return len(ids) == len(set(ids))


@st.composite
def annotations(draw) -> Annotation:
    start = draw(MOMENTS)
    return draw(
        of(
            Annotation,
            id=WORDS,
            kind=st.sampled_from(KINDS),
            text=WORDS,
            start=st.just(start),
            end=st.none() | LENGTH.map(lambda length: start + length),
            tenant=st.just("") | WORDS,
            author=TEXTS,
            created_at=MOMENTS,
        )
    )


@st.composite
def saved(draw) -> Saved:
    kinds = {
        "view": VIEWS,
        "board": BOARDS,
        "question": panels(),
        "search": SEARCHES,
        "cohort": SAVED_COHORTS,
    }
    kind = draw(st.sampled_from(list(kinds)))
    what = draw(kinds[kind])
    return draw(
        of(
            Saved,
            id=WORDS,
            kind=st.just(kind),
            title=WORDS,
            owner=TEXTS,
            shared=st.booleans(),
            form=st.just(as_text(what.to_dict())),
            changed_at=MOMENTS,
        )
    )


THRESHOLDS = of(Thresholds, good=NUMBERS, bad=NUMBERS, less=st.booleans())
BOARDS = of(
    Board,
    id=WORDS,
    title=WORDS,
    audience=TEXTS,
    rows=st.lists(rows(), max_size=2).map(tuple).filter(distinct),
)
SEARCHES = of(Search, title=WORDS, text=WORDS, syntax=st.sampled_from(["kql", "lucene"]))
REQUESTS = of(
    Request,
    tenants=st.lists(WORDS, max_size=3).map(tuple),
    window=windows(),
    timezone=ZONES,
    where=st.none() | FILTERS,
    search=st.just("") | WORDS,
    syntax=st.sampled_from(["kql", "lucene"]),
    compare=st.booleans() | windows().filter(lambda window: "~" in window),
    demo=st.booleans(),
    presenting=st.booleans(),
    named=st.lists(WORDS, max_size=2).map(tuple),
    role=st.just("") | st.sampled_from(["leadership", "on-call"]),
    choices=st.dictionaries(st.sampled_from(["experiment", "cohort"]), WORDS).map(
        lambda held: tuple(sorted(held.items()))
    ),
)
VIEWS = of(
    SavedView,
    title=WORDS,
    page=st.sampled_from(["executive", "ai-cost"]),
    request=REQUESTS.filter(lambda request: len(request.text()) <= LONGEST_TEXT),
)
SAVED_COHORTS = of(SavedCohort, title=WORDS, cohort=COHORTS, about=st.just("") | WORDS)
FORMS: dict[str, Form] = {
    "analytics.filters": Form(FILTERS, filters.to_dict, filters.from_dict),
    "analytics.scope.Scope": Form(scopes(), Scope.to_dict, Scope.from_dict),
    "analytics.request.Request": Form(REQUESTS, Request.to_dict, Request.from_dict),
    "analytics.query.Query": Form(queries(), Query.to_dict, Query.from_dict),
    "analytics.ab_tests.Course": of_an_experiment(Course),
    "analytics.ab_tests.Prospect": of_an_experiment(Prospect),
    "analytics.ab_tests.Result": of_an_experiment(Result),
    "analytics.steps.Step": form(Step, **STEP_PARTS),
    **funnel_forms.forms(form, STEPS, FILTERS),
    "analytics.during.During": Form(WHENS, During.to_dict, During.from_dict),
    "analytics.criteria_forms": Form(CRITERIA, criteria_forms.to_dict, criteria_forms.from_dict),
    "analytics.cohort.Cohort": Form(COHORTS, Cohort.to_dict, Cohort.from_dict),
    "analytics.cohort.CohortMembers": Form(
        of(CohortMembers, cohort=COHORTS), CohortMembers.to_dict, CohortMembers.from_dict
    ),
    **churn_forms.forms(form, Form, MOMENTS),
    **{f"analytics.lifecycle.{kind.__name__}": form(kind, **BUCKETED) for kind in (Lifecycle, Stickiness)},
    "analytics.lifecycle.ActivePeople": form(ActivePeople, **BUCKETED, intervals=st.integers(1, 90)),
    "analytics.lifecycle.PowerCurve": form(PowerCurve, **ACTIVITY_PARTS),
    "analytics.lifecycle.StatePeople": form(
        StatePeople, **BUCKETED, bucket=MOMENTS.map(datetime.isoformat), state=st.sampled_from(STATES)
    ),
    **path_forms.forms(form, WORDS, FILTERS),
    "analytics.retention.RetentionSpec": Form(RETENTIONS, RetentionSpec.to_dict, RetentionSpec.from_dict),
    "analytics.retention_questions.CellPeople": form(
        CellPeople, spec=RETENTIONS, cohort=MOMENTS, period=st.integers(0, 9), breakdown=BROKEN_BY
    ),
    "analytics.retention_questions.Curve": form(Curve, spec=RETENTIONS),
    "analytics.retention_questions.CurvePeople": form(
        CurvePeople, spec=RETENTIONS, period=st.integers(0, 9), breakdown=BROKEN_BY
    ),
    "analytics.retention_questions.Triangle": form(Triangle, spec=RETENTIONS),
    "analytics.thresholds.Thresholds": Form(THRESHOLDS, Thresholds.to_dict, Thresholds.from_dict),
    "analytics.board.Panel": Form(panels(), Panel.to_dict, Panel.from_dict),
    "analytics.board.Row": Form(rows(), Row.to_dict, Row.from_dict),
    "analytics.board.Board": Form(BOARDS, Board.to_dict, Board.from_dict),
    "service.annotations.Annotation": Form(annotations(), Annotation.to_dict, Annotation.from_dict),
    "service.saved_view.SavedView": Form(VIEWS, SavedView.to_dict, SavedView.from_dict),
    "service.saved_cohort.SavedCohort": Form(SAVED_COHORTS, SavedCohort.to_dict, SavedCohort.from_dict),
    "service.saved.Search": Form(SEARCHES, Search.to_dict, Search.from_dict),
    "service.saved.Saved": Form(saved(), Saved.to_dict, Saved.from_dict),
}


def modules() -> Iterator[ModuleType]:
    for package in (analytics, service):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def has_form(owner: object) -> bool:
    return callable(getattr(owner, "to_dict", None)) and callable(getattr(owner, "from_dict", None))


def with_forms() -> set[str]:
    """The dataclasses and the modules that write and read a JSON form."""
    found = set()
    for module in modules():
        if has_form(module) and module.to_dict.__module__ == module.__name__:
            found.add(module.__name__)
        for name, value in vars(module).items():
            own = isinstance(value, type) and value.__module__ == module.__name__
            if own and is_dataclass(value) and has_form(value):
                found.add(f"{module.__name__}.{name}")
    return found


def test_every_value_with_a_json_form_is_tried_here():
    assert with_forms() == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_a_value_is_what_its_json_form_says(name):
    tried = FORMS[name]

    @settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(value=tried.values)
    def leads_back(value):
        written = json.loads(json.dumps(tried.write(value), allow_nan=False))
        assert tried.read(written) == value
        with pytest.raises(ValueError, match="surprise"):
            tried.read({**written, "surprise": 1})
        if "version" in written:
            with pytest.raises(ValueError, match="version"):
                tried.read({**written, "version": 2})

    leads_back()


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("nonsense", [None, [], "text", 7, {}], ids=str)
def test_what_is_no_form_is_refused(name, nonsense):
    with pytest.raises(ValueError, match=r"\w"):
        FORMS[name].read(nonsense)
