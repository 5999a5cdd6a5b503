"""Whoever is listed behind a mark as a cohort, where a criterion says who they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics.cohort import Cohort
from analytics.criteria_found import InFunnel, InRetention
from analytics.during import During
from analytics.funnel_questions import FunnelPeople
from analytics.request import LENGTHS
from analytics.retention_questions import CellPeople
from ui import cohorts
from ui.build_funnel import COHORTS

if TYPE_CHECKING:
    from analytics.question import Question
    from analytics.scope import Scope
    from ui.context import Visit


def cohort_of(question: Question, scope: Scope, window: str | None) -> Cohort | None:
    """They as a cohort, that of a funnel moving on with a preset window; None where no criterion says who."""
    if not isinstance(question, FunnelPeople | CellPeople) or question.breakdown is not None:
        return None
    unit = COHORTS.get(question.spec.unit)
    if unit is None:
        return None
    during, where, zone = During(start=scope.start, end=scope.end), scope.where, scope.timezone
    if isinstance(question, CellPeople):
        spec = replace(question.spec, breakdown=None, breakdown_limit=None)
        return Cohort(InRetention(spec, question.cohort, question.period, during, where, zone), unit)
    if window in LENGTHS:
        during = During(last=scope.end - scope.start)
    whole, waiting = question.spec.whole(), question.waiting
    return Cohort(InFunnel(whole, question.step, during, where, zone, waiting=waiting), unit)


def save(visit: Visit, question: Question, scope: Scope, window: str | None) -> None:
    """Keeps them as a cohort, where that can be said; whoever presents saves none."""
    cohort = cohort_of(question, scope, window)
    if cohort is not None and visit.principal.presenting is None:
        with st.popover("Save as cohort", icon=":material/group_add:", type="tertiary"):
            cohorts.saving(visit, cohort, "")
