"""Every analysis there is, found by reading the modules of this package."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

import analytics
from analytics.analysis import Analysis
from analytics.query import Query
from analytics.question import Question


class UnknownAnalysis(LookupError):
    """No analysis has this name, in this version of the product."""


@cache
def analyses() -> Mapping[str, Analysis]:
    """All analyses by name."""
    found: dict[str, Analysis] = {}
    for module in pkgutil.walk_packages(analytics.__path__, "analytics."):
        for value in vars(import_module(module.name)).values():
            if not isinstance(value, Analysis):
                continue
            if found.setdefault(value.name, value) is not value:
                raise ValueError(f"two analyses are named {value.name}: rename one of them")
    return MappingProxyType(dict(sorted(found.items())))


def analysis_named(name: str) -> Analysis:
    """The analysis of that name."""
    known = analyses()
    if name in known:
        return known[name]
    raise UnknownAnalysis(f"there is no analysis {name!r}: there are {', '.join(known)}")


def question_form(question: Question) -> object:
    """The JSON form of a question: an analysis by its name, a query as it is."""
    return question.to_dict() if isinstance(question, Query) else question.name


def question_of(form: object, find: Callable[[str], Question] = analysis_named) -> Question:
    """The question of a JSON form."""
    return find(form) if isinstance(form, str) else Query.from_dict(form)
