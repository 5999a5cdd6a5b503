"""A/B tests: the experiments in the data, what each found, how that came about, how to plan the next."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, cast

import pandas as pd

from analytics.analysis import analysis
from analytics.assignments import SUMS, Found, experiments, judged_by, outcomes, summed
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE
from analytics.experiment import adjusted, compare, groups_of, guarded, together
from analytics.experiment_power import Plan, needed
from analytics.experiment_tests import Group, always
from analytics.experiment_verdict import BROKEN_SPLIT, odds, verdict
from analytics.filters import field
from analytics.forms import BadForm, read_form
from analytics.question import Behind, Column, column_named
from analytics.scope import Scope
from analytics.settings import EXPERIMENT_QUIET_DAYS, EXPOSURES, Goal
from analytics.view import View

VERSION = 1
DAY = timedelta(days=1)
TABLES = ("events", "identities")
# A company that tells of all its feature flags has more than a list can hold.
MOST = 50
NO_GOAL = "No goal is named: choose what it is judged by."
# What a plan starts from where the data say nothing else.
EFFECT = 0.1

EXPERIMENT = Column("experiment", "Experiment", "text", "The name that its exposures give it.")
ENDED = f"{EXPERIMENT_QUIET_DAYS} days without an exposure; people may still have days left"
STATUS = Column("status", "Status", "text", f"Running, or ended: {ENDED}.")
GOAL = Column("goal", "Judged by", "text", "What its people are judged by, and for how many days.")
GOAL_EVENT = Column("goal_event", "Goal", "text", "The event that its goal is about.")
VARIANTS = Column("variants", "Variants", "text", "Its variants, the control first.")
PEOPLE = Column("people", "People", "count", "Different people who saw one variant of it.")
SET_APART = Column(
    "set_apart", "In several", "count", "People who saw more than one variant; they count nowhere."
)
UNEVEN = "How likely so uneven a split is by chance alone; under 1% it is broken."
SPLIT = Column("split_p", "Split p", "chance", UNEVEN)
FIRST = Column("first_at", "First exposure", "time", "When somebody first saw it.")
LAST = Column("last_at", "Last exposure", "time", "When somebody last saw it, up to the end of the window.")
VERDICT = Column("verdict", "Verdict", "text", "What to make of it.")

VARIANT = Column("variant", "Variant", "text", "The variant; one of them is the control.")
CONVERTED = Column("conversions", "Converted", "count", "People who reached the goal in its days.")
RATE = Column("rate", "Conversion", "ratio", "Converted / people.")
MEAN = Column("mean", "Mean", "number", "The mean of what each person did, without what they did before.")
LIFT = Column("lift", "Lift", "ratio", "How much more than the control, of the control; 10% of 5% is 0.5%.")
LOW = Column("low", "Lift from", "ratio", "The lower end of the lift's 95% interval.")
HIGH = Column("high", "Lift to", "ratio", "The upper end of the lift's 95% interval.")
P_VALUE = Column("p_value", "p-value", "chance", "How likely so large a difference is where there is none.")
BEST = Column("chance_best", "Chance to be best", "ratio", "How likely none is better (Bayesian).")
LOSS = Column(
    "expected_loss", "Expected loss", "ratio", "What choosing it costs on average, of the control's value."
)
ALWAYS_LOW = Column(
    "low", "At least", "ratio", "The lowest lift that is not ruled out, however often one looks."
)
ALWAYS_HIGH = Column(
    "high", "At most", "ratio", "The highest lift that is not ruled out, however often one looks."
)
SO_FAR = Column("people", "People so far", "count", "People of this variant and the control so far.")
BASELINE = Column("baseline", "Converts today", "ratio", "The share of the control that converted.")
A_DAY = Column("people_a_day", "People a day", "number", "New people in the experiment a day.")
NEEDED = Column("people", "People needed", "count", f"In all variants, to see a lift of {EFFECT:.0%}.")

EXPOSED = Behind("events", where=field("event_type").isin([each.event for each in EXPOSURES]))


@analysis(
    tables=TABLES,
    columns=(EXPERIMENT, STATUS, GOAL, GOAL_EVENT, VARIANTS, PEOPLE, SET_APART, SPLIT, FIRST, LAST, VERDICT),
    drawn_from={"verdict": EXPOSED, "experiment": EXPOSED},
)
def listed(view: View, scope: Scope) -> pd.DataFrame:
    """The experiments that somebody saw in the window, each whole from its first exposure on."""
    every = experiments(view, scope)
    found = every[:MOST]
    rows = outcomes(view, scope, found, aimless=False)
    told = [_told(each, whole(rows, each.name), scope) for each in found]
    frame = pd.DataFrame(told, columns=[column.name for column in listed.columns])
    typed = _typed(frame, listed.columns, scope.timezone)
    if len(every) > MOST:
        typed.attrs["notes"] = (f"The {MOST} that began last, of {len(every):,}.",)
    return typed


@dataclass(frozen=True)
class OfOne:
    """A question about one experiment, '' being the one that began last, judged by a goal or by its own."""

    experiment: str = ""
    goal: Goal | None = None
    kind: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    tables: ClassVar[tuple[str, ...]] = TABLES
    additive: ClassVar[tuple[str, ...]] = ()
    filtered_by: ClassVar[frozenset[str]] = frozenset()

    @property
    def name(self) -> str:
        """What tells it from every other question."""
        return f"{self.kind}:{json.dumps(self.to_dict())}"

    @property
    def definition(self) -> str:
        """What the numbers mean, in one sentence."""
        return (type(self).__doc__ or "").partition("\n")[0]

    def column(self, name: str) -> Column:
        """The column of that name."""
        return column_named(self.kind, self.columns, name)

    def behind(self, name: str) -> Behind | None:
        """The exposures."""
        return EXPOSED if name in ("lift", "variant") else None

    def to_dict(self) -> dict[str, object]:
        """The JSON form of its specification."""
        goal = None if self.goal is None else {name: getattr(self.goal, name) for name in GOAL_FORM}
        return {"version": VERSION, "experiment": self.experiment, "goal": goal}

    def found(self, view: View, scope: Scope) -> Found | None:
        """The experiment that is meant; None where there is none of that name."""
        there = experiments(view, scope)
        chosen = next((each for each in there if self.experiment in ("", each.name)), None)
        return None if chosen is None else judged_by(chosen, self.goal)


GOAL_FORM = ("event", "measured", "attribute", "days")


@dataclass(frozen=True)
class Result(OfOne):
    """What each variant of an experiment did beside the control, with how sure that is."""

    kind: ClassVar[str] = "experiment_result"
    columns: ClassVar[tuple[Column, ...]] = (
        VARIANT, PEOPLE, CONVERTED, RATE, MEAN, LIFT, LOW, HIGH, P_VALUE, BEST, LOSS
    )  # fmt: skip

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        found = self.found(view, scope)
        rows = outcomes(view, scope, [] if found is None else [found])
        if found is None or not (rows["variant"] != "").any():
            return _typed(pd.DataFrame(), self.columns)
        sums = whole(rows, found.name)
        compared = _compared(found, sums)
        frame = compared.rename(columns={"actors": "people"})
        if found.goal.measured == "mean":
            frame = frame.assign(people=frame["assigned"], conversions=frame["people"])
        if found.goal.measured == "conversion":
            frame = frame.assign(rate=frame["conversions"] / frame["people"].where(frame["people"] > 0))
        of_control = abs(frame["rate" if "rate" in frame else "mean"].iloc[0])
        frame = frame.assign(
            expected_loss=frame["expected_loss"] / (of_control if of_control > 0 else math.nan),
            high=frame["high"].where(frame["high"] < math.inf),
        )
        typed = _typed(frame, self.columns)
        typed.attrs["notes"] = _notes(found, sums, compared)
        return typed

    @classmethod
    def from_dict(cls, form: object) -> Result:
        """The question of a JSON form; a key that it does not know is refused."""
        return cls(*_of_form(form))


@dataclass(frozen=True)
class Course(OfOne):
    """The lift of each variant as known at the end of each day, with an interval valid at every look."""

    kind: ClassVar[str] = "experiment_course"
    columns: ClassVar[tuple[Column, ...]] = (
        BUCKET, VARIANT, LIFT, ALWAYS_LOW, ALWAYS_HIGH, SO_FAR, COMPLETE
    )  # fmt: skip
    grain: ClassVar[str] = "day"

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        found = self.found(view, scope)
        rows = outcomes(view, scope, [] if found is None else [found])
        rows = rows[rows["variant"] != ""]
        if found is None or not rows["bucket"].notna().any():
            return _typed(pd.DataFrame(), self.columns, scope.timezone)
        frame = _looks(found, running(rows))
        frame = frame.assign(complete=complete(frame["bucket"], scope, "day"))
        return _typed(frame, self.columns, scope.timezone)

    @classmethod
    def from_dict(cls, form: object) -> Course:
        """The question of a JSON form; a key that it does not know is refused."""
        return cls(*_of_form(form))


@dataclass(frozen=True)
class Prospect(OfOne):
    """How many people the next experiment needs, from the conversion and the traffic of this one."""

    kind: ClassVar[str] = "experiment_prospect"
    columns: ClassVar[tuple[Column, ...]] = (BASELINE, A_DAY, NEEDED)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        found = self.found(view, scope)
        rows = outcomes(view, scope, [] if found is None else [found])
        baseline, a_day, people = None, None, None
        if found is not None and (rows["variant"] != "").any():
            sums = whole(rows, found.name)
            of_variants = sums[sums["variant"] != ""]
            days = max((found.last_at - found.first_at) / DAY, 1.0)
            a_day = float(of_variants["n"].sum()) / days
            control = of_variants[of_variants["variant"] == found.control(list(of_variants["variant"]))].iloc[
                0
            ]
            if found.goal.measured == "conversion" and 0 < control["did"] * (1 + EFFECT) < control["n"]:
                baseline = float(control["did"] / control["n"])
                people = needed(Plan(baseline, EFFECT, variants=max(len(of_variants), 2))).in_all
        frame = pd.DataFrame({"baseline": [baseline], "people_a_day": [a_day], "people": [people]})
        return _typed(frame, self.columns)

    @classmethod
    def from_dict(cls, form: object) -> Prospect:
        """The question of a JSON form; a key that it does not know is refused."""
        return cls(*_of_form(form))


def whole(rows: pd.DataFrame, experiment: str) -> pd.DataFrame:
    """The sums of all days of an experiment, a row a variant; '' are those in several."""
    own = rows[rows["experiment"] == experiment]
    return own.groupby("variant", as_index=False)[list(SUMS)].sum()


def running(rows: pd.DataFrame) -> pd.DataFrame:
    """The sums up to the end of each day of the window from the first one with anything, a row a variant."""
    before = rows[rows["bucket"].isna()].set_index("variant")[list(SUMS)]
    daily = rows[rows["bucket"].notna()]
    first, last = daily["bucket"].min(), daily["bucket"].max()
    days = pd.DatetimeIndex(sorted({*daily["bucket"], *_days(first, last)}))
    parts = []
    for variant in sorted(set(rows["variant"])):
        own = daily[daily["variant"] == variant].set_index("bucket")[list(SUMS)]
        sums = own.reindex(days, fill_value=0).cumsum()
        if variant in before.index:
            sums = sums + before.loc[variant]
        parts.append(sums.assign(variant=variant))
    return pd.concat(parts).rename_axis("bucket").reset_index()


def words(goal: Goal) -> str:
    """did trial_started within 14 days"""
    event = goal.event or "anything"
    what = {
        "conversion": f"did {event}",
        "count": f"how often they did {event}",
        "sum": f"sum of {goal.attribute} of {event}",
        "mean": f"mean {goal.attribute} of {event}",
    }[goal.measured]
    return f"{what} within {'a day' if goal.days == 1 else f'{goal.days} days'}"


def _days(first: pd.Timestamp, last: pd.Timestamp) -> Sequence[pd.Timestamp]:
    # Local midnights: adding a day on the wall clock survives a change of the clock.
    return list(
        pd.date_range(first.tz_localize(None), last.tz_localize(None), freq="D").tz_localize(first.tz)
    )


def _told(found: Found, sums: pd.DataFrame, scope: Scope) -> dict[str, object]:
    of_variants = sums[sums["variant"] != ""]
    ended = found.last_at < scope.end - EXPERIMENT_QUIET_DAYS * DAY
    known: dict[str, object] = {
        "experiment": found.name,
        "status": "ended" if ended else "running",
        "goal": words(found.goal) if found.goal.event else "",
        "goal_event": found.goal.event,
        "people": int(of_variants["n"].sum()),
        "set_apart": int(sums.loc[sums["variant"] == "", "n"].sum()),
        "first_at": found.first_at,
        "last_at": found.last_at,
    }
    if of_variants.empty:
        return {**known, "variants": "", "split_p": None, "verdict": "Everybody saw several variants."}
    compared = _compared(found, sums)
    split = float(compared["srm_p"].iloc[0])
    judged = bool(found.goal.event) or split < BROKEN_SPLIT or len(compared) < 2
    waiting = int(of_variants["waiting"].sum())
    said = verdict(compared, running=not ended, waiting=waiting, days=found.goal.days)
    return {
        **known,
        "variants": ", ".join(compared["variant"]),
        "split_p": split,
        "verdict": said if judged else NO_GOAL,
    }


def _compared(found: Found, sums: pd.DataFrame) -> pd.DataFrame:
    """The variants beside the control, which comes first."""
    rows = summed(_ordered(found, sums), found.goal)
    return compare(rows, shares=found.declared.shares or None)


def _looks(found: Found, so_far: pd.DataFrame) -> pd.DataFrame:
    """The lift of each variant but the control, with what no look rules out, at the end of each day."""
    control = found.control(list(so_far["variant"].unique()))
    in_order = so_far.assign(other=so_far["variant"] != control).sort_values(["bucket", "other", "variant"])
    known = summed(in_order.reset_index(drop=True), found.goal)
    if "before_sd" in known:
        # What explains the noise is learnt anew at each look, from what is known by then.
        days = in_order["bucket"].to_numpy()
        known = pd.concat([adjusted(day) for _, day in known.groupby(days)], ignore_index=True)
    variants = so_far["variant"].nunique()
    groups, checked = groups_of(known), guarded(known)
    at = [place for place in range(len(groups)) if place % variants]
    base = [place - place % variants for place in at]
    sure = together(variants - 1)
    ends = [always(checked[mine], checked[other], sure) for mine, other in zip(at, base, strict=True)]
    # Nothing can be done less often than never.
    least = -1.0 if found.goal.measured in ("conversion", "count") else -math.inf
    return pd.DataFrame(
        {
            "bucket": in_order["bucket"].iloc[at].reset_index(drop=True),
            "variant": in_order["variant"].iloc[at].to_numpy(),
            "lift": [lift(groups[mine], groups[other]) for mine, other in zip(at, base, strict=True)],
            "low": [max(low, least) for low, _ in ends],
            "high": [high if math.isfinite(high) else math.nan for _, high in ends],
            "people": [
                groups[mine].actors + groups[other].actors for mine, other in zip(at, base, strict=True)
            ],
        }
    )


def lift(mine: Group, control: Group) -> float:
    """How much more than the control, of the control."""
    return (mine.mean - control.mean) / abs(control.mean) if control.mean else math.nan


def _ordered(found: Found, sums: pd.DataFrame) -> pd.DataFrame:
    """The rows of the variants, the control's first."""
    of_variants = sums[sums["variant"] != ""]
    control = found.control(list(of_variants["variant"]))
    order = [control, *sorted(set(of_variants["variant"]) - {control})]
    return of_variants.set_index("variant").loc[order].reset_index()


def _notes(found: Found, sums: pd.DataFrame, compared: pd.DataFrame) -> tuple[str, ...]:
    said = [f"{found.name}, judged by: {words(found.goal)}."]
    apart = int(sums.loc[sums["variant"] == "", "n"].sum())
    waiting = int(sums.loc[sums["variant"] != "", "waiting"].sum())
    split = float(compared["srm_p"].iloc[0])
    if split < BROKEN_SPLIT:
        said.append(f"The split is broken ({odds(split)} by chance): do not read the result.")
    if apart:
        said.append(f"{apart:,} saw several variants and are set apart.")
    if waiting:
        said.append(f"{waiting:,} still have some of their {found.goal.days} days left.")
    return tuple(said)


def _of_form(form: object) -> tuple[str, Goal | None]:
    known = read_form("experiment", form, VERSION, ("experiment", "goal"))
    name, goal = known.get("experiment", ""), known.get("goal")
    if not isinstance(name, str):
        raise BadForm("experiment is a text")
    if goal is None:
        return name, None
    if not isinstance(goal, dict) or set(cast("dict[str, object]", goal)) - set(GOAL_FORM):
        raise BadForm(f"a goal has {', '.join(GOAL_FORM)}")
    try:
        return name, Goal(**goal)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError) as error:
        raise BadForm(f"this goal cannot be read: {error}") from error


TYPES = {"text": "str", "count": "Int64", "flag": "bool"} | dict.fromkeys(
    ("ratio", "chance", "number"), "float64"
)


def _typed(frame: pd.DataFrame, columns: Sequence[Column], timezone: str = "UTC") -> pd.DataFrame:
    """Exactly these columns, in their types also where nothing is in them."""
    types: dict[str, Any] = {**TYPES, "time": f"datetime64[us, {timezone}]"}

    def typed(column: Column) -> pd.Series:
        values = pd.Series(frame.get(column.name), frame.index)
        return (pd.to_datetime(values, utc=True) if column.unit == "time" else values).astype(
            types[column.unit]
        )

    return pd.DataFrame({column.name: typed(column) for column in columns})
