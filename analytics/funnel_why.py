"""Why a share changed since the window before: which segments of those who began explain how much of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analytics.experiment import holm
from analytics.experiment_tests import two_proportions
from analytics.funnel import still_may
from analytics.funnel_change import (
    BEFORE,
    BEGAN_BEFORE,
    CHANGE,
    ENTERED,
    EVERYBODY,
    NOW,
    VERDICT,
    BesideBefore,
    before,
    verdict,
)
from analytics.funnel_known import as_known
from analytics.funnel_rows import SEPARATOR, FunnelRows, fetch
from analytics.funnel_solve import OTHER, Solved, solved
from analytics.funnel_spec import FunnelSpec
from analytics.funnel_told import Sides, broke, leading, milestones
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import SEGMENT_FIELDS
from analytics.units import tables_for
from analytics.view import View

# Of a field the largest values have a row each, those of few people none; of all rows the strongest are told.
VALUES, FEWEST, ROWS, SENTENCES = 8, 8, 15, 2
# A change that is hardly one cannot be explained in parts of it.
LEAST_CHANGE = 0.005
# A segment is worth a sentence where it explains so much, and so much more than its size alone would.
TELLING, BEYOND_SIZE = 0.2, 0.1
COUNTS = ("n1", "c1", "n0", "c0")

SPLIT = Column("split", "Field", "text", "The field that the people are split by, as a filter names it.")
BY = Column("split_called", "By", "text", "What the people are split by.")
WHO = Column("breakdown", "Who", "text", "Everybody, or those of one value of it.")
EXPLAINS = Column(
    "explains",
    "Of the change",
    "ratio",
    "The part of everybody's change that is theirs; the rows of one field sum to all of it.",
)
RATE_PART = Column(
    "rate_part",
    "By how often",
    "points",
    "As more or fewer of them get there: their change x their share of who began, averaged.",
)
MIX_PART = Column(
    "mix_part",
    "By how many",
    "points",
    "As they are more or fewer of all: the change of their share of who began x how far their rate lies from "
    "everybody's, both averaged.",
)
SAID = Column("said", "In words", "text", "What changed, and who explains most of it.")


@dataclass(frozen=True)
class FunnelWhy(BesideBefore):
    """Who of those who begin explains the change of the share that gets to the last step, window on window.

    Each field splits all who began; a segment's part of the change is its change of rate, and the change of
    its share of all. First comes who explains most beyond what their number alone would.
    """

    spec: FunnelSpec
    fields: tuple[str, ...] = tuple(SEGMENT_FIELDS)
    kind: ClassVar[str] = "funnel_why"
    columns: ClassVar[tuple[Column, ...]] = (  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]
        SPLIT, BY, WHO, ENTERED, NOW, BEGAN_BEFORE, BEFORE, CHANGE, EXPLAINS, RATE_PART, MIX_PART, VERDICT,
    )  # fmt: skip

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", tuple(self.fields))

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the funnel, and those that the fields are looked up in."""
        return tuple(dict.fromkeys((*super().tables, *sorted(tables_for(self.fields)))))

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {**super().to_dict(), "fields": list(self.fields)}

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """Everybody, then the segments, who explains most first."""
        whole, segments, _ = self.found(view, scope)
        rows = pd.concat([whole, segments.head(ROWS)], ignore_index=True)
        kinds = {
            each.name: {"text": "str", "count": "int64"}.get(each.unit, "float64") for each in self.columns
        }
        return rows[[*kinds]].astype(kinds)

    def found(self, view: View, scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame, Sides]:
        """A row of everybody, where anybody began, all segments of all fields with tests, and who began."""
        spec = replace(
            self.spec,
            steps=(self.spec.steps[0], replace(self.spec.steps[-1], within=None)),
            exclusions=(),
            breakdown=self.fields,
            attribution="first_touch",
            attribution_step=1,
            breakdown_limit=None,
        )
        known = as_known(view, scope, spec.steps)
        now, then = began(view, scope, spec, known), began(view, before(scope, known), spec)
        sides = Sides(now, then)
        whole = compared(explained(_counts(now, then, "")))
        if not len(now) or not len(then):
            return whole, compared(NOTHING), sides
        carried = kept_by(view, scope, spec)
        fields = [name for name in self.fields if name in carried]
        parts = [_counts(now, then, name) for name in fields]
        parts = [explained(part) for part in map(folded, parts) if len(part) > 1]
        segments = pd.concat(parts, ignore_index=True) if parts else NOTHING
        segments = ordered(compared(segments))
        first = leading(telling(segments), sides, fell=bool(whole["difference"].iloc[0] < 0))
        return whole, _first(segments, first), sides


@dataclass(frozen=True)
class FunnelWhySaid(FunnelWhy):
    """In sentences: how the share that reaches the last step changed, and who explains most of that."""

    spec: FunnelSpec
    fields: tuple[str, ...] = tuple(SEGMENT_FIELDS)
    kind: ClassVar[str] = "funnel_why_said"
    columns: ClassVar[tuple[Column, ...]] = (SAID,)  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """What happened to everybody, then the segments that are worth a sentence."""
        whole, segments, sides = self.found(view, scope)
        last = self.spec.steps[-1].name
        may = int(sides.now["may"].sum())
        said = [everybody(row, last, may) for row in whole.to_dict("records")]
        told = telling(segments).head(SENTENCES).to_dict("records")
        if told:
            sides, steps = self.milestones(view, scope, sides)
            said.append(sentence(told[0], last.lower(), broken(broke(sides, told[0], steps))))
            said += [beside(row, told[0], sides, last.lower()) for row in told[1:]]
        return pd.DataFrame({"said": pd.Series(said, dtype="str")})

    def milestones(self, view: View, scope: Scope, sides: Sides) -> tuple[Sides, dict[str, str]]:
        """Who began, with a column for each step on the way; and which column that is."""
        earlier = before(scope, as_known(view, scope, self.spec.steps))
        frames: list[pd.DataFrame] = []
        names: dict[str, str] = {}
        for frame, of in ((sides.now, scope), (sides.then, earlier)):
            found = milestones(view, of, self.spec)
            names = {name: f"step {n}" for n, name in enumerate(found)}
            columns = {names[name]: frame["unit"].isin(units) for name, units in found.items()}
            frames.append(frame.assign(**columns))
        return Sides(*frames), names


def telling(segments: pd.DataFrame) -> pd.DataFrame:
    """The segments that are worth a sentence: those whose own change is sure, where there are any."""
    beyond = segments["explains"] - segments["size"]
    found = segments[(segments["explains"] >= TELLING) & (beyond >= BEYOND_SIZE) & (segments["split"] != "")]
    sure = found["verdict"].isin(("rose", "fell"))
    return found[sure] if sure.any() else found


NOTHING = pd.DataFrame(
    {"split": pd.Series(dtype="str"), "breakdown": pd.Series(dtype="str")}
    | {name: pd.Series(dtype="int64") for name in COUNTS}
    | {
        name: pd.Series(dtype="float64")
        for name in ("size", "rate_part", "mix_part", "explains", "n1_all", "n0_all")
    }
)


def began(view: View, scope: Scope, spec: FunnelSpec, known: Scope | None = None) -> pd.DataFrame:
    """A row for each who began (`unit`), a column a field: who got to the last step (`reached`), who `may`.

    `known` is the scope whose now says until when rows are known.
    """
    lines = solved(view, scope, spec)
    listed = [each.split(SEPARATOR) for each in values_of(lines)] if len(lines.codes) else []
    values = pd.DataFrame(listed, columns=[*spec.broken_by], dtype="str")
    told = values.iloc[lines.codes].reset_index(drop=True)
    return told.assign(
        reached=lines.levels == len(spec.steps), may=still_may(lines, known or scope, spec), unit=lines.units
    )


def values_of(found: Solved | FunnelRows) -> tuple[str, ...]:
    """What the codes of lines or rows stand for."""
    return found.values  # noqa: PD011  no frame


def kept_by(view: View, scope: Scope, spec: FunnelSpec) -> set[str]:
    """The fields that rows of the last step have too: by any other a page could not be narrowed to them."""
    wide = replace(scope, start=before(scope).start)
    last = replace(spec, steps=spec.steps[-1:], dates="entry_and_completion")
    values = [each.split(SEPARATOR) for each in values_of(fetch(view, wide, last))]
    rows = [each for each in values if any(each)]
    return {name for n, name in enumerate(spec.broken_by) if not rows or any(each[n] for each in rows)}


def _counts(now: pd.DataFrame, then: pd.DataFrame, name: str) -> pd.DataFrame:
    """Of each value of a field: who began and got there now (`n1`, `c1`) and before (`n0`, `c0`)."""
    sides: list[pd.DataFrame] = []
    for side, frame in (("1", now), ("0", then)):
        by: Any = frame[name] if name else pd.Series(EVERYBODY, frame.index, dtype="str")
        held = frame["reached"].groupby(by).agg(["size", "sum"])
        sides.append(held.set_axis([f"n{side}", f"c{side}"], axis=1))
    found = pd.concat(sides, axis=1).fillna(0).astype("int64")
    return found.rename_axis("breakdown").reset_index().assign(split=name).astype({"breakdown": "str"})


def folded(found: pd.DataFrame) -> pd.DataFrame:
    """The largest values of a field, and all others as one, which no filter names and so carries no field."""
    people = (found["n1"] + found["n0"]).sort_values(ascending=False, kind="stable")
    found = found.loc[people.index].reset_index(drop=True)
    many = min(VALUES, int((people >= FEWEST).sum()))
    rest = found.iloc[many:]
    if len(rest) < 2:
        return found
    sums = {name: [int(rest[name].sum())] for name in COUNTS}
    other = pd.DataFrame({"breakdown": [OTHER], "split": [f" {rest['split'].iloc[0]}"], **sums})
    return pd.concat([found.iloc[:many], other], ignore_index=True)


def explained(found: pd.DataFrame) -> pd.DataFrame:
    """Segments (`n1`, `c1`, `n0`, `c0`) with their parts of the change of all: by rate, by mix, both in it.

    With shares w of who began and rates r: mean w x change of r, and change of w x (mean r - mean rate of
    all). Over the segments these sum to the change of all. Who was not there in one window has the rate of
    the other, as nothing is known of a change.
    """
    n1, c1, n0, c0 = (found[name].to_numpy(float) for name in COUNTS)
    all1, all0 = (got.sum() / of.sum() if of.sum() else math.nan for got, of in ((c1, n1), (c0, n0)))
    w1, w0 = n1 / max(n1.sum(), 1.0), n0 / max(n0.sum(), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        r1, r0 = c1 / n1, c0 / n0
    r1, r0 = np.where(n1 > 0, r1, r0), np.where(n0 > 0, r0, r1)
    by_rate = (w1 + w0) / 2 * (r1 - r0)
    by_mix = (w1 - w0) * ((r1 + r0) / 2 - (all1 + all0) / 2)
    change = all1 - all0
    part = (by_rate + by_mix) / change if abs(change) >= LEAST_CHANGE else np.full(len(found), math.nan)
    beyond = (by_rate + by_mix - (w1 + w0) / 2 * change) * (-1.0 if change < 0 else 1.0)
    parts = {"rate_part": by_rate, "mix_part": by_mix, "explains": part}
    return found.assign(size=(w1 + w0) / 2, beyond=beyond, n1_all=n1.sum(), n0_all=n0.sum(), **parts)


def ordered(segments: pd.DataFrame) -> pd.DataFrame:
    """Who explains most of the change beyond what their number alone would, first."""
    if not len(segments):
        return segments
    beyond = -segments["beyond"].round(12)
    # What is left of a field is nobody to look at.
    places = np.lexsort((segments["breakdown"], segments["split_called"], beyond, segments["split"] == ""))
    return segments.iloc[places].reset_index(drop=True)


def compared(found: pd.DataFrame) -> pd.DataFrame:
    """The rows in words and with the tests of their own changes, Holm's correction over all of them."""
    pairs = [
        two_proportions((c1, n1), (c0, n0)) for n1, c1, n0, c0 in found[[*COUNTS]].itertuples(index=False)
    ]
    corrected = holm([each.p_value for each in pairs])
    said = [verdict(each.difference, p) for each, p in zip(pairs, corrected, strict=True)]
    split = found["split"].astype("str")
    called = [SEGMENT_FIELDS.get(name.strip(), name.strip()) for name in split]
    return found.assign(
        split=split.where(~split.str.startswith(" "), ""),
        split_called=pd.Series(called, found.index, dtype="str"),
        entered=found["n1"],
        entered_before=found["n0"],
        conversion=_rates(found["c1"], found["n1"]),
        conversion_before=_rates(found["c0"], found["n0"]),
        difference=pd.Series([each.difference for each in pairs], found.index, dtype="float64"),
        verdict=pd.Series(said, found.index, dtype="str"),
    )


def everybody(row: Any, name: str, may: int) -> str:
    """What happened to everybody, that both windows are counted at one age, and who may still get there."""
    still = f" {may:,} of the {row['n1']:,} still may." if may and row["n0"] else ""
    age = " Both windows are counted at the same age." if row["n1"] and row["n0"] else ""
    return f"{_moved(row, name)}.{age}{still}"


def broken(found: tuple[str, Any] | None) -> str:
    """At which step a segment's way broke, or opened."""
    if found is None:
        return ""
    name, counts = found
    return f"{counts['c1']:,} of {counts['n1']:,} reach {name}, {_after(counts)} before; "


def sentence(row: Any, name: str, broke_at: str = "") -> str:
    """A segment in words: where it broke, what it did, and how much of the change that explains."""
    what = "fall" if row["rate_part"] + row["mix_part"] < 0 else "rise"
    part = "more than all" if row["explains"] > 1.005 else f"{row['explains']:.0%}"
    rate, mix = row["rate_part"], row["mix_part"]
    grew = row["n1"] * row["n0_all"] > row["n0"] * row["n1_all"]
    parts = (
        (rate, f"{'fewer' if rate < 0 else 'more'} of them get there"),
        (mix, f"they are a {'larger' if grew else 'smaller'} part of all who began"),
    )
    by = [f"{points * 100:+.1f} points as {said}" for points, said in parts if abs(points) >= LEAST_CHANGE]
    return f"{_who(row)}: {broke_at}{_moved(row, name)}. That explains {part} of the {what}: {', '.join(by)}."


def beside(row: Any, lead: Any, sides: Sides, name: str) -> str:
    """The next segment: by itself, or as mostly the people of the first, with what those without it did."""
    if not sides.alike(row, lead):
        return sentence(row, name)
    both, smaller = sides.shared(row, lead)
    mine = np.concatenate(sides.of(row)).sum() == smaller
    few, many = (_who(row), _who(lead)) if mine else (_who(lead), _who(row))
    said = (
        f"{_who(row)} explains {row['explains']:.0%} too, but those are mostly the same people, so the two "
        f"do not add up: {both:,} of {smaller:,} with {few} have {many}."
    )
    rest = tuple(mine & ~theirs for mine, theirs in zip(sides.of(row), sides.of(lead), strict=True))
    counts = sides.counted(rest)  # pyright: ignore[reportArgumentType]
    if not (counts["n1"] and counts["n0"]):
        return said
    left = f"{counts['c1']:,} of {counts['n1']:,} are {name}, {_after(counts)} before"
    return f"{said} With {_who(row)} and not {_who(lead)}, {left}."


def _who(row: Any) -> str:
    return f"{row['split_called']} {row['breakdown'] or '(none)'}"


def _after(counts: Any) -> str:
    return f"after {counts['c0']:,} of {counts['n0']:,}"


def _first(segments: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """The segments with the first of others in front."""
    names = ["split", "breakdown"]
    here = (segments[names] == first[names].iloc[0]).all(axis=1) if len(first) else segments["split"].isna()
    return pd.concat([segments[here], segments[~here]], ignore_index=True)


def _moved(row: Any, name: str) -> str:
    change = "fell" if row["difference"] < 0 else "rose" if row["difference"] > 0 else "stayed"
    now, then = f"{row['c1']:,} of {row['n1']:,}", f"{row['c0']:,} of {row['n0']:,}"
    if not (row["n1"] and row["n0"]):
        return f"{name} are {now} after {then}, which cannot be compared"
    sure = " (may be chance)" if row["verdict"] == "may be chance" else ""
    rates = f"from {row['conversion_before']:.0%} to {row['conversion']:.0%}"
    return f"{name} {change} {rates}, {now} after {then}{sure}"


def _rates(part: pd.Series, whole: pd.Series) -> Sequence[float] | Any:  # pyright: ignore[reportMissingTypeArgument]
    return part.astype("float64") / whole.where(whole > 0).astype("float64")
