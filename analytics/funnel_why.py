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
    "rate_part", "By rate", "points", "Their change x their share of who began, averaged over both windows."
)
MIX_PART = Column(
    "mix_part",
    "By mix",
    "points",
    "The change of their share of who began x how far their rate lies from everybody's, both averaged.",
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
        whole, segments = self.found(view, scope)
        rows = pd.concat([whole, segments.head(ROWS)], ignore_index=True)
        kinds = {
            each.name: {"text": "str", "count": "int64"}.get(each.unit, "float64") for each in self.columns
        }
        return rows[[*kinds]].astype(kinds)

    def found(self, view: View, scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
        """A row of everybody, where anybody began, and all segments of all fields, with their tests."""
        spec = replace(
            self.spec,
            steps=(self.spec.steps[0], replace(self.spec.steps[-1], within=None)),
            exclusions=(),
            breakdown=self.fields,
            attribution="first_touch",
            attribution_step=1,
            breakdown_limit=None,
        )
        now, then = (
            began(view, scope, spec),
            began(view, before(scope, as_known(view, scope, spec.steps)), spec),
        )
        whole = compared(explained(_counts(now, then, "")))
        if not len(now) or not len(then):
            return whole, compared(NOTHING)
        carried = kept_by(view, scope, spec)
        fields = [name for name in self.fields if name in carried]
        parts = [_counts(now, then, name) for name in fields]
        parts = [explained(part) for part in map(folded, parts) if len(part) > 1]
        segments = pd.concat(parts, ignore_index=True) if parts else NOTHING
        return whole, ordered(compared(segments))


@dataclass(frozen=True)
class FunnelWhySaid(FunnelWhy):
    """In sentences: how the share that reaches the last step changed, and who explains most of that."""

    spec: FunnelSpec
    fields: tuple[str, ...] = tuple(SEGMENT_FIELDS)
    kind: ClassVar[str] = "funnel_why_said"
    columns: ClassVar[tuple[Column, ...]] = (SAID,)  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """What happened to everybody, then the segments that are worth a sentence."""
        whole, segments = self.found(view, scope)
        name = self.spec.steps[-1].name.lower()
        said = [f"{_moved(row, self.spec.steps[-1].name)}." for row in whole.to_dict("records")]
        beyond = segments["explains"] - segments["size"]
        telling = (segments["explains"] >= TELLING) & (beyond >= BEYOND_SIZE) & (segments["split"] != "")
        telling = segments[telling]
        sure = telling["verdict"].isin(("rose", "fell"))
        telling = telling[sure] if sure.any() else telling
        said += [sentence(row, name) for row in telling.head(SENTENCES).to_dict("records")]
        return pd.DataFrame({"said": pd.Series(said, dtype="str")})


NOTHING = pd.DataFrame(
    {"split": pd.Series(dtype="str"), "breakdown": pd.Series(dtype="str")}
    | {name: pd.Series(dtype="int64") for name in COUNTS}
    | {name: pd.Series(dtype="float64") for name in ("size", "rate_part", "mix_part", "explains")}
)


def began(view: View, scope: Scope, spec: FunnelSpec) -> pd.DataFrame:
    """A row for each who began: whether they got to the last step (`reached`), and a column a field."""
    lines = solved(view, scope, spec)
    listed = [each.split(SEPARATOR) for each in values_of(lines)] if len(lines.codes) else []
    values = pd.DataFrame(listed, columns=[*spec.broken_by], dtype="str")
    told = values.iloc[lines.codes].reset_index(drop=True)
    return told.assign(reached=lines.levels == len(spec.steps))


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
    return found.assign(size=(w1 + w0) / 2, beyond=beyond, **parts)


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


def sentence(row: Any, name: str) -> str:
    """A segment in words: what it did, and how much of the change that explains."""
    who = f"{row['split_called']} {row['breakdown'] or '(none)'}"
    fell = row["rate_part"] + row["mix_part"] < 0
    what = "fall" if fell else "rise"
    part = "more than all" if row["explains"] > 1.005 else f"{row['explains']:.0%}"
    parts = (("rate_part", "how often they get there"), ("mix_part", "how many of all they are"))
    by = [
        f"{row[each] * 100:+.1f} points by {said}" for each, said in parts if abs(row[each]) >= LEAST_CHANGE
    ]
    return f"{who}: {_moved(row, name)}. That explains {part} of the {what}: {', '.join(by)}."


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
