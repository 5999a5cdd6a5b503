"""Leads that the AI scores: how scores are spread, whether they can be relied on, and what they foretell.

A lead is an entity that an event of a scoring names, within its tenant. Its score is its first one: what
was said before anything was known. Won is a lead with an event of a win after that; of leads scored within
the last days that are not won yet nothing is known (`settings.OUTCOME_DAYS`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.analysis import analysis
from analytics.filters import field
from analytics.query import Query, answer
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.settings import (
    HIGH_SCORE,
    LEAD_FEATURES,
    LEAD_FIELDS,
    LEAD_SCORED,
    OPPORTUNITY,
    OUTCOME_DAYS,
    SCORE_FIELDS,
    WON,
)
from analytics.sql import blocks, with_fields
from analytics.view import View

SQL = blocks(__file__)
BIN = 5.0
# From which score on a band begins, and what it is called.
BANDS = ((0.0, "0 to 39"), (40.0, "40 to 69"), (70.0, "70 to 100"))
COST = Query(("ai_cost_usd",), where=field("feature").isin(list(LEAD_FEATURES)))
SCORED = Behind("events")
US = 1_000_000


def number(name: str, label: str, definition: str) -> Column:
    """A column of numbers."""
    return Column(name, label, "number", definition)


def count(name: str, label: str, definition: str) -> Column:
    """A column of counts."""
    return Column(name, label, "count", definition)


LEADS = count("leads", "Leads", "Different leads that were scored in the window.")


@analysis(
    tables=("events",),
    columns=(
        number("score", "Score", "Where the bin begins."),
        count("count", "Leads", "Leads whose first score in the window lies in the bin."),
        number("mean", "average", "The mean of all of them."),
    ),
)
def distribution(view: View, scope: Scope) -> pd.DataFrame:
    """How many leads have a score in each stretch of five, and the mean of all."""
    scores = leads_of(view, scope)["score"]
    if scores.empty:
        return typed({"score": [], "count": [], "mean": []}, distribution.columns)
    place = np.floor(scores.to_numpy() / BIN)
    # The best score belongs to the last bin and not to one of its own.
    place = np.where(scores == 100, 100 / BIN - 1, place).astype(int)
    begin, end = min(int(place.min()), 0), max(int(place.max()), int(100 / BIN) - 1)
    counts = np.bincount(place - begin, minlength=end - begin + 1)
    starts = [(begin + step) * BIN for step in range(len(counts))]
    return typed(
        {"score": starts, "count": counts, "mean": [float(scores.mean())] * len(starts)}, distribution.columns
    )


@analysis(
    tables=("events",),
    columns=(
        Column("high_share", "High scores", "ratio", f"Leads with a score over {HIGH_SCORE} / leads.", "up"),
        LEADS,
        number(
            "deviation", "Repeat scores", "Standard deviation of the scores of one lead, pooled over leads."
        ),
        count("repeated", "Scored again", "Leads that were scored more than once."),
    ),
)
def quality(view: View, scope: Scope) -> pd.DataFrame:
    """What share of leads scores high, and by how much scores of one lead differ."""
    found = leads_of(view, scope)
    again = found[found["times"] > 1]
    freedom = float((again["times"] - 1).sum())
    return typed(
        {
            "high_share": [float((found["score"] > HIGH_SCORE).mean()) if len(found) else np.nan],
            "leads": [len(found)],
            "deviation": [float(np.sqrt(again["squares"].sum() / freedom)) if freedom else np.nan],
            "repeated": [len(again)],
        },
        quality.columns,
    )


@analysis(
    tables=("events",),
    columns=(
        Column(
            "auc", "AUC", "ratio", "How often of two leads the one that was won had the higher score.", "up"
        ),
        Column(
            "precision", "Precision", "ratio", f"Of leads with a score over {HIGH_SCORE}, who was won.", "up"
        ),
        Column("base_rate", "Won of all", "ratio", "Of all leads whose outcome is known, who was won.", "up"),
        count("known", "Outcomes", f"Leads that were won, or were scored over {OUTCOME_DAYS} days ago."),
    ),
)
def accuracy(view: View, scope: Scope) -> pd.DataFrame:
    """How well scores foretell which leads are won."""
    found = leads_of(view, scope)
    old = scope.present.timestamp() * US - found["scored_us"] >= OUTCOME_DAYS * 86_400 * US
    known = found[old | found["won"]]
    high = known[known["score"] > HIGH_SCORE]
    return typed(
        {
            "auc": [auc(known["score"], known["won"])],
            "precision": [float(high["won"].mean()) if len(high) else np.nan],
            "base_rate": [float(known["won"].mean()) if len(known) else np.nan],
            "known": [len(known)],
        },
        accuracy.columns,
    )


def auc(scores: pd.Series[float], won: pd.Series[bool]) -> float:
    """The area under the curve, by ranks: ties count half; nothing without both outcomes."""
    wins = int(won.sum())
    losses = len(won) - wins
    if not wins or not losses:
        return float("nan")
    ranks = float(scores.rank()[won].sum())
    return (ranks - wins * (wins + 1) / 2) / (wins * losses)


@analysis(
    tables=("events",),
    columns=(
        Column("band", "Score", "text", "The band of the lead's first score."),
        count("step", "#", "The number of the step."),
        Column("name", "Step", "text", "What became of the lead."),
        count("count", "Leads", "Leads that got so far."),
    ),
    additive=("count",),
)
def conversion(view: View, scope: Scope) -> pd.DataFrame:
    """Leads of each band of scores that became an opportunity, and that were won."""
    found = leads_of(view, scope)
    begins = [begin for begin, _ in BANDS]
    place = np.searchsorted(begins, found["score"].to_numpy(), side="right") - 1
    rows: dict[str, list[object]] = {"band": [], "step": [], "name": [], "count": []}
    for band in range(len(BANDS) - 1, -1, -1):
        of_band = found[np.maximum(place, 0) == band]
        met = of_band["opportunity"] | of_band["won"]
        counts = (len(of_band), int(met.sum()), int(of_band["won"].sum()))
        for step, (name, reached) in enumerate(zip(("Lead", "Opportunity", "Won"), counts, strict=True), 1):
            for column, value in zip(rows, (BANDS[band][1], step, name, reached), strict=True):
                rows[column].append(value)
    return typed(rows if len(found) else {name: [] for name in rows}, conversion.columns)


@analysis(
    tables=("events", "llm_calls"),
    columns=(
        Column(
            "cost_per_lead_usd", "Cost a lead", "usd", "What the calls of lead scoring cost / leads.", "down"
        ),
        LEADS,
    ),
)
def cost(view: View, scope: Scope) -> pd.DataFrame:
    """What the model calls of lead scoring cost, by the leads that were scored."""
    leads = len(leads_of(view, scope))
    spent = answer(view, scope, COST)["ai_cost_usd"].iloc[0]
    each = None if pd.isna(spent) or not leads else round(spent / leads, 9)
    return typed({"cost_per_lead_usd": [each], "leads": [leads]}, cost.columns)


def leads_of(view: View, scope: Scope) -> pd.DataFrame:
    """Each lead that was scored in the window: its first score, how often, and what became of it."""
    sql = with_fields(SQL["leads"], score=SCORE_FIELDS, lead=LEAD_FIELDS)
    return view.frame(scope, sql, scored=list(LEAD_SCORED), opportunity=list(OPPORTUNITY), won=list(WON))


KINDS = {"count": "int64", "number": "float64", "ratio": "float64", "text": "str", "usd": "object"}


def typed(values: dict[str, list[object]] | dict[str, object], columns: tuple[Column, ...]) -> pd.DataFrame:
    """A frame with the types of its columns, whatever is in it."""
    return pd.DataFrame(values).astype({column.name: KINDS[column.unit] for column in columns})
