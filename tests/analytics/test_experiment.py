"""Experiments by hand, beside scipy and statsmodels, and by laws."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from scipy.special import betaln

from analytics.experiment import adjusted, compare, holm, sample_ratio
from analytics.experiment_bayes import best, of_mean, of_share
from analytics.experiment_tests import Group, always, always_limit, share, smoothed, two_proportions, welch
from analytics.experiment_verdict import verdict
from tests.examples import examples


@cache
def proportions():
    from statsmodels.stats import proportion  # noqa: PLC0415  takes a second, and two tests ask it

    return proportion


def conversions(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["variant", "actors", "conversions"])


def means(*rows: tuple[str, int, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["variant", "actors", "mean", "sd"])


# conversions and people of a variant, then of the control
PAIRS = [
    ((150, 1000), (100, 1000)),
    ((3, 20), (90_000, 1_000_000)),
    ((0, 40), (3, 55)),
    ((55, 55), (39, 40)),
    ((812, 9_950), (760, 10_020)),
]


def test_a_row_a_variant_with_all_that_was_asked():
    found = compare(conversions(("control", 1000, 100), ("treatment", 1000, 150)))
    assert list(found.columns[:10]) == [
        "variant", "actors", "conversions", "lift", "low", "high", "p_value", "chance_best", "expected_loss", "difference",
    ]  # fmt: skip
    control, treatment = found.to_dict("records")
    # 15.0 % against 10.0 %: pooled 12.5 %, z = 0.05 / sqrt(0.125 · 0.875 · 2 / 1000) = 3.3806.
    assert treatment["lift"] == pytest.approx(0.5)
    assert treatment["difference"] == pytest.approx(0.05)
    assert treatment["p_value"] == pytest.approx(
        math.erfc(0.05 / math.sqrt(0.125 * 0.875 / 500) / math.sqrt(2))
    )
    assert all(math.isnan(control[name]) for name in ("lift", "low", "high", "p_value", "always_low"))
    assert control["chance_best"] + treatment["chance_best"] == pytest.approx(1)
    assert found["srm_p"].tolist() == [1.0, 1.0]


def test_the_control_is_the_first_row_unless_it_is_named():
    frame = conversions(("new", 1000, 150), ("old", 1000, 100))
    assert compare(frame)["lift"].round(4).tolist()[1] == -0.3333
    named = compare(frame, control="old")
    assert named["variant"].tolist() == ["new", "old"]
    assert named["lift"].tolist()[0] == pytest.approx(0.5)
    with pytest.raises(ValueError, match="no variant 'older': there are new, old"):
        compare(frame, control="older")
    with pytest.raises(ValueError, match="one row"):
        compare(conversions(("a", 1, 0), ("a", 1, 0)))


@pytest.mark.parametrize(
    ("mine", "control"), [PAIRS[0], ((3, 20), (900, 10_000)), PAIRS[4], ((310, 400), (2, 90))]
)
def test_two_proportions_are_those_of_statsmodels(mine, control):
    found = two_proportions(mine, control)
    _, p_value = proportions().proportions_ztest([mine[0], control[0]], [mine[1], control[1]])
    assert found.p_value == pytest.approx(p_value, rel=1e-9)
    low, high = proportions().confint_proportions_2indep(
        *mine, *control, compare="ratio", method="score", correction=False
    )
    assert (found.low, found.high) == pytest.approx((low - 1, high - 1), rel=1e-9)


@pytest.mark.parametrize("of", ["lift", "difference"])
@pytest.mark.parametrize(("mine", "control"), PAIRS)
def test_at_both_ends_the_likeliest_shares_are_196_errors_away(mine, control, of):
    """The likelihood itself is asked: statsmodels has a slip in the cubic of the difference."""
    (x1, n1), (x0, n0) = mine, control
    found = two_proportions(mine, control)
    ends = (found.low, found.high) if of == "lift" else (found.difference_low, found.difference_high)
    for end, sign in zip(ends, (1, -1), strict=True):
        factor, more = (1 + end, 0.0) if of == "lift" else (1.0, end)
        if factor < 1e-9:
            assert x1 == 0  # a share below nothing is none
            continue

        def unlikely(p, factor=factor, more=more):
            return -sum(stats.binom.logpmf(x, n, q) for x, n, q in ((x0, n0, p), (x1, n1, factor * p + more)))

        inside = (max(0.0, -more) + 1e-12, min(1.0, (1 - more) / factor) - 1e-12)
        p0 = optimize.minimize_scalar(unlikely, bounds=inside, method="bounded", options={"xatol": 1e-12}).x
        p1 = factor * p0 + more
        error = math.sqrt(p1 * (1 - p1) / n1 + factor**2 * p0 * (1 - p0) / n0)
        assert (x1 / n1 - factor * x0 / n0 - more) / error == pytest.approx(sign * 1.959964, rel=1e-4)


@pytest.mark.parametrize(
    ("mine", "control"),
    [(Group(500, 10.5, 120.0), Group(480, 10.0, 90.0)), (Group(5, 1.0, 4.0), Group(9, -2.0, 0.5))],
)
def test_two_means_are_those_of_scipy(mine, control):
    groups = [
        value for each in (mine, control) for value in (each.mean, math.sqrt(each.variance), each.actors)
    ]
    expected = stats.ttest_ind_from_stats(*groups, equal_var=False)
    found = welch(mine, control)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    half = found.difference / expected.statistic * stats.t.ppf(0.975, freedom(mine, control))
    assert (found.difference_low, found.difference_high) == pytest.approx(
        (found.difference - abs(half), found.difference + abs(half)), rel=1e-9
    )


def freedom(mine: Group, control: Group) -> float:
    a, b = mine.variance / mine.actors, control.variance / control.actors
    return (a + b) ** 2 / (a**2 / (mine.actors - 1) + b**2 / (control.actors - 1))


def test_the_interval_of_a_mean_s_lift_is_where_fieller_s_statistic_crosses():
    mine, control = Group(500, 10.5, 120.0), Group(480, 10.0, 90.0)
    found, limit = welch(mine, control), stats.t.ppf(0.975, freedom(mine, control))
    for lift in (found.low, found.high):
        error = math.sqrt(120 / 500 + (1 + lift) ** 2 * 90 / 480)
        assert abs(10.5 - (1 + lift) * 10.0) / error == pytest.approx(limit, rel=1e-9)


counts = st.tuples(st.integers(1, 4000), st.floats(0, 1)).map(
    lambda each: (round(each[0] * each[1]), each[0])
)


@settings(max_examples=examples(40), deadline=None)
@given(mine=counts, control=counts)
def test_an_interval_leaves_nothing_out_exactly_where_the_p_value_is_small(mine, control):
    found = two_proportions(mine, control)
    if abs(found.p_value - 0.05) < 1e-6:
        return
    assert (found.difference_low > 0 or found.difference_high < 0) == (found.p_value < 0.05)
    if control[0]:
        assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)
        assert found.low <= found.lift <= found.high


def test_nothing_is_claimed_of_nothing():
    nobody = two_proportions((0, 0), (1, 10))
    assert math.isnan(nobody.p_value)
    none = two_proportions((0, 10), (0, 10))
    assert (none.p_value, none.difference) == (1.0, 0.0)
    assert math.isnan(none.lift)
    alone = compare(conversions(("control", 10, 1)))
    assert alone[["chance_best", "srm_p"]].isna().all(axis=None)
    assert math.isnan(welch(Group(1, 2.0, 0.0), Group(9, 2.0, 1.0)).p_value)
    # Beside a control whose mean may as well be 0 no lift is too large, and if both may be, none is ruled out.
    assert all(map(math.isnan, always(Group(50, 1.0, 9.0), Group(50, 0.1, 9.0))))
    low, high = always(smoothed(20, 60), smoothed(2, 60))
    assert (low > 0, high) == (True, math.inf)


def chance_of_more(mine: tuple[int, int], control: tuple[int, int]) -> float:
    """Evan Miller's exact sum for two Beta posteriors of flat priors."""
    a1, b1, a0, b0 = mine[0] + 1, mine[1] - mine[0] + 1, control[0] + 1, control[1] - control[0] + 1
    i = np.arange(a1)
    return float(np.exp(betaln(a0 + i, b1 + b0) - np.log(b1 + i) - betaln(1 + i, b1) - betaln(a0, b0)).sum())


@pytest.mark.parametrize(("mine", "control"), PAIRS)
def test_the_chance_to_be_best_is_the_exact_one(mine, control):
    chances, losses = best([of_share(*mine), of_share(*control)])
    assert chances[0] == pytest.approx(chance_of_more(mine, control), abs=1e-9)
    # What one choice loses more than the other is the difference of what is expected of them.
    expected = [(x + 1) / (n + 2) for x, n in (mine, control)]
    assert losses[1] - losses[0] == pytest.approx(expected[0] - expected[1], abs=1e-12)


def test_what_a_choice_loses_is_the_integral_of_what_it_is_behind():
    groups = [Group(500, 10.0, 100.0), Group(480, 10.5, 120.0)]
    chances, losses = best([of_mean(each) for each in groups])
    spread = math.sqrt(100 / 500 + 120 / 480)
    assert chances[1] == pytest.approx(stats.norm.cdf(0.5 / spread), abs=1e-12)
    behind = integrate.quad(lambda d: max(d, 0.0) * stats.norm.pdf(d, 0.5, spread), 0, 10)[0]
    assert losses[0] == pytest.approx(behind, abs=1e-9)


def test_of_three_the_chances_are_those_of_a_million_draws():
    pairs = [(52, 400), (61, 410), (49, 395)]
    chances, losses = best([of_share(*pair) for pair in pairs])
    rng = np.random.default_rng(4)
    draws = np.stack([rng.beta(x + 1, n - x + 1, 1_000_000) for x, n in pairs])
    assert chances == pytest.approx(np.bincount(draws.argmax(axis=0), minlength=3) / 1e6, abs=0.002)
    assert losses == pytest.approx((draws.max(axis=0) - draws).mean(axis=1), abs=0.0001)


@pytest.mark.parametrize(
    ("actors", "shares"),
    [([1000, 1100], [0.5, 0.5]), ([900, 90, 110], [0.8, 0.1, 0.1]), ([5, 5], [0.5, 0.5])],
)
def test_the_split_is_checked_by_chi_square(actors, shares):
    expected = [sum(actors) * part for part in shares]
    assert sample_ratio(actors, shares) == pytest.approx(stats.chisquare(actors, expected).pvalue, rel=1e-9)


def test_a_variant_that_nobody_should_see_breaks_the_split():
    assert sample_ratio([100, 100, 1], [0.5, 0.5, 0.0]) == 0.0
    assert sample_ratio([100, 100, 0], [0.5, 0.5, 0.0]) == 1.0
    assert math.isnan(sample_ratio([100]))
    found = compare(conversions(("a", 90, 1), ("b", 10, 1)), shares={"a": 9, "b": 1})
    assert found["srm_p"].tolist() == [1.0, 1.0]


def test_holm_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415

    p_values = [0.03, 0.01, 0.04, 0.5]
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist())
    assert holm([0.03, math.nan])[0] == 0.03


def history() -> pd.DataFrame:
    """People whose number before explains most of the one after, and a treatment that adds 1."""
    rng = np.random.default_rng(2)
    n = 400
    before = rng.normal(20, 6, 2 * n)
    after = before + rng.normal(0, 2, 2 * n) + np.repeat([0.0, 1.0], n)
    rows = []
    for place, name in enumerate(("control", "treatment")):
        x, y = (each[place * n : (place + 1) * n] for each in (before, after))
        rows.append((name, n, y.mean(), y.std(ddof=1), x.mean(), x.std(ddof=1), np.cov(x, y)[0, 1]))
    return pd.DataFrame(
        rows, columns=["variant", "actors", "mean", "sd", "before_mean", "before_sd", "covariance"]
    )


def test_what_people_did_before_takes_noise_away():
    frame = history()
    with_history, without = (
        compare(frame),
        compare(frame.drop(columns=["before_mean", "before_sd", "covariance"])),
    )
    for found, width in ((with_history, 0.6), (without, 1.9)):
        ends = found["difference_high"] - found["difference_low"]
        assert ends[1] < width
    assert with_history["difference_low"][1] < 1 < with_history["difference_high"][1]
    assert without["p_value"][1] > 0.01
    assert with_history["p_value"][1] < 1e-6


def test_the_slope_is_that_of_a_regression_with_the_variant():
    """Adjusting leaves what a regression on what was before leaves, so the variances agree up to its freedom."""
    frame = history()
    slope = frame["covariance"].sum() / (frame["before_sd"] ** 2).sum()
    left = frame["sd"] ** 2 - 2 * slope * frame["covariance"] + slope**2 * frame["before_sd"] ** 2
    found = adjusted(frame)
    assert (found["sd"] ** 2).tolist() == pytest.approx(left.tolist())
    moved = frame["mean"] - found["mean"]
    assert moved.sum() == pytest.approx(0, abs=1e-9)  # equal groups: what one gives the other gets
    assert (found["sd"] < 0.5 * frame["sd"]).all()


def test_without_history_nothing_is_adjusted():
    frame = history().assign(before_mean=0.0, before_sd=0.0, covariance=0.0)
    assert adjusted(frame).equals(frame)


def test_the_sequence_is_the_published_mixture_and_always_wider():
    # n = 2,000 people, where it is tightest: rho² = (w + log(w + 1)) / 2000 with w = -2 log 0.05 = 5.99146.
    rho = (5.9914645 + math.log(6.9914645)) / 2000
    expected = math.sqrt(2 * (2000 * rho + 1) / (2000 * rho) * math.log(math.sqrt(2000 * rho + 1) / 0.05))
    assert always_limit(2000, 0.05) == pytest.approx(expected, rel=1e-7)
    assert always_limit(2000, 0.05) / math.sqrt(2000) < always_limit(1000, 0.05) / math.sqrt(1000)
    assert min(always_limit(n, 0.05) for n in (10, 100, 1_000, 10_000, 1_000_000)) > 2.5
    low, high = always(smoothed(150, 1000), smoothed(100, 1000))
    fixed = two_proportions((150, 1000), (100, 1000))
    assert low < fixed.low < fixed.high < high
    assert share(150, 1000).variance == pytest.approx(0.1275)


@pytest.mark.parametrize(
    ("frame", "running", "says"),
    [
        ([("control", 1000, 100), ("treatment", 1000, 180)], True,
         "treatment is ahead of control by 80.0% (+27.8% to +165.0%). This holds however often one looks."),
        ([("control", 1000, 100), ("treatment", 1000, 130)], True,
         "treatment is ahead of control by 30.0% (+1.8% to +66.1%): holds if this is the planned end, else wait for it."),
        ([("control", 1000, 130), ("treatment", 1000, 100)], False,
         "treatment is behind control by 23.1% (−39.8% to −1.8%): holds if the end was planned."),
        ([("control", 1000, 100), ("treatment", 1000, 101)], False,
         "No difference found: −22.2% to +31.2% is possible."),
        ([("control", 1000, 0), ("treatment", 1000, 12)], False,
         "treatment is ahead of control: holds if the end was planned."),
        ([("control", 99, 30), ("treatment", 1000, 300)], True, "Broken split (less than 1 in a million by chance): mend the assignment, do not read the result."),
        ([("control", 90, 30), ("treatment", 95, 30)], True, "Too early: each variant needs 100 people."),
        ([("control", 900, 3), ("treatment", 950, 4)], True, "Too early: 10 conversions are needed."),
        ([("control", 900, 3)], True, "Only one variant was seen: there is nothing to compare."),
    ],
)  # fmt: skip
def test_the_verdict_says_it_in_words(frame, running, says):
    assert verdict(compare(conversions(*frame)), running=running) == says


def test_the_verdict_that_holds_at_every_look_tells_the_interval_that_does():
    """Not that of the planned end, which is narrower and lies within it."""
    found = compare(conversions(("control", 1000, 100), ("treatment", 1000, 180)))
    treatment = found.iloc[1]
    told = f"({treatment['always_low']:+.1%} to {treatment['always_high']:+.1%})"
    assert told in verdict(found, running=True)
    assert treatment["always_low"] < treatment["low"] < treatment["high"] < treatment["always_high"]


@pytest.mark.parametrize(
    ("running", "waiting", "days", "says"),
    [
        (True, 855, 14, "No difference so far: −22.2% to +31.2% is possible."),
        (False, 0, 14, "No difference found: −22.2% to +31.2% is possible."),
        (False, 855, 14, "No difference found: −22.2% to +31.2% is possible. "
         "It ended, and 855 people have not had all of their 14 days yet: the numbers still move."),
        (False, 1, 1, "No difference found: −22.2% to +31.2% is possible. "
         "It ended, and one person has not had the day yet: the numbers still move."),
    ],
)  # fmt: skip
def test_the_verdict_of_one_that_ended_says_whose_days_are_not_over(running, waiting, days, says):
    found = compare(conversions(("control", 1000, 100), ("treatment", 1000, 101)))
    assert verdict(found, running=running, waiting=waiting, days=days) == says


def test_many_variants_do_not_make_one_of_them_lucky():
    frame = conversions(("control", 1000, 100), ("b", 1000, 129), *((name, 1000, 100) for name in "cdef"))
    found = compare(frame)
    assert found["p_value"][1] < 0.05
    assert verdict(found, running=False).startswith("No difference found")


def test_a_verdict_of_means():
    found = compare(means(("control", 900, 10.0, 9.0), ("treatment", 910, 12.0, 9.5)))
    assert verdict(found, running=True).startswith("treatment is ahead of control by 20.0% (")
    same = compare(means(("control", 900, 0.0, 0.0), ("treatment", 910, 0.0, 0.0)))
    assert verdict(same, running=False) == "No difference found."
