"""Filters as predicates: a value of `analytics.filters` for one table, every literal a parameter.

Every predicate is true or false, never NULL, so that `!=` and `~` hold where the field is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.filters import And, Comparison, Filter, Not, Or
from analytics.view import NotFilterable
from data import dialect
from data.keys import Registry
from data.tables import TABLES, Table

Put = Callable[[object], str]
ATTRIBUTES = ("attributes.", "properties.", "labels.")
NUMERIC = ("DOUBLE", "BIGINT", "DECIMAL(18,9)")


@dataclass(frozen=True)
class Field:
    """A field of one table: how it is read, its type, and between which times it can be present at all."""

    expression: str
    kind: str
    first_at: datetime | None = None
    last_at: datetime | None = None


def predicate(condition: Filter, table: Table, keys: Registry, put: Put) -> str:
    """The condition on rows `t` of a table."""
    match condition:
        case And(parts):
            return "(" + " and ".join(predicate(part, table, keys, put) for part in parts) + ")"
        case Or(parts):
            return "(" + " or ".join(predicate(part, table, keys, put) for part in parts) + ")"
        case Not(part):
            return f"not coalesce({predicate(part, table, keys, put)}, false)"
        case Comparison():
            return _comparison(condition, table, keys, put)
        case _:
            raise TypeError(f"{type(condition).__name__} is not a filter")


def _comparison(condition: Comparison, table: Table, keys: Registry, put: Put) -> str:
    field = condition.field
    if condition.op == "!=":
        equal = Comparison(field, "==", condition.value)
        return f"not coalesce({_comparison(equal, table, keys, put)}, false)"
    if field.startswith("tenant.") and table.name != "tenants":
        inner = Comparison(field.removeprefix("tenant."), condition.op, condition.value)
        test = _comparison(inner, TABLES["tenants"], keys, put)
        return f"t.tenant_id in (select t.tenant_id from raw.tenants as t where {test})"
    if field.startswith("person.") and table.name != "people":
        return _person(condition, table, keys, put)
    found = resolve(field, table, keys)
    if found is None:
        return "false"
    test = _test(found, condition, put)
    if found.first_at is None:
        return test
    return f"({test} and t.occurred_at >= {put(found.first_at)} and t.occurred_at <= {put(found.last_at)})"


def _person(condition: Comparison, table: Table, keys: Registry, put: Put) -> str:
    """Rows of the people for whom the condition holds, by their id or by an alias of it."""
    if "user_id" not in table.columns:
        raise NotFilterable(condition.field, table.name)
    inner = Comparison(condition.field.removeprefix("person."), condition.op, condition.value)
    test = _comparison(inner, TABLES["people"], keys, put)
    people = f"select t.tenant_id, t.person_id from raw.people as t where {test}"
    aliases = (
        f"select i.tenant_id, i.alias from raw.identities as i where (i.tenant_id, i.person_id) in ({people})"
    )
    actor = (
        "coalesce(nullif(t.user_id, ''), t.anonymous_id)" if "anonymous_id" in table.columns else "t.user_id"
    )
    return f"(t.tenant_id, {actor}) in ({people} union all {aliases})"


def resolve(field: str, table: Table, keys: Registry) -> Field | None:
    """How the table reads a field; None for an attribute that no row ever had."""
    own = (
        field.removeprefix("tenant.")
        if table.name == "tenants"
        else field.removeprefix("person.")
        if table.name == "people"
        else field
    )
    if own in table.columns and own not in ("attributes", "lists"):
        return Field(f"t.{dialect.name(own)}", table.columns[own])
    prefix = next((prefix for prefix in ATTRIBUTES if own.startswith(prefix)), None)
    if prefix is None or not table.has_attributes:
        raise NotFilterable(field, table.name)
    key = own.removeprefix(prefix)
    known = keys.get(table.name, {}).get(key)
    if known is None:
        return None
    kind = next(iter(known.types)) if len(known.types) == 1 else "VARCHAR"
    kind = "VARCHAR" if kind == "LIST" else kind
    # Only facts are ordered by time, so only there do the bounds save reading.
    bounds = (known.first_at, known.last_at) if table.fact else (None, None)
    return Field(dialect.attribute("t", key, known.types), kind, *bounds)


def _test(field: Field, condition: Comparison, put: Put) -> str:  # noqa: PLR0911  one return an operator
    value = condition.value
    match condition.op:
        case "exists":
            return (
                f"{field.expression} <> ''" if field.kind == "VARCHAR" else f"{field.expression} is not null"
            )
        case "in":
            items = [_equal(field, item, put) for item in _items(value)]
            return "(" + " or ".join(items) + ")" if items else "false"
        case "between":
            low, high = _items(value)
            return f"({_ordered(field, '>=', low, put)} and {_ordered(field, '<=', high, put)})"
        case "contains":
            return f"contains(lower({_text(field)}), lower({put(_plain(value))}))"
        case "like":
            return f"{_text(field)} like {put(_pattern(_plain(value)))} escape '\\'"
        case "==":
            return _equal(field, value, put)
        case op:
            return _ordered(field, op, value, put)


def _text(field: Field) -> str:
    return dialect.as_text(field.expression, field.kind)


def _items(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list | frozenset) else (value,)


def _equal(field: Field, value: object, put: Put) -> str:
    if field.kind == "TIMESTAMP":
        return f"{field.expression} = {put(_moment(value))}"
    if field.kind in NUMERIC and not isinstance(value, str | bool):
        return f"{field.expression} = {put(value)}"
    return f"{_text(field)} = {put(_plain(value))}"


def _ordered(field: Field, op: str, value: object, put: Put) -> str:
    if field.kind == "TIMESTAMP":
        return f"{field.expression} {op} {put(_moment(value))}"
    number = None if isinstance(value, str) and field.kind not in NUMERIC else _number(value)
    if number is None:
        return f"{_text(field)} {op} {put(_plain(value))}"
    if field.kind in NUMERIC:
        return f"{field.expression} {op} {put(number)}"
    return f"try_cast({field.expression} as double) {op} {put(number)}"


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _moment(value: object) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a time; write it like 2026-01-08T14:30:00Z") from None
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _pattern(wild: str) -> str:
    """`*` is the only wildcard; what SQL takes for one is itself."""
    escaped = wild.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")
