"""How well a model of losses would have done: fitted again at each past cutoff, on what was known by then.

At each origin a model learns from rows whose outcome was known at that moment, and tells of tenants that it
never saw: tenants are split into folds by their ids, so neither the future nor another month of the same
tenant can help it. Scores become probabilities by what earlier origins came to. The same rows are ranked by
the days since the last use, and told by the share of losses known at the time.

Too few losses are refused; a model that ranks no better than chance is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.churn_metrics import TOP, Bin, Ranking, auc, brier, calibration, drawn, interval, ranking
from analytics.churn_model import (
    LEAST,
    Curve,
    Floats,
    Method,
    Model,
    Told,
    columns,
    curve_of,
    fit,
    line,
    logit,
)
from analytics.funnel_questions import wilson

FEWEST_LOSSES = 50
FEWEST_TO_LEARN, FEWEST_FOR_TREES = 15, 300
FEWEST_ORIGINS, ORIGINS, FOLDS = 3, 5, 3
# More rows than these do not make a better model, only a slower one; whole tenants are left out.
MOST_ROWS = 60_000
RECENCY = "silent_days"
RULE = "Until then tenants are listed by the days since their last use."
# What was done about a tenant, so that what came is not what would have come. Who is put off was not called,
# and who is noted as lost was lost already: left out, the model would learn of fewer losses than there were.
TREATED = ("contacted", "saved", "false alarm")
# Since there is a hold-out the lot alone says who is compared: whom people choose to call is no sample.
CALLED, LEFT_ALONE, HELD_OUT, FREE = "called", "neither", "held out", "not held out"
Verdict = Literal["better", "no better than recency", "no better than chance"]


@dataclass(frozen=True)
class Refusal:
    """Why there is no model: what there is of what it takes."""

    losses: int
    needed: int
    sentence: str


@dataclass(frozen=True)
class Group:
    """Tenants in the top tenth of risk, by the lot or by what was done about them: how many were lost."""

    name: str
    rows: int
    lost: int
    low: float
    high: float


@dataclass(frozen=True)
class Report:
    """What a backtest came to."""

    method: Method
    origins: tuple[str, ...]
    rows: int
    tenants: int
    losses: int
    base_rate: float
    model: Ranking
    recency: Ranking
    gain: tuple[float, float, float]  # AUC of the model less that of recency, with its 95% interval
    trees: tuple[float, float, float] | None  # AUC of boosted trees less that of the regression; None untried
    brier: float
    brier_base: float
    slope: float
    bins: tuple[Bin, ...]
    verdict: Verdict
    groups: tuple[Group, ...] = ()

    @property
    def sentence(self) -> str:
        """What to make of it."""
        said = f"AUC {self.model.auc:.2f} ({self.model.low:.2f}–{self.model.high:.2f})"
        beside = f"{self.recency.auc:.2f} by the days since the last use alone"
        if self.verdict == "better":
            return f"Better than recency: {said}, against {beside}."
        if self.verdict == "no better than recency":
            return (
                f"No better than recency: {said}, against {beside}. The list of silent tenants says as much."
            )
        return (
            f"No better than recency, nor than chance: {said}, against {beside}. "
            "No probability is shown, for nothing here goes with leaving."
        )


@dataclass(frozen=True)
class Fitted:
    """A model for today, and what such models came to in the past."""

    model: Model
    report: Report


def trained(rows: pd.DataFrame, features: Sequence[Told], ahead: timedelta) -> Fitted | Refusal:
    """The model of these rows: tenant_id, cutoff, lost (1, 0; NaN is not known yet) and the features.

    An outcome is known `ahead` of time after its cutoff. Rows whose `group` says that somebody was called are
    neither learnt from nor tried; how they fared is told apart.
    """
    known = rows[rows["lost"].notna()].sort_values(["cutoff", "tenant_id"], ignore_index=True)
    refusal = refused(known)
    if refusal is not None:
        return refusal
    told = Table.of(known, features, ahead)
    origins = told.origins()
    if len(origins) < FEWEST_ORIGINS:
        return _too_short(known, len(origins))
    tried: dict[Method, Floats] = {"logistic": told.scores("logistic", origins)}
    at = ~np.isnan(tried["logistic"]) & ~told.treated
    if told.lost[at].sum() < FEWEST_TO_LEARN or told.lost[at].all():
        return _too_short(known, len(origins))
    tree_gain = None
    if told.lost[(told.time <= origins[0] - ahead).to_numpy() & ~told.treated].sum() >= FEWEST_FOR_TREES:
        tried["boosting"] = told.scores("boosting", origins)
        tree_gain = told.gain(tried["boosting"], tried["logistic"])
    # Trees must win for certain: the regression can be read.
    method: Method = "boosting" if tree_gain is not None and tree_gain[1] > 0 else "logistic"
    score = tried[method]
    report = told.report(method, score, origins, tree_gain)
    model = fit(*told.sample(~told.treated, 2 * MOST_ROWS), method)
    curve = curve_of(score[at], told.lost[at])
    return Fitted(Model(method, model.design, model.start, model.coefficients, model.trees, curve), report)


def refused(known: pd.DataFrame) -> Refusal | None:
    """Why rows with known outcomes are too few; None where they are enough.

    A tenant that is lost is one loss, however many of its rows lead to it.
    """
    losses = known.loc[known["lost"] == 1, "tenant_id"].nunique()
    if losses >= FEWEST_LOSSES:
        return None
    return Refusal(
        losses,
        FEWEST_LOSSES,
        f"No model yet: it takes {FEWEST_LOSSES} tenants that were lost, and there "
        f"{'is' if losses == 1 else 'are'} {losses}. {RULE}",
    )


def _too_short(known: pd.DataFrame, origins: int) -> Refusal:
    losses = known.loc[known["lost"] == 1, "tenant_id"].nunique()
    return Refusal(
        losses,
        FEWEST_LOSSES,
        f"No model yet: by the history of losses it could be tried at {origins} moments of the past, and it "
        f"takes {FEWEST_ORIGINS}. {RULE}",
    )


@dataclass(frozen=True)
class Table:
    """Rows with known outcomes as arrays: what a model reads, what came, whose it is, when."""

    raw: pd.DataFrame
    lost: Floats
    tenant: npt.NDArray[np.int64]
    fold: npt.NDArray[np.int64]
    draw: Floats
    time: pd.Series
    recency: Floats
    lot: npt.NDArray[np.str_]
    treated: npt.NDArray[np.bool_]
    ahead: timedelta

    @classmethod
    def of(cls, known: pd.DataFrame, features: Sequence[Told], ahead: timedelta) -> Table:
        """The table of a frame, in its order."""
        codes, names = pd.factorize(known["tenant_id"])
        hashes = np.array([crc32(str(name).encode()) for name in names], dtype=np.int64)
        recency = next((each.name for each in features if each.name == RECENCY), features[0].name)
        groups, lots = (
            known[name] if name in known else pd.Series("", known.index) for name in ("group", "lot")
        )
        return cls(
            raw=columns(known, features),
            lost=known["lost"].to_numpy(dtype=np.float64),
            tenant=np.asarray(codes, dtype=np.int64),
            fold=(hashes % FOLDS)[codes],
            draw=((hashes // FOLDS) % 1_000_003 / 1_000_003)[codes],
            time=known["cutoff"],
            recency=known[recency].to_numpy(dtype=np.float64),
            lot=lots.to_numpy(dtype=np.str_),
            treated=groups.isin(TREATED).to_numpy(),
            ahead=ahead,
        )

    def origins(self) -> list[pd.Timestamp]:
        """The newest moments at which a model could have learnt from losses known by then, for every fold."""
        found: list[pd.Timestamp] = []
        for moment in self.time.drop_duplicates():
            then = self.known(moment)
            losses = [self.lost[then & (self.fold != fold)].sum() for fold in range(FOLDS)]
            if min(losses) >= FEWEST_TO_LEARN:
                found.append(moment)
        return found[-ORIGINS:]

    def known(self, moment: pd.Timestamp) -> npt.NDArray[np.bool_]:
        """The rows that one could learn from at a moment."""
        return (self.time <= moment - self.ahead).to_numpy() & ~self.treated

    def sample(self, wanted: npt.NDArray[np.bool_], most: int = MOST_ROWS) -> tuple[pd.DataFrame, Floats]:
        """The wanted rows, of so many tenants that there are not too many of them."""
        kept = wanted & (self.draw < most / max(int(wanted.sum()), 1))
        return self.raw[kept], self.lost[kept]

    def scores(self, method: Method, origins: Sequence[pd.Timestamp]) -> Floats:
        """Of each row at an origin the score of a model that knew neither its time nor its tenant."""
        found = np.full(len(self.lost), np.nan)
        for then, here in self._cells(origins):
            if here.any():
                raw, lost = self.sample(then)
                # A fold with more losses leaves fewer to learn from: without this the folds would lie apart,
                # the wrong way round.
                apart = logit(self.lost[self.known(self.time[here].iloc[0])].mean()) - logit(lost.mean())
                found[here] = fit(raw, lost, method).score(self.raw[here]) + apart
        return found

    def _cells(
        self, origins: Sequence[pd.Timestamp]
    ) -> Iterator[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
        """For each origin and fold the rows to learn from, and those to tell of."""
        for moment in origins:
            then, now = self.known(moment), (self.time == moment).to_numpy()
            for fold in range(FOLDS):
                yield then & (self.fold != fold), now & (self.fold == fold)

    def probabilities(self, score: Floats, origins: Sequence[pd.Timestamp]) -> tuple[Floats, Floats]:
        """Of each row at an origin its probability, and the share of losses, as they were known by then."""
        told, base = np.full(len(score), np.nan), np.full(len(score), np.nan)
        for moment in origins:
            then, now = self.known(moment), (self.time == moment).to_numpy()
            earlier = then & ~np.isnan(score)
            curve = curve_of(score[earlier], self.lost[earlier]) if self.lost[earlier].any() else Curve()
            told[now] = curve.probability(score[now])
            base[now] = self.lost[then].mean()
        return told, base

    def gain(self, one: Floats, other: Floats) -> tuple[float, float, float]:
        """The AUC of one score less that of another, with its 95% interval over the same draws of tenants."""
        at = ~np.isnan(one) & ~self.treated
        lost, tenants = self.lost[at], pd.factorize(self.tenant[at])[0]
        low, high = interval(drawn(one[at], lost, tenants) - drawn(other[at], lost, tenants))
        whole = auc(one[at], lost) - auc(other[at], lost)
        return whole, low, high

    def report(
        self,
        method: Method,
        score: Floats,
        origins: Sequence[pd.Timestamp],
        trees: tuple[float, float, float] | None,
    ) -> Report:
        """What the origins came to."""
        told, base = self.probabilities(score, origins)
        at = ~np.isnan(score) & ~self.treated
        lost, tenants = self.lost[at], pd.factorize(self.tenant[at])[0]
        said = told[at].clip(LEAST, 1 - LEAST)
        model, recency = ranking(score[at], lost, tenants), ranking(self.recency[at], lost, tenants)
        gain = self.gain(score, self.recency)
        better: Verdict = "better" if gain[1] > 0 else "no better than recency"
        return Report(
            method=method,
            origins=tuple(moment.isoformat() for moment in origins),
            rows=int(at.sum()),
            tenants=int(tenants.max()) + 1,
            losses=int(lost.sum()),
            base_rate=float(lost.mean()),
            model=model,
            recency=recency,
            gain=gain,
            trees=trees,
            brier=brier(said, lost),
            brier_base=brier(base[at], lost),
            slope=line(logit(said), lost, free=True).slope,
            bins=tuple(calibration(said, lost)),
            verdict=better if model.low > 0.5 else "no better than chance",
            groups=self.groups(score, at),
        )

    def groups(self, score: Floats, at: npt.NDArray[np.bool_]) -> tuple[Group, ...]:
        """How those fared whose score is one of the top tenth: by the lot, and before it by what was done."""
        high = ~np.isnan(score) & (np.nan_to_num(score) >= np.quantile(score[at], 1 - TOP))
        found: list[Group] = []
        before = self.lot == ""
        parts = {
            CALLED: before & self.treated,
            LEFT_ALONE: before & ~self.treated,
            HELD_OUT: self.lot == HELD_OUT,
            FREE: self.lot == FREE,
        }
        for name, part in parts.items():
            here = high & part
            if here.any():
                low, high_end = wilson(float(self.lost[here].sum()), float(here.sum()))
                lost = int(self.lost[here].sum())
                found.append(Group(name, int(here.sum()), lost, float(low), float(high_end)))
        return tuple(found)
