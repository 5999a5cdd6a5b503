"""The backtest of a model of losses: what was planted is found, noise is told as noise, the future is no help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.churn import HeldOut, Treatment, grouped
from analytics.churn_backtest import FEWEST_LOSSES, Fitted, Refusal, Table, trained
from analytics.churn_metrics import auc, average_precision, brier
from analytics.hold_out import held_out
from tests.analytics.losses import FEATURES, FIRST, STEP, Known, world

# A week of gap and 30 days after it: outcomes of a cutoff are known at the next but one.
AHEAD = timedelta(days=37)
PLANTED = world(1, effect=4.0)


@pytest.fixture(scope="module")
def found() -> Fitted:
    fitted = trained(PLANTED, FEATURES, AHEAD)
    assert isinstance(fitted, Fitted)
    return fitted


def renamed(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Known, ...]]:
    """The same with names that say nothing; recency keeps its own, as it is what is compared with."""
    names = {"people": "q1", "people_before": "q2", "workflows": "q3", "failure_rate": "q4"}
    told = [
        Known(names.get(each.name, each.name), names.get(each.before, ""), each.scale) for each in FEATURES
    ]
    return rows.rename(columns=names), tuple(told)


@pytest.mark.parametrize("seed", [2, pytest.param(6, marks=pytest.mark.heavy)])
def test_a_planted_effect_is_found_whatever_the_columns_are_called(seed):
    rows, features = renamed(world(seed, effect=4.0))
    fitted = trained(rows, features, AHEAD)
    assert isinstance(fitted, Fitted)
    report = fitted.report
    assert (report.verdict, report.method) == ("better", "logistic")
    assert report.model.low > 0.7
    assert report.recency.low < 0.5 < report.recency.high
    assert report.brier < report.brier_base
    assert report.model.lift > 3
    assert report.sentence.startswith("Better than recency: AUC 0.")
    strengths = dict(zip(fitted.model.design.names, fitted.model.coefficients, strict=True))
    assert max(strengths, key=lambda name: abs(strengths[name])) == "q1_change"
    assert strengths["q1_change"] < -0.4


@pytest.mark.parametrize("seed", [2, pytest.param(5, marks=pytest.mark.heavy)])
def test_noise_is_told_as_noise(seed):
    fitted = trained(world(seed, effect=0.0, base=-3.3), FEATURES, AHEAD)
    assert isinstance(fitted, Fitted)
    report = fitted.report
    assert report.model.low < 0.5 < report.model.high
    assert report.verdict == "no better than chance"
    assert report.sentence.startswith("No better than recency, nor than chance: AUC 0.")


def test_labels_without_their_tenants_are_noise():
    shuffled = PLANTED.assign(lost=np.random.default_rng(3).permutation(PLANTED["lost"]))
    fitted = trained(shuffled, FEATURES, AHEAD)
    assert isinstance(fitted, Fitted)
    assert fitted.report.model.low < 0.5 < fitted.report.model.high


def test_what_only_recency_tells_is_no_better_than_recency():
    rows = PLANTED.assign(silent_days=60 * (1 - (PLANTED["people"] + 1) / (PLANTED["people_before"] + 1)))
    fitted = trained(rows, (FEATURES[0],), AHEAD)
    assert isinstance(fitted, Fitted)
    assert fitted.report.verdict == "no better than recency"
    assert fitted.report.sentence.startswith("No better than recency: AUC 0.")


def test_the_report_adds_up_from_rows_that_no_model_had_seen(found):
    told = Table.of(PLANTED.sort_values(["cutoff", "tenant_id"], ignore_index=True), FEATURES, AHEAD)
    origins = told.origins()
    score = told.scores("logistic", origins)
    at = ~np.isnan(score)
    said, base = told.probabilities(score, origins)
    report = found.report
    assert set(told.time[at]) == set(origins)
    assert (report.rows, report.losses) == (at.sum(), told.lost[at].sum())
    assert report.base_rate == told.lost[at].mean()
    assert report.model.auc == auc(score[at], told.lost[at])
    assert report.model.precision == average_precision(score[at], told.lost[at])
    assert report.recency.auc == auc(told.recency[at], told.lost[at])
    assert report.brier == pytest.approx(brier(said[at], told.lost[at]), abs=1e-9)
    assert report.brier_base == brier(base[at], told.lost[at])
    assert sum(each.rows for each in report.bins) == report.rows
    assert sum(each.lost for each in report.bins) == report.losses
    # A month's share of losses as it was known then: of all months whose outcome was over.
    last = origins[-1]
    known = told.lost[(told.time <= last - AHEAD).to_numpy()]
    assert base[(told.time == last).to_numpy()][0] == known.mean()


def test_what_calling_brought_goes_by_the_lot_and_not_by_who_was_called():
    begun = datetime(2026, 3, 1, tzinfo=UTC)
    drawn = next(name for name in map(str, range(99)) if held_out(name, 0.5))
    free = next(name for name in map(str, range(99)) if not held_out(name, 0.5))
    moments = [begun - timedelta(days=1), begun, begun]
    known = pd.DataFrame({"tenant_id": [drawn, drawn, free], "cutoff": moments})
    called = [Treatment(drawn, "contacted", moment + timedelta(days=1)) for moment in moments[:2]]
    told = grouped(known, (*called, Treatment(free, "snoozed", begun)), HeldOut(0.5, begun))
    assert list(told["group"]) == ["contacted", "contacted", ""]
    assert list(told["lot"]) == ["", "held out", "not held out"]
    assert list(grouped(known, (), None)["lot"]) == ["", "", ""]


def test_those_of_the_highest_risk_are_counted_once_by_their_lot_else_by_what_was_done():
    parts = {
        ("", "contacted"): "called",
        ("", ""): "neither",
        ("held out", "saved"): "held out",
        ("held out", ""): "held out",
        ("not held out", "contacted"): "not held out",
        ("not held out", ""): "not held out",
    }
    rows = PLANTED.sort_values(["cutoff", "tenant_id"], ignore_index=True)
    lots, groups = zip(*(list(parts)[place % len(parts)] for place in range(len(rows))), strict=True)
    told = Table.of(rows.assign(lot=lots, group=groups), FEATURES, AHEAD)
    score = np.ones(len(rows))
    counted = {each.name: (each.rows, each.lost) for each in told.groups(score, ~told.treated)}
    expected = {name: [0, 0] for name in ("called", "neither", "held out", "not held out")}
    for lot, group, lost in zip(lots, groups, told.lost, strict=True):
        expected[parts[lot, group]][0] += 1
        expected[parts[lot, group]][1] += int(lost)
    assert counted == {name: tuple(both) for name, both in expected.items()}


def test_probabilities_come_true_as_often_as_they_say(found):
    assert found.report.slope == pytest.approx(1, abs=0.35)
    inside = [each.low <= each.said <= each.high for each in found.report.bins]
    assert sum(inside) >= 0.8 * len(inside)


def test_neither_the_future_nor_another_month_of_a_tenant_can_help():
    table = Table.of(PLANTED.sort_values(["cutoff", "tenant_id"], ignore_index=True), FEATURES, AHEAD)
    for then, here in table._cells(table.origins()):
        # What is learnt from was over before what is told of began, and is of other tenants.
        assert table.time[then].max() + AHEAD <= table.time[here].min()
        assert not set(table.tenant[then]) & set(table.tenant[here])
        assert table.time[here].min() == table.time[here].max()


def test_rows_after_an_origin_change_nothing_that_was_told_there(found):
    told = Table.of(PLANTED.sort_values(["cutoff", "tenant_id"], ignore_index=True), FEATURES, AHEAD)
    first = told.origins()[0]
    early = PLANTED[PLANTED["cutoff"] <= first].sort_values(["cutoff", "tenant_id"], ignore_index=True)
    # The same past with other outcomes afterwards, and with outcomes that were not over yet turned around.
    pending = early["cutoff"] > first - AHEAD
    turned = early.assign(lost=early["lost"].where(~pending, 1 - early["lost"]))
    both = [Table.of(rows, FEATURES, AHEAD).scores("logistic", [first]) for rows in (early, turned)]
    here = (early["cutoff"] == first).to_numpy()
    assert (both[0][here] == both[1][here]).all()
    whole = told.scores("logistic", [first])[(told.time == first).to_numpy()]
    assert whole == pytest.approx(both[0][here], abs=1e-12)


def test_outcomes_that_are_not_known_yet_count_nowhere(found):
    later = PLANTED[PLANTED["cutoff"] == PLANTED["cutoff"].max()].assign(
        cutoff=PLANTED["cutoff"].max() + STEP, lost=np.nan
    )
    assert trained(pd.concat([PLANTED, later]), FEATURES, AHEAD) == found
    # Nor does the order of rows.
    assert trained(PLANTED.sample(frac=1, random_state=1), FEATURES, AHEAD) == found


def test_too_few_losses_are_refused_and_say_what_there_is():
    losers = PLANTED.loc[PLANTED["lost"] == 1, "tenant_id"].unique()
    few = PLANTED[~PLANTED["tenant_id"].isin(losers[FEWEST_LOSSES - 1 :])]
    refusal = trained(few, FEATURES, AHEAD)
    assert refusal == Refusal(
        49,
        50,
        "No model yet: it takes 50 tenants that were lost, and there are 49. Until then tenants are listed "
        "by the days since their last use.",
    )
    short = trained(PLANTED[PLANTED["cutoff"] < FIRST + 4 * STEP], FEATURES, AHEAD)
    assert isinstance(short, Refusal)
    nothing = trained(PLANTED.head(0), FEATURES, AHEAD)
    assert isinstance(nothing, Refusal)
    assert nothing.losses == 0


def test_trees_are_taken_where_they_win_out_of_time_alone():
    rows = world(3, effect=0.0, tenants=900, months=9, base=-6.0)
    random = np.random.default_rng(3)
    odd = random.integers(0, 2, (2, len(rows))).astype(float)
    # Lost where exactly one of two flags is up: no sum of the two can say so.
    crossed = rows.assign(
        a=odd[0], b=odd[1], lost=(random.random(len(rows)) < np.where(odd[0] != odd[1], 0.25, 0.02)) * 1.0
    )
    features = (Known("silent_days"), Known("a", scale="plain"), Known("b", scale="plain"))
    fitted = trained(crossed, features, AHEAD)
    assert isinstance(fitted, Fitted)
    assert fitted.report.method == fitted.model.method == "boosting"
    assert fitted.report.trees is not None
    assert fitted.report.trees[1] > 0
    assert fitted.report.verdict == "better"
