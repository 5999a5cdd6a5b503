"""A model of losses: from features to a probability, fitted on what became of tenants, kept as plain numbers.

Logistic regression over standardised columns, with coefficients held near nothing (as if each were drawn from
a normal distribution of deviation 0.5), or boosted trees. What is counted or paid enters as log(1 + x), with
its change against the tenant's own past; what is unknown enters as the mean, and says so in a column of its
own. Raw scores become probabilities by a curve that was fitted on later rows of other tenants.

scikit-learn fits; what was fitted is used without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.forms import read_object
from analytics.logistic import logistic

Floats = npt.NDArray[np.float64]
Method = Literal["logistic", "boosting"]

# Coefficients are as if drawn with this deviation: strong for few losses, nothing for many.
DEVIATION = 0.5
# From so many losses on a curve of any rising form is fitted, of fewer one with two numbers.
ISOTONIC_LOSSES = 1_000
LEAST, NEAR = 1e-6, 1e-10
# What lies further from the mean counts as if it lay there: of what hardly anybody was like nothing is known.
FURTHEST = 3.0
TREES = {"max_iter": 80, "max_leaf_nodes": 8, "learning_rate": 0.08, "min_samples_leaf": 40}
CHANGE, UNKNOWN = "_change", "_unknown"


class Told(Protocol):
    """What a model must know of a feature: its column, that of its own past, and its scale."""

    @property
    def name(self) -> str:
        """The name of its column."""
        ...

    @property
    def before(self) -> str:
        """The column of its own past; '' where there is none."""
        ...

    @property
    def scale(self) -> str:
        """ "log" for what is counted or paid, else "plain"."""
        ...


@dataclass(frozen=True)
class Design:
    """The columns that a model reads, and of each the mean and the deviation of those it learnt from."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]

    @classmethod
    def of(cls, raw: pd.DataFrame) -> Design:
        """The columns that say anything: that are not the same in every row."""
        kept = [str(name) for name in raw.columns if raw[name].std(ddof=0) > LEAST]
        means, deviations = raw[kept].mean(), raw[kept].std(ddof=0)
        return cls(tuple(kept), tuple(map(float, means)), tuple(map(float, deviations)))

    def matrix(self, raw: pd.DataFrame) -> Floats:
        """The columns in units of their deviation, within `FURTHEST` of them; what is unknown is the mean."""
        values = raw[list(self.names)].to_numpy(dtype=np.float64)
        scaled = np.nan_to_num((values - np.array(self.means)) / np.array(self.deviations))
        return np.clip(scaled, -FURTHEST, FURTHEST)


@dataclass(frozen=True)
class Tree:
    """One tree of a boosted model: of each node the column and its edge, or the value of a leaf."""

    column: tuple[int, ...]
    edge: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    leaf: tuple[bool, ...]
    value: tuple[float, ...]

    def score(self, matrix: Floats) -> Floats:
        """The value of the leaf that each row comes to."""
        at = np.zeros(len(matrix), dtype=np.int64)
        column, left, right = (np.array(each) for each in (self.column, self.left, self.right))
        edge, leaf = np.array(self.edge), np.array(self.leaf)
        rows = np.arange(len(matrix))
        while not leaf[at].all():
            below = matrix[rows, column[at]] <= edge[at]
            at = np.where(leaf[at], at, np.where(below, left[at], right[at]))
        return np.array(self.value)[at]


@dataclass(frozen=True)
class Curve:
    """From raw scores to probabilities: a line on the scale of log odds, or steps between known points."""

    shift: float = 0.0
    slope: float = 1.0
    scores: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()

    def probability(self, score: Floats) -> Floats:
        """The probability of each raw score."""
        if self.scores:
            return np.interp(score, self.scores, self.shares)
        return logistic(self.shift + self.slope * score)


@dataclass(frozen=True)
class Model:
    """A fitted model: `score` gives log odds as fitted, `probability` what they came to."""

    method: Method
    design: Design
    start: float
    coefficients: tuple[float, ...] = ()
    trees: tuple[Tree, ...] = ()
    curve: Curve = field(default_factory=Curve)

    def score(self, raw: pd.DataFrame) -> Floats:
        """The raw score of each row, as log odds."""
        matrix = self.design.matrix(raw)
        if self.method == "logistic":
            return self.start + matrix @ np.array(self.coefficients, dtype=np.float64)
        return self.start + sum((tree.score(matrix) for tree in self.trees), np.zeros(len(matrix)))

    def probability(self, raw: pd.DataFrame) -> Floats:
        """The probability of each row."""
        return self.curve.probability(self.score(raw))

    def parts(self, raw: pd.DataFrame) -> pd.DataFrame:
        """What each column adds to a row's log odds against a row of means, a column each.

        Of trees: what the score loses where that column alone is set to its mean.
        """
        matrix = self.design.matrix(raw)
        if self.method == "logistic":
            parts = matrix * np.array(self.coefficients, dtype=np.float64)
            return pd.DataFrame(parts, raw.index, list(self.design.names))
        whole = sum((tree.score(matrix) for tree in self.trees), np.zeros(len(matrix)))
        found: dict[str, Floats] = {}
        for place, name in enumerate(self.design.names):
            typical = matrix.copy()
            typical[:, place] = 0.0
            using = [tree for tree in self.trees if place in tree.column]
            if using:
                found[name] = sum((tree.score(matrix) - tree.score(typical) for tree in using), 0 * whole)
        return pd.DataFrame(found, raw.index)


def columns(frame: pd.DataFrame, features: Sequence[Told]) -> pd.DataFrame:
    """What a model reads of a frame of features: each on its scale, its change, and whether it is unknown."""
    found: dict[str, Floats] = {}
    for each in features:
        now = scaled(frame[each.name], each.scale)
        found[each.name] = now
        if each.before:
            found[f"{each.name}{CHANGE}"] = now - scaled(frame[each.before], each.scale)
        # Also where nothing is unknown: what a model learnt from may have been.
        found[f"{each.name}{UNKNOWN}"] = np.isnan(now).astype(np.float64)
    return pd.DataFrame(found, frame.index)


def scaled(values: pd.Series, scale: str) -> Floats:
    """A column on its scale."""
    plain = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.log1p(np.maximum(plain, 0.0)) if scale == "log" else plain


def fit(raw: pd.DataFrame, lost: Floats, method: Method = "logistic") -> Model:
    """A model of these rows, not yet calibrated."""
    design = Design.of(raw)
    matrix = design.matrix(raw)
    return _logistic(design, matrix, lost) if method == "logistic" else _boosted(design, matrix, lost)


def _logistic(design: Design, matrix: Floats, lost: Floats) -> Model:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  takes a second to import

    # Newton's steps: some six of them, each a product of matrices, where a gradient needs dozens of passes.
    fitted = LogisticRegression(C=DEVIATION**2, solver="newton-cholesky", tol=1e-8).fit(matrix, lost)
    start, coefficients = float(fitted.intercept_[0]), tuple(map(float, fitted.coef_[0]))
    return Model("logistic", design, start, coefficients)


def _boosted(design: Design, matrix: Floats, lost: Floats) -> Model:
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415  takes a second to import
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    trees: Any = HistGradientBoostingClassifier
    fitted: Any = trees(early_stopping=False, random_state=0, **TREES)
    # One thread: it is slower alone, and many times faster where pages want the cores too.
    with threadpool_limits(1, "openmp"):
        fitted.fit(matrix, lost)
    start = float(np.ravel(fitted._baseline_prediction)[0])  # a test holds us to its scores
    grown = tuple(_tree(stage[0].nodes) for stage in fitted._predictors)
    return Model("boosting", design, start, trees=grown)


def _tree(nodes: Any) -> Tree:
    return Tree(
        column=tuple(map(int, nodes["feature_idx"])),
        edge=tuple(map(float, nodes["num_threshold"])),
        left=tuple(map(int, nodes["left"])),
        right=tuple(map(int, nodes["right"])),
        leaf=tuple(map(bool, nodes["is_leaf"])),
        value=tuple(map(float, nodes["value"])),
    )


def curve_of(score: Floats, lost: Floats) -> Curve:
    """The curve from raw scores of rows that a model did not learn from, to what came of them."""
    if int(lost.sum()) >= ISOTONIC_LOSSES:
        from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415  takes a second to import

        fitted: Any = IsotonicRegression(out_of_bounds="clip", y_min=LEAST, y_max=1 - LEAST).fit(score, lost)
        return Curve(
            scores=tuple(map(float, fitted.X_thresholds_)), shares=tuple(map(float, fitted.y_thresholds_))
        )
    return line(score, lost)


def line(score: Floats, lost: Floats, *, free: bool = False) -> Curve:
    """Shift and slope by Newton's method; few losses leave them near 0 and 1, unless they are free.

    As if they were drawn with deviations of 1 and 0.5.
    """
    known, at = np.column_stack([np.ones(len(score)), score]), np.array([0.0, 1.0])
    middle, precision = at.copy(), np.full(2, LEAST) if free else np.array([1.0, 4.0])
    for _ in range(50):
        share = logistic(known @ at)
        slope = known.T @ (lost - share) - precision * (at - middle)
        bend = (known * (share * (1 - share))[:, None]).T @ known + np.diag(precision)
        step = np.linalg.solve(bend, slope)
        at = at + step
        if float(np.abs(step).max()) < NEAR:
            break
    return Curve(float(at[0]), float(at[1]))


def logit(probability: Any) -> Any:
    """The log odds of probabilities."""
    return np.log(probability / (1 - probability))


def to_dict(model: Model) -> dict[str, object]:
    """The JSON form of a model: numbers alone, never code."""
    return {
        "method": model.method,
        "design": vars(model.design),
        "start": model.start,
        "coefficients": model.coefficients,
        "trees": [vars(tree) for tree in model.trees],
        "curve": vars(model.curve),
    }


def from_dict(form: object) -> Model:
    """The model of a JSON form."""
    keys = ("method", "design", "start", "coefficients", "trees", "curve")
    known: Mapping[str, Any] = read_object("model", form, keys, needed=keys)
    return Model(
        method=cast("Method", known["method"]),
        design=Design(**_tuples(known["design"])),
        start=float(known["start"]),
        coefficients=tuple(known["coefficients"]),
        trees=tuple(Tree(**_tuples(tree)) for tree in known["trees"]),
        curve=Curve(**_tuples(known["curve"])),
    )


def _tuples(form: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in form.items()}
