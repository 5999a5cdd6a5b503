"""Annotations: what happened and when, beside the numbers; written by people, or told by the demo company."""

from __future__ import annotations

import secrets
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, cast, get_args

from sqlalchemy import Boolean, Column, String, Table, delete, insert, select

from analytics.forms import read_form, require_texts
from analytics.scope import AllTenants
from data import demo
from data.demo.marks import marks
from data.store import Clock, utc_now
from service.access import NotAllowed
from service.metadata import Moment, instant, schema, worded

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from analytics.scope import Scope
    from data.store import Store
    from service.access import Principal
    from service.metadata import Metadata

Kind = Literal["release", "campaign", "change", "outage", "note"]
KINDS: tuple[Kind, ...] = get_args(Kind)

VERSION = 1
SUBJECT = "annotations"
LONGEST_TEXT = 300
DEMO_AUTHOR = "the demo company"
# How the ids begin of what the demo company tells; those of people are random digits.
TOLD = "demo-"
# SQL has a word "end", and names moments as the store does.
COLUMNS = {"start": "start_at", "end": "end_at"}

table = Table(
    SUBJECT,
    schema,
    Column("id", String, primary_key=True),
    # Of the demo company's charts or of one's own: neither shows on the other's.
    Column("demo", Boolean, nullable=False),
    Column("tenant", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("text", String, nullable=False),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment),
    Column("author", String, nullable=False),
    Column("created_at", Moment, nullable=False),
)


@dataclass(frozen=True)
class Annotation:
    """What happened at a moment, or from `start` up to `end`; to one tenant, or to all where it is ''."""

    id: str
    kind: Kind
    text: str
    start: datetime
    end: datetime | None
    tenant: str
    author: str
    created_at: datetime

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"an annotation is one of {', '.join(KINDS)}, not {self.kind!r}")
        object.__setattr__(self, "text", worded("the text of an annotation", self.text, LONGEST_TEXT))
        object.__setattr__(self, "start", instant(self.start))
        object.__setattr__(self, "created_at", instant(self.created_at))
        if self.end is not None:
            object.__setattr__(self, "end", instant(self.end))
            if self.end <= self.start:
                raise ValueError("a span ends after it begins: choose a later end, or none for a moment")
        if self.tenant:
            worded("a tenant's id", self.tenant, LONGEST_TEXT)

    @property
    def last(self) -> datetime:
        """Its end, or its moment."""
        return self.end or self.start

    def within(self, start: datetime, end: datetime) -> bool:
        """Whether any of it lies in the window from `start` up to `end`."""
        return self.start < end and (self.start >= start or self.last > start)

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "version": VERSION,
            "id": self.id,
            "kind": self.kind,
            "text": self.text,
            "start": self.start.isoformat(),
            "end": self.end and self.end.isoformat(),
            "tenant": self.tenant,
            "author": self.author,
            "created_at": self.created_at.isoformat(),
        }

    @classmethod
    def from_dict(cls, form: object) -> Annotation:
        """The annotation of a JSON form; a key that it does not know is refused."""
        texts = ("id", "kind", "text", "start", "tenant", "author", "created_at")
        known = read_form("annotation", form, VERSION, (*texts, "end"), needed=texts)
        end = known.get("end")
        require_texts("annotation", known, texts if end is None else (*texts, "end"))
        words = {name: cast("str", known[name]) for name in texts}
        moments = {name: datetime.fromisoformat(words.pop(name)) for name in ("start", "created_at")}
        ended = None if end is None else datetime.fromisoformat(cast("str", end))
        return cls(**words, **moments, end=ended)  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True)
class Timeline:
    """Annotations in the order of their beginnings, and how far back from each a window need not look."""

    all: tuple[Annotation, ...]
    starts: tuple[datetime, ...]
    reach: tuple[datetime, ...]

    @classmethod
    def of(cls, annotations: Iterable[Annotation]) -> Timeline:
        """Some annotations, put in order."""
        found = in_order(annotations)
        latest = tuple(accumulate((each.last for each in found), max))
        return cls(found, tuple(each.start for each in found), latest)

    def within(self, start: datetime, end: datetime) -> list[Annotation]:
        """Those of which any part lies in the window; the others are not looked at."""
        first, last = bisect_left(self.reach, start), bisect_left(self.starts, end)
        return [each for each in self.all[first:last] if each.within(start, end)]


@dataclass(frozen=True)
class Annotations:
    """The annotations of one company's charts: one's own, or the demo company's."""

    metadata: Metadata
    demo: bool = False
    told: Callable[[datetime, datetime], Iterable[Annotation]] = lambda _start, _end: ()
    clock: Clock = utc_now

    def between(self, principal: Principal, scope: Scope) -> tuple[Annotation, ...]:
        """What happened in the window, to the scope's tenants or to all, if it is theirs to see; by time.

        Nothing for whoever presents: what people write down may name a customer.
        """
        if principal.presenting is not None:
            return ()
        found = self._timeline().within(scope.start, scope.end)
        asked = scope.tenants
        mine = [
            each
            for each in found
            if principal.sees(each.tenant)
            and (not each.tenant or isinstance(asked, AllTenants) or each.tenant in asked)
        ]
        until = min(scope.end, scope.present)
        told = self.told(scope.start, until) if scope.start < until else ()
        return in_order((*mine, *told))

    def written(self) -> tuple[Annotation, ...]:
        """All that people wrote, for questions: their answers show each to those who may see its tenant."""
        return self._timeline().all

    def add(
        self,
        principal: Principal,
        *,
        kind: Kind,
        text: str,
        start: datetime,
        end: datetime | None = None,
        tenant: str = "",
    ) -> Annotation:
        """Write down what happened; to a tenant of one's own, or to all by whoever may see all."""
        if not principal.sees(tenant):
            raise NotAllowed("this tenant is not yours to see: choose another one")
        if not tenant and not principal.sees_all:
            raise NotAllowed("what all tenants see is written by who may see all of them: choose a tenant")
        made = Annotation(
            id=secrets.token_hex(8),
            kind=kind,
            text=text,
            start=start,
            end=end,
            tenant=tenant,
            author=principal.name,
            created_at=self.clock(),
        )
        with self.metadata.write(SUBJECT) as connection:
            connection.execute(insert(table).values(**_row(made), demo=self.demo))
        return made

    def may_remove(self, principal: Principal, annotation: Annotation) -> bool:
        """Whether it is this person's to take away: their own, and for admins what anybody wrote."""
        theirs = annotation.author == principal.name or principal.admin
        return theirs and principal.sees(annotation.tenant) and not annotation.id.startswith(TOLD)

    def remove(self, principal: Principal, annotation_id: str) -> None:
        """Take an annotation away; one that is gone, or not to be seen, is gone all the same."""
        if annotation_id.startswith(TOLD):
            raise NotAllowed("this is part of the demo company's story: it cannot be removed")
        found = next((each for each in self._timeline().all if each.id == annotation_id), None)
        if found is None or not principal.sees(found.tenant):
            return
        if not self.may_remove(principal, found):
            raise NotAllowed(f"this annotation is {found.author}'s: ask them or an admin to remove it")
        with self.metadata.write(SUBJECT) as connection:
            connection.execute(delete(table).where(table.c.id == annotation_id))

    def _timeline(self) -> Timeline:
        return self.metadata.read(SUBJECT, _load)[self.demo]


@dataclass
class DemoStory:
    """What the demo company tells about itself; its story is read once it is there."""

    store: Callable[[], Store]
    _story: demo.Story | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, start: datetime, end: datetime) -> list[Annotation]:
        """Its releases and its outage in a window."""
        with self._lock:
            if self._story is None:
                try:
                    self._story = demo.story_of(self.store())
                except LookupError:
                    return []
        return [
            Annotation(
                id=f"{TOLD}{mark.kind}-{mark.start:%Y%m%d%H}",
                kind=mark.kind,
                text=mark.text,
                start=mark.start,
                end=mark.end,
                tenant="",
                author=DEMO_AUTHOR,
                created_at=mark.start,
            )
            for mark in marks(self._story, start, end)
        ]


def in_order(annotations: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """By when they begin, then by when they end."""
    return tuple(sorted(annotations, key=lambda each: (each.start, each.last, each.id)))


def _row(annotation: Annotation) -> dict[str, object]:
    values = {each.name: getattr(annotation, each.name) for each in fields(annotation)}
    return {COLUMNS.get(name, name): value for name, value in values.items()}


def _load(connection: Connection) -> dict[bool, Timeline]:
    """All there are, of one's own company and of the demo's."""
    companies: dict[bool, list[Annotation]] = {True: [], False: []}
    for row in connection.execute(select(table)).mappings():
        values = {each.name: row[COLUMNS.get(each.name, each.name)] for each in fields(Annotation)}
        companies[row["demo"]].append(Annotation(**values))
    return {company: Timeline.of(found) for company, found in companies.items()}
