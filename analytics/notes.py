"""Notes, tasks and contacts of customers: those of a CRM, which are events, and those written in the app."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

import pandas as pd

from analytics import timeline
from analytics.columns import TENANT, TENANT_ID
from analytics.customers import known
from analytics.filters import fields
from analytics.question import Column
from analytics.scope import AllTenants, Scope
from analytics.settings import (
    CONTACTS,
    NOTE_AUTHOR_FIELDS,
    NOTE_DUE_FIELDS,
    NOTE_STATE_FIELDS,
    NOTE_TEXT_FIELDS,
    NOTES,
    TASKS,
    TASKS_DONE,
)
from analytics.sql import blocks, with_fields
from analytics.told import ToldQuestion
from analytics.view import NotFilterable, View

SQL = blocks(__file__)
MOST = 200
DONE, OPEN = "done", "open"

WRITTEN_AT = Column("happened_at", "When", "time", "When it was written.")
KIND = Column("kind", "Kind", "text", "A note, a task, a contact, or what was done about a risk.")
TEXT = Column("text", "What", "text", "What was written.")
AUTHOR = Column("author", "Author", "text", "Who wrote it.")
STATE = Column("state", "State", "text", "Of a task: open or done.")
DUE = Column("due_at", "Due", "time", "When a task is due.")


@dataclass(frozen=True)
class Note:
    """What somebody wrote in the app about a tenant, or about all of them where it is ''."""

    tenant_id: str
    kind: str
    text: str
    author: str
    happened_at: datetime
    state: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True)
class Written:
    """What the app holds when a question about notes is asked; `key` tells it from what it held before."""

    key: str
    notes: tuple[Note, ...] = field(default=(), compare=False)
    others: tuple[Note, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Notes(ToldQuestion):
    """Notes, tasks and contacts of tenants, and what was done about their risks: the newest first."""

    told: Written | None = None
    kind: ClassVar[str] = "tenant.notes"
    columns: ClassVar[tuple[Column, ...]] = (WRITTEN_AT, KIND, TEXT, AUTHOR, STATE, DUE, TENANT, TENANT_ID)
    tables: ClassVar[tuple[str, ...]] = ("events", "tenants")

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer."""
        return _framed(*_found(view, scope, self.told.notes if self.told else ()), scope)


@dataclass(frozen=True)
class Timeline(ToldQuestion):
    """What happened to tenants, and what was written of them, in one list: the newest first."""

    told: Written | None = None
    kind: ClassVar[str] = "tenant.timeline"
    columns: ClassVar[tuple[Column, ...]] = timeline.newest.columns
    tables: ClassVar[tuple[str, ...]] = timeline.newest.tables

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer."""
        happened = timeline.newest(view, scope)
        told = (*self.told.notes, *self.told.others) if self.told else ()
        try:
            written = _framed(*_found(view, scope, told), scope)
        except NotFilterable as error:
            return _noted(happened, [*happened.attrs["notes"], f"Left out: {error}."])
        by = [f", {author}" if author else "" for author in written["author"]]
        written["what"] = [f"{text}{who}" for text, who in zip(written["text"], by, strict=True)]
        order = ["happened_at", "kind", "what", "tenant"]
        both = _typed(pd.concat([happened, written[happened.columns]]), self.columns, scope)
        listed = both.sort_values(order, ascending=[False, True, True, True]).head(timeline.MOST)
        said = [*happened.attrs["notes"], *written.attrs["notes"]]
        return _noted(listed.reset_index(drop=True), said)


def _found(view: View, scope: Scope, told: tuple[Note, ...]) -> tuple[list[pd.DataFrame], list[str]]:
    """Notes of the CRM and those of the app, and what a filter leaves out; neither is a refusal."""
    found: list[pd.DataFrame] = []
    refused: list[NotFilterable] = []
    for part in (lambda: _of_crm(view, scope), lambda: _of_app(view, scope, told)):
        try:
            found.append(part())
        except NotFilterable as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return found, [f"Left out: {error}." for error in refused]


def _of_crm(view: View, scope: Scope) -> pd.DataFrame:
    sql = with_fields(
        SQL["crm"],
        text=NOTE_TEXT_FIELDS,
        author=NOTE_AUTHOR_FIELDS,
        state=NOTE_STATE_FIELDS,
        due=NOTE_DUE_FIELDS,
    )
    return view.frame(
        scope,
        sql,
        notes=list(NOTES),
        tasks=list(TASKS),
        contacts=list(CONTACTS),
        done=list(TASKS_DONE),
        most=MOST,
    )


def _of_app(view: View, scope: Scope, told: tuple[Note, ...]) -> pd.DataFrame:
    """Those of the window, of tenants that the scope asks for; of none where nothing is filtered."""
    for name in sorted(fields(scope.where)):
        if not name.startswith("tenant.") and name != "tenant_id":
            raise NotFilterable(name, "notes")
    people = known(view, scope)
    names = dict(zip(people["tenant_id"], people["tenant"], strict=True))
    if scope.where is None:
        asked = frozenset[str]() if isinstance(scope.tenants, AllTenants) else scope.tenants
        # A tenant may be known by its rows alone; those are named by whoever asks for it.
        names = {each: each for each in asked} | names | ({"": ""} if names or asked else {})
    rows = [
        (
            each.happened_at,
            each.kind,
            each.text,
            each.author,
            each.state,
            each.due_at,
            names[each.tenant_id],
            each.tenant_id,
        )
        for each in told
        if each.tenant_id in names
        and scope.start <= each.happened_at
        # A window up to now ends some minutes ago: what was written since stands on the page at once.
        and (each.happened_at < scope.end or scope.end >= scope.present)
    ]
    return pd.DataFrame(rows, columns=[column.name for column in Notes.columns])


def _framed(found: list[pd.DataFrame], notes: list[str], scope: Scope) -> pd.DataFrame:
    """All of them as the columns say, the newest first."""
    rows = [row for frame in found for row in frame.to_dict("records")]
    frame = _typed(
        pd.DataFrame(rows, columns=[column.name for column in Notes.columns]), Notes.columns, scope
    )
    order = ["happened_at", "kind", "text", "tenant"]
    listed = frame.sort_values(order, ascending=[False, True, True, True]).head(MOST)
    return _noted(listed.reset_index(drop=True), notes)


def _typed(frame: pd.DataFrame, columns: tuple[Column, ...], scope: Scope) -> pd.DataFrame:
    """Moments on the scope's clock, and texts, whatever there is."""
    for column in columns:
        if column.unit == "time":
            moments = pd.to_datetime(frame[column.name], utc=True)
            frame[column.name] = moments.dt.tz_convert(scope.timezone).dt.as_unit("us")
        else:
            frame[column.name] = frame[column.name].fillna("").astype("str")
    return frame


def _noted(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame.attrs["notes"] = tuple(dict.fromkeys(notes))
    return frame
