"""Whoever is listed behind a mark as a cohort, where a criterion says who they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics.cohort import Cohort
from analytics.criteria import MOST_LISTED, Listed
from analytics.criteria_found import InFunnel, InRetention
from analytics.during import During
from analytics.filters import cohorts as cohorts_in
from analytics.funnel_questions import FunnelPeople
from analytics.request import LENGTHS
from analytics.retention_questions import CellPeople, CurvePeople
from ui import cohorts
from ui.build_funnel import COHORTS

if TYPE_CHECKING:
    import pandas as pd

    from analytics.question import Question
    from analytics.scope import Scope
    from ui.context import Visit


def cohort_of(question: Question, scope: Scope, window: str | None) -> Cohort | None:
    """They as a cohort, that of a window moving on with a preset one; None where no criterion says who."""
    if not isinstance(question, FunnelPeople | CellPeople | CurvePeople):
        return None
    unit = COHORTS.get(question.spec.unit)
    of_cohorts = bool(cohorts_in(question.spec.broken_by))
    if unit is None or of_cohorts or not (isinstance(question, CurvePeople) or question.breakdown is None):
        return None
    during, where, zone = During(start=scope.start, end=scope.end), scope.where, scope.timezone
    if isinstance(question, CellPeople):
        spec = replace(question.spec, breakdown=None, breakdown_limit=None)
        return Cohort(InRetention(spec, question.cohort, question.period, during, where, zone), unit)
    if window in LENGTHS:
        during = During(last=scope.end - scope.start)
    if isinstance(question, CurvePeople):
        place = (None, question.period, during, where, zone, question.breakdown)
        return Cohort(InRetention(question.spec, *place), unit)
    whole, waiting = question.spec.whole(), question.waiting
    return Cohort(InFunnel(whole, question.step, during, where, zone, waiting=waiting), unit)


def listed_of(found: pd.DataFrame, unit: str) -> Cohort | None:
    """They as a list that stays as it is; None where they are too many, nobody, or of another kind."""
    if unit not in COHORTS or not 0 < len(found) <= MOST_LISTED:
        return None
    return Cohort(Listed(tuple(zip(found["tenant_id"], found["unit"], strict=True))), COHORTS[unit])


def save(visit: Visit, question: Question, scope: Scope, window: str | None, listed: Cohort | None) -> None:
    """Keeps them as a cohort, where no criterion says who as a list; whoever presents saves none."""
    cohort = cohort_of(question, scope, window) or listed
    if cohort is not None and visit.principal.presenting is None:
        with st.popover("Save as cohort", icon=":material/group_add:", type="tertiary"):
            cohorts.saving(visit, cohort, "")
