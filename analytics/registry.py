"""Every analysis and every kind of question there is, found by reading the modules of this package."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Protocol, cast

import analytics
from analytics.analysis import Analysis
from analytics.forms import BadForm
from analytics.query import Query
from analytics.question import Question

# What once had a name of its own and is now a kind of question: its form, and the names of its columns since.
# Panels that somebody saved go on with them.
RENAMED: Mapping[str, tuple[object, Mapping[str, str]]] = MappingProxyType(
    {
        "losses.by_plan": ({"kind": "loss_rate", "version": 1, "by": "plan"}, {"plan": "segment"}),
        "lifetimes.by_plan": ({"kind": "stays", "version": 1, "by": "plan"}, {"first_plan": "segment"}),
        "lifetimes.by_cohort": ({"kind": "stays", "version": 1, "by": "cohort"}, {"cohort": "segment"}),
        "lifetimes.at_ages": (
            {"kind": "stays_at", "version": 1, "by": "plan"},
            {"first_plan": "segment", "age_days": "age_months"},
        ),
    }
)


class UnknownAnalysis(LookupError):
    """No analysis has this name, in this version of the product."""


class Specified(Question, Protocol):
    """A question with a specification: a frozen dataclass, `kind` the word for its class in JSON."""

    kind: str

    def to_dict(self) -> dict[str, object]:
        """The JSON form of its specification."""
        ...

    @classmethod
    def from_dict(cls, form: object) -> Question:
        """The question of a JSON form; a key that it does not know is refused."""
        ...


@cache
def analyses() -> Mapping[str, Analysis]:
    """All analyses by name."""
    found: dict[str, Analysis] = {}
    for value in _values():
        if isinstance(value, Analysis) and found.setdefault(value.name, value) is not value:
            raise ValueError(f"two analyses are named {value.name}: rename one of them")
    return MappingProxyType(dict(sorted(found.items())))


@cache
def kinds() -> Mapping[str, type[Specified]]:
    """The kinds of questions that are asked with a specification, by the word for them in JSON."""
    found: dict[str, type[Specified]] = {}
    for value in _values():
        if not isinstance(value, type) or not isinstance(vars(value).get("kind"), str):
            continue
        kind = cast("type[Specified]", value)
        if found.setdefault(kind.kind, kind) is not kind:
            raise ValueError(f"two kinds of questions are called {kind.kind}: rename one of them")
    return MappingProxyType(dict(sorted(found.items())))


def analysis_named(name: str) -> Analysis:
    """The analysis of that name."""
    known = analyses()
    if name in known:
        return known[name]
    raise UnknownAnalysis(f"there is no analysis {name!r}: there are {', '.join(known)}")


def question_form(question: Question) -> object:
    """The JSON form of a question: an analysis by its name, a query as it is, others with their kind."""
    if isinstance(question, Query):
        return question.to_dict()
    if type(question) in kinds().values():
        asked = cast("Specified", question)
        return {"kind": asked.kind, **asked.to_dict()}
    return question.name


def question_of(form: object, find: Callable[[str], Question] = analysis_named) -> Question:
    """The question of a JSON form."""
    if isinstance(form, str):
        return question_of(RENAMED[form][0]) if form in RENAMED else find(form)
    if not isinstance(form, Mapping) or "kind" not in form:
        return Query.from_dict(form)
    rest = dict(cast("Mapping[str, object]", form))
    kind = rest.pop("kind")
    if kind not in kinds():
        raise BadForm(f"{kind!r} is no kind of question: there are {', '.join(kinds())}")
    return kinds()[cast("str", kind)].from_dict(rest)


def _values() -> Iterator[object]:
    for module in pkgutil.walk_packages(analytics.__path__, "analytics."):
        yield from vars(import_module(module.name)).values()
