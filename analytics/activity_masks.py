"""In which intervals each unit did something, as masks of one bit an interval: one pass over the rows.

An integer holds BITS intervals, so a longer window has several: `w0`, `w1` and so on.
"""

from __future__ import annotations

from analytics.retention_sql import BITS, QUARTER
from analytics.units import Units

__all__ = ["BITS", "MARK", "by_patterns", "by_totals", "units_of_state", "units_of_total"]

MARK = "did"
# Rows between the beginning of the first bucket and that of the window are of neither.
_DID = f'"mark.{MARK}" and (r.occurred_at >= $since or r.occurred_at < $first_bucket)'


def by_patterns(table: str, units: Units, intervals: int) -> str:
    """`first`, `w0` …, `actors`: how many units have these masks, and their first row in this interval.

    Interval 0 is the one before the window; a first row before that is in -1.
    """
    first = "min(case when r.occurred_at < $window_start then -1 else k.n end) as first"
    words = _words(intervals)
    queries = _queries(table, units, [first, *_masks(words, _DID)], history=True, merged={"first": "min"})
    active = " or ".join(f"{word} <> 0" for word in words)
    listed = ", ".join(["first", *words])
    counted = f"select {listed}, count(*) as actors from units where {active} group by all"
    return f"with {', '.join(queries)} {counted}"


def by_totals(table: str, units: Units, intervals: int) -> str:
    """`intervals`, `actors`: how many units did something in that many intervals."""
    words = _words(intervals)
    queries = _queries(table, units, _masks(words, f'"mark.{MARK}"'), history=False, merged={})
    total = " + ".join(f"bit_count({word})::bigint" for word in words)
    counted = f"select {total} as intervals, count(*) as actors from units group by all"
    return f"with {', '.join(queries)} select intervals, actors from ({counted}) where intervals > 0"


def units_of_total(table: str, units: Units, intervals: int) -> str:
    """`tenant_id`, `unit`: who did something in `$wanted` intervals."""
    words = _words(intervals)
    queries = _queries(table, units, _masks(words, f'"mark.{MARK}"'), history=False, merged={})
    total = " + ".join(f"bit_count({word})::bigint" for word in words)
    # Without aliases the rows by unit are its masks already.
    whose = "units" if units.aliases else "raw"
    return f"with {', '.join(queries)} select tenant_id, unit from {whose} where {total} = $wanted"


def units_of_state(table: str, units: Units, intervals: int, number: int, state: str) -> str:
    """`tenant_id`, `unit`: who is in a state of the lifecycle in the interval of a number."""
    first = "min(case when r.occurred_at < $window_start then -1 else k.n end) as first"
    words = _words(intervals)
    queries = _queries(table, units, [first, *_masks(words, _DID)], history=True, merged={"first": "min"})
    now, before = _active_in(number), _active_in(number - 1)
    held = {
        "new": f"{now} and first = {number}",
        "returning": f"{now} and {before}",
        "resurrecting": f"{now} and not {before} and first <> {number}",
        "dormant": f"{before} and not {now}",
    }
    whose = "units" if units.aliases else "raw"
    return f"with {', '.join(queries)} select tenant_id, unit from {whose} where {held[state]}"


def _active_in(number: int) -> str:
    """That a unit was active in the interval of that number."""
    word, bit = divmod(number, BITS)
    return f"(w{word} >> {bit}) & 1 = 1"


def _queries(
    table: str, units: Units, aggregates: list[str], *, history: bool, merged: dict[str, str]
) -> list[str]:
    """The queries up to `units`, the masks of each unit."""
    words = [each.rpartition(" as ")[2] for each in aggregates]
    bits = ", ".join(_bit(number) for number in range(len(words) - len(merged)))
    conditions = [units.exists(table), "r.occurred_at < $until"]
    if not history:
        conditions.append(f'"mark.{MARK}"')
    numbered = "select q, dense_rank() over (order by bucket) - 1 as n from calendar"
    rows = f"{table}_history" if history else table
    raw = (
        f"select {', '.join(units.raw(table))}, {', '.join(aggregates)} from {rows} as r"
        f" left join k on k.q = {QUARTER} where {' and '.join(conditions)} group by all"
    )
    columns, joins = units.resolved
    put = ", ".join(f"{merged.get(word, 'bit_or')}({word}) as {word}" for word in words)
    together = f"select {columns}, {put} from raw as r {joins} group by all" if units.aliases else "select "
    if not units.aliases:
        together += f"{', '.join(words)} from raw"
    return [f"k as (select q, n, {bits} from ({numbered}))", f"raw as ({raw})", f"units as ({together})"]


def _words(intervals: int) -> list[str]:
    return [f"w{number}" for number in range(-(-intervals // BITS))]


def _masks(words: list[str], did: str) -> list[str]:
    return [
        f"bit_or(case when {did} then coalesce(k.b{number}, 0::ubigint) else 0::ubigint end) as {word}"
        for number, word in enumerate(words)
    ]


def _bit(word: int) -> str:
    inside = f"n between {word * BITS} and {word * BITS + BITS - 1}"
    return f"case when {inside} then 1::ubigint << (n % {BITS})::ubigint else 0::ubigint end as b{word}"
