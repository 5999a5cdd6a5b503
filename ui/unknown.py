"""Fields that no row of one's own has, said above the board: a slip of the pen must not read as zero."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import streamlit as st

from analytics.filters import OF_COHORT, fields
from analytics.model import ATTRIBUTES, model
from data.tables import CALLED, TABLES
from data.where import PLAN_THEN, canonical
from ui import format as say
from ui.fields import COLUMNS, choices

MOST_NAMED = 4
# What people filter by most, where nothing is called alike.
USUAL = ("status", "action_type", "workflow_name", "level", "service", "event_type", "model")

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.context import Visit


def note(visit: Visit, scope: Scope, facts: frozenset[str]) -> None:
    """Names each field of the filters that no row of the page has, with what may have been meant."""
    named = sorted(name for name in fields(scope.where) if not name.startswith(OF_COHORT))
    asked = [name for name in named if not_declared(name)]
    elsewhere = [name for name in named if canonical(name) in COLUMNS and not has(facts, name)]
    if not asked and not elsewhere:
        return
    known = {bare(name) for name in choices(visit, scope, facts)}
    for name in dict.fromkeys(bare(name) for name in (*asked, *elsewhere)):
        if name in known or (name in elsewhere and carried(name, known)):
            continue
        said = absent(name, known) if name in elsewhere else sentence(name, known)
        st.warning(said, icon=":material/spellcheck:")


def has(facts: frozenset[str], column: str) -> bool:
    """Whether a table of the page has the column."""
    return any(column in TABLES[table].columns for table in facts)


def carried(name: str, known: set[str]) -> bool:
    """Whether rows of the page carry such a field under another name."""
    return any(f"{of}{each}" in known for each in CALLED.get(name, ()) for of in ("", "resource."))


def absent(name: str, known: set[str]) -> str:
    """That what this page counts cannot have the field, and what it can be filtered by."""
    close = get_close_matches(name, sorted(known), n=MOST_NAMED, cutoff=0.5)
    common = [each for each in USUAL if each in known]
    offered = ", ".join(map(say.plain, (close or common)[:MOST_NAMED]))
    return f"What this page counts has no field {say.plain(name)}. It can be filtered by {offered}."


def not_declared(name: str) -> bool:
    """Whether a field is one that only rows can tell of."""
    if "*" in name or canonical(name).startswith(("tenant.", "person.")):
        return False
    known = name in COLUMNS or name in model().dimensions or name == PLAN_THEN
    return name.startswith(ATTRIBUTES) or not known


def sentence(name: str, known: set[str]) -> str:
    """What is missing, and what may have been meant."""
    close = get_close_matches(name, sorted(known), n=1)
    meant = f" Did you mean {say.plain(close[0])}?" if close else ""
    return f"None of the newest rows has a field {say.plain(name)}, so nothing may fit.{meant}"


def bare(name: str) -> str:
    """The field without the word that says whose it is."""
    return name.partition(".")[2] if name.startswith(ATTRIBUTES) else name
