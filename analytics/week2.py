"""Week 2: which use of features in a newcomer's first week goes with coming back in the second.

Newcomers did their first event of all in the window, and their first 14 days are over: who came later is
neither kept nor lost yet. What is counted is how often they did each kind of event on days 0 to 6; what is
told is whether they did anything on days 7 to 13. A logistic regression over log(1 + times) of all features
at once says what each goes with beside the others; its intervals come from the information matrix, and Holm's
correction keeps twenty features from finding one by chance. Nothing here says that a feature is the reason.

The model is refused where fewer than 50 newcomers came back or fewer than 50 did not. Features that fewer
than 20 newcomers used, or all but 20, are not in it, nor are those of which every user came back or none did;
and it holds at most one feature for every ten of the rarer outcome.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from analytics.analysis import analysis
from analytics.churn_metrics import auc as area_of
from analytics.churn_metrics import calibration as grouped
from analytics.columns import TENANT_ID
from analytics.experiment import holm
from analytics.features import DAY_US
from analytics.logistic import Fitted, Floats, fit
from analytics.once import once
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import SIGNUPS
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
Z = NormalDist().inv_cdf(0.975)

FEWEST_OUTCOMES, FEWEST_USERS, A_FEATURE, MOST_FEATURES = 50, 20, 10, 12
SIGNIFICANT = 0.05
# A table of more rows is more than a browser should hold.
MOST_ROWS = 50_000
# The newest part of the newcomers judges a model of those before.
LATER = 0.3
BINS, FEWEST_IN_BIN = 8, 15

FEATURE = Column("feature", "Feature", "text", "A kind of event that newcomers do.")
USED = Column("tried", "Newcomers with it", "count", "Newcomers who used it in their first week.")
WITH = Column("stayed_with", "Week 2 with it", "ratio", "Of those, who did anything in their second week.")
OTHERS = Column("others", "Without it", "count", "Newcomers who did not use it in their first week.")
WITHOUT = Column(
    "stayed_without", "Week 2 without", "ratio", "Of those, who did anything in their second week."
)
COEFFICIENT = Column("coefficient", "Coefficient", "number", "Log odds for each step of log(1 + times).")
LOW = Column("low", "At least", "number", "The lower end of its 95 % interval.")
HIGH = Column("high", "At most", "number", "The upper end of its 95 % interval.")
P_VALUE = Column("p_value", "p", "number", "How often chance alone finds as much, by Holm over all features.")
TYPICAL = Column(
    "typical", "Typical use", "number", "How often half of its users did it in their first week."
)
EFFECT = Column(
    "effect", "Difference", "ratio", "Chance of week 2 at its typical use - without it, others equal."
)
EFFECT_LOW = Column("effect_low", "Difference at least", "ratio", "The lower end of its 95 % interval.")
EFFECT_HIGH = Column("effect_high", "Difference at most", "ratio", "The upper end of its 95 % interval.")
SAID = Column("said", "In words", "text", "What the interval allows to say, and no cause.")

EXPECTED = Column("expected", "Expected", "ratio", "The mean chance that the model gave those of the group.")
CAME = Column("came", "Came back", "ratio", "The share of them that did anything in their second week.")
CAME_OF = Column("came_of", "Newcomers", "count", "Newcomers of the group, of the later part.")
CAME_LOW = Column("came_low", "Came back, at least", "ratio", "The lower end of its 95 % interval.")
CAME_HIGH = Column("came_high", "Came back, at most", "ratio", "The upper end of its 95 % interval.")
GROUP = Column("group", "Expected chance", "text", "From the least likely to the most.")

TERM = Column("term", "Term", "text", "A feature of the model; '' is the intercept.")
OTHER = Column("other", "With", "text", "Another term.")
COVARIANCE = Column("covariance", "Covariance", "number", "Of the coefficients of both.")

NEWCOMERS = Column("newcomers", "Newcomers", "count", "Newcomers that the model is made of.")
PERSON = Column("person", "Person", "text", "The newcomer's id.")
JOINED = Column("joined_at", "First event", "time", "The newcomer's first event of all.")
TIMES = Column("times", "Times", "count", "How often on days 0 to 6.")
STAYED = Column("stayed", "Active in week 2", "flag", "Whether it did anything on days 7 to 13.")
TABLES = ("events", "identities", "people")
OF_PERSON = ("joined_at", "tenant_id", "person", "stayed")


@dataclass(frozen=True)
class Model:
    """A fit over features, each as log(1 + times); `fitted` is None where there are too few to fit."""

    features: tuple[str, ...]
    people: pd.DataFrame
    fitted: Fitted | None
    why_not: str = ""

    def values(self, people: pd.DataFrame) -> Floats:
        """What the model reads of people, row after row: sums round alike however a frame lies in memory."""
        return np.log1p(np.ascontiguousarray(people[list(self.features)], dtype=np.float64))


@analysis(
    tables=TABLES,
    columns=(
        FEATURE, USED, WITH, OTHERS, WITHOUT, TYPICAL, COEFFICIENT, LOW, HIGH, P_VALUE,
        EFFECT, EFFECT_LOW, EFFECT_HIGH, SAID,
    ),
)  # fmt: skip
def drivers(view: View, scope: Scope) -> pd.DataFrame:
    """What use of each feature in the first week goes with being active in the second, all else equal."""
    people, features = newcomers(view, scope)
    made = model(people, features)
    rows = [_counted(people, name) for name in features]
    frame = pd.DataFrame(
        rows, columns=["feature", "tried", "stayed_with", "others", "stayed_without", "typical"]
    )
    found = frame.merge(effects(made), on="feature", how="left")
    found["said"] = _said(found)
    order = found.assign(size=found["effect"].abs()).sort_values(
        ["size", "tried", "feature"], ascending=[False, False, True], na_position="last"
    )
    told = order[[column.name for column in drivers.columns]].reset_index(drop=True)
    told.attrs["notes"] = _notes(made)
    numbers = dict.fromkeys(("stayed_with", "stayed_without", "typical"), "float64")
    return told.astype({"feature": "str", "tried": "int64", "others": "int64", "said": "str", **numbers})


@analysis(tables=TABLES, columns=(GROUP, EXPECTED, CAME, CAME_OF, CAME_LOW, CAME_HIGH))
def calibration(view: View, scope: Scope) -> pd.DataFrame:
    """Whether as many of the later newcomers come back as a model of those before them expects, by groups."""
    people, features = newcomers(view, scope)
    made, later, expected = judged(people, features)
    rows = _groups(expected, later["stayed"].to_numpy(dtype=np.float64))
    numbers = dict.fromkeys(("expected", "came", "came_low", "came_high"), "float64")
    frame = pd.DataFrame(rows, columns=[column.name for column in calibration.columns])
    frame = frame.astype({**numbers, "group": "str", "came_of": "int64"})
    frame.attrs["notes"] = _judgement(made, later, expected)
    return frame


@analysis(tables=TABLES, columns=(TERM, OTHER, COEFFICIENT, COVARIANCE, TYPICAL, NEWCOMERS))
def what_if(view: View, scope: Scope) -> pd.DataFrame:
    """The terms of the model with their covariances, of which a chance and its interval are worked out."""
    people, features = newcomers(view, scope)
    made = model(people, features)
    terms = ("", *made.features)
    size = len(terms)
    nothing = np.full((size, size), np.nan)
    coefficients = nothing[0] if made.fitted is None else made.fitted.coefficients
    covariance = nothing if made.fitted is None else made.fitted.covariance
    typical = [0.0, *(_typical(people[name]) for name in made.features)]
    frame = pd.DataFrame(
        {
            "term": np.repeat(terms, size),
            "other": np.tile(terms, size),
            "coefficient": np.repeat(coefficients, size),
            "covariance": covariance.ravel(),
            "typical": np.repeat(typical, size),
            "newcomers": len(people),
        }
    )
    frame.attrs["notes"] = _notes(made)
    return frame.astype({"term": "str", "other": "str"})


@analysis(tables=TABLES, columns=(TENANT_ID, PERSON, JOINED, FEATURE, TIMES, STAYED))
def used(view: View, scope: Scope) -> pd.DataFrame:
    """What each newcomer used in the first week, and whether it was active in the second: a row a feature."""
    rows = _long(view, scope)
    shown, left_out = newest_people(rows, MOST_ROWS)
    if left_out:
        shown.attrs["notes"] = (
            f"{left_out:,} newcomers that came earlier are left out: choose tenants to see them.",
        )
    return shown[[column.name for column in used.columns]].copy()


def chance(terms: pd.DataFrame, times: dict[str, float]) -> tuple[float, float, float]:
    """The chance of week 2 for who uses features so often, with its 95 % interval; NaN of no model."""
    names = list(dict.fromkeys(terms["term"]))
    size = len(names)
    coefficients = terms["coefficient"].to_numpy(dtype=np.float64)[::size]
    if np.isnan(coefficients).any():
        return math.nan, math.nan, math.nan
    covariance = terms["covariance"].to_numpy(dtype=np.float64).reshape(size, size)
    values = np.array([[math.log1p(times.get(name, 0.0)) for name in names[1:]]])
    found = Fitted(coefficients, covariance, 0.0, 0.0).chance(values)
    return float(found[0][0]), float(found[1][0]), float(found[2][0])


def newest_people(rows: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    """All rows of the newest people, as many as fit, and how many people do not; each one's rows together."""
    first, person = _people(rows)
    joined, sizes = rows["joined_at"][first], np.bincount(person)
    order = joined.reset_index(drop=True).sort_values(ascending=False, kind="stable").index.to_numpy()
    inside = np.zeros(len(order), dtype=np.bool_)
    inside[order] = sizes[order].cumsum() <= most
    return rows[inside[person]].reset_index(drop=True), int((~inside).sum())


def newcomers(view: View, scope: Scope) -> tuple[pd.DataFrame, list[str]]:
    """A row a newcomer in order of joining, with a column a feature; and these, the most used first."""
    people = once(view, "newcomers of week 2", scope, TABLES, lambda: _wide(_long(view, scope)))
    return people, list(people.columns[len(OF_PERSON) :])


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    features = rows[~rows["feature"].isin(["", *SIGNUPS])]["feature"].value_counts()
    by_count = sorted((-count, str(name)) for name, count in features.items())
    ordered = [name for _, name in by_count[:MOST_FEATURES]]
    first, person = _people(rows)
    kind = pd.Index(ordered, dtype="str").get_indexer(pd.Index(rows["feature"]))
    times = np.zeros((len(ordered), int(first.sum())), dtype=np.int64)
    times[kind[kind >= 0], person[kind >= 0]] = rows["times"].to_numpy()[kind >= 0]
    people = rows.loc[first, list(OF_PERSON)].reset_index(drop=True)
    wide = pd.concat([people, pd.DataFrame(times.T, columns=pd.Index(ordered, dtype="str"))], axis=1)
    return wide.sort_values("joined_at", kind="stable", ignore_index=True)


def _people(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are the first of a person, whose rows stand together, and whose number each row has."""
    names = rows[["tenant_id", "person"]]
    first = (names != names.shift()).any(axis=1).to_numpy(dtype=np.bool_)
    return first, np.cumsum(first) - 1


def _long(view: View, scope: Scope) -> pd.DataFrame:
    return once(
        view, "first weeks", scope, TABLES, lambda: view.frame(scope, SQL["newcomers"], day_us=DAY_US)
    )


def model(people: pd.DataFrame, features: list[str]) -> Model:
    """The fit of those features that enough newcomers used and left out."""
    came = people["stayed"].to_numpy(dtype=np.float64)
    rarer = int(min(came.sum(), len(came) - came.sum()))
    if rarer < FEWEST_OUTCOMES:
        return Model((), people, None, _too_few(came))
    kept = [name for name in features if _can_tell(people[name].to_numpy() > 0, came)]
    kept = kept[: rarer // A_FEATURE]
    made = Model(tuple(kept), people, None)
    if not kept:
        return Model((), people, None, "No model: no feature is used by some newcomers and not by others.")
    fitted = fit(made.values(people), came)
    why = "" if fitted else "No model: the features cannot be told from each other."
    return Model(tuple(kept), people, fitted, why)


def judged(people: pd.DataFrame, features: list[str]) -> tuple[Model, pd.DataFrame, Floats]:
    """A model of the earlier newcomers, the later ones, and what it expects of these."""
    split = len(people) - int(len(people) * LATER)
    made, later = model(people.iloc[:split], features), people.iloc[split:]
    if made.fitted is None:
        return made, people, np.full(len(people), np.nan)
    return made, later, made.fitted.probability(made.values(later))


def auc(expected: Floats, came: Floats) -> tuple[float, float, float]:
    """How often one who came back had the higher chance than one who did not, with its 95 % interval.

    The interval is that of Hanley and McNeil (1982).
    """
    hits, misses, area = came.sum(), len(came) - came.sum(), area_of(expected, came)
    if math.isnan(area):
        return area, area, area
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (hits - 1) * (one - area**2) + (misses - 1) * (two - area**2)
    reach = Z * math.sqrt(spread / (hits * misses))
    return area, float(max(area - reach, 0.0)), float(min(area + reach, 1.0))


def _groups(expected: Floats, came: Floats) -> list[tuple[object, ...]]:
    """A row a group of newcomers of similar chances, equal ones together; of no model one of all."""
    told, ordered = np.isfinite(expected).all(), np.sort(expected)
    bins = max(1, min(BINS, len(came) // FEWEST_IN_BIN)) if told else 1
    found, first = list[tuple[object, ...]](), 0
    for each in grouped(np.nan_to_num(expected), came, bins) if len(came) else ():
        ends = (f"{ordered[place]:.0%}" for place in (first, first + each.rows - 1))
        group, said = (" to ".join(dict.fromkeys(ends)), each.said) if told else ("all", math.nan)
        found.append((group, said, each.came, each.rows, each.low, each.high))
        first += each.rows
    return found


def _can_tell(did: np.ndarray, came: Floats) -> bool:
    """Whether enough did it and did not, and in both some came back and some did not."""
    sides = (came[did], came[~did])
    return all(len(side) >= FEWEST_USERS and 0 < side.sum() < len(side) for side in sides)


def _typical(times: pd.Series) -> float:
    users = times[times > 0]
    return float(users.median()) if len(users) else math.nan


def _counted(people: pd.DataFrame, name: str) -> dict[str, object]:
    """How many used a feature and how many did not, and how many of each came back."""
    did, came = people[name] > 0, people["stayed"]
    return {
        "feature": name,
        "tried": int(did.sum()),
        "stayed_with": float(came[did].mean()) if did.any() else math.nan,
        "others": int((~did).sum()),
        "stayed_without": float(came[~did].mean()) if not did.all() else math.nan,
        "typical": _typical(people[name]),
    }


def effects(made: Model) -> pd.DataFrame:
    """A row a feature of the model: its coefficient, and what its typical use goes with beside none."""
    names = ("coefficient", "low", "high", "p_value", "effect", "effect_low", "effect_high")
    rows: list[dict[str, object]] = []
    if made.fitted is not None:
        errors = made.fitted.errors
        p_values = [2 * NormalDist().cdf(-abs(made.fitted.coefficients[n + 1] / errors[n + 1]))
                    for n in range(len(made.features))]  # fmt: skip
        for n, (name, p_value) in enumerate(zip(made.features, holm(p_values), strict=True)):
            value, reach = made.fitted.coefficients[n + 1], Z * errors[n + 1]
            effect, spread = _difference(made, n)
            ends = (effect, effect - Z * spread, effect + Z * spread)
            row = (float(value), float(value - reach), float(value + reach), p_value, *ends)
            rows.append({"feature": name, **dict(zip(names, row, strict=True))})
    frame = pd.DataFrame(rows, columns=["feature", *names])
    return frame.astype({"feature": "str", **dict.fromkeys(names, "float64")})


def _difference(made: Model, place: int) -> tuple[float, float]:
    """The mean change of the chance from no use to the typical one, and its standard error (delta method)."""
    assert made.fitted is not None  # noqa: S101  only asked of a fit
    values = made.values(made.people)
    with_it, without = values.copy(), values.copy()
    with_it[:, place] = math.log1p(_typical(made.people[made.features[place]]))
    without[:, place] = 0.0
    slopes = np.zeros(len(made.features) + 1)
    chances: list[float] = []
    for sign, rows in ((1, with_it), (-1, without)):
        found = made.fitted.probability(rows)
        chances.append(sign * float(found.mean()))
        full = np.column_stack([np.ones(len(rows)), rows])
        slopes += sign * (full * (found * (1 - found))[:, None]).mean(axis=0)
    return sum(chances), float(np.sqrt(slopes @ made.fitted.covariance @ slopes))


def _said(found: pd.DataFrame) -> pd.Series[str]:
    """Each row in a sentence."""
    said: list[str] = []
    columns = (found[name] for name in ("effect", "effect_low", "effect_high", "p_value", "typical"))
    for effect, low, high, p_value, typical in zip(*columns, strict=True):
        if math.isnan(effect):
            said.append("not in the model")
        elif p_value >= SIGNIFICANT:
            said.append("no difference that chance does not make")
        else:
            word, ends = ("higher", (low, high)) if effect > 0 else ("lower", (-high, -low))
            points = f"{abs(effect) * 100:.0f} points ({ends[0] * 100:.0f} to {ends[1] * 100:.0f}) {word}"
            done = f"done {typical:.0f} time{'' if typical == 1 else 's'}"
            said.append(f"{done}, it goes with a chance of week 2 {points}")
    return pd.Series(said, found.index, dtype="str")


def _too_few(came: Floats) -> str:
    stayed = int(came.sum())
    return (
        f"No model: of {len(came):,} newcomers {stayed:,} came back and {len(came) - stayed:,} did not; "
        f"it takes {FEWEST_OUTCOMES} of each."
    )


def _notes(made: Model) -> tuple[str, ...]:
    """What there is to know of a model, and whether it tells more than the share of all."""
    came = made.people["stayed"].to_numpy(dtype=np.float64)
    if made.fitted is None:
        return (made.why_not,)
    p_value = made.fitted.better_than_share()
    better = (
        "Together the features tell more than the share of all does"
        if p_value < SIGNIFICANT
        else "Nothing of the first week tells who comes back: no better than the share of all"
    )
    return (
        f"{len(came):,} newcomers, {came.mean():.0%} of them active in week 2.",
        f"{better} (likelihood ratio, p {'< 0.001' if p_value < 0.001 else f'= {p_value:.3f}'}).",
    )


def _judgement(made: Model, later: pd.DataFrame, expected: Floats) -> tuple[str, ...]:
    """How well a model of the earlier newcomers tells the later ones apart."""
    if made.fitted is None:
        return (made.why_not,)
    area, low, high = auc(expected, later["stayed"].to_numpy(dtype=np.float64))
    if math.isnan(area):
        return ("All or none of the later newcomers came back: there is nothing to tell apart.",)
    told = "better than by chance" if low > 0.5 else "no better than by chance"
    return (
        f"A model of the {len(made.people):,} newcomers before tells the {len(later):,} later ones apart "
        f"{told}: ROC AUC {area:.2f} ({low:.2f} to {high:.2f}), 0.5 being chance.",
    )
