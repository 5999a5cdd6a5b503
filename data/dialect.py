"""What another engine would say differently: attributes, local buckets and quoting, in DuckDB's words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

MICROSECONDS = 1_000_000
WIDTHS = {"minute": 60 * MICROSECONDS}
QUARTER_HOUR = 900 * MICROSECONDS
_LONG_AGO = (14_000 * 7 + 3) * 86_400  # from a Monday to 1970-01-01, a Thursday, in seconds

LOCAL_TIMES = ("hour_of_day", "weekday")


def name(identifier: str) -> str:
    """An identifier in quotes, whatever it holds."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A constant in quotes, for keys of our own registry: only a constant lets the scan read one leaf."""
    return "'" + value.replace("'", "''") + "'"


def attribute(alias: str, key: str, types: Collection[str]) -> str:
    """One attribute of a row, typed if the key has one type and as text if it has several."""
    if set(types) == {"LIST"}:
        return f"json_extract({alias}.lists, {text('$.' + name(key))})::varchar"
    leaf = f"variant_extract({alias}.attributes, {text(key)})"
    scalar = [kind for kind in types if kind != "LIST"]
    if len(scalar) == 1:
        return f"cast({leaf} as {scalar[0]})"
    return as_text(leaf, "VARIANT")


def elements(alias: str, key: str) -> str:
    """The texts of the elements of a list that a row carries; NULL where it carries none."""
    return f"try_cast(json_extract({alias}.lists, {text('$.' + name(key))}) as varchar[])"


def local_part(part: str, moment: str, offsets: Sequence[tuple[datetime | None, int]]) -> str:
    """Hour (0 to 23) or weekday (1 is Monday) of a UTC time on a local clock.

    `offsets` say how many seconds the clock is ahead of UTC: each since a time, newest first, the last one
    from the beginning. A zone's own function takes fifteen times as long.
    """
    *newer, (_, oldest) = offsets
    since = " ".join(
        f"when {moment} >= timestamp '{at:%Y-%m-%d %H:%M:%S}' then {ahead}" for at, ahead in newer if at
    )
    ahead = f"case {since} else {oldest} end" if newer else str(oldest)
    # Counted from a Monday so long ago that nothing is negative, where `//` would round up.
    seconds = f"((epoch_us({moment}) + {_LONG_AGO * MICROSECONDS}) // {MICROSECONDS} + {ahead})"
    return f"{seconds} // 3600 % 24" if part == "hour_of_day" else f"{seconds} // 86400 % 7 + 1"


def as_moment(text_expression: str) -> str:
    """A text as a time in UTC, by the offset that it states or else as UTC; NULL where it is no time."""
    return f"cast(try_cast({text_expression} as timestamptz) as timestamp)"


def as_text(expression: str, kind: str) -> str:
    """The text by which a value is compared: whole numbers without `.0`, booleans in lower case."""
    if kind == "VARCHAR":
        return expression
    if kind.startswith("DECIMAL"):
        return f"regexp_replace(cast({expression} as varchar), '\\.?0+$', '')"
    if kind in ("DOUBLE", "VARIANT"):
        return f"regexp_replace(cast({expression} as varchar), '^(-?\\d+)\\.0$', '\\1')"
    return f"cast({expression} as varchar)"


def calendar_width(grain: str) -> int:
    """Microseconds of one row of the calendar."""
    return WIDTHS.get(grain, QUARTER_HOUR)


def equal_buckets(first: str, until: str, width: int, length: int, origin: str) -> str:
    """Steps `q` with their buckets, all of one length in microseconds and counted from an origin."""
    # Shifted by whole lengths, so that nothing is negative.
    shift = _LONG_AGO * MICROSECONDS
    since = f"(q * {width} + {shift} - {origin})"
    start = f"{since} // {length} * {length} + {origin} - {shift}"
    return f"select q, make_timestamp({start}) as bucket from range({first}, {until}) as steps(q)"


def listed_buckets(firsts: str, untils: str, starts: str) -> str:
    """Steps `q` with their buckets, from lists of each bucket's first step, of its end, and of its start."""
    listed = f"select unnest({firsts}) as f, unnest({untils}) as u, unnest({starts}) as b"
    return f"select unnest(range(f, u)) as q, make_timestamp(b) as bucket from ({listed})"
