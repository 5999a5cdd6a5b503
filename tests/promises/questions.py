"""Every question that the promises are asked of: each analysis, and the model walked measure by measure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analytics.ab_tests import Course, Prospect, Result
from analytics.adoption import FeaturePeople
from analytics.board import Board
from analytics.churn import Said, Trained
from analytics.churn_backtest import Fitted, Group, Report
from analytics.churn_kept import Known, Standing
from analytics.churn_metrics import Bin, Ranking
from analytics.churn_model import Design
from analytics.churn_model import Model as LossModel
from analytics.churn_outreach import AtStake, CallList, Resting
from analytics.churn_quality import Calibration, Quality
from analytics.churn_questions import Risk
from analytics.cohort import Cohort, CohortMembers
from analytics.criteria import AllOf, AnyOf, Did, Has, NoneOf, Stopped
from analytics.customer_list import CustomerList
from analytics.during import During
from analytics.filters import field
from analytics.funnel_questions import FunnelPeople
from analytics.funnel_reasons import FunnelSegments
from analytics.funnel_spec import FunnelSpec
from analytics.funnel_why import FunnelWhy
from analytics.lifecycle import ActivePeople, Lifecycle, PowerCurve, Stickiness
from analytics.losses import LossRate
from analytics.model import Model, model
from analytics.notes import Note, Notes, Timeline, Written
from analytics.paths import PathPeople, Paths
from analytics.query import Query
from analytics.question import Question
from analytics.registry import analyses
from analytics.retention import RetentionSpec
from analytics.retention_questions import Curve, CurvePeople, Triangle
from analytics.stays import LostOf, Stays, StaysAt
from analytics.steps import Step

MOST = 12  # dimensions of one query: asked together, as each promise is asked of each query
UNDECLARED = ("attributes.size", "properties.note", "attributes.never.seen", "tenant.attributes.note")


def sources_of(known: Model, measure: str) -> frozenset[str]:
    """The sources that a measure is counted over."""
    return frozenset(part.source for part in known.parts(known.measure(measure)))


def queries() -> dict[str, Query]:
    """Queries that ask every measure, by itself and over time, and every dimension."""
    known = model()
    found: dict[str, Query] = {}
    for source in known.sources:
        alone = tuple(name for name in known.measures if sources_of(known, name) == {source})
        found[f"{source}, all measures"] = Query(alone)
        found[f"{source}, over time"] = Query(alone, grain="auto")
    joined = tuple(name for name in known.measures if len(sources_of(known, name)) > 1)
    found["of two sources by tenant"] = Query(joined, by=("tenant_id",), grain="auto")
    counts = {
        source: next(
            name
            for name, measure in known.measures.items()
            if measure.additive and sources_of(known, name) == {source}
        )
        for source in known.sources
    }
    for source, count in counts.items():
        names = [each for each in (*known.dimensions, *UNDECLARED) if source in known.dimension(each).sources]
        for by in (tuple(names[n : n + MOST]) for n in range(0, len(names), MOST)):
            found[f"{source} by {', '.join(by)}"] = Query((count,), by=by)
    found["first groups"] = Query(("executions", "success_rate"), by=("workflow_name",), limit=2)
    found["first groups and the rest"] = Query(
        ("executions", "active_tenants"), by=("status", "workflow_name"), limit=2, other=True, grain="auto"
    )
    found["filtered"] = Query(("executions",), by=("plan",), where=field("attributes.size") < 5)
    return found


def of_panels(boards: Iterable[Board]) -> dict[str, Question]:
    """What the panels of boards ask, their trends too, each question once."""
    asked = [
        (panel, each) for board in boards for panel in board.panels for each in (panel.question, panel.trend)
    ]
    first: dict[Question, str] = {}
    for panel, question in asked:
        if question is not None:
            first.setdefault(question, panel.id)
    return {f"{panel}: {question.name}": question for question, panel in first.items()}


QUERIES = queries()
# Every measure of the model, those of one source in one query: over the window, and over time.
MEASURES = {name: query for name, query in QUERIES.items() if query.by in ((), ("tenant_id",))}
COHORTS: dict[str, Question] = {
    "cohort of people": CohortMembers(
        Cohort(
            AnyOf(
                (
                    AllOf(
                        (Did(Step("opened"), 1, during=During(window=True)), NoneOf(Did(Step(None, nth=400))))
                    ),
                    Stopped(Step(None, table="runs"), timedelta(hours=1)),
                )
            )
        )
    ),
    "cohort of tenants": CohortMembers(
        Cohort(AllOf((Has(field("tenant.plan") != "free"), NoneOf(Did(Step("dreamt"))))), "tenant")
    ),
}
# A value of the tenant's own in each, so that no tenant's answer passes for another's.
_BY_TENANT = RetentionSpec(Step(None), Step("opened"), mode="recurring", breakdown="tenant_id")
_NEWCOMERS = RetentionSpec(
    Step(None), Step(None, table="runs"), "hour", 90, breakdown=("tenant_id", "attributes.size")
)
_FUNNEL = FunnelSpec((Step("opened"), Step(None, table="runs", nth=40)))
# What the app would have learnt of the world's tenants: an answer may show of it what is asked of alone.
_RANKED = Ranking(auc=0.8, low=0.7, high=0.9, precision=0.3, recall=0.5, lift=5.0)
TOLD = Known(
    "promised",
    1,
    Trained(
        Fitted(
            LossModel("logistic", Design((), (), ()), 0.0),
            Report(
                "logistic", ("2026-01-01",), 90, 30, 9, 0.1, _RANKED, _RANKED, (0.2, 0.1, 0.3), None, 0.08, 0.09, 1.0,
                (Bin(45, 2, 0.05, 0.04, 0.01, 0.1), Bin(45, 7, 0.15, 0.16, 0.1, 0.2)),
                "better",
                (Group("not held out", 9, 2, 0.1, 0.5), Group("held out", 9, 4, 0.2, 0.7)),
            ),
        ),
        (Said("alpha", 0.5, ("alpha sleeps",)), Said("beta", 0.3, ("beta sleeps",))),
        datetime(2026, 4, 30, tzinfo=UTC),
    ),
    (Standing("alpha", "contacted", "alpha's friend", "alpha calls", "alpha's fan", datetime(2026, 1, 1, tzinfo=UTC)),),
)  # fmt: skip
# The same where somebody noted of both that they need no call for now.
RESTS = replace(
    TOLD,
    key="rests",
    standings=tuple(
        Standing(
            name,
            "snoozed",
            f"{name}'s friend",
            f"{name} rests",
            f"{name}'s fan",
            datetime(2026, 1, 1, tzinfo=UTC),
            snoozed_until=datetime(2027, 1, 1, tzinfo=UTC),
        )
        for name in ("alpha", "beta")
    ),
)
# What people wrote in the app: of a tenant, and of all.
WRITTEN = Written(
    "promised",
    tuple(
        Note(
            owner,
            "task",
            f"{owner} waits",
            f"{owner}'s friend",
            datetime(2026, 3, 9, 9, 30, tzinfo=UTC),
            "open",
        )
        for owner in ("alpha", "beta")
    ),
    (Note("", "release", "Release 4.2", "the team", datetime(2026, 3, 9, 9, 40, tzinfo=UTC)),),
)
SPECIFIED: dict[str, Question] = {
    **{f"{kind.kind}, told": kind(WRITTEN) for kind in (Notes, Timeline)},
    "notes of a CRM": Notes(),
    "timeline": Timeline(),
    **{
        f"{kind.kind}, told": kind(TOLD)
        # What calling brought is the model's report, the same whoever asks.
        for kind in (Risk, CallList, AtStake, CustomerList, Quality, Calibration)
    },
    "tenants not to call for now": Resting(RESTS),
    "retention by tenant": Triangle(_BY_TENANT),
    "retention in rolling weeks": Triangle(replace(_BY_TENANT, period="week", clock="rolling", at_least=2)),
    "retention curve by tenant": Curve(
        replace(_BY_TENANT, period="hour", counting="on_or_after", breakdown_at="both")
    ),
    "retention curve of newcomers": Curve(replace(_NEWCOMERS, mode="recurring", breakdown_limit=3)),
    "people of a funnel": FunnelPeople(_FUNNEL, 1),
    "why a funnel changed": FunnelWhy(_FUNNEL, ("tenant_id", "attributes.size")),
    "segments of a funnel": FunnelSegments(replace(_FUNNEL, breakdown="tenant_id")),
    "lifecycle": Lifecycle(),
    "people active in one hour": ActivePeople(grain="hour"),
    "power curve": PowerCurve(),
    "stickiness": Stickiness(Step("plan_limit_reached"), grain="hour"),
    "losses": Risk(),
    "tenants to call": CallList(),
    "every customer": CustomerList(),
    **{kind.kind: kind() for kind in (Course, Prospect, Result)},
    "quality of the model of losses": Quality(),
    "calibration of the model of losses": Calibration(),
    "stays by plan": Stays(),
    "stays by cohort": Stays("cohort"),
    "stays after months": StaysAt(),
    "lost by plan": LostOf(),
    "lost by a field of tenants": LostOf("attributes.note"),
    "loss rate by plan": LossRate(),
    "loss rate by region": LossRate("region"),
    "paths": Paths(),
    "paths to an event": Paths(None, "to", steps=3, most=1),
    "people of a retention's curve": CurvePeople(
        RetentionSpec(Step(None), Step(None), period="hour", mode="recurring"), 0
    ),
    "people of a path": PathPeople(0, "registered", "(exit)"),
    "people of a feature": FeaturePeople("opened"),
    "newcomers without a feature": FeaturePeople("dreamt", "without"),
}
QUESTIONS: dict[str, Question] = {**analyses(), **QUERIES, **COHORTS, **SPECIFIED}
# What the app told a question is no part of its form.
UNTOLD: list[Question] = [
    *analyses().values(),
    *QUERIES.values(),
    *(each for each in SPECIFIED.values() if getattr(each, "told", None) is None),
]
