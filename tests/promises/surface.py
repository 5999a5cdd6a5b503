"""All that leaves the house for one person, each kind as a function that gives what is shown, by its place."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd
import pypdfium2 as pdfium
import pytest

from analytics.board import Board, Panel
from analytics.filters import field
from analytics.query import Query
from analytics.question import Question
from analytics.request import Request
from analytics.scope import ALL_TENANTS
from analytics.search import SearchError
from data.store import Store
from data.tables import FACTS
from scripts.panels import boards
from service.access import LOCAL, NotAllowed, Principal
from service.ask import Answer
from service.house import House
from service.presenting import HARMLESS
from service.rows import CountBehind, RowsBehind
from service.saved import NothingSaved, Search
from tests.promises.promises import assert_same
from tests.promises.world import CLOCK, A, B
from ui import customer, downloads, empty, fields, find, report
from ui.asked import Asked
from ui.context import Visit

GUEST = Principal("guest", frozenset({A}))
TRACES = (B, "nobody")
# What an address may ask for and a guest of A may see a part of; B alone is refused.
ADDRESSES = ((), (A,), (A, B))
WINDOW = Request(window="2026-02-20~2026-03-14", timezone="America/New_York")
COUNT = Query(("events",))
# Of fields that only others' rows have, of their types, names and values; nothing of it names another tenant.
SEARCHES = (
    "attributes.theirs: 7",
    "attributes.theirs > 5",
    "attributes.theirs_at >= 2026-01-01",
    "attributes.theirs_at > 5",
    "attributes.their*: 7",
    "attributes.size > 3",
    "attributes.size >= 10",
    "theirs: 7",
    "theirs.more: 7",
    "*: 7",
    "tenant.name: *",
    "tenant.theirs: *",
    "person.role: *",
    "weekday: 9",
    "level: error",
    "(status",
    'status: "',
    "occurred_at > theirs",
)
WHERE = (
    field("attributes.theirs_at") >= "no time",
    field("attributes.theirs") >= "no number",
    field("attributes.theirs").matches("7"),
    field("attributes.size") == "large",
    ~field("attributes.theirs").exists(),
    field("tenant_id") == B,
    field("tenant.name").contains("name"),
)

Shown = Mapping[str, object]


@dataclass(frozen=True)
class Place:
    """A house, the store that its pages look at, and the things that were saved there."""

    house: House
    store: Store
    kept: tuple[str, ...] = ()

    def visit(self, principal: Principal, tenants: tuple[str, ...] = (), search: str = "") -> Visit:
        """One run of a page."""
        request = replace(WINDOW, tenants=tenants, search=search)
        return Visit(principal, request, self.store, CLOCK, "session", self.house)


Surface = Callable[[Place, Principal, tuple[str, ...]], Shown]


def tells_of_own_rows_only(surface: Surface, full: Place, alone: Place) -> None:
    """A guest of A is shown what a house without anybody else would show, and no trace of another's row.

    Who may see all is shown another's row in the same house just before: otherwise it would hold for nothing.
    """
    assert traces(surface(full, LOCAL, (A, B))), "nothing of another tenant could be seen here"
    own = None
    for address in ADDRESSES:
        shown = surface(full, GUEST, address)
        found = traces(shown)
        assert not found, f"another tenant is told of in {', '.join(found[:5])}"
        own = own or surface(alone, GUEST, ())
        assert_shown_alike(shown, own)


def traces(shown: Shown) -> list[str]:
    """The places that show something of another tenant, or of rows without one."""
    return [place for place, what in shown.items() if any(trace in text_of(what) for trace in TRACES)]


def text_of(what: object) -> str:
    """All that can be read of it, the names of its columns too."""
    if not isinstance(what, pd.DataFrame):
        return repr(what)
    # Numbers and times hold no name of anybody.
    texts = what.select_dtypes(exclude=["number", "bool", "datetime", "datetimetz"])
    return repr([list(what.columns), *(texts[name].tolist() for name in texts)])


def without_harmless(text: str) -> str:
    """A text without the values of harmless fields, whose names the world's values say: "alpha model 1"."""
    return re.sub(rf"\b(?:{A}|{B}) (\w+) \d", lambda value: "" if value[1] in HARMLESS else value[0], text)


def assert_shown_alike(shown: Shown, expected: Shown) -> None:
    """The same in the same places."""
    assert list(shown) == list(expected)
    for place, what in shown.items():
        other = expected[place]
        if isinstance(what, pd.DataFrame) and isinstance(other, pd.DataFrame):
            assert_same(what, other)
        else:
            assert what == other, f"{place} shows {what!r} beside others, and {other!r} alone"


@contextmanager
def at_the_browser(principal: Principal) -> Iterator[None]:
    """Who sits there when a button is clicked, whoever had the page drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.context.LOCAL", principal)
        yield


def panels() -> Iterator[tuple[Board, Panel]]:
    """Every panel of every board."""
    return ((board, panel) for board in boards() for panel in board.panels)


def drawn(place: Place, panel: Panel, tenants: tuple[str, ...]) -> Asked:
    """A panel on a page that somebody who sees all had drawn, before its answers came."""
    visit = place.visit(LOCAL, tenants)
    return Asked(panel, visit, panel.question, panel.scope(visit.scope()), visit.request.text(), now=Future())


def files(
    place: Place,
    principal: Principal,
    tenants: tuple[str, ...],
    kinds: tuple[str, ...] = ("csv",),
    *,
    one_in: int = 1,
) -> Shown:
    """The files of every panel as CSV: its numbers and the rows behind them."""
    shown: dict[str, object] = {}
    for _, panel in [*panels()][::one_in]:
        asked = drawn(place, panel, tenants)
        for make in (downloads.numbers, downloads.behind):
            for kind in kinds:
                with at_the_browser(principal):
                    file = downloads.made(asked, kind, make)()
                shown[f"{panel.id} {make.__name__} {kind}"] = opened(file, kind)
    return shown


def some_files(place: Place, principal: Principal, tenants: tuple[str, ...]) -> Shown:
    """The same of one panel in twenty: all are made by the same code."""
    return files(place, principal, tenants, one_in=20)


def other_files(place: Place, principal: Principal, tenants: tuple[str, ...]) -> Shown:
    """The same in every other kind of file."""
    return files(place, principal, tenants, tuple(kind for kind in downloads.KINDS if kind != "csv"))


@cache
def opened(file: bytes, kind: str) -> object:
    """What a file holds: a frame, or the line that says why there is none; the same bytes are read once."""
    assert b"Try again" not in file, "a file failed"
    if file.startswith(b"This file was not made"):
        return file.decode()
    if kind == "csv":
        return pd.read_csv(io.BytesIO(file), keep_default_na=False, low_memory=False)
    return pd.read_parquet(io.BytesIO(file))


def documents(place: Place, principal: Principal, tenants: tuple[str, ...]) -> Shown:
    """The words of the document of every customer that can be chosen, and of one that may be another's."""
    shown: dict[str, object] = {}
    names = place.visit(principal, tenants).tenants()
    for tenant in dict.fromkeys((*names, *(() if principal.presenting else (A, B)))):
        with at_the_browser(principal):
            file = report.file(place.visit(principal, tenants), tenant)()
        shown[tenant if tenant in names else "another's"] = words_of(file)
    return shown


def words_of(file: bytes) -> str:
    """All that can be read in a PDF."""
    with closing(pdfium.PdfDocument(file)) as document:
        pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
        return "\n".join([document.get_metadata_value("Title"), *pages])


def options(place: Place, principal: Principal, tenants: tuple[str, ...], *, one_in: int = 1) -> Shown:
    """Every list to choose from: tenants, hits of the search, customers, fields and their values."""
    visit = place.visit(principal, tenants)
    names, scope = visit.tenants(), visit.scope()
    shown: dict[str, object] = {"tenants": dict(names)}
    for typed in ("a", "b", "name", "e"):
        hits = find.best(typed, find.of_tenants(names), find.MOST_TENANTS)
        shown[f"found for {typed}"] = [(hit.title, hit.words, hit.tenant) for hit in hits]
    shown["customers"] = [customer.together((each,) * 2, names) for each in names]
    shown["known of customers"] = [customer.known(visit, scope, each) for each in names]
    known = fields.choices(visit, scope, frozenset(FACTS))
    shown["fields"] = list(known.values())
    for choice in [*known.values()][::one_in]:
        shown[f"values of {choice.name}"] = dict(fields.values(visit, scope, choice))
    return shown


def some_options(place: Place, principal: Principal, tenants: tuple[str, ...]) -> Shown:
    """The same, with the values of one field in ten."""
    return options(place, principal, tenants, one_in=10)


def queries(place: Place, principal: Principal, tenants: tuple[str, ...], *, one_in: int = 1) -> Shown:
    """The query that each panel shows, and that of the rows behind it."""
    visit = place.visit(principal, tenants)
    shown: dict[str, object] = {}
    for _, panel in [*panels()][::one_in]:
        scope, behind = panel.scope(visit.scope()), panel.question.behind(panel.value)
        rows: list[Question] = [] if behind is None else [RowsBehind(behind, 5), CountBehind(behind)]
        for number, question in enumerate([panel.question, *rows]):
            shown[f"{panel.id} {number}"] = visit.ask(question, scope).result().sql
    return shown


def some_queries(place: Place, principal: Principal, tenants: tuple[str, ...]) -> Shown:
    """The same of one panel in twenty."""
    return queries(place, principal, tenants, one_in=20)


def refusals(place: Place, principal: Principal, tenants: tuple[str, ...]) -> Shown:
    """What is said to searches and scopes of fields, tenants and things that are not there or not one's own."""
    shown: dict[str, object] = {}
    for search in SEARCHES:
        shown[search] = outcome(lambda search=search: counted(place.visit(principal, tenants, search)))
    for number, where in enumerate(WHERE):
        scope = replace(place.visit(principal, tenants).scope(), where=where)
        shown[f"filter {number}"] = outcome(
            lambda scope=scope: rows_of(place.visit(principal).ask(COUNT, scope))
        )
    for name in ("attributes.theirs", "attributes.nowhere"):
        query, visit = replace(COUNT, by=(name,)), place.visit(principal, tenants)
        shown[f"by {name}"] = outcome(lambda q=query, v=visit: rows_of(v.ask(q, v.scope())))
    shelf = place.house.shelf
    for known in (0, 1):
        saved_id = place.kept[known] if place.kept else "absent"
        shown[f"read {known}"] = outcome(lambda saved_id=saved_id: shelf.one(principal, saved_id))
    return shown if principal == LOCAL else {**shown, **forbidden(place, principal)}


def forbidden(place: Place, principal: Principal) -> Shown:
    """What is said to who reaches for another tenant, or for what somebody else wrote."""
    visit, shelf, notes = place.visit(principal), place.house.shelf, place.house.own_annotations
    saved_id = place.kept[0] if place.kept else "absent"
    reached: dict[str, Callable[[], object]] = {
        "address": place.visit(principal, (B,)).scope,
        "remove": lambda: shelf.remove(principal, saved_id),
        "share": lambda: shelf.share(principal, saved_id, shared=True),
        "replace": lambda: shelf.save(principal, Search("mine", "a: 1"), replaces=saved_id),
        "annotate theirs": lambda: notes.add(principal, kind="note", text="x", start=CLOCK, tenant=B),
        "note theirs": lambda: place.house.own_notes.write(principal, B, "x"),
        "annotate all": lambda: notes.add(principal, kind="note", text="x", start=CLOCK),
    }
    for number, asked in enumerate((frozenset({B}), frozenset({A, B}), ALL_TENANTS)):
        scope = replace(visit.scope(), tenants=asked)
        reached[f"scope {number}"] = lambda scope=scope: rows_of(visit.ask(COUNT, scope))
    return {name: outcome(action) for name, action in reached.items()}


def counted(visit: Visit) -> list[object]:
    """The rows of a page's events."""
    return rows_of(visit.ask(COUNT, visit.scope()))


def rows_of(answer: Future[Answer]) -> list[object]:
    """All values of an answer."""
    return answer.result().frame.to_numpy().tolist()


def outcome(asked: Callable[[], object]) -> object:
    """What comes of it: the answer, or the words that a page has for the failure."""
    try:
        return asked()
    except (SearchError, NothingSaved) as error:
        return str(error)
    except NotAllowed as error:
        return f"{error} / {empty.reason(error)}"
    except Exception as error:  # noqa: BLE001
        return empty.reason(error)


def kept(place: Place, principal: Principal, tenants: tuple[str, ...]) -> Shown:
    """What people wrote and saved: annotations of the window, boards, questions and searches."""
    visit = place.visit(principal, tenants)
    notes = place.house.own_annotations.between(principal, visit.scope())
    shown: dict[str, object] = {
        "annotations": sorted((each.text, each.tenant, each.author) for each in notes)
    }
    shown["notes"] = [each.text for name in (A, B) for each in place.house.own_notes.of(principal, name)]
    for kind in ("view", "board", "question", "search"):
        saved = place.house.shelf.all(principal, kind)
        shown[kind] = [(each.title, each.owner, each.form) for each in saved]
    return shown
