"""Fields that no row of one's own has, said above the board: a slip of the pen must not read as zero."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import streamlit as st

from analytics.filters import fields
from analytics.model import ATTRIBUTES, model
from data.where import canonical
from ui import format as say
from ui.fields import COLUMNS, choices

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.context import Visit


def note(visit: Visit, scope: Scope, facts: frozenset[str]) -> None:
    """Names each field of the filters that neither a table of the page nor its newest rows have."""
    asked = sorted(name for name in fields(scope.where) if not_declared(name))
    if not asked:
        return
    known = {bare(name) for name in choices(visit, scope, facts)}
    for name in dict.fromkeys(bare(name) for name in asked):
        if name not in known:
            st.warning(sentence(name, known), icon=":material/spellcheck:")


def not_declared(name: str) -> bool:
    """Whether a field is one that only rows can tell of."""
    if "*" in name or canonical(name).startswith(("tenant.", "person.")):
        return False
    return name.startswith(ATTRIBUTES) or not (name in COLUMNS or name in model().dimensions)


def sentence(name: str, known: set[str]) -> str:
    """What is missing, and what may have been meant."""
    close = get_close_matches(name, sorted(known), n=1)
    meant = f" Did you mean {say.plain(close[0])}?" if close else ""
    return f"None of the newest rows has a field {say.plain(name)}, so nothing may fit.{meant}"


def bare(name: str) -> str:
    """The field without the word that says whose it is."""
    return name.partition(".")[2] if name.startswith(ATTRIBUTES) else name
