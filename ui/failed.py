"""What a filter by the status failed leaves out, said where cards count it: a timeout is a failure too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analytics.filters import And, Comparison, Or

if TYPE_CHECKING:
    from analytics.filters import Filter
    from analytics.scope import Scope

FAILED, TIMEOUT = "failed", "timeout"
SAID = (
    "A status of failed alone leaves out timeouts, which count as failed executions here: "
    "`status:(failed or timeout)` finds both."
)


def note(scope: Scope, facts: frozenset[str]) -> None:
    """Says it where the page counts executions and its filters name the one status without the other."""
    named = statuses(scope.where)
    if "runs" in facts and FAILED in named and TIMEOUT not in named:
        st.caption(f":material/info: {SAID}")


def statuses(where: Filter | None) -> frozenset[object]:
    """The values that conditions on the status ask for."""
    match where:
        case Comparison("status", "==" | "in", value):
            return frozenset(value if isinstance(value, tuple) else (value,))
        case And(parts) | Or(parts):
            return frozenset[object]().union(*map(statuses, parts))
        case _:
            return frozenset()
