"""Filters as values: `(field("status") == "failed") & field("attributes.plan").isin(["pro", "team"])`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from analytics.filter_values import (
    COHORT,
    OPERATORS,
    Operator,
    Scalar,
    Value,
    check_cohort,
    check_name,
    check_value,
)
from analytics.forms import BadForm, read_object
from analytics.members import Members

VERSION = 1
ANY_TEXT = "*"  # the field that is every text of a row that people read: each table says which those are
OF_COHORT = f"{COHORT}."  # how the names begin by which `fields` tells the cohorts of a filter

_DEEPEST = 32

_VERBS = {
    "==": "is",
    "!=": "is not",
    "<": "is under",
    "<=": "is at most",
    ">": "is over",
    ">=": "is at least",
    "contains": "contains",
    "like": "is like",
    "matches": "matches",
}


class Filter:
    """What rows must fulfil: a Comparison, an And, an Or or a Not."""

    def __and__(self, other: Filter) -> And:
        return And((*_parts_of(And, self), *_parts_of(And, other)))

    def __or__(self, other: Filter) -> Or:
        return Or((*_parts_of(Or, self), *_parts_of(Or, other)))

    def __invert__(self) -> Filter:
        return self.part if isinstance(self, Not) else Not(self)

    def __bool__(self) -> bool:
        # Python's `and` and `or` would silently drop one side.
        raise TypeError("combine filters with & and |, and wrap each in parentheses")


@dataclass(frozen=True, eq=False)
class Comparison(Filter):
    """One field against a value; `in` and `between` take a tuple, `exists` takes None.

    `in_cohort` takes the id of a cohort; before rows are read by it, that gives way to its members.
    """

    field: str
    op: Operator
    value: Value = None

    def __post_init__(self) -> None:
        check_name(self.field)
        if self.op == "in_cohort":
            check_cohort(self.field, self.value)
        else:
            check_value(self.op, self.value)

    def _identity(self) -> tuple[object, ...]:
        # 1, 1.0 and True are equal in Python, and are different questions.
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return (self.field, self.op, values, tuple(type(value) for value in values))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Comparison) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())


@dataclass(frozen=True)
class And(Filter):
    """All of the parts hold."""

    parts: tuple[Filter, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts)


@dataclass(frozen=True)
class Or(Filter):
    """At least one of the parts holds."""

    parts: tuple[Filter, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts)


@dataclass(frozen=True)
class Not(Filter):
    """The part does not hold; so it is also where the field is missing."""

    part: Filter

    def __post_init__(self) -> None:
        _check_parts((self.part,))


@dataclass(frozen=True, eq=False)
class Field:
    """A column, `tenant.x`, `person.x` or `attributes.x`, to be compared with something."""

    name: str

    def __eq__(self, value: object) -> Comparison:  # pyright: ignore[reportIncompatibleMethodOverride]
        return Comparison(self.name, "==", cast("Scalar", value))

    def __ne__(self, value: object) -> Comparison:  # pyright: ignore[reportIncompatibleMethodOverride]
        return Comparison(self.name, "!=", cast("Scalar", value))

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __lt__(self, value: Scalar) -> Comparison:
        return Comparison(self.name, "<", value)

    def __le__(self, value: Scalar) -> Comparison:
        return Comparison(self.name, "<=", value)

    def __gt__(self, value: Scalar) -> Comparison:
        return Comparison(self.name, ">", value)

    def __ge__(self, value: Scalar) -> Comparison:
        return Comparison(self.name, ">=", value)

    def isin(self, values: Iterable[Scalar]) -> Comparison:
        """The field is one of these."""
        if isinstance(values, str):
            raise TypeError(f"isin takes a list of values, such as [{values!r}]")
        return Comparison(self.name, "in", tuple(values))

    def between(self, low: Scalar, high: Scalar) -> Comparison:
        """The field lies from `low` to `high`, both included."""
        return Comparison(self.name, "between", (low, high))

    def contains(self, text: str) -> Comparison:
        """The text occurs in the field, in any case."""
        return Comparison(self.name, "contains", text)

    def like(self, pattern: str) -> Comparison:
        """The field matches the pattern, case and all; `*` stands for any text."""
        return Comparison(self.name, "like", pattern)

    def matches(self, pattern: str) -> Comparison:
        """The whole field matches the regular expression, of the syntax of `analytics.patterns`."""
        return Comparison(self.name, "matches", pattern)

    def exists(self) -> Comparison:
        """The field has a value."""
        return Comparison(self.name, "exists")

    def in_cohort(self, cohort: str) -> Comparison:
        """The row's person, or its tenant, is in the cohort of that id: of `user_id` or of `tenant_id`."""
        return Comparison(self.name, "in_cohort", cohort)


def field(name: str) -> Field:
    """The field of that name, to be compared: `field("attributes.plan") == "pro"`."""
    check_name(name)
    return Field(name)


def fields(where: Filter | None) -> frozenset[str]:
    """The names of the fields that a filter asks for; a cohort is asked for as `cohort.` and its id."""
    match where:
        case Comparison(name, "in_cohort", value):
            return frozenset({f"{OF_COHORT}{_cohort(value)}", *({name} - {COHORT})})
        case Comparison(name):
            return frozenset({name})
        case And(parts) | Or(parts):
            return frozenset[str]().union(*map(fields, parts))
        case Not(part):
            return fields(part)
        case _:
            return frozenset()


def cohorts(names: Iterable[str]) -> frozenset[str]:
    """The cohorts among the names that `fields` gives."""
    return frozenset(name.removeprefix(OF_COHORT) for name in names if name.startswith(OF_COHORT))


def changed(where: Filter, change: Callable[[Comparison], Filter]) -> Filter:
    """The same filter with each of its comparisons changed."""
    match where:
        case Comparison():
            return change(where)
        case And(parts):
            return And(tuple(changed(part, change) for part in parts))
        case Or(parts):
            return Or(tuple(changed(part, change) for part in parts))
        case Not(part):
            return Not(changed(part, change))
        case _:
            raise TypeError(f"{type(where).__name__} is not a filter")


def sentence(where: Filter, named: Callable[[str], str] | None = None) -> str:
    """The filter in words: "plan is pro and status is failed or timeout"; `named` gives fields names.

    It also names the cohorts, which it is asked for as `fields` tells them.
    """
    said = named or label
    match where:
        case Comparison():
            return _comparison_sentence(where, said)
        case And(parts):
            return " and ".join(_nested(part, said) for part in parts)
        case Or(parts):
            return " or ".join(_nested(part, said) for part in parts)
        case Not(Comparison(name, "exists")):
            return f"{said(name)} is missing"
        case Not(part):
            return f"not ({sentence(part, said)})"
        case _:
            raise TypeError(f"{type(where).__name__} is not a filter")


def to_dict(where: Filter) -> dict[str, object]:
    """The JSON form of a filter."""
    return {"version": VERSION, **_node(where)}


def from_dict(form: object) -> Filter:
    """The filter of a JSON form; a key that it does not know is refused."""
    if not isinstance(form, dict):
        raise BadForm(f"a filter is a JSON object, not {type(form).__name__}")
    node = dict(cast("dict[str, object]", form))
    if node.pop("version", None) != VERSION:
        raise BadForm(f"a filter of another version than {VERSION} cannot be read")
    return _from_node(node, 0)


def _node(where: Filter) -> dict[str, object]:
    match where:
        case Comparison(name, "exists"):
            return {"op": "exists", "field": name}
        case Comparison(name, op, value):
            return {"op": op, "field": name, "value": _value_form(value)}
        case And(parts):
            return {"op": "and", "parts": [_node(part) for part in parts]}
        case Or(parts):
            return {"op": "or", "parts": [_node(part) for part in parts]}
        case Not(part):
            return {"op": "not", "part": _node(part)}
        case _:
            raise TypeError(f"{type(where).__name__} is not a filter")


def _from_node(form: object, depth: int) -> Filter:
    if depth > _DEEPEST:
        raise BadForm(f"a filter may be nested {_DEEPEST} deep, and this one is deeper")
    node = read_object("filter", form, ("op", "field", "value", "parts", "part"))
    op = node.get("op")
    if op == "not":
        read_object("not", node, ("op", "part"))
        return Not(_from_node(node.get("part"), depth + 1))
    if op in ("and", "or"):
        read_object(str(op), node, ("op", "parts"))
        listed = node.get("parts")
        if not isinstance(listed, list):
            raise BadForm(f"the parts of '{op}' are a list")
        parts = tuple(_from_node(part, depth + 1) for part in cast("list[object]", listed))
        return And(parts) if op == "and" else Or(parts)
    if op not in OPERATORS:
        raise BadForm(f"{op!r} is no operator: use one of and, or, not, {', '.join(OPERATORS)}")
    read_object("comparison", node, ("op", "field", "value"))
    value = _value_from_form(node.get("value"))
    return Comparison(cast("str", node.get("field")), cast("Operator", op), value)


def _value_form(value: Value) -> object:
    if isinstance(value, Members):
        return value.named
    if isinstance(value, tuple):
        return [_value_form(each) for each in value]
    return {"time": value.isoformat()} if isinstance(value, datetime) else value


def _value_from_form(form: object) -> Scalar | tuple[Scalar, ...] | None:
    if isinstance(form, list):
        return tuple(cast("Scalar", _value_from_form(each)) for each in cast("list[object]", form))
    if isinstance(form, dict):
        moment = read_object("value", cast("object", form), ("time",)).get("time")
        if not isinstance(moment, str):
            raise BadForm("a time is written as {'time': '2026-01-08T14:30:00+00:00'}")
        return datetime.fromisoformat(moment)
    return cast("Scalar | None", form)


def _comparison_sentence(where: Comparison, said: Callable[[str], str]) -> str:
    name, value = said(where.field), where.value
    if where.op == "in_cohort":
        who = {"user_id": "person ", "tenant_id": "tenant "}.get(where.field, "")
        return f"{who}is in cohort {said(OF_COHORT + _cohort(value))}"
    if where.op == "exists":
        return f"{name} is present"
    if not isinstance(value, tuple):
        return f"{name} {_VERBS[where.op]} {_said(value)}"
    values = [_said(each) for each in value]
    if where.op == "between":
        return f"{name} is between {values[0]} and {values[1]}"
    return f"{name} is {' or '.join(filter(None, (', '.join(values[:-1]), values[-1])))}"


def _nested(part: Filter, said: Callable[[str], str]) -> str:
    several = isinstance(part, And | Or)
    return f"({sentence(part, said)})" if several else sentence(part, said)


def label(name: str) -> str:
    """What a field is called where nothing better is known."""
    if name == ANY_TEXT:
        return "any text"
    if name.startswith(OF_COHORT):
        return name.removeprefix(OF_COHORT)
    for prefix in ("attributes.", "properties."):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    for prefix in ("tenant.", "person."):
        if name.startswith(prefix):
            return name.replace(".", " ", 1)
    return name


def _cohort(value: object) -> str:
    """The cohort as the filter names it."""
    return value.named if isinstance(value, Members) else str(value)


def _said(value: Scalar | Members | None) -> str:
    if value == "":
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _parts_of(kind: type[And | Or], where: Filter) -> tuple[Filter, ...]:
    return where.parts if isinstance(where, kind) else (where,)


def _check_parts(parts: tuple[object, ...]) -> None:
    if not parts:
        raise ValueError("and / or need at least one filter")
    if not all(isinstance(part, Comparison | And | Or | Not) for part in parts):
        raise TypeError("compare a field before combining it, as in (field('status') == 'failed') & …")
