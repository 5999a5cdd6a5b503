"""The model of losses as questions: how it did, and whether its word comes true."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.churn_metrics import Bin
from analytics.churn_questions import BASE, MRR, OfLosses
from analytics.forecast import exact
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import INACTIVE_DAYS
from analytics.view import View

MEASURE = Column("measure", "Measure", "text", "What is measured.")
MODEL = Column("model", "Model", "number", "What the model came to, on tenants and months it had not seen.")
FROM = Column("low", "From", "number", "The lower end of its 95% interval, over draws of tenants.")
UP_TO = Column("high", "To", "number", "The upper end of its 95% interval, over draws of tenants.")
RECENCY = Column("recency", "Days silent alone", "number", "The same of the days since the last use.")
CHANCE = Column("chance", "By chance", "number", "The same of the share of losses alone, or of drawing lots.")
MEANING = Column("meaning", "Meaning", "text", "How to read it.")

SAID = Column("said", "Said", "text", "What was said of these tenants, on average.")
CAME = Column("came", "Came", "ratio", "The share of them that was lost.")
LOW = Column("low", "At least", "ratio", "The lower end of its 95% interval (Wilson).")
HIGH = Column("high", "At most", "ratio", "The upper end of its 95% interval (Wilson).")
EXPECTED = Column("expected", "Said on average", "ratio", "The mean of the probabilities.")
ROWS = Column("rows", "Tried", "count", "Tenants at moments of the past, of which this was said.")
LOST = Column("lost", "Lost", "count", "How many of these were lost.")
NOW = Column("tenants_now", "Tenants now", "count", "Tenants of which this is said today.")


class Quality(OfLosses):
    """The model tried on the past, beside the days since the last use and beside chance."""

    kind = "churn.quality"
    columns = (MEASURE, MODEL, FROM, UP_TO, RECENCY, CHANCE, MEANING)

    def answer(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a measure; then what it is told of now."""
        now, report, none = self.now(view, scope), self.report, float("nan")
        found: list[tuple[object, ...]] = []
        if report is not None:
            model, old, base = report.model, report.recency, report.base_rate
            found = [
                ("ROC AUC", model.auc, model.low, model.high, old.auc, 0.5, RANKS),
                ("AUC more than recency", report.gain[0], report.gain[1], report.gain[2], 0.0, none, GAIN),
                ("PR AUC", model.precision, none, none, old.precision, base, PRECISION),
                ("Recall in the top tenth", model.recall, none, none, old.recall, 0.1, RECALL),
                ("Lift in the top tenth", model.lift, none, none, old.lift, 1.0, LIFT),
                ("Brier score", report.brier, none, none, none, report.brier_base, BRIER),
                ("Calibration slope", report.slope, none, none, none, none, SLOPE),
                ("Losses", report.losses, none, none, none, none, TRIED.format(report, len(report.origins))),
            ]
            if report.trees is not None:
                won = "taken" if report.method == "boosting" else "not taken, as they do not win for certain"
                found.append(("Trees: AUC more", *report.trees, none, none, f"{TREES} {won}."))
        mrr = now["mrr_usd"].astype("float64")
        risked = (mrr * now["probability"]).sum()
        found += [
            (
                "Tenants told of now",
                len(now),
                none,
                none,
                none,
                none,
                "Those that pay, in what this page shows.",
            ),
            ("MRR of these", mrr.sum(), none, none, none, none, "Dollars that they pay a month."),
        ]
        if report is not None:
            found.append(
                ("Revenue at risk", risked, none, none, none, mrr.sum() * report.base_rate, AT_STAKE)
            )
        return pd.DataFrame(found, columns=[column.name for column in self.columns])


RANKS = "How often a tenant that was lost had the higher risk of two; 0.5 is chance."
GAIN = "How much better than the days since the last use; above 0 for certain where From is."
PRECISION = "The mean precision down the list; by chance it is the share of losses."
RECALL = "The share of all losses that was in the tenth with the highest risk."
LIFT = "How many times as many losses that tenth held as any tenth."
BRIER = "The mean square of what probabilities missed by; less is better."
SLOPE = "1 where risks are as far apart as what came of them; less where they are too far apart."
TRIED = "Of {0.rows:,} tries of {0.tenants:,} tenants at {1} moments."
AT_STAKE = (
    "Risk x MRR, summed up; by chance: the typical share of losses x all MRR, which is more where those that "
    "pay most are less at risk than others."
)
TREES = "Boosted trees against the regression:"


class Calibration(OfLosses):
    """What was said on the past and what came of it, in bins of equal size."""

    kind = "churn.calibration"
    columns = (SAID, EXPECTED, CAME, LOW, HIGH, ROWS, LOST, BASE, NOW, MRR)

    def answer(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a bin; without a model the plain rule's two."""
        now, report = self.now(view, scope), self.report
        if report is None:
            silent = now["silent_days"] >= INACTIVE_DAYS
            parts = [(f"used within {INACTIVE_DAYS} days", now[~silent]), ("silent", now[silent])]
            found = [_row(said, part, None) for said, part in parts if len(part)]
        else:
            edges = [each.said for each in report.bins]
            middles = [(one + other) / 2 for one, other in pairwise(edges)]
            places = np.digitize(now["probability"].to_numpy(dtype=np.float64), middles)
            known = now["probability"].notna().to_numpy()
            found = [
                _row(f"{place + 1}. {each.said:.1%}", now[known & (places == place)], each)
                for place, each in enumerate(report.bins)
            ]
        frame = pd.DataFrame(found, columns=[column.name for column in self.columns if column is not BASE])
        return frame.assign(base_rate=float("nan") if report is None else report.base_rate)


def _row(said: str, now: pd.DataFrame, tried: Bin | None) -> dict[str, object]:
    paid = exact(now["mrr_usd"].astype("float64").sum())
    row: dict[str, object] = {"said": said, "tenants_now": len(now), "mrr_usd": paid}
    if tried is None:
        return row
    return row | {
        "expected": tried.said,
        "came": tried.came,
        "low": tried.low,
        "high": tried.high,
        "rows": tried.rows,
        "lost": tried.lost,
    }
