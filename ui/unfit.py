"""Filters that nothing on a page can fit: said over its panels, with the way on; panels that refuse one."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics.attribute_keys import carrying as tables_carrying
from analytics.filters import OF_COHORT, And, Comparison, Filter, Not, Or, field, fields, label, sentence
from analytics.view import NotFilterable, QueryCancelled, QueryTimeout
from data.fitting import declares
from data.tables import FACTS, TABLES
from ui import address, cohorts
from ui import format as say
from ui.names import in_words

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from analytics.request import Request
    from analytics.scope import Scope
    from service.ask import Answer
    from ui.context import Visit

MOST_SIGNS = 80


def unfit(visit: Visit, scope: Scope, facts: Collection[str]) -> tuple[Filter, ...]:
    """The filters that no row of these tables could fit, and a row of another table could.

    What nobody has is a slip of the pen, and not among them. Tenants are no filter, and what they are fits
    every table.
    """
    return tuple(
        part
        for part in address.parts(scope.where)
        if facts and not known(visit, scope, facts, part) and known(visit, scope, FACTS, part)
    )


def without(scope: Scope, aside: Collection[Filter]) -> Scope:
    """The scope without these of its filters."""
    left = tuple(part for part in address.parts(scope.where) if part not in aside)
    return replace(scope, where=address.joined(left)) if aside else scope


def refused(visit: Visit, scope: Scope, tables: Collection[str]) -> Future[Answer] | None:
    """The refusal of a panel whose rows never carry what a filter asks for: it would read as zero."""
    facts = tuple(table for table in FACTS if table in tables)
    for part in address.parts(scope.where) if facts else ():
        asked = names(part)
        # What a table declares not to have, the question itself refuses, or does without in its own way.
        told = {declares(TABLES[table], name) for table in facts for name in asked}
        if told == {None} and not known(visit, scope, facts, part):
            answer: Future[Answer] = Future()
            answer.set_exception(NotFilterable(" and ".join(map(label, asked)), in_words(facts)))
            return answer
    return None


def known(visit: Visit, scope: Scope, tables: Collection[str], part: Filter) -> bool:
    """Whether some row of one of these tables could fit a filter."""
    return any(fits(visit, scope, table, part) for table in tables)


def fits(visit: Visit, scope: Scope, table: str, part: Filter) -> bool:
    """Whether a row of a table could fit a filter, for want of its field too."""
    asked = names(part)
    told = [declares(TABLES[table], name) for name in asked]
    if False in told:
        return False
    if not told or True in told or fits_without(part):
        return True
    return any(table in carrying(visit, scope, name) for name in asked)


def carrying(visit: Visit, scope: Scope, name: str) -> frozenset[str]:
    """The tables of which any row that this person may see ever carried a field."""
    everything = replace(scope, where=field(name).exists(), tenants=visit.view.tenants)
    try:
        return frozenset(visit.ask(tables_carrying(), everything).result().frame["table_name"])
    except (QueryTimeout, QueryCancelled):  # never without a filter for want of time
        return frozenset(FACTS)


def names(part: Filter) -> list[str]:
    """The fields that a filter asks for; of a cohort, whose it is."""
    return sorted(name for name in fields(part) if not name.startswith(OF_COHORT))


def fits_without(part: Filter) -> bool:
    """Whether a filter holds for a row that has none of its fields."""
    match part:
        case Comparison(_, op):
            return op == "!="
        case And(parts):
            return all(map(fits_without, parts))
        case Or(parts):
            return any(map(fits_without, parts))
        case Not(inner):
            return not fits_without(inner)
        case _:
            return False


def note(visit: Visit, unfitting: Collection[Filter]) -> None:
    """Names what nothing on this page can fit, and offers to look at the page without it."""
    if not unfitting:
        return
    # Who presents had aliases read back: the values of a filter are names here.
    called = [
        sentence(part, cohorts.named(visit, part))
        if visit.principal.presenting is None
        else " and ".join(map(label, names(part)))
        for part in unfitting
    ]
    said = say.plain(say.shorten(" and ".join(called), MOST_SIGNS))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/filter_alt_off: What this page counts cannot be filtered by **{said}**.",
            width="content",
        )
        st.button(
            "Look at it without",
            key="without_unfit",
            type="tertiary",
            help="Takes it out of the filters. Back in the browser brings it again.",
            on_click=address.change,
            kwargs=left(visit.request, visit.now, unfitting),
        )


def left(request: Request, now: datetime, unfitting: Collection[Filter]) -> dict[str, object]:
    """What an address is left with when these filters are taken out; a search goes as a whole."""
    gone = [names(part) for part in unfitting]
    kept = tuple(part for part in address.parts(request.where) if names(part) not in gone)
    searched = address.parts(replace(request, where=None).filter_at(now))
    search = "" if any(names(part) in gone for part in searched) else request.search
    return {"where": address.joined(kept), "search": search}
