"""Filters as values: `(field("status") == "failed") & field("attributes.plan").isin(["pro", "team"])`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from analytics import patterns
from analytics.forms import BadForm, read_object

Scalar = str | int | float | bool | datetime
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "between", "contains", "like", "matches", "exists"]

VERSION = 1
ANY_TEXT = "*"  # the field that is every text of a row that people read: each table says which those are

_OPERATORS = get_args(Operator)
_DEEPEST = 32
_LONGEST_NAME = 300

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
    """One field against a value; `in` and `between` take a tuple, `exists` takes None."""

    field: str
    op: Operator
    value: Scalar | tuple[Scalar, ...] | None = None

    def __post_init__(self) -> None:
        _check_name(self.field)
        _check_value(self.op, self.value)

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


def field(name: str) -> Field:
    """The field of that name, to be compared: `field("attributes.plan") == "pro"`."""
    _check_name(name)
    return Field(name)


def fields(where: Filter | None) -> frozenset[str]:
    """The names of the fields that a filter asks for."""
    match where:
        case Comparison(name):
            return frozenset({name})
        case And(parts) | Or(parts):
            return frozenset[str]().union(*map(fields, parts))
        case Not(part):
            return fields(part)
        case _:
            return frozenset()


def sentence(where: Filter, named: Callable[[str], str] | None = None) -> str:
    """The filter in words: "plan is pro and status is failed or timeout"; `named` gives fields names."""
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
    if op not in _OPERATORS:
        raise BadForm(f"{op!r} is no operator: use one of and, or, not, {', '.join(_OPERATORS)}")
    read_object("comparison", node, ("op", "field", "value"))
    value = _value_from_form(node.get("value"))
    return Comparison(cast("str", node.get("field")), cast("Operator", op), value)


def _value_form(value: Scalar | tuple[Scalar, ...] | None) -> object:
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
    for prefix in ("attributes.", "properties."):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    for prefix in ("tenant.", "person."):
        if name.startswith(prefix):
            return name.replace(".", " ", 1)
    return name


def _said(value: Scalar | None) -> str:
    if value == "":
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _parts_of(kind: type[And | Or], where: Filter) -> tuple[Filter, ...]:
    return where.parts if isinstance(where, kind) else (where,)


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a field's name is 1 to {_LONGEST_NAME} printable characters, not {name!r}")
    if name.removeprefix("tenant.").removeprefix("person.") in ("", "attributes.", "properties."):
        raise ValueError(f"name the field after the dot: {name}plan")


def _check_parts(parts: tuple[object, ...]) -> None:
    if not parts:
        raise ValueError("and / or need at least one filter")
    if not all(isinstance(part, Comparison | And | Or | Not) for part in parts):
        raise TypeError("compare a field before combining it, as in (field('status') == 'failed') & …")


def _check_value(op: Operator, value: object) -> None:
    if op not in _OPERATORS:
        raise ValueError(f"{op!r} is no operator: use one of {', '.join(_OPERATORS)}")
    if op == "exists":
        if value is not None:
            raise ValueError("exists() takes no value")
        return
    if op not in ("in", "between"):
        _check_scalar(value)
        if op in ("contains", "like", "matches") and not isinstance(value, str):
            raise ValueError(f"'{op}' looks for text, not for {value!r}")
        if op == "matches":
            patterns.check(cast("str", value))
        return
    if not isinstance(value, tuple) or not value:
        raise ValueError(f"'{op}' takes a tuple of at least one value")
    values = cast("tuple[object, ...]", value)
    if op == "between" and len(values) != 2:
        raise ValueError("'between' takes a low and a high value")
    for each in values:
        _check_scalar(each)


def _check_scalar(value: object) -> None:
    if not isinstance(value, str | int | float | bool | datetime):
        raise TypeError(
            f"a filter compares with text, a number, true, false or a time, not with {type(value).__name__}; "
            "to ask whether there is a value at all, use exists()"
        )
    if isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError("a text in a filter has half a character in it: write it anew")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a filter compares with finite numbers only")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a time in a filter needs a timezone: pass an aware datetime")
