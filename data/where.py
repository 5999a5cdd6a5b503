"""Filters as predicates: a value of `analytics.filters` for one table, every literal a parameter.

Every predicate is true or false, never NULL, so that `!=` and `~` hold where the field is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase

from analytics.filters import ANY_TEXT, And, Comparison, Filter, Not, Or
from analytics.members import FIELDS, Members
from analytics.view import NotComparable, NotFilterable
from analytics.zones import WEEKDAYS
from data import dialect, looked_after
from data.compare import Field, Put, test
from data.keys import Key, Registry
from data.tables import ALIKE, CALLED, CARRIED, OF_PERSON, OF_TENANT, TABLES, Table

ATTRIBUTES = ("attributes.", "properties.", "labels.")
LOOKED_UP = {"tenants": "tenant.", "people": "person."}

# The plan that a row's tenant was on when it happened, which the door joins; `plan` alone is the plan now.
PERSON_ID = "person.person_id"
PLAN_THEN, PLAN_OF_ROW = "plan_then", "coalesce(p.plan, '')"

# What a filter on a tenant, a person or the plan of a moment is looked up in.
_READS = {"tenant": "tenants", "person": "people", PLAN_THEN: "subscriptions"}
_MOST_FIELDS = 200
_ANYWHERE = frozenset(column for table in TABLES.values() for column in table.columns)


@dataclass(frozen=True)
class Site:
    """Where a predicate is put together: the keys there are, its parameters, the local clock, who looks after
    whom.
    """

    keys: Registry
    put: Put
    offsets: Callable[[], Sequence[tuple[datetime | None, int]]]
    owners: Mapping[str, str] = field(default_factory=dict[str, str])


def predicate(condition: Filter, table: Table, site: Site) -> str:
    """The condition on rows `t` of a table."""
    match condition:
        case And(parts):
            return "(" + " and ".join(predicate(part, table, site) for part in parts) + ")"
        case Or(parts):
            return "(" + " or ".join(predicate(part, table, site) for part in parts) + ")"
        case Not(part):
            return f"not coalesce({predicate(part, table, site)}, false)"
        case Comparison(_, "in_cohort"):
            return _member(condition, table, site)
        case Comparison():
            return _comparison(condition, table, site)
        case _:
            raise TypeError(f"{type(condition).__name__} is not a filter")


def canonical(field: str) -> str:
    """The name with the tenant or the person that it means: `plan` is `tenant.plan`."""
    if field in OF_TENANT:
        return f"tenant.{field}"
    return f"person.{field}" if field in OF_PERSON else field


def tables_read(tables: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The tables that an answer depends on: its own, those that its filters are looked up in, and who is who.

    Identities give rows without a tenant theirs, in every table.
    """
    asked = {canonical(name).partition(".")[0] for name in names}
    return tuple(sorted({*tables, *(_READS[name] for name in asked if name in _READS), "identities"}))


def asks_own(where: Filter, table: Table) -> bool:
    """Whether a filter asks only for what a row of `tenants` or of `people` tells of itself."""
    match where:
        case And(parts) | Or(parts):
            return all(asks_own(part, table) for part in parts)
        case Not(part):
            return asks_own(part, table)
        case Comparison(field, "in_cohort"):
            return table.name == "people" or (table.name == "tenants" and field == FIELDS["tenant"])
        case Comparison(field):
            return canonical(field).startswith(LOOKED_UP.get(table.name, "\0"))
        case _:
            return False


def _comparison(condition: Comparison, table: Table, site: Site) -> str:
    if condition.op == "!=":
        equal = Comparison(condition.field, "==", condition.value)
        return f"not coalesce({_comparison(equal, table, site)}, false)"
    own = condition.field in table.columns or not table.fact
    field = condition.field if own else canonical(condition.field)
    if field.startswith("tenant.") and table.name != "tenants":
        inner = _inner(field, condition)
        rows = looked_after.tenants(site.owners if _may_be_owner(inner.field) else {}, site.put)
        held = _comparison(inner, TABLES["tenants"], site)
        return f"t.tenant_id in (select t.tenant_id from {rows} as t where {held})"
    if field.startswith("person.") and table.name != "people":
        return _person(field, condition, table, site)
    if "*" in field:
        return _several(condition, table, site)
    if field in dialect.LOCAL_TIMES:
        return _local(condition, table, site)
    return _tested(condition, resolve(field, table, site.keys), site.put)


def _may_be_owner(name: str) -> bool:
    return name == looked_after.OWNER or "*" in name


def _plan_then(table: Table) -> Field:
    """The plan of a row's moment; a subscription has its own."""
    if not table.fact:
        raise NotFilterable(PLAN_THEN, table.name)
    return Field("t.plan" if "plan" in table.columns else PLAN_OF_ROW, "VARCHAR")


def _tested(condition: Comparison, field: Field | None, put: Put) -> str:
    if field is None:
        return "false"
    found = test(field, condition, put)
    if field.first_at is None:
        return found
    return f"({found} and t.occurred_at >= {put(field.first_at)} and t.occurred_at <= {put(field.last_at)})"


def _inner(field: str, condition: Comparison) -> Comparison:
    """The same of the tenant's or the person's own field."""
    return Comparison(field.partition(".")[2], condition.op, condition.value)


def _member(condition: Comparison, table: Table, site: Site) -> str:
    """Rows of the members of a cohort."""
    members = condition.value
    if not isinstance(members, Members):
        raise NotComparable("Who is in this cohort is not known here: choose the cohort again.")
    if condition.field != FIELDS[members.unit]:
        raise NotComparable(
            f"This cohort is one of {'people' if members.unit == 'person' else 'tenants'}: "
            f"ask it of {FIELDS[members.unit]}."
        )
    if members.unit == "person" and not {"user_id", "person_id"} & table.columns.keys():
        raise NotFilterable("a cohort of people", table.name)
    if not len(members):
        return "false"
    tenants = f"unnest({site.put(list(members.tenants))}::varchar[])"
    if members.unit == "tenant":
        return f"t.tenant_id in (select {tenants})"
    people = f"select {tenants}, unnest({site.put(list(members.units))}::varchar[])"
    if "person_id" in table.columns:
        return f"(t.tenant_id, t.person_id) in ({people})"
    return _of_people(people, table)


def _person(field: str, condition: Comparison, table: Table, site: Site) -> str:
    """Rows whose person fulfils the condition."""
    if "user_id" not in table.columns:
        raise NotFilterable(condition.field, table.name)
    if field == PERSON_ID:
        # Told by the row and its aliases alone, whether or not anything else is known of the person.
        return _by_name(table, lambda named, _of: _tested(condition, Field(named, "VARCHAR"), site.put))
    held = _comparison(_inner(field, condition), TABLES["people"], site)
    return _of_people(f"select t.tenant_id, t.person_id from raw.people as t where {held}", table)


def _of_people(people: str, table: Table) -> str:
    """Rows whose person is one of these."""
    return _by_name(table, lambda named, of: f"({of}.tenant_id, {named}) in ({people})")


def _by_name(table: Table, holds: Callable[[str, str], str]) -> str:
    """Rows whose person fulfils a condition: `holds` tells it of an id, and of the rows that have it."""
    aliases = "select i.tenant_id, i.alias from raw.identities as i"
    theirs = f"{aliases} where {holds('i.person_id', 'i')}"
    names = [column for column in ("user_id", "anonymous_id") if column in table.columns]
    by_alias = " ".join(
        f"when (t.tenant_id, t.{name}) in ({aliases}) then (t.tenant_id, t.{name}) in ({theirs})"
        for name in names
    )
    actor = "coalesce(nullif(t.user_id, ''), t.anonymous_id)" if len(names) > 1 else "t.user_id"
    return f"case {by_alias} else {holds(actor, 't')} end"


def _several(condition: Comparison, table: Table, site: Site) -> str:
    """Some field of a name with wildcards fulfils the condition; `*` alone is what people read of a row."""
    if condition.field == ANY_TEXT:
        if not table.texts:
            raise NotFilterable("any text", table.name)
        found = [resolve(name, table, site.keys) for name in table.texts]
    else:
        found = [resolve(name, table, site.keys) for name in _named_like(condition.field, table, site.keys)]
    if len(found) > _MOST_FIELDS:
        raise NotComparable(f"{condition.field} names more than {_MOST_FIELDS} fields: name fewer of them")
    return "(" + (" or ".join(_tested(condition, each, site.put) for each in found) or "false") + ")"


def _named_like(pattern: str, table: Table, keys: Registry) -> list[str]:
    known = [f"attributes.{key}" for key in sorted(keys.get(table.name, {}))]
    prefix = next((prefix for prefix in ATTRIBUTES if pattern.startswith(prefix)), None)
    wanted = (pattern.removeprefix(prefix) if prefix else pattern).replace("[", "[[]").replace("?", "[?]")
    attributes = [name for name in known if fnmatchcase(name.removeprefix("attributes."), wanted)]
    columns = [name for name in table.columns if prefix is None and fnmatchcase(name, wanted)]
    columns = [name for name in columns if name not in ("attributes", "lists")]
    if not columns and not table.has_attributes:
        raise NotFilterable(pattern, table.name)
    return [*columns, *attributes]


def _local(condition: Comparison, table: Table, site: Site) -> str:
    """The hour or the weekday on the scope's clock."""
    if not table.fact:
        raise NotFilterable(condition.field, table.name)
    part = Field(dialect.local_part(condition.field, "t.occurred_at", site.offsets()), "BIGINT")
    values = condition.value
    if condition.field == "weekday" and condition.op not in ("contains", "like", "matches", "exists"):
        numbers = tuple(map(_weekday, values if isinstance(values, tuple) else (values,)))
        values = numbers if isinstance(values, tuple) else numbers[0]
    return test(part, Comparison(condition.field, condition.op, values), site.put)


def _weekday(value: object) -> int:
    said = str(value).lower()
    for number, name in enumerate(WEEKDAYS, 1):
        if said in (str(number), name, name[:3]):
            return number
    raise NotComparable(f"{value!r} is no weekday: write monday, mon or 1, up to sunday, sun or 7")


def resolve(field: str, table: Table, keys: Registry) -> Field | None:
    """How the table reads a field; None for an attribute that no row ever had."""
    if field == PLAN_THEN:
        return _plan_then(table)
    own = field.removeprefix(LOOKED_UP.get(table.name, "\0"))
    own = dict(table.synonyms).get(own, own)
    if own in table.columns and own not in ("attributes", "lists"):
        return Field(f"t.{dialect.name(own)}", table.columns[own])
    if not table.has_attributes:
        raise NotFilterable(field, table.name)
    if own in ALIKE and table.fact:
        return _alike(ALIKE[own], table, keys)
    key = _attribute(own, table, keys)
    known = keys.get(table.name, {}).get(key)
    if known is None:
        return None
    kind = _kind(known)
    # Only facts are ordered by time, so only there do the bounds save reading.
    bounds = (known.first_at, known.last_at) if table.fact else (None, None)
    return Field(
        dialect.attribute("t", key, known.types),
        "VARCHAR" if kind == "LIST" else kind,
        *bounds,
        elements=dialect.elements("t", key) if "LIST" in known.types else None,
    )


def _alike(names: Sequence[str], table: Table, keys: Registry) -> Field | None:
    """The first of these attributes that a row has."""
    known = keys.get(table.name, {})
    found = [name for name in names if name in known]
    if len(found) < 2:
        return resolve(f"attributes.{found[0]}", table, keys) if found else None
    texts = [_as_text(name, known[name]) for name in found]
    return Field(f"coalesce({', '.join(texts)})", "VARCHAR")


def _as_text(name: str, key: Key) -> str:
    """An attribute as text, nothing where it is the empty one."""
    return f"nullif({dialect.as_text(dialect.attribute('t', name, key.types), _kind(key))}, '')"


def _kind(key: Key) -> str:
    """The type as which an attribute is read."""
    return next(iter(key.types)) if len(key.types) == 1 else "VARCHAR"


def _attribute(name: str, table: Table, keys: Registry) -> str:
    """The key that a name means; what only other tables have is none, unless any row may carry it."""
    prefix = next((prefix for prefix in ATTRIBUTES if name.startswith(prefix)), None)
    if prefix is not None:
        return name.removeprefix(prefix)
    if not (table.fact and name in _ANYWHERE):
        return name
    known = keys.get(table.name, {})
    called = (name, *(f"{of}{each}" for each in CALLED.get(name, ()) for of in ("", "resource.")))
    carried = next((each for each in called if each in known), None) if name in CARRIED else None
    if carried is None:
        raise NotFilterable(name, table.name, f", or write attributes.{name} if its rows carry one")
    return carried
