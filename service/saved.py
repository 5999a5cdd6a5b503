"""What people save: views, boards, questions, searches and cohorts, each with an owner who may share it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import Boolean, Column, String, Table, Text, delete, insert, select, update

from analytics.board import Board, Panel
from analytics.forms import BadForm, read_form, require_texts
from analytics.search import SYNTAXES, Syntax, parse
from data.store import Clock, utc_now
from service import saved_cohort
from service.access import NotAllowed
from service.metadata import Moment, instant, schema, worded
from service.saved_cohort import SavedCohort
from service.saved_view import LONGEST_TITLE, SavedView

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from service.access import Principal
    from service.metadata import Metadata

Kind = Literal["view", "board", "question", "search", "cohort"]

VERSION = 1
SUBJECT = "saved"
LONGEST_SEARCH, LONGEST_FORM = 2_000, 500_000
# A cohort may be a list of people.
LONGEST_COHORT = 10_000_000

table = Table(
    SUBJECT,
    schema,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("title", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("form", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)


class NothingSaved(LookupError):
    """There is nothing of that id, or it is not this person's to see."""


class CannotRead(ValueError):
    """What was saved asks for something that this release does not have."""


@dataclass(frozen=True)
class Search:
    """A search as it is typed, in one of two syntaxes."""

    title: str
    text: str
    syntax: Syntax = "kql"

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", worded("a title", self.title, LONGEST_TITLE))
        object.__setattr__(self, "text", worded("a search", self.text, LONGEST_SEARCH))
        if self.syntax not in SYNTAXES:
            raise ValueError(f"the syntax of a search is one of {', '.join(SYNTAXES)}")

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {"version": VERSION, "title": self.title, "text": self.text, "syntax": self.syntax}

    @classmethod
    def from_dict(cls, form: object) -> Search:
        """The search of a JSON form; a key that it does not know is refused."""
        names = ("title", "text", "syntax")
        known = read_form("search", form, VERSION, names, needed=names)
        require_texts("search", known, names)
        return cls(**{name: cast("str", known[name]) for name in names})  # pyright: ignore[reportArgumentType]


What = SavedView | Board | Panel | Search | SavedCohort
# A question is saved with the way it is drawn, so that it can be put on a board as it is.
KINDS: Mapping[type[What], Kind] = {
    SavedView: "view",
    Board: "board",
    Panel: "question",
    Search: "search",
    SavedCohort: "cohort",
}
READERS: Mapping[str, Callable[[Mapping[str, object]], What]] = {
    kind: what.from_dict for what, kind in KINDS.items()
}


@dataclass(frozen=True)
class Saved:
    """Something saved: what it is, whose it is, whether others see it, and its own JSON form as text."""

    id: str
    kind: Kind
    title: str
    owner: str
    shared: bool
    form: str
    changed_at: datetime

    def __post_init__(self) -> None:
        if self.kind not in READERS:
            raise ValueError(f"what is saved is one of {', '.join(READERS)}, not {self.kind!r}")
        object.__setattr__(self, "title", worded("a title", self.title, LONGEST_TITLE))
        object.__setattr__(self, "changed_at", instant(self.changed_at))

    def read(self) -> What:
        """The view, board, question (a panel), search or cohort; raises CannotRead, with what to do."""
        return _read(self.kind, self.title, self.form)

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        words = {"id": self.id, "kind": self.kind, "title": self.title, "owner": self.owner}
        changed = self.changed_at.isoformat()
        return {
            "version": VERSION,
            **words,
            "shared": self.shared,
            "form": json.loads(self.form),
            "changed_at": changed,
        }

    @classmethod
    def from_dict(cls, form: object) -> Saved:
        """What was saved, of its JSON form; a key that it does not know is refused."""
        texts = ("id", "kind", "title", "owner", "changed_at")
        known = read_form("saved thing", form, VERSION, (*texts, "shared", "form"), needed=(*texts, "form"))
        require_texts("saved thing", known, texts)
        shared = known.get("shared", False)
        if not isinstance(shared, bool):
            raise BadForm("shared is true or false")
        words = {name: cast("str", known[name]) for name in texts if name != "changed_at"}
        changed = datetime.fromisoformat(cast("str", known["changed_at"]))
        return cls(**words, shared=shared, form=as_text(known["form"], words["kind"]), changed_at=changed)  # pyright: ignore[reportArgumentType]


SHIPPER = "Tenantscope"
# What is shipped has never been changed by anybody.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
SHIPPED: Mapping[str, What] = {
    **saved_cohort.SHIPPED,
    "shipped-failures": Search("Failures of a tenant", "status: failed or status: timeout"),
    "shipped-success-rate": Search("Success rate this week", "status: * and occurred_at >= now/w"),
    "shipped-slowest": Search("Slowest workflows", "workflow_id: * and duration_ms >= 60000"),
    "shipped-active-users": Search("Active users today", "user_id: * and occurred_at >= now/d"),
    "shipped-integration": Search(
        "Error-prone integration", "action_type: * and status: (failed or timeout)"
    ),
}


@dataclass(frozen=True)
class Shelf:
    """What is saved, as far as a person may see it: their own, and what others share."""

    metadata: Metadata
    clock: Clock = utc_now

    def all(self, principal: Principal, kind: Kind) -> tuple[Saved, ...]:
        """All of one kind that this person may see, by title."""
        return tuple(each for each in self._all() if each.kind == kind and seen(principal, each))

    def one(self, principal: Principal, saved_id: str) -> Saved:
        """What has this id; raises NothingSaved where there is none that this person may see."""
        for each in self._all():
            if each.id == saved_id and seen(principal, each):
                return each
        raise NothingSaved("Nothing is saved under this address, or its owner does not share it.")

    def save(
        self, principal: Principal, what: What, *, shared: bool | None = None, replaces: str | None = None
    ) -> Saved:
        """Keep a board, a question or a search: as something new, or in place of what is one's own.

        Others see it where it is `shared`; without a word it stays as it was, and something new is not.
        Raises SearchError for a search that cannot be read.
        """
        if isinstance(what, Search):
            parse(what.text, what.syntax, self.clock())
        kind = KINDS[type(what)]
        before = None if replaces is None else self._own(principal, replaces, kind)
        made = Saved(
            id=before.id if before else secrets.token_hex(8),
            kind=kind,
            title=what.title,
            owner=principal.name,
            shared=bool(before and before.shared) if shared is None else shared,
            form=as_text(what.to_dict(), kind),
            changed_at=self.clock(),
        )
        if made.shared and not principal.sees_all:
            raise NotAllowed("everybody reads what is shared, so only who may see every tenant can share")
        values = {each.name: getattr(made, each.name) for each in fields(made)}
        with self.metadata.write(SUBJECT) as connection:
            if before is None:
                connection.execute(insert(table).values(values))
            elif not connection.execute(update(table).where(table.c.id == made.id).values(values)).rowcount:
                raise NothingSaved("It was removed meanwhile: save it as something new.")
        return made

    def share(self, principal: Principal, saved_id: str, *, shared: bool) -> Saved:
        """Let everybody see what is one's own, or nobody else."""
        return self.save(principal, self.one(principal, saved_id).read(), shared=shared, replaces=saved_id)

    def remove(self, principal: Principal, saved_id: str) -> None:
        """Take away what is one's own; admins also what others share."""
        found = self.one(principal, saved_id)
        if found.id in SHIPPED or (found.owner != principal.name and not principal.admin):
            raise NotAllowed(f"this {found.kind} is {whose(found)}: it is not yours to remove")
        with self.metadata.write(SUBJECT) as connection:
            connection.execute(delete(table).where(table.c.id == saved_id))

    def _own(self, principal: Principal, saved_id: str, kind: Kind) -> Saved:
        found = self.one(principal, saved_id)
        if found.owner != principal.name or found.id in SHIPPED:
            raise NotAllowed(f"this {found.kind} is {whose(found)}: save a copy of your own")
        if found.kind != kind:
            raise ValueError(f"a {kind} cannot take the place of a {found.kind}")
        return found

    def _all(self) -> tuple[Saved, ...]:
        return self.metadata.read(SUBJECT, _load)


def seen(principal: Principal, saved: Saved) -> bool:
    """Whether this person may see it: their own, or shared; views and cohorts if they name no tenant."""
    if saved.owner == principal.name or not saved.shared:
        return saved.owner == principal.name
    if saved.kind not in ("view", "cohort") or principal.sees_all:
        return True
    try:
        return cast("SavedView | SavedCohort", saved.read()).names_own_tenants_only(principal)
    except CannotRead:
        return False


def whose(saved: Saved) -> str:
    """Whose it is, in a sentence."""
    return f"part of {SHIPPER}" if saved.id in SHIPPED else f"{saved.owner}'s"


def as_text(form: object, kind: str = "board") -> str:
    """A JSON form as it is kept: the same form gives the same text."""
    text = json.dumps(form, separators=(",", ":"), sort_keys=True, allow_nan=False)
    longest = LONGEST_COHORT if kind == "cohort" else LONGEST_FORM
    if len(text) > longest:
        raise ValueError(f"this is too much to save: {len(text):,} characters, {longest:,} at most")
    return text


@lru_cache(maxsize=256)
def _read(kind: Kind, title: str, form: str) -> What:
    try:
        return READERS[kind](json.loads(form))
    except (ValueError, LookupError, TypeError) as error:
        raise CannotRead(
            f"The {kind} {title!r} was saved by another release and cannot be read: {error}. "
            "Make it anew, or remove it."
        ) from error


def _load(connection: Connection) -> tuple[Saved, ...]:
    """All there is, and what is shipped, by title."""
    rows = connection.execute(select(table)).mappings()
    kept = [Saved(**{each.name: row[each.name] for each in fields(Saved)}) for row in rows]
    shipped = [
        Saved(
            saved_id,
            KINDS[type(what)],
            what.title,
            SHIPPER,
            shared=True,
            form=as_text(what.to_dict()),
            changed_at=NEVER,
        )
        for saved_id, what in SHIPPED.items()
    ]
    return tuple(sorted((*kept, *shipped), key=lambda each: (each.title.casefold(), each.id)))
