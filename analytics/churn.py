"""Who may leave: a model of losses learnt from the past, and what it says of each tenant now.

- A tenant that pays is lost where it pays nothing any more (`labels`). Told is the chance that this is in the
  30 days that begin in a week: a warning of tomorrow would help nobody.
- A row is a tenant at a moment, of 24 moments four weeks apart at most; its features are what was known then.
  What a tenant did before its first known row nobody knows, so its rows begin two blocks later.
- Tenants that somebody called are not learnt from, nor tried: what they did next is not what they would have
  done. How they fared is told beside those that were left alone (`Group`).
- Where no tenant ever paid, a loss is falling silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from analytics.churn_backtest import FREE, HELD_OUT, TREATED, Fitted, Refusal, trained
from analytics.churn_model import columns
from analytics.churn_reasons import reasons
from analytics.feature_words import told_ill
from analytics.features import BLOCK, DAY, FEATURES, cutoffs, features
from analytics.hold_out import held_out
from analytics.labels import labels
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

__all__ = ["Said", "Trained", "Treatment", "features", "learnt", "risk", "rows", "scored"]

SQL = blocks(__file__)

GAP, HORIZON = timedelta(days=7), timedelta(days=30)
AHEAD = GAP + HORIZON
CUTOFFS = 24
# A row needs a block and the one before it.
KNOWN_FOR = 2 * BLOCK


@dataclass(frozen=True)
class Treatment:
    """That a tenant was called, or found to be no risk, at a moment."""

    tenant_id: str
    state: str
    at: datetime


@dataclass(frozen=True)
class HeldOut:
    """That a share of the tenants was left alone from a moment on."""

    share: float
    since: datetime


@dataclass(frozen=True)
class Said:
    """What a model says of a tenant: the chance that it is lost, and what goes with it."""

    tenant_id: str
    probability: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Trained:
    """What a night came to: a model or why there is none, and what it says of every tenant that pays."""

    outcome: Fitted | Refusal
    said: tuple[Said, ...]
    as_of: datetime

    @property
    def is_shown(self) -> bool:
        """Whether there is a model that tells more than chance."""
        return isinstance(self.outcome, Fitted) and self.outcome.report.verdict != "no better than chance"


def learnt(
    view: View, scope: Scope, treatments: Iterable[Treatment] = (), hold_out: HeldOut | None = None
) -> Trained:
    """A model of the past up to the scope's present, and what it says of tenants now."""
    moment = scope.present
    outcome = trained(grouped(rows(view, scope), tuple(treatments), hold_out), FEATURES, AHEAD)
    made = Trained(outcome, (), moment)
    return replace(
        made, said=scored(view, scope, outcome) if isinstance(outcome, Fitted) and made.is_shown else ()
    )


def rows(view: View, scope: Scope) -> pd.DataFrame:
    """What was known of each tenant at each moment, and `lost`: 1, 0, or NaN where it is not known yet."""
    present = scope.present
    moments = cutoffs(present, CUTOFFS)
    begun = first_use(view, scope)
    reached = [moment for moment in moments if len(begun) and moment >= begun.min() + KNOWN_FOR]
    wide = replace(scope, start=present - DAY, end=present, now=present)
    known = features(view, wide, reached or moments[-1:])
    came = labels(view, wide, reached or moments[-1:], GAP, HORIZON)
    found = at_risk(known).merge(came, on=["cutoff", "tenant_id"])
    found = found[found["tenant_id"].map(begun) <= found["cutoff"] - KNOWN_FOR]
    lost = found["outcome"].map({"lost": 1.0, "kept": 0.0, "censored": float("nan")})
    return found.drop(columns=["outcome", "lost_at"]).assign(lost=lost.astype("float64"))


def at_risk(known: pd.DataFrame) -> pd.DataFrame:
    """Those who can be lost: who pays; where nobody ever paid, everybody who is not gone."""
    pays = known["state"] == "paying"
    return known[pays if pays.any() else known["state"] != "gone"].reset_index(drop=True)


def first_use(view: View, scope: Scope) -> Any:
    """When each tenant first used anything."""
    found = view.frame(replace(scope, end=scope.present), SQL["oldest"])
    return pd.Series(found["first_at"].array, found["tenant_id"])


def grouped(found: pd.DataFrame, treatments: tuple[Treatment, ...], hold_out: HeldOut | None) -> pd.DataFrame:
    """The rows with `group`, what was done about the tenant before it could be lost; '' where nothing was.

    Their `lot` is held out or not, whoever was called; '' before there was a hold-out.
    """
    groups, lots = (pd.Series("", found.index, dtype="str") for _ in range(2))
    if hold_out is not None:
        drawn = found["tenant_id"].map(lambda name: held_out(str(name), hold_out.share)).astype(bool)
        lots = lots.mask(
            found["cutoff"] >= pd.Timestamp(hold_out.since), drawn.map({True: HELD_OUT, False: FREE})
        )
    for each in treatments:
        if each.state not in TREATED:
            continue
        at = pd.Timestamp(each.at)
        here = (found["tenant_id"] == each.tenant_id) & (found["cutoff"] <= at)
        groups[here & (found["cutoff"] > at - AHEAD)] = each.state
    return found.assign(group=groups, lot=lots)


def scored(view: View, scope: Scope, fitted: Fitted) -> tuple[Said, ...]:
    """What a model says of each tenant that can be lost, as it is known at the scope's present."""
    present = scope.present
    wide = replace(scope, start=present - DAY, end=present, now=present)
    known, begun = at_risk(features(view, wide, present)), first_use(view, scope)
    known = known[known["tenant_id"].map(begun) <= present - BLOCK].reset_index(drop=True)
    if known.empty:
        return ()
    probability = fitted.model.probability(columns(known, FEATURES))
    why = reasons(fitted.model, known, FEATURES, told_ill)
    parts = zip(known["tenant_id"], probability, why, strict=True)
    return tuple(Said(str(name), float(chance), said) for name, chance, said in parts)


def risk(view: View, scope: Scope) -> pd.DataFrame:
    """Of each tenant that pays: tenant_id, probability, reasons, revenue_at_risk; learnt here and now.

    For scripts: pages show what was learnt in the background.
    """
    made = learnt(view, scope)
    wide = replace(scope, start=scope.present - DAY, end=scope.present)
    paid: Mapping[str, float] = dict(
        zip(*(features(view, wide, scope.present)[name] for name in ("tenant_id", "mrr_usd")), strict=True)
    )
    frame = pd.DataFrame(
        {
            "tenant_id": [each.tenant_id for each in made.said],
            "probability": [each.probability for each in made.said],
            "reasons": ["; ".join(each.reasons) for each in made.said],
            "revenue_at_risk": [each.probability * paid[each.tenant_id] for each in made.said],
        }
    )
    if isinstance(made.outcome, Refusal):
        frame.attrs["notes"] = (made.outcome.sentence,)
    else:
        frame.attrs["notes"] = (made.outcome.report.sentence,)
    return frame.sort_values("revenue_at_risk", ascending=False, ignore_index=True)
