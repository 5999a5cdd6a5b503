"""Losses as questions: who may leave; the app tells what it has learnt, and how the outreach stands.

Each is asked of the tenants of its scope as they are now; probabilities are those of the last night. Where
there is no model, or none that tells more than chance, tenants are listed by the days since their last use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isnan
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analytics.churn import Said, at_risk
from analytics.churn_backtest import Refusal, Report
from analytics.churn_kept import Known
from analytics.columns import TENANT, TENANT_ID
from analytics.customers import OWNER, known
from analytics.features import TABLES, features
from analytics.forecast import dollars, exact
from analytics.late import standing as books
from analytics.once import once
from analytics.question import Column
from analytics.scope import Scope
from analytics.told import ToldQuestion
from analytics.view import View
from analytics.whole_customers import of_whole_customers

WAITING = "No model yet: the first is learnt in the background, in a quiet moment."

PLAN = Column("plan", "Plan", "text", "The plan of its largest subscription.")
PROBABILITY = Column(
    "probability", "Risk", "ratio", "The chance to be lost in the 30 days that begin in a week.", "down"
)
BASE = Column(
    "base_rate", "Typical risk", "ratio", "The share of all tenants that were lost in such 30 days."
)
REASONS = Column(
    "reasons",
    "Goes with its risk",
    "text",
    "What goes with its risk the most; it need not be a cause.",
    worded=True,
)
SILENT = Column(
    "silent_days", "Days silent", "count", "Whole days since its last deed of a person, execution or AI call."
)
MRR = Column("mrr_usd", "MRR", "usd", "What it pays a month.")
AT_RISK = Column("at_risk_usd", "Revenue at risk", "usd", "Risk x MRR: what is lost on average.", "down")
STATE = Column(
    "state", "Outreach", "text", "open, contacted, snoozed, saved, lost, a false alarm, or held out."
)


@dataclass(frozen=True)
class OfLosses(ToldQuestion):
    """A question about losses, and what the app told it; nothing where it was not asked by the app."""

    told: Known | None = None
    tables: ClassVar[tuple[str, ...]] = TABLES
    of_what: ClassVar[str] = "the risk of customers"

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer."""
        scope = of_whole_customers(scope, self.of_what)
        answer = self.answer(view, scope)
        frame = answer[[column.name for column in self.columns]].reset_index(drop=True)
        typed = frame.astype(
            {column.name: KINDS[column.unit] for column in self.columns if column.unit in KINDS}
        )
        for column in self.columns:
            if column.unit == "time":
                moments = pd.to_datetime(typed[column.name], utc=True)
                typed[column.name] = moments.dt.tz_convert(scope.timezone).dt.as_unit("us")
        typed.attrs["notes"] = (*answer.attrs.get("said", ()), *self.notes())
        return typed

    def answer(self, view: View, scope: Scope) -> pd.DataFrame:
        """The columns, of whatever type, and in `attrs` as `said` what there is to say of their numbers."""
        raise NotImplementedError

    @property
    def report(self) -> Report | None:
        """What the model came to; None where there is none."""
        trained = self.told.trained if self.told else None
        return None if trained is None or isinstance(trained.outcome, Refusal) else trained.outcome.report

    @property
    def sentence(self) -> str:
        """What to make of the model, or why there is none."""
        trained = self.told.trained if self.told else None
        if trained is None:
            return WAITING
        return (
            trained.outcome.sentence
            if isinstance(trained.outcome, Refusal)
            else trained.outcome.report.sentence
        )

    def notes(self) -> tuple[str, ...]:
        """What to make of it, and since when it is known."""
        trained = self.told.trained if self.told else None
        if trained is None:
            return (WAITING,)
        return self.sentence, f"Learnt and told at {trained.as_of:%Y-%m-%d %H:%M} UTC."

    def said(self) -> Mapping[str, Said]:
        """What the model says, by tenant; nothing where it is not shown."""
        trained = self.told.trained if self.told else None
        return (
            {} if trained is None or not trained.is_shown else {each.tenant_id: each for each in trained.said}
        )

    def chances(self, tenants: pd.Series) -> pd.Series:
        """The chance of each of these to be lost; nothing where the model says none."""
        said = self.said()
        chances = [said[name].probability if name in said else np.nan for name in tenants.tolist()]
        return pd.Series(chances, tenants.index, dtype="float64")

    def now(self, view: View, scope: Scope) -> pd.DataFrame:
        """Who can be lost as they are now, with what the model says of each."""
        told = self.told or Known("")
        # Five panels stand on it.
        return once(view, ("losses now", told.key), scope, TABLES, lambda: self._now(view, scope, told))

    def _now(self, view: View, scope: Scope, told: Known) -> pd.DataFrame:
        found = at_risk(features(view, scope, min(scope.end, scope.present)))
        names = known(view, scope)[["tenant_id", "tenant", "owner"]]
        found = found.merge(names, on="tenant_id", how="left")
        said, chance = self.said(), self.chances(found["tenant_id"])
        standing, moment = told.standing(), scope.present
        names_of = [str(name) for name in found["tenant_id"].tolist()]
        own = [standing.get(name) for name in names_of]
        paid = [exact(each) for each in found["mrr_usd"].astype("float64").tolist()]
        return found.assign(
            standing=books(view, scope, found),
            tenant=found["tenant"].fillna(found["tenant_id"]),
            owner=found["owner"].fillna(""),
            state=[told.stands(name, each, moment)[0] for name, each in zip(names_of, own, strict=True)],
            plan=found["held_plan"],
            probability=chance,
            base_rate=self.report.base_rate if self.report and said else np.nan,
            reasons=["; ".join(said[name].reasons) if name in said else "" for name in names_of],
            mrr_usd=pd.Series(paid, found.index, dtype=object),
            at_risk_usd=at_stake(chance, paid),
        )


def at_stake(chances: pd.Series, paid: Iterable[Decimal]) -> pd.Series:
    """What is lost on average: each chance x what is paid; nothing where no chance is said."""
    pairs = zip(chances.to_numpy(dtype=np.float64), map(float, paid), strict=True)
    lost = [None if isnan(chance) else dollars(float(chance) * usd) for chance, usd in pairs]
    return pd.Series(lost, chances.index, dtype=object)


def ranked(found: pd.DataFrame) -> pd.DataFrame:
    """By revenue at risk; where nothing is known of it by days silent, then by MRR."""
    keys = found.assign(
        at=found["at_risk_usd"].astype("float64").fillna(-1.0),
        paid=found["mrr_usd"].astype("float64"),
    )
    order = keys.sort_values(
        ["at", "silent_days", "paid", "tenant_id"], ascending=[False, False, False, True]
    )
    return found.loc[order.index]


class Risk(OfLosses):
    """Tenants that pay, with the chance that each is lost in the 30 days that begin in a week."""

    kind = "churn.risk"
    columns = (TENANT_ID, TENANT, PLAN, OWNER, STATE, PROBABILITY, BASE, REASONS, MRR, AT_RISK, SILENT)

    def answer(self, view: View, scope: Scope) -> pd.DataFrame:
        """All of them, the most revenue at risk first."""
        return ranked(self.now(view, scope))


KINDS: Mapping[str, Any] = {
    "count": "Int64",
    "ratio": "float64",
    "number": "float64",
    "usd": object,
    "text": "str",
}
