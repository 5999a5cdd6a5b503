"""The JSON form of criteria."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
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
    Stopped,
)
from analytics.criteria_found import InFunnel, InRetention, Sequence
from analytics.during import During, moment_of
from analytics.filters import Filter
from analytics.forms import BadForm, read_object
from analytics.funnel_spec import FunnelSpec
from analytics.retention import RetentionSpec
from analytics.steps import MICROSECOND, Step, length_of

_DEEPEST = 16
Readers = Mapping[str, Callable[[object], object]]


def to_dict(criterion: Criterion) -> dict[str, object]:
    """The JSON form of a criterion."""
    named = {each.name: _form(getattr(criterion, each.name)) for each in fields(criterion)}  # pyright: ignore[reportArgumentType]
    return {"kind": criterion.word, **named}


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
    own = _OWN_READERS.get(kind.word, {})
    found = {name: None if value is None else _read(own, name, value, depth) for name, value in read.items()}
    try:
        return kind(**found)
    except TypeError as error:
        raise BadForm(f"this criterion cannot be read: {error}") from error


def _form(value: object) -> object:  # noqa: PLR0911  one return a type
    match value:
        case Criterion():
            return to_dict(value)
        case Step() | During() | FunnelSpec() | RetentionSpec():
            return value.to_dict()
        case Filter():
            return filters.to_dict(value)
        case timedelta():
            return value // MICROSECOND
        case datetime():
            return value.isoformat()
        case tuple():
            return [_form(each) for each in cast("tuple[object, ...]", value)]
        case _:
            return value


def _read(own: Readers, name: str, value: object, depth: int) -> object:
    if name == "of":
        return tuple(from_dict(each, depth + 1) for each in _list(value))
    if name == "part":
        return from_dict(value, depth + 1)
    return (own.get(name) or _READERS[name])(value)


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


def _as_it_is(value: object) -> object:
    """What the criterion itself looks at."""
    return value


_READERS: Readers = {
    "step": Step.from_dict,
    "steps": lambda value: tuple(map(Step.from_dict, _list(value))),
    "during": During.from_dict,
    "where": filters.from_dict,
    "members": lambda value: tuple(map(_pair, _list(value))),
    **dict.fromkeys(("quiet", "active", "recent", "within"), length_of),
    **dict.fromkeys(
        ("at_least", "at_most", "breakdown", "grain", "period", "timezone", "waiting", "week_start"),
        _as_it_is,
    ),
    **dict.fromkeys(("bucket", "cohort"), moment_of),
    "filtered": filters.from_dict,
}
# What one kind of criterion means by a name that others have too.
_OWN_READERS: Mapping[str, Readers] = {
    "funnel": {"spec": FunnelSpec.from_dict, "step": _as_it_is},
    "retention": {"spec": RetentionSpec.from_dict},
}
KINDS: Mapping[str, type[Criterion]] = MappingProxyType(
    {
        kind.word: kind
        for kind in (
            AllOf,
            AnyOf,
            NoneOf,
            Did,
            First,
            Sequence,
            Has,
            Stopped,
            Restarted,
            Listed,
            InFunnel,
            InRetention,
        )
    }
)
