"""Outreach as questions: whom to call, who rests until when, and what calling brought."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd

from analytics.churn_backtest import FREE, HELD_OUT
from analytics.churn_kept import Known
from analytics.churn_questions import (
    AT_RISK,
    BASE,
    MRR,
    PROBABILITY,
    REASONS,
    SILENT,
    STATE,
    WAITING,
    OfLosses,
    ranked,
)
from analytics.columns import TENANT, TENANT_ID
from analytics.customers import OWNER, known
from analytics.experiment_tests import two_proportions
from analytics.late import STANDING
from analytics.question import Column
from analytics.scope import Scope
from analytics.view import View

# Whom to call this week: more than these nobody calls.
MOST_LISTED = 50

NOTE = Column("note", "Note", "text", "What was noted last.")
AUTHOR = Column("author", "Changed by", "text", "Who changed it last.")
CHANGED = Column("changed_at", "Changed", "time", "When it was changed last.")
UNTIL = Column("until", "Back on the list", "time", "From when on it may be listed again; empty: held out.")

AT_RISK_IN_ALL = replace(AT_RISK, definition="Risk x MRR, summed over all that pay: lost on average.")
OF_LISTED = Column("listed_usd", "Of those to call", "usd", "The part of it that is of those on the list.")
CALLS = Column("tenants", "To call", "count", "Tenants on the list.")
PAID = Column("mrr_usd", "MRR", "usd", "What all pay a month.", "up")
PART = Column("share", "Of the MRR", "ratio", "Revenue at risk / MRR.", "down")
GROUP = Column(
    "group",
    "Who",
    "text",
    "Called: contacted, saved or a false alarm by then. Since there is a hold-out the lot, called or not.",
)
ROWS = Column("rows", "Tried", "count", "Tenants at moments of the past that were in the top tenth of risk.")
LOST = Column("lost", "Lost", "count", "How many of these were lost.")
SHARE = Column("share", "Lost all the same", "ratio", "Lost / tried.")
LOW = Column("low", "At least", "ratio", "The lower end of its 95% interval (Wilson).")
HIGH = Column("high", "At most", "ratio", "The upper end of its 95% interval (Wilson).")


class CallList(OfLosses):
    """Tenants to call this week: by risk x revenue, without those that are settled, snoozed or held out."""

    kind = "churn.outreach"
    columns = (
        TENANT_ID, TENANT, OWNER, STATE, STANDING, PROBABILITY, BASE, REASONS, MRR, AT_RISK, SILENT,
        NOTE, AUTHOR, CHANGED,
    )  # fmt: skip

    def answer(self, view: View, scope: Scope) -> pd.DataFrame:
        """Those above the typical risk, and who is late with a payment; without a model the silent first."""
        found = ranked(self.now(view, scope))
        listed = self.noted(to_call(found))
        listed.attrs["said"] = in_all(found, listed)
        return listed

    def noted(self, found: pd.DataFrame) -> pd.DataFrame:
        """These tenants with what was noted of each last."""
        standing = self.told.standing() if self.told else {}
        own = [standing.get(str(name)) for name in found["tenant_id"]]
        return found.assign(
            note=[each.note if each else "" for each in own],
            author=[each.author if each else "" for each in own],
            changed_at=moments([each.changed_at if each else None for each in own], found.index),
        )


class Resting(CallList):
    """Tenants that nobody is told to call for now: snoozed, settled, and at risk but held out."""

    kind = "churn.resting"
    columns = (
        TENANT_ID, TENANT, OWNER, STATE, UNTIL, PROBABILITY, BASE, MRR, AT_RISK, NOTE, AUTHOR, CHANGED,
    )  # fmt: skip

    def answer(self, view: View, scope: Scope) -> pd.DataFrame:
        """Who comes back first stands first; who pays nothing any more too, if noted."""
        told, moment = self.told or Known(""), scope.present
        found = self.now(view, scope)
        found = found[worrying(found) | (found["state"] != HELD_OUT)]
        gone = self.gone(view, scope, found["tenant_id"])
        every = pd.concat([found, gone], ignore_index=True) if len(gone) else found
        standing = told.standing()
        stands = [told.stands(str(name), standing.get(str(name)), moment) for name in every["tenant_id"]]
        every = every.assign(
            state=[state for state, _ in stands], until=moments([at for _, at in stands], every.index)
        )
        rests = ~every["state"].isin(["open", "contacted"])
        return self.noted(every[rests].sort_values(["until", "tenant_id"], na_position="last"))

    def gone(self, view: View, scope: Scope, there: pd.Series) -> pd.DataFrame:
        """The tenants of the scope that something was noted of and that cannot be lost any more."""
        told, base = self.told or Known(""), self.report.base_rate if self.report else np.nan
        noted = [each for each in told.standings if each.tenant_id not in set(there)]
        if not noted:
            return pd.DataFrame()
        names = {row.tenant_id: row for row in known(view, scope).itertuples()}
        rows = [
            {
                "tenant_id": each.tenant_id,
                "tenant": names[each.tenant_id].tenant,
                "owner": names[each.tenant_id].owner or "",
                "probability": np.nan,
                "base_rate": base,
                "mrr_usd": None,
                "at_risk_usd": None,
            }
            for each in noted
            if each.tenant_id in names
        ]
        return pd.DataFrame(rows)


class Outcomes(OfLosses):
    """What became of the tenth with the highest risk at past moments, by whether it was called."""

    kind = "churn.outcomes"
    columns = (GROUP, ROWS, LOST, SHARE, LOW, HIGH, BASE)

    def answer(self, view: View, scope: Scope) -> pd.DataFrame:  # noqa: ARG002  of the past alone
        """A row a group: called or neither, and since there is a hold-out, held out or not."""
        rows = (
            []
            if (report := self.report) is None
            else [
                (
                    each.name,
                    each.rows,
                    each.lost,
                    each.lost / each.rows,
                    each.low,
                    each.high,
                    report.base_rate,
                )
                for each in report.groups
            ]
        )
        return pd.DataFrame(rows, columns=[column.name for column in self.columns])

    def notes(self) -> tuple[str, ...]:
        """What calling brought, or why nobody can say."""
        report, share = self.report, self.told.share if self.told else 0.0
        if report is None:
            return (self.sentence if self.told and self.told.trained else WAITING,)
        groups = {each.name: each for each in report.groups}
        free, alone = groups.get(FREE), groups.get(HELD_OUT)
        if free is not None and alone is not None:
            found = two_proportions((free.lost, free.rows), (alone.lost, alone.rows))
            ends = found.difference, found.difference_low, found.difference_high
            return (EFFECT.format(alone, free, *(100 * each for each in ends)),)
        if not share and alone is None:
            return (NO_HOLD_OUT,)
        missing = HELD_OUT if alone is None else FREE
        return (TOO_EARLY.format(missing),)


class AtStake(OfLosses):
    """What is at risk of all that pay, beside what they pay, and how much of it is of those to call."""

    kind = "churn.at_stake"
    columns = (AT_RISK_IN_ALL, OF_LISTED, CALLS, PAID, PART)

    def answer(self, view: View, scope: Scope) -> pd.DataFrame:
        """One row; of risk it says nothing where no model does. None where nobody pays."""
        found = ranked(self.now(view, scope))
        listed = to_call(found)
        every, own = (frame["at_risk_usd"].dropna().tolist() for frame in (found, listed))
        paid = sum(found["mrr_usd"].tolist(), Decimal(0))
        risk, of_listed = (sum(each, Decimal(0)) if every else None for each in (every, own))
        part = float(risk) / float(paid) if risk is not None and paid else np.nan
        rows = [] if found.empty else [(risk, of_listed, len(listed), paid, part)]
        return pd.DataFrame(rows, columns=["at_risk_usd", "listed_usd", "tenants", "mrr_usd", "share"])


def to_call(found: pd.DataFrame) -> pd.DataFrame:
    """Who of those that are ranked is to be called: at risk or late with a payment, and not at rest."""
    called = found["state"].isin(["open", "contacted"])
    return found[(worrying(found) | found["past_due"]) & called].head(MOST_LISTED)


def in_all(found: pd.DataFrame, listed: pd.DataFrame) -> tuple[str, ...]:
    """What is at risk of all that pay, and how much of it is of those that are listed."""
    every, own = (frame["at_risk_usd"].dropna() for frame in (found, listed))
    if every.empty:
        return ()
    return (
        IN_ALL.format(sum(map(float, every)), found["mrr_usd"].astype("float64").sum(), sum(map(float, own))),
    )


def worrying(found: pd.DataFrame) -> pd.Series:
    """Whose risk is above the typical one; everybody's where no model says it, so a list is cut by length."""
    return (found["probability"] > found["base_rate"]) | found["base_rate"].isna()


def moments(values: list[object], index: pd.Index) -> pd.Series:
    """Moments, or nothing, as a column."""
    return pd.Series(pd.to_datetime(pd.Series(values, index, dtype=object), utc=True)).dt.as_unit("us")


IN_ALL = (
    "Revenue at risk of all: ${:,.0f} of the ${:,.0f} that are paid a month; of those listed here ${:,.0f}."
)
NO_HOLD_OUT = (
    "No estimate of what calling brings is possible: the hold-out is at 0%, and who was not called was "
    "passed over for a reason, so it is no comparison. An admin sets a share with "
    "*Hold-out* over the panels; the first answer comes when its 37 days are over."
)
TOO_EARLY = (
    "No estimate of what calling brings yet: of nobody {} is it known whether they stayed; a moment counts "
    "once its 37 days are over."
)
EFFECT = (
    "Of those held out {0.lost} of {0.rows} were lost, of those not held out, called or not, {1.lost} of "
    "{1.rows}: calling as it is done brings {2:+.0f} losses of a hundred (95% interval {3:+.0f} to {4:+.0f})."
)
