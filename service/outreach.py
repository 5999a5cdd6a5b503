"""Outreach: who looks after a tenant at risk, what was done, what came of it; with who and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import BigInteger, Boolean, Column, Float, String, Table, Text, func, insert, select

from analytics.hold_out import MOST_HELD_OUT
from data.store import Clock, utc_now
from service.access import NotAllowed
from service.metadata import Moment, instant, schema, worded

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from service.access import Principal
    from service.metadata import Metadata

State = Literal["open", "contacted", "saved", "lost", "false alarm", "snoozed"]
STATES: tuple[State, ...] = get_args(State)

SUBJECT, HOLD_OUTS = "outreach", "hold_outs"
LONGEST_OWNER, LONGEST_NOTE = 80, 2_000

table = Table(
    SUBJECT,
    schema,
    # In the order of the changes: writers of one subject wait for each other.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("demo", Boolean, nullable=False),
    Column("tenant", String, nullable=False),
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("snoozed_until", Moment),
    Column("note", Text, nullable=False),
    Column("author", String, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
hold_outs = Table(
    HOLD_OUTS,
    schema,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("demo", Boolean, nullable=False),
    Column("share", Float, nullable=False),
    Column("author", String, nullable=False),
    Column("changed_at", Moment, nullable=False),
)


@dataclass(frozen=True)
class Change:
    """How a tenant's outreach stands from a moment on, what was noted, and who said so."""

    tenant: str
    state: State
    owner: str
    snoozed_until: datetime | None
    note: str
    author: str
    changed_at: datetime

    def __post_init__(self) -> None:
        worded("a tenant's id", self.tenant, 1_000)
        if self.state not in STATES:
            raise ValueError(f"outreach is one of {', '.join(STATES)}, not {self.state!r}")
        for name, what, longest in (("owner", "an owner", LONGEST_OWNER), ("note", "a note", LONGEST_NOTE)):
            text = getattr(self, name)
            object.__setattr__(self, name, worded(what, text, longest) if text.strip() else "")
        object.__setattr__(self, "changed_at", instant(self.changed_at))
        if (self.state == "snoozed") != (self.snoozed_until is not None):
            raise ValueError("what is snoozed is snoozed until a moment: choose one")
        if self.snoozed_until is not None:
            object.__setattr__(self, "snoozed_until", instant(self.snoozed_until))
            if self.snoozed_until <= self.changed_at:
                raise ValueError("snooze until a later moment than now")


@dataclass(frozen=True)
class HoldOut:
    """Which share of the tenants nobody is told to call, since when and by whom."""

    share: float
    author: str
    changed_at: datetime

    def __post_init__(self) -> None:
        if not 0 <= self.share <= MOST_HELD_OUT:
            raise ValueError(f"a hold-out is a share from 0 to {MOST_HELD_OUT:.0%} of the tenants")
        object.__setattr__(self, "changed_at", instant(self.changed_at))


@dataclass(frozen=True)
class Outreach:
    """The outreach of one company: one's own, or the demo's."""

    metadata: Metadata
    demo: bool = False
    clock: Clock = utc_now

    def of(self, principal: Principal) -> Mapping[str, Change]:
        """How each tenant that this person may see stands, where anything was said of it."""
        return {tenant: told[-1] for tenant, told in self._told().items() if principal.sees(tenant)}

    def history(self, principal: Principal, tenant: str) -> tuple[Change, ...]:
        """All that was said of a tenant, the newest first; nothing of one that is not theirs to see."""
        return self._told().get(tenant, ())[::-1] if principal.sees(tenant) else ()

    def latest(self) -> Mapping[str, Change]:
        """How each tenant stands, for questions: their answers show each to those who may see the tenant."""
        return {tenant: told[-1] for tenant, told in self._told().items()}

    def owners(self) -> Mapping[str, str]:
        """Whom people named to look after a tenant, where they did: it goes before what the data say."""
        return {tenant: told[-1].owner for tenant, told in self._told().items() if told[-1].owner}

    def all(self) -> tuple[Change, ...]:
        """Every change, in order: what the evaluation reads, which names no tenant."""
        return tuple(change for told in self._told().values() for change in told)

    @property
    def version(self) -> tuple[int, int]:
        """What grows with every change."""
        return sum(map(len, self._told().values())), len(self._shares())

    def change(
        self,
        principal: Principal,
        tenant: str,
        *,
        state: State | None = None,
        owner: str | None = None,
        snoozed_until: datetime | None = None,
        note: str = "",
    ) -> Change:
        """Say how a tenant stands from now on; what is not said stays as it was, but for the note."""
        if not tenant or not principal.sees(tenant):
            raise NotAllowed("this tenant is not yours to see: choose another one")
        with self.metadata.write(SUBJECT) as connection:
            before = _load(connection)[self.demo].get(tenant, ())
            known = before[-1] if before else None
            now = state or (known.state if known else "open")
            kept = known.snoozed_until if known and state is None else None
            made = Change(
                tenant=tenant,
                state=now,
                owner=owner if owner is not None else (known.owner if known else ""),
                snoozed_until=snoozed_until or kept,
                note=note,
                author=principal.name,
                changed_at=self.clock(),
            )
            number = (connection.scalar(select(func.max(table.c.number))) or 0) + 1
            connection.execute(insert(table).values(**_values(made), number=number, demo=self.demo))
        return made

    @property
    def hold_out(self) -> HoldOut | None:
        """The hold-out as it was set last; None where none ever was."""
        shares = self._shares()
        return shares[-1] if shares else None

    def hold(self, principal: Principal, share: float) -> HoldOut:
        """Leave a share of the tenants alone from now on, 0 for none; for admins who see all tenants."""
        if not (principal.admin and principal.sees_all):
            raise NotAllowed("the hold-out is set by an admin who sees all tenants: ask one")
        made = HoldOut(share, principal.name, self.clock())
        with self.metadata.write(HOLD_OUTS) as connection:
            number = (connection.scalar(select(func.max(hold_outs.c.number))) or 0) + 1
            connection.execute(insert(hold_outs).values(**_values(made), number=number, demo=self.demo))
        return made

    def _told(self) -> dict[str, tuple[Change, ...]]:
        return self.metadata.read(SUBJECT, _load)[self.demo]

    def _shares(self) -> tuple[HoldOut, ...]:
        return self.metadata.read(HOLD_OUTS, _load_shares)[self.demo]


def _values(made: Change | HoldOut) -> dict[str, object]:
    return {each.name: getattr(made, each.name) for each in fields(made)}


def _load(connection: Connection) -> dict[bool, dict[str, tuple[Change, ...]]]:
    """All changes in their order, by company and tenant."""
    found: dict[bool, dict[str, tuple[Change, ...]]] = {True: {}, False: {}}
    for row in connection.execute(select(table).order_by(table.c.number)).mappings():
        change = Change(**{each.name: row[each.name] for each in fields(Change)})
        company = found[row["demo"]]
        company[change.tenant] = (*company.get(change.tenant, ()), change)
    return found


def _load_shares(connection: Connection) -> dict[bool, tuple[HoldOut, ...]]:
    found: dict[bool, tuple[HoldOut, ...]] = {True: (), False: ()}
    for row in connection.execute(select(hold_outs).order_by(hold_outs.c.number)).mappings():
        found[row["demo"]] += (HoldOut(row["share"], row["author"], row["changed_at"]),)
    return found
