"""The JSON form of criteria."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from types import MappingProxyType
from typing import cast

from analytics import filters
from analytics.criteria import (
    AllOf,
    AnyOf,
    Criterion,
    Did,
    First,
    Has,
    Listed,
    NoneOf,
    Restarted,
    Sequence,
    Stopped,
)
from analytics.during import During
from analytics.filters import Filter
from analytics.forms import BadForm, read_object
from analytics.steps import MICROSECOND, Step, length_of

_DEEPEST = 16


def to_dict(criterion: Criterion) -> dict[str, object]:
    """The JSON form of a criterion."""
    named = {each.name: _form(getattr(criterion, each.name)) for each in fields(criterion)}  # pyright: ignore[reportArgumentType]
    return {"kind": criterion.kind, **named}


def from_dict(form: object, depth: int = 0) -> Criterion:
    """The criterion of a JSON form; a key that it does not know is refused."""
    if depth > _DEEPEST:
        raise BadForm(f"a cohort may be nested {_DEEPEST} deep, and this one is deeper")
    if not isinstance(form, Mapping):
        raise BadForm(f"a criterion is a JSON object, not {type(form).__name__}")
    node = dict(cast("Mapping[str, object]", form))
    kind = KINDS.get(str(node.pop("kind", None)))
    if kind is None:
        raise BadForm(f"a criterion is one of {', '.join(KINDS)}")
    names = [each.name for each in fields(kind)]  # pyright: ignore[reportArgumentType]
    read = read_object("criterion", node, names)
    found = {name: None if value is None else _read(name, value, depth) for name, value in read.items()}
    try:
        return kind(**found)
    except TypeError as error:
        raise BadForm(f"this criterion cannot be read: {error}") from error


def _form(value: object) -> object:
    match value:
        case Criterion():
            return to_dict(value)
        case Step() | During():
            return value.to_dict()
        case Filter():
            return filters.to_dict(value)
        case timedelta():
            return value // MICROSECOND
        case tuple():
            return [_form(each) for each in cast("tuple[object, ...]", value)]
        case _:
            return value


def _read(name: str, value: object, depth: int) -> object:
    if name == "of":
        return tuple(from_dict(each, depth + 1) for each in _list(value))
    if name == "part":
        return from_dict(value, depth + 1)
    return _READERS[name](value)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise BadForm("what there are several of is a list")
    return cast("list[object]", value)


def _pair(value: object) -> tuple[str, str]:
    match value:
        case [str(tenant), str(unit)]:
            return tenant, unit
        case _:
            raise BadForm("a member is a list of two texts: its tenant and its id")


_READERS: Mapping[str, Callable[[object], object]] = {
    "step": Step.from_dict,
    "steps": lambda value: tuple(map(Step.from_dict, _list(value))),
    "during": During.from_dict,
    "where": filters.from_dict,
    "members": lambda value: tuple(map(_pair, _list(value))),
    **dict.fromkeys(("quiet", "active", "recent", "within"), length_of),
    **dict.fromkeys(("at_least", "at_most"), lambda value: value),
}
KINDS: Mapping[str, type[Criterion]] = MappingProxyType(
    {
        kind.kind: kind
        for kind in (AllOf, AnyOf, NoneOf, Did, First, Sequence, Has, Stopped, Restarted, Listed)
    }
)
