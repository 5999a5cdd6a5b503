"""The door: puts scoped relations in front of a metric's SQL, so that it cannot read past its scope.

The SQL says `from runs`; the door says what `runs` is for this scope. Only the relations that the text names
are emitted, every value is a parameter, and an attribute that the text names is read inside its relation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache

from analytics.filters import Filter, fields
from analytics.scope import AllTenants, Grain, Scope
from analytics.view import Mark
from analytics.zones import EARLIEST, naive, offsets
from data import dialect, looked_after
from data.calendar import calendar
from data.keys import Registry
from data.tables import FACTS, KEPT, OF_ONE_TENANT, TABLES, Table
from data.where import LOOKED_UP, PLAN_OF_ROW, PLAN_THEN, Site, asks_own, predicate, resolve

# Literals, names in quotes and comments, by one pass: each may hold the signs of the others.
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*""")
_WORD = re.compile(r"[A-Za-z_]\w*")
# What a subscription is left at by a change that a filter leaves out.
ENDED = {"status": "'outside'", "mrr_usd": "cast(0 as decimal(18, 9))"}
_LEAVES = ("attributes.", "properties.", "labels.", "tenant.attributes.", "person.attributes.")
_MARK = "mark."
_WITH = re.compile(r"\s*with\s+", re.IGNORECASE)
# The column that tells whose a row is; `data.contract` refuses what would read it unseen.
TELLING = frozenset({"tenant_id"})
# What a subscription is between two changes of it.
_CHANGES = frozenset({"plan", "status", "interval", "mrr_usd", "seats", "reason"})
_OF_TENANTS = {*TELLING, "plan"}
# All columns at once: a star that is not `count(*)` or a product, a `from` without a `select`, and the like.
_STAR = re.compile(
    r"(?:\b(?:select|distinct|all)|,|\.)\s*\*|(?:^|\(|\b(?:union|except|intersect|all|by\s+name))\s*from\b"
    r"|\b(?:columns|natural|table)\b",
    re.IGNORECASE,
)
LOOKUPS = ("tenants", "people", "identities", "llm_price_history", *KEPT)
HISTORY, BEFORE = "_history", "_before"
RELATIONS = frozenset(
    {
        *TABLES,
        *KEPT,
        *(f"{name}{kind}" for name in FACTS for kind in (HISTORY, BEFORE)),
        "calendar",
        f"calendar{BEFORE}",
    }
)

_PLANS = """select tenant_id, plan, occurred_at as since,
 coalesce(
    lead(occurred_at) over (partition by tenant_id order by occurred_at, change_id), timestamp '9999-01-01'
 ) as until
 from raw.subscriptions as t where t.user_id = '' and {inside}"""
# An alias that leads to exactly one tenant names the tenant of its tenantless rows. What a tenant says of
# aliases with a key of its own names nothing, or it could have rows by guessing.
_SOLE = f"""select alias, min(tenant_id) as tenant_id from raw.identities
 where tenant_id <> '' and not starts_with(source, {dialect.text(OF_ONE_TENANT)})
 group by alias having count(distinct tenant_id) = 1"""


@dataclass(frozen=True)
class Known:
    """What the door must know of the store: keys, tables whose tenantless rows an alias may claim, and who
    looks after a tenant where that is told beside the data.
    """

    keys: Registry
    claimable: frozenset[str] = frozenset()
    owners: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Text:
    """A statement without its comments, and what it names.

    `words` are names without quotes, as relations and what else the door gives are written; `columns` are all
    names in lower case; `everything` says that it reads columns which it does not name.
    """

    sql: str
    words: frozenset[str]
    columns: frozenset[str]
    leaves: tuple[str, ...]
    marks: tuple[str, ...]
    everything: bool


@lru_cache(maxsize=1024)
def read(sql: str) -> Text:
    """The statement as the door reads it."""
    text = _QUOTED.sub(lambda found: "" if found[0].startswith("--") else found[0], sql).strip().rstrip(";")
    quoted = [found[1:-1].replace('""', '"') for found in _QUOTED.findall(text) if found.startswith('"')]
    words = plain_words(text)
    return Text(
        text,
        words,
        frozenset(name.lower() for name in (*words, *quoted)),
        tuple(dict.fromkeys(name for name in quoted if name.startswith(_LEAVES))),
        tuple(dict.fromkeys(name.removeprefix(_MARK) for name in quoted if name.startswith(_MARK))),
        _STAR.search(_QUOTED.sub(" ", text)) is not None,
    )


@dataclass
class Prelude:
    """Collects the relations and the parameters of one statement."""

    scope: Scope
    known: Known
    text: Text
    marks: Mapping[str, Mark] = field(default_factory=dict[str, Mark])
    values: dict[str, object] = field(default_factory=dict[str, object])

    @property
    def facts_named(self) -> bool:
        """Whether the text reads any fact."""
        return any(f"{name}{kind}" in self.text.words for name in FACTS for kind in ("", HISTORY, BEFORE))

    @property
    def asks_plans(self) -> bool:
        """Whether the text or the filter asks which plan a tenant was on when a row happened."""
        asked = (self.scope.where, *(mark.where for mark in self.marks.values()))
        return "plan" in self.text.words or any(PLAN_THEN in fields(where) for where in asked)

    def put(self, value: object) -> str:
        """A value as a parameter."""
        name = f"scope_{len(self.values)}"
        self.values[name] = _kept(value)
        return f"${name}"

    def inside(self) -> str:
        """The tenant condition on rows `t`; the one place that decides whose rows a statement reads."""
        tenants = self.scope.tenants
        return "true" if isinstance(tenants, AllTenants) else f"t.tenant_id in {self.put(sorted(tenants))}"

    def fact(self, table: Table, *, history: bool) -> str:
        """`runs` or `runs_history`: the scope's rows, with the attributes and plan that the text names."""
        conditions: list[str] = []
        # A plan holds until the next change, so subscriptions always reach back.
        if not history and table.name != "subscriptions":
            conditions.append(f"t.occurred_at >= {self.put(self.scope.start)}")
        upper = self.scope.present if history or table.name == "subscriptions" else self.scope.end
        conditions.append(f"t.occurred_at < {self.put(upper)}")
        held, where = "", self.scope.where
        if where is not None:
            back = history or table.name == "subscriptions"
            since = datetime(EARLIEST, 1, 1, tzinfo=UTC) if back else self.scope.start
            if not _may_end(where, table):
                conditions.append(predicate(where, table, self._site(since)))
            elif self._reads_what_ends(table):
                held = predicate(where, table, self._site(since))
        columns, joins = [*self._columns(table, held), *self._marked(table, held)], ""
        if "plan" in self.text.words and "plan" not in table.columns:
            columns.append(f"{PLAN_OF_ROW} as plan")
        if self.asks_plans and "plan" not in table.columns:
            joins = (
                " left join plan_intervals as p on p.tenant_id = t.tenant_id "
                "and t.occurred_at >= p.since and t.occurred_at < p.until"
            )
        rows = f"raw.{table.name}" if table.name not in self.known.claimable else self._claimed(table)
        where = " and ".join([*conditions, self.inside()])
        return f"select {', '.join(columns)} from {rows} as t{joins} where {where}"

    def _reads_what_ends(self, table: Table) -> bool:
        """Whether the text asks of a table what a change outside the filter ends."""
        marked = any(self._mark(name).table == table.name for name in self.text.marks)
        return marked or self.text.everything or not self.text.columns.isdisjoint(ENDED)

    def _claimed(self, table: Table) -> str:
        """The table with tenantless rows given to the one tenant that their actor's alias leads to."""
        aliases = [column for column in ("user_id", "anonymous_id") if column in table.columns]
        joins = " ".join(
            f"left join sole_aliases as s{n} on s{n}.alias = r.{column} and r.{column} <> ''"
            for n, column in enumerate(aliases)
        )
        owner = ", ".join(f"s{n}.tenant_id" for n in range(len(aliases)))
        return (
            f"(select * from raw.{table.name} where tenant_id <> '' union all by name "
            f"select r.* replace (coalesce({owner}, '') as tenant_id) from raw.{table.name} as r {joins} "
            "where r.tenant_id = '')"
        )

    def _site(self, since: datetime) -> Site:
        """Where predicates of rows from `since` on are put together."""
        until = max(self.scope.end, self.scope.present)
        zones = lambda: offsets(since, until, self.scope.timezone)  # noqa: E731
        return Site(self.known.keys, self.put, zones, self.known.owners)

    def _columns(self, table: Table, held: str = "") -> list[str]:
        """What the text reads of a table; to name all takes the engine longer than a small answer does.

        Where a condition is held or not, a change that does not hold it leaves its subscription at nothing.
        """
        ended = {name: f"case when {held} then t.{name} else {value} end" for name, value in ENDED.items()}
        if self.text.everything:
            replaced = ", ".join(f"{value} as {name}" for name, value in ended.items())
            return [f"t.* replace ({replaced})" if held else "t.*", *self._leaves(table)]
        wanted = [column for column in table.columns if column in self.text.columns]
        named = [
            f"{ended[column]} as {column}" if held and column in ended else f"t.{dialect.name(column)}"
            for column in wanted
        ]
        return [*named, *self._leaves(table)] or ["t.tenant_id"]

    def _marked(self, table: Table, inside: str = "") -> list[str]:
        """The question's own conditions that the text reads of a table, of rows inside the filter alone."""
        site = self._site(datetime(EARLIEST, 1, 1, tzinfo=UTC))
        found: list[str] = []
        for name in self.text.marks:
            mark = self._mark(name)
            if mark.table == table.name:
                held = "true" if mark.where is None else predicate(mark.where, table, site)
                held = f"({inside}) and {held}" if inside else held
                found.append(f"{held} as {dialect.name(_MARK + name)}")
        return found

    def _mark(self, name: str) -> Mark:
        if name not in self.marks:
            raise ValueError(f'The query reads "{_MARK}{name}"; call it with marks={{"{name}": Mark(…)}}.')
        return self.marks[name]

    def _leaves(self, table: Table) -> list[str]:
        if not table.has_attributes:
            return []
        columns: list[str] = []
        for leaf in self.leaves_of(table):
            found = resolve(leaf, table, self.known.keys)
            columns.append(
                f"{found.expression if found else 'cast(null as varchar)'} as {dialect.name(leaf)}"
            )
        return columns

    def leaves_of(self, table: Table) -> list[str]:
        """The attributes that the text reads of a table: `tenant.attributes.x` is the tenant's own."""
        own = LOOKED_UP.get(table.name)
        plain = [leaf for leaf in self.text.leaves if not leaf.startswith(tuple(LOOKED_UP.values()))]
        if own is None:
            return plain
        # Beside a fact a plain leaf is the fact's; it would be ambiguous on both.
        return [leaf for leaf in self.text.leaves if leaf.startswith(own)] + (
            [] if self.facts_named else plain
        )

    def lookup(self, table: Table) -> str:
        """`tenants`, `people`, `identities`: no window, only the scope's tenants and filters on them."""
        conditions = [self.inside()]
        if self.scope.where is not None and asks_own(self.scope.where, table):
            conditions.append(predicate(self.scope.where, table, self._site(self.scope.start)))
        columns, where = ", ".join([*self._columns(table), *self._marked(table)]), " and ".join(conditions)
        rows = f"raw.{table.name}" if table.name != "tenants" else self._tenants()
        return f"select {columns} from {rows} as t where {where}"

    def _tenants(self) -> str:
        """The tenants, with who looks after them where anybody asks."""
        asked = (
            self.text.everything or looked_after.OWNER in self.text.columns or self.scope.where is not None
        )
        return looked_after.tenants(self.known.owners if asked else {}, self.put)


def prelude(
    scope: Scope,
    sql: str,
    known: Known,
    *,
    grain: Grain | None = None,
    week_start: str = "monday",
    before: Scope | None = None,
    marks: Mapping[str, Mark] | None = None,
) -> tuple[str, dict[str, object]]:
    """The statement with its scoped relations in front, and the parameters that these need."""
    text = read(sql)
    marks = marks or {}
    if not marks and not _tells_tenants(scope, text):
        known = replace(known, claimable=frozenset())
    door = Prelude(scope, known, text, marks)
    found = _relations(door, grain, week_start)
    if before is not None:
        found = [*found, *_relations_before(replace(door, scope=before), grain, week_start)]
    relations = [f"{name} as {kind} ({body})" for name, kind, body in found]
    if "calendar_us" in text.words:
        door.values["calendar_us"] = dialect.calendar_width(_needed(grain))
    for name, moment in (("window_start", scope.start), ("window_end", scope.end)):
        if name in text.words:
            door.values[name] = _kept(moment)
    if not relations:
        return text.sql, door.values
    head = "with " + ",\n".join(relations)
    opening = _WITH.match(text.sql)
    return (f"{head},\n{text.sql[opening.end() :]}" if opening else f"{head}\n{text.sql}"), door.values


def _may_end(where: Filter, table: Table) -> bool:
    """Whether a filter asks for what changes with a subscription, so that a later change may leave it.

    Without that change its subscription would stand for ever at what it was before.
    """
    asked = {"plan" if name == PLAN_THEN else name for name in fields(where)}
    of_it = any(name in _CHANGES or name.startswith(_LEAVES[:3]) for name in asked)
    return table.name == "subscriptions" and of_it


def plain_words(text: str) -> frozenset[str]:
    """The words of a statement by which the door knows what it reads.

    A name in quotes is an alias or an attribute: relations and what else the door gives are plain words.
    """
    return frozenset(_WORD.findall(_QUOTED.sub(" ", text)))


def _tells_tenants(scope: Scope, text: Text) -> bool:
    """Whether a row's tenant can matter to a statement: if not, rows without one need not be given theirs."""
    every_row = isinstance(scope.tenants, AllTenants) and scope.where is None
    return not every_row or text.everything or not text.words.isdisjoint(_OF_TENANTS)


def _relations(door: Prelude, grain: Grain | None, week_start: str) -> Sequence[tuple[str, str, str]]:
    lazy, once = "not materialized", "materialized"
    named = [
        (name, history)
        for name in FACTS
        for history in (False, True)
        if (f"{name}{HISTORY}" if history else name) in door.text.words
    ]
    found: list[tuple[str, str, str]] = []
    compared = any(f"{name}{BEFORE}" in door.text.words for name in FACTS)
    if door.asks_plans and (compared or any("plan" not in TABLES[name].columns for name, _ in named)):
        found.append(("plan_intervals", once, _PLANS.format(inside=door.inside())))
    if any(
        name in door.known.claimable
        for name in FACTS
        if compared or (name, False) in named or (name, True) in named
    ):
        found.append(("sole_aliases", once, _SOLE))
    for name, history in named:
        relation = f"{name}{HISTORY}" if history else name
        found.append((relation, lazy, door.fact(TABLES[name], history=history)))
    found += [
        (name, lazy, door.lookup(TABLES.get(name) or KEPT[name]))
        for name in LOOKUPS
        if name in door.text.words
    ]
    if "calendar" in door.text.words:
        found.append(("calendar", once, _calendar(door, grain, week_start)))
    return found


def _relations_before(door: Prelude, grain: Grain | None, week_start: str) -> Sequence[tuple[str, str, str]]:
    """`runs_before` and its like: the rows of the window compared with."""
    found = [
        (f"{name}{BEFORE}", "not materialized", door.fact(TABLES[name], history=False))
        for name in FACTS
        if f"{name}{BEFORE}" in door.text.words
    ]
    if f"calendar{BEFORE}" in door.text.words:
        found.append((f"calendar{BEFORE}", "materialized", _calendar(door, grain, week_start)))
    return found


def _calendar(door: Prelude, grain: Grain | None, week_start: str) -> str:
    on_the_clock = not door.text.words.isdisjoint(dialect.LOCAL_TIMES)
    return calendar(door.scope, _needed(grain), week_start, door.put, on_the_clock=on_the_clock)


def _needed(grain: Grain | None) -> Grain:
    if grain is None:
        raise ValueError("The query reads `calendar`; call it with grain=, such as grain=scope.grain().")
    return grain


def _kept(value: object) -> object:
    """A time as the store keeps it; any other value as it is."""
    return naive(value) if isinstance(value, datetime) and value.tzinfo is not None else value
