"""The rows of a funnel: whose, when, and which steps each fills, as arrays that the kernel solves.

One statement a table: the engine filters by the steps' marks and hands over a hash of the unit, the time and
a mask of bits. Nothing is sorted or joined there, but for people with aliases and looked up breakdowns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analytics.filters import OF_COHORT
from analytics.funnel_kernel import FOREVER, HAS_VALUE, Journeys, Terms
from analytics.funnel_spec import FunnelSpec
from analytics.scope import Scope
from analytics.units import TENANT, Units, expression, joins_for
from analytics.view import View
from analytics.zones import EPOCH, MICROSECOND

SEPARATOR = "\x1f"
# A stretch is so long; of very many the oldest are one, as an empty one is asked for in vain.
STRETCH, MOST = timedelta(days=90), 12
INSIDE, OUTSIDE = "in the cohort", "everybody else"


@dataclass(frozen=True)
class FunnelRows:
    """The rows of a funnel in a scope, with the values of its breakdown.

    `codes` say which of `values` a row carries.
    """

    journeys: Journeys
    codes: NDArray[np.int32]
    values: tuple[str, ...]


def fetch(view: View, scope: Scope, spec: FunnelSpec) -> FunnelRows:
    """The rows that fill steps of a funnel or hit it, and with strict order all others of those tables."""
    units = Units.of(view, spec.unit)
    wide = replace(scope, end=max(last_moment(scope, spec), scope.start + MICROSECOND))
    asked = " union all ".join(_statement(spec, units, table) for table in spec.tables)
    found = pa.concat_tables(view.arrow(part, asked, marks=spec.marks) for part in stretches(wide, spec))
    columns: list[Any] = []
    for name in ("u", "t", "m"):
        columns.append(
            found[name].combine_chunks().to_numpy()
        )  # a copy, and the engine's own goes before the next
        found = found.drop_columns([name])
    journeys = Journeys(*columns)
    codes, values = np.zeros(0, np.int32), ("",)
    if spec.broken_by:
        codes, values = _coded(found["value"])
    return FunnelRows(journeys, codes, values)


def names_of(view: View, scope: Scope, spec: FunnelSpec, hashes: NDArray[np.uint64]) -> pd.DataFrame:
    """Who the units of these hashes are: `unit` and `tenant_id`, one row a hash, in their order.

    Asked once it is known of whom: carried along with the rows, names would be most of what they weigh.
    """
    units = Units.of(view, spec.unit)
    # Whoever enters has a row of the first step in the window, but where steps come in any order.
    steps = range(len(spec.steps)) if spec.order == "unordered" else range(1)
    tables = dict.fromkeys(spec.steps[n].table for n in steps)
    rows = " union all ".join(_entries(spec, units, table, steps) for table in tables)
    asked = (
        f"select u, any_value(unit) as unit, any_value(tenant_id) as tenant_id from ({rows})"
        " where u in (select unnest($hashes)) group by u"
    )
    wanted = np.unique(hashes)
    parts = stretches(scope, spec)
    found = pd.concat([view.frame(part, asked, marks=spec.marks, hashes=wanted) for part in parts])
    known = found.drop_duplicates("u").set_index("u")
    return known.reindex(pd.Index(hashes)).reset_index(drop=True).astype({"unit": "str", "tenant_id": "str"})


def stretches(scope: Scope, spec: FunnelSpec) -> list[Scope]:
    """The scope, a long one in stretches: the engine keeps half as much beside what it hands over of each.

    What reads before its window, or has rows later than the present, is asked for in one go.
    """
    alone = any(step.nth > 1 for step in spec.steps) or "subscriptions" in spec.tables
    if alone or scope.end > scope.present or scope.end - scope.start < 2 * STRETCH:
        return [scope]
    number = min(-(-(scope.end - scope.start) // STRETCH), MOST)
    bounds = [scope.start, *(scope.end - n * STRETCH for n in range(number - 1, 0, -1)), scope.end]
    return [replace(scope, start=start, end=end) for start, end in pairwise(bounds)]


def terms(spec: FunnelSpec, scope: Scope, bounds: Sequence[datetime] | None = None) -> Terms:
    """What the kernel is asked: entries between two of the bounds each, or in the whole window."""
    alike = [next(n for n, other in enumerate(spec.steps) if step.same_rows(other)) for step in spec.steps]
    return Terms(
        len(spec.steps),
        spec.order,
        min(spec.window // MICROSECOND, FOREVER),
        [microseconds(bound) for bound in bounds or (scope.start, scope.end)],
        within=[FOREVER if step.within is None else step.within // MICROSECOND for step in spec.steps],
        alike=alike,
        nth=[step.nth for step in spec.steps],
        exclusions=[(each.after_step - 1, each.before_step - 1) for each in spec.exclusions],
        first=spec.entry == "first",
        since=microseconds(scope.start),
        touched=bool(spec.broken_by),
    )


def last_moment(scope: Scope, spec: FunnelSpec) -> datetime:
    """Before when a completion must lie."""
    if spec.dates == "entry_and_completion":
        return scope.end
    latest = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
    after = scope.end + spec.window if spec.window < latest - scope.end else latest
    return min(after, scope.present)


def microseconds(moment: datetime) -> int:
    """A moment as the rows know it."""
    return (moment - EPOCH) // MICROSECOND


def _statement(spec: FunnelSpec, units: Units, table: str) -> str:
    """`u`, `t`, `m` of the rows of one table, and `value` where there is a breakdown."""
    bits = [n for n, step in enumerate(spec.marked) if step.table == table]
    counted = [n for n in bits if n < len(spec.steps) and spec.steps[n].nth > 1]
    unit, joins = units.columns(table)
    wanted = [join for join in joins_for(spec.broken_by, table) if join not in joins]
    mask = _mask(spec, bits)
    inside, outer = [f"{unit}, epoch_us(r.occurred_at) as t, {mask} as m"], f"{_hash(units)} as u, t"
    if spec.broken_by:
        fields = (_value(n, name, table) for n, name in enumerate(spec.broken_by))
        inside.append(f"{' || chr(31) || '.join(fields)} as value")
        carried = f"case when replace(value, chr(31), '') <> '' then {1 << HAS_VALUE} else 0 end"
        outer += f", cast(m + {carried} as uinteger) as m, value"
    else:
        outer += ", cast(m as uinteger) as m"
    rows = f"{table}_history" if counted else table
    where = [*_kept(spec, table, bits, counted), units.exists(table)]
    return (
        f"select {outer} from (select {', '.join(inside)} from {rows} as r {' '.join([*joins, *wanted])}"
        f" where {' and '.join(where)})"
    )


def _entries(spec: FunnelSpec, units: Units, table: str, steps: Sequence[int]) -> str:
    """`u`, `unit` and `tenant_id` of the rows of one table that fill any of these steps in the window."""
    unit, joins = units.columns(table)
    marked = " or ".join(f'"mark.s{n}"' for n in steps if spec.steps[n].table == table)
    # A subscription's relation reaches back always.
    return (
        f"select {_hash(units)} as u, unit, tenant_id from (select {unit} from {table} as r {' '.join(joins)}"
        f" where ({marked}) and {units.exists(table)} and r.occurred_at >= $window_start)"
    )


def _hash(units: Units) -> str:
    """What tells units apart; a tenant is the same under any name of its own."""
    return "hash(tenant_id)" if units.name == TENANT else "hash(tenant_id, unit)"


def _value(number: int, name: str, table: str) -> str:
    """A field of the breakdown as text, or whether the row is of a member of a cohort."""
    if name.startswith(OF_COHORT):
        return f"case when \"mark.c{number}_{table}\" then '{INSIDE}' else '{OUTSIDE}' end"
    return f"coalesce(cast({expression(name, table)} as varchar), '')"


def _mask(spec: FunnelSpec, bits: Sequence[int]) -> str:
    """The bits of a row; of steps of which a row can be one alone, no more are looked at once it is found."""
    steps = [spec.marked[n] for n in bits]
    names = [name for step in steps for name in step.events]
    if all(step.events for step in steps) and len(set(names)) == len(names):
        found = " ".join(f'when "mark.s{n}" then {1 << n}' for n in bits)
        return f"case {found} else 0 end"
    return " + ".join(f'case when "mark.s{n}" then {1 << n} else 0 end' for n in bits)


def _kept(spec: FunnelSpec, table: str, bits: Sequence[int], counted: Sequence[int]) -> list[str]:
    """Which rows of a table are read: those that are marked, and before the window those that are counted."""
    marked = " or ".join(f'"mark.s{n}"' for n in bits)
    asked = "true" if spec.order == "strict" else f"({marked})"
    if not counted:
        # A subscription's relation reaches back always.
        return [asked, *(["r.occurred_at >= $window_start"] if table == "subscriptions" else [])]
    before = " or ".join(f'"mark.s{n}"' for n in counted)
    return [f"(r.occurred_at >= $window_start and {asked} or {before})", "r.occurred_at < $window_end"]


def _coded(values: pa.ChunkedArray) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Texts as numbers, and what each number stands for."""
    coded: Any = values.combine_chunks().dictionary_encode()
    return coded.indices.to_numpy(zero_copy_only=False).astype(np.int32), tuple(coded.dictionary.to_pylist())
