"""How values of the model of losses are made, for the promise that each leads back from its JSON form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from analytics import churn_kept, churn_model
from analytics.churn import Said, Trained
from analytics.churn_backtest import Fitted, Group, Refusal, Report
from analytics.churn_metrics import Bin, Ranking
from analytics.churn_model import Curve as Calibrated
from analytics.churn_model import Design, Model, Tree
from analytics.churn_outreach import AtStake, CallList, Outcomes, Resting
from analytics.churn_quality import Calibration, Quality
from analytics.churn_questions import OfLosses, Risk
from analytics.customer_list import CustomerList
from analytics.losses import LossRate
from analytics.notes import Notes, Timeline
from analytics.segments import KNOWN
from analytics.stays import LostOf, Stays, StaysAt
from analytics.told import ToldQuestion

WORDS = st.text("abcdefghij ", min_size=1, max_size=12)
TEXTS = st.text(max_size=20)


def of(kind: type, /, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a dataclass, every field of which has a strategy."""
    assert set(parts) == {each.name for each in fields(kind)}, f"{kind.__name__}: give each field a strategy"
    return st.builds(kind, **parts)


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.integers(0, 10**6)
THREE = st.tuples(FLOATS, FLOATS, FLOATS)
RANKINGS = of(Ranking, **dict.fromkeys(("auc", "low", "high", "precision", "recall", "lift"), FLOATS))
TREES = of(
    Tree,
    **dict.fromkeys(("column", "left", "right"), st.lists(COUNTS, max_size=3).map(tuple)),
    **dict.fromkeys(("edge", "value"), st.lists(FLOATS, max_size=3).map(tuple)),
    leaf=st.lists(st.booleans(), max_size=3).map(tuple),
)
MODELS = of(
    Model,
    method=st.sampled_from(["logistic", "boosting"]),
    design=of(
        Design,
        names=st.lists(WORDS, max_size=3).map(tuple),
        **dict.fromkeys(("means", "deviations"), st.lists(FLOATS, max_size=3).map(tuple)),
    ),
    start=FLOATS,
    coefficients=st.lists(FLOATS, max_size=3).map(tuple),
    trees=st.lists(TREES, max_size=2).map(tuple),
    curve=of(
        Calibrated,
        shift=FLOATS,
        slope=FLOATS,
        **dict.fromkeys(("scores", "shares"), st.lists(FLOATS, max_size=3).map(tuple)),
    ),
)


def trainings(moments: st.SearchStrategy[Any]) -> st.SearchStrategy[Trained]:
    report = of(
        Report,
        method=st.sampled_from(["logistic", "boosting"]),
        origins=st.lists(WORDS, max_size=3).map(tuple),
        **dict.fromkeys(("rows", "tenants", "losses"), COUNTS),
        **dict.fromkeys(("base_rate", "brier", "brier_base", "slope"), FLOATS),
        **dict.fromkeys(("model", "recency"), RANKINGS),
        gain=THREE,
        trees=st.none() | THREE,
        bins=st.lists(
            of(
                Bin,
                **dict.fromkeys(("rows", "lost"), COUNTS),
                **dict.fromkeys(("said", "came", "low", "high"), FLOATS),
            ),
            max_size=2,
        ).map(tuple),
        verdict=st.sampled_from(["better", "no better than recency", "no better than chance"]),
        groups=st.lists(
            of(
                Group,
                name=WORDS,
                **dict.fromkeys(("rows", "lost"), COUNTS),
                **dict.fromkeys(("low", "high"), FLOATS),
            ),
            max_size=2,
        ).map(tuple),
    )
    refusal = of(Refusal, losses=COUNTS, needed=COUNTS, sentence=TEXTS)
    said = of(Said, tenant_id=WORDS, probability=FLOATS, reasons=st.lists(WORDS, max_size=3).map(tuple))
    return of(
        Trained,
        outcome=refusal | of(Fitted, model=MODELS, report=report),
        said=st.lists(said, max_size=2).map(tuple),
        as_of=moments,
    )


def forms(
    form: Callable[..., Any], written: Callable[..., Any], moments: st.SearchStrategy[Any]
) -> dict[str, Any]:
    """The forms of this subject, by the names of what has them."""
    losses = (OfLosses, Risk, AtStake, CallList, Resting, CustomerList, Quality, Calibration, Outcomes)
    kinds = (ToldQuestion, Notes, Timeline, *losses)
    segmented = (Stays, StaysAt, LostOf, LossRate)
    by = st.sampled_from(list(KNOWN)) | WORDS.map(lambda key: f"attributes.{key}")
    return {
        **{f"{kind.__module__}.{kind.__name__}": form(kind, told=st.none()) for kind in kinds},
        **{f"{kind.__module__}.{kind.__name__}": form(kind, by=by) for kind in segmented},
        "analytics.churn_kept": written(trainings(moments), churn_kept.to_dict, churn_kept.from_dict),
        "analytics.churn_model": written(MODELS, churn_model.to_dict, churn_model.from_dict),
    }
