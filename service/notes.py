"""Notes, tasks and contacts that people write about a tenant, with who and when."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import Boolean, Column, String, Table, Text, delete, insert, select, update

from data.store import Clock, utc_now
from service.access import NotAllowed
from service.metadata import Moment, instant, schema, worded

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from service.access import Principal
    from service.metadata import Metadata

Kind = Literal["note", "task", "contact"]
KINDS: tuple[Kind, ...] = get_args(Kind)

SUBJECT = "notes"
LONGEST_TEXT = 2_000

table = Table(
    SUBJECT,
    schema,
    Column("id", String, primary_key=True),
    # Of the demo company's tenants or of one's own: neither shows on the other's.
    Column("demo", Boolean, nullable=False),
    Column("tenant", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", String, nullable=False),
    Column("written_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("done_at", Moment),
    Column("done_by", String, nullable=False),
)


@dataclass(frozen=True)
class Note:
    """What somebody wrote about a tenant; of a task also when it is due, and when and by whom it was done."""

    id: str
    tenant: str
    kind: Kind
    text: str
    author: str
    written_at: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str = ""

    def __post_init__(self) -> None:
        worded("a tenant's id", self.tenant, 1_000)
        if self.kind not in KINDS:
            raise ValueError(f"it is one of {', '.join(KINDS)}, not {self.kind!r}")
        object.__setattr__(self, "text", worded("the text", self.text, LONGEST_TEXT))
        for name in ("written_at", "due_at", "done_at"):
            moment = getattr(self, name)
            if moment is not None:
                object.__setattr__(self, name, instant(moment))
        if self.kind != "task" and (self.due_at is not None or self.done_at is not None):
            raise ValueError("only a task is due, and done")


@dataclass(frozen=True)
class Notes:
    """The notes about one company's tenants: one's own, or the demo company's."""

    metadata: Metadata
    demo: bool = False
    clock: Clock = utc_now

    def of(self, principal: Principal, tenant: str) -> tuple[Note, ...]:
        """All that was written about a tenant, the newest first; nothing of one that is not theirs to see."""
        if not tenant or not principal.sees(tenant):
            return ()
        return tuple(each for each in self.all() if each.tenant == tenant)[::-1]

    def all(self) -> tuple[Note, ...]:
        """All there are, for questions: their answers show each to those who may see its tenant."""
        return self.metadata.read(SUBJECT, _load)[self.demo]

    def write(
        self,
        principal: Principal,
        tenant: str,
        text: str,
        *,
        kind: Kind = "note",
        due: datetime | None = None,
    ) -> Note:
        """Write down what is known of a tenant, what is to be done, or whom one spoke to."""
        if not tenant or not principal.sees(tenant):
            raise NotAllowed("this tenant is not yours to see: choose another one")
        made = Note(secrets.token_hex(8), tenant, kind, text, principal.name, self.clock(), due)
        with self.metadata.write(SUBJECT) as connection:
            values = {each.name: getattr(made, each.name) for each in fields(made)}
            connection.execute(insert(table).values(**values, demo=self.demo))
        return made

    def finish(self, principal: Principal, note_id: str) -> None:
        """A task is done; one that is gone, done already or not to be seen stays as it is."""
        found = self._seen(principal, note_id)
        if found is None or found.kind != "task" or found.done_at is not None:
            return
        done = replace(found, done_at=self.clock(), done_by=principal.name)
        with self.metadata.write(SUBJECT) as connection:
            change = update(table).where(table.c.id == note_id, table.c.done_at.is_(None))
            connection.execute(change.values(done_at=done.done_at, done_by=done.done_by))

    def may_remove(self, principal: Principal, note: Note) -> bool:
        """Whether it is this person's to take away: their own, and for admins what anybody wrote."""
        return (note.author == principal.name or principal.admin) and principal.sees(note.tenant)

    def remove(self, principal: Principal, note_id: str) -> None:
        """Take it away; what is gone, or not to be seen, is gone all the same."""
        found = self._seen(principal, note_id)
        if found is None:
            return
        if not self.may_remove(principal, found):
            raise NotAllowed(f"{found.author} wrote this: ask them or an admin to remove it")
        with self.metadata.write(SUBJECT) as connection:
            connection.execute(delete(table).where(table.c.id == note_id))

    def _seen(self, principal: Principal, note_id: str) -> Note | None:
        return next((each for each in self.all() if each.id == note_id and principal.sees(each.tenant)), None)


def _load(connection: Connection) -> Mapping[bool, tuple[Note, ...]]:
    """All of them by company, in the order in which they were written."""
    rows: dict[bool, list[Note]] = {True: [], False: []}
    order = (table.c.written_at, table.c.id)
    for row in connection.execute(select(table).order_by(*order)).mappings():
        rows[row["demo"]].append(Note(**{each.name: row[each.name] for each in fields(Note)}))
    return {demo: tuple(notes) for demo, notes in rows.items()}
