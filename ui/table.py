"""Frames as tables: each column by its label and in its unit, numbers to the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from ui import charts, drill
from ui import format as say
from ui.charts.series import IS_OTHER, numbers
from ui.ink import BAD, GOOD, WARN, meaning

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.question import Column

ROW = 32
TALL = 22 * ROW
NOTHING = "–"
# What part of something is used, drawn as a bar.
USED = ("used",)
# Said by the chart, not by a column of a table.
UNSAID = ("complete", IS_OTHER)
CHIPS = {GOOD: "green", WARN: "orange", BAD: "red"}
# More kinds of status than this are no states.
MOST_CHIPS = 12
LONG_TEXT = 45
# A few rows of these say more than all others: the browser goes by most, and would cut those few.
RARELY_LONG, A_LETTER, BESIDE = ("standing", "plan"), 6, 16
# What a list is read for wraps, in rows of three lines: the browser wraps in no lower ones.
WRAPPED, THREE_LINES = ("reasons", "verdict"), 66
# In these units a few seconds are written as nothing.
CLOCKED = (" min", " h")
STATES = ("status", "level", "severity", "outcome", "state")


@dataclass(frozen=True)
class Table:
    """A frame as it is sent to the browser, and how each of its columns is shown.

    It is kept in Arrow's form: a frame would be turned into it at every run.
    """

    rows: pa.Table
    config: dict[str, Any]
    row_height: int = ROW


def table_of(frame: pd.DataFrame, columns: Sequence[Column], timezone: str, *, chips: bool = True) -> Table:
    """These columns of a frame, ready to be shown; nothing else travels to the browser.

    States are `chips` unless the server has to sort by them, which it cannot do with lists.
    """
    shown, config = {}, {}
    words = text if chips else plain
    for column in columns:
        format_ = bar if column.name in USED and column.unit == "ratio" else FORMATS.get(column.unit, words)
        values, how = format_(frame[column.name], column, timezone)
        shown[column.name] = values
        config[column.name] = how
    told = [frame[column.name].astype(str) for column in columns if column.name in WRAPPED]
    wraps = any(values.str.len().gt(LONG_TEXT).any() for values in told)
    rows = pa.Table.from_pandas(pd.DataFrame(shown, index=frame.index), preserve_index=False)
    return Table(rows, config, THREE_LINES if wraps else ROW)


def listed(columns: Sequence[Column], wanted: Sequence[str]) -> list[Column]:
    """The columns to show, in the order wanted; all that say something unless any are wanted."""
    if not wanted:
        return [column for column in columns if column.name not in UNSAID]
    known = {column.name: column for column in columns}
    return [known[name] for name in wanted]


def draw(
    table: Table, *, says: str, key: str | None = None, height: int | None = None, **selecting: Any
) -> Any:
    """The table; `selecting` makes its cells clickable, behind a column that takes what is no click."""
    if selecting.get("on_select"):
        unseen = pa.array([""] * table.rows.num_rows)
        table = replace(
            table,
            rows=table.rows.add_column(0, drill.UNSEEN, unseen),
            # What is pinned takes no part of the room that is left.
            config={drill.UNSEEN: st.column_config.TextColumn("", width=1, pinned=True), **table.config},
        )
    long = ROW + table.row_height * table.rows.num_rows > (height or charts.LARGE)
    return st.dataframe(
        table.rows,
        key=key,
        hide_index=True,
        column_config=table.config,
        placeholder=NOTHING,
        row_height=table.row_height,
        alt=says,
        # A fixed height draws blank rows under a short table.
        height=(height or charts.LARGE) if long else "auto",
        **selecting,
    )


Format = tuple[pd.Series, Any]


def number(format_: str, factor: float = 1.0) -> Callable[[pd.Series, Column, str], Format]:
    """A column of numbers of one format."""

    def shown(values: pd.Series, column: Column, _timezone: str) -> Format:
        known = pd.Series(numbers(values), values.index, dtype="Float64")
        how = st.column_config.NumberColumn(column.label, help=column.definition, format=format_)
        return known * factor if factor != 1.0 else known, how

    return shown


def various(values: pd.Series, column: Column, timezone: str) -> Format:
    """A column of numbers of any size: 2,500 executions of a limit and 0.05 USD of AI stand in one."""
    known = [None if value is None else round(value, digits(abs(value))) for value in numbers(values)]
    return number("localized")(pd.Series(known, values.index, dtype="Float64"), column, timezone)


def digits(size: float) -> int:
    """How many decimals say something of a number: none of thousands, as nobody runs 0.7 executions."""
    return next((places for least, places in ((1000, 0), (100, 1), (1, 2)) if size >= least), 4)


def bar(values: pd.Series, column: Column, _timezone: str) -> Format:
    """A column of shares as bars that are full at the whole."""
    known = pd.Series(numbers(values), values.index, dtype="Float64")
    how = st.column_config.ProgressColumn(
        column.label, help=column.definition, format="percent", min_value=0.0, max_value=1.0
    )
    return known, how


def scaled(values: pd.Series, column: Column, timezone: str) -> Format:
    """A column of durations, all in the unit that fits the largest; on a clock where that hides the least."""
    scale = charts.fitting(column.unit, numbers(values))
    if column.unit == "ms" and scale.suffix in CLOCKED:
        return clock(values, column, timezone)
    digits = 0 if scale.factor == 1 and column.unit == "ms" else 2
    return number(f"%.{digits}f{scale.suffix}", scale.factor)(values, column, timezone)


def clock(values: pd.Series, column: Column, _timezone: str) -> Format:
    """A column of durations of seconds to hours: 00:00:02 · 06:31:40, which still sorts by length."""
    lengths = pd.to_timedelta(pd.Series(numbers(values), values.index, dtype="float64"), unit="ms")
    how = st.column_config.NumberColumn(
        column.label, help=column.definition, format="compact", alignment="right"
    )
    return lengths.dt.round("s"), how


def chances(values: pd.Series, column: Column, _timezone: str) -> Format:
    """A column of p-values, in words, as the least of them are only known to be small."""
    known = [None if value is None else say.number(value, column.unit) for value in numbers(values)]
    how = st.column_config.TextColumn(column.label, help=column.definition, alignment="right")
    return pd.Series(known, values.index, dtype="object"), how


CENT = 0.01


def money(values: pd.Series, column: Column, _timezone: str) -> Format:
    """A column of dollars with as many decimals as its least amount takes: none is written as nothing."""
    known = pd.Series(numbers(values), values.index, dtype="Float64")
    some = known[known.abs() >= 0.5 * 10**-say.LEAST_PLACES].abs()
    least, most = (0.0, 0.0) if some.empty else (float(some.min()), float(some.max()))
    # Beside whole dollars a cent says enough of a cent.
    places = 2 if most >= 1 and least >= CENT else say.places(least)
    how = st.column_config.NumberColumn(
        # The browser parts thousands, and writes as many decimals as the step has.
        column.label, help=column.definition, format="dollar", step=10**-places
    )  # fmt: skip
    return known.round(places), how


def moments(values: pd.Series, column: Column, timezone: str) -> Format:
    """A column of moments, on the scope's clock; with the year where they are of several."""
    years = {moment.year for moment in (values.min(), values.max()) if not pd.isna(moment)}
    layout = "D MMM YYYY, HH:mm:ss" if len(years) > 1 else "D MMM, HH:mm:ss"
    how = st.column_config.DatetimeColumn(
        column.label, help=column.definition, format=layout, timezone=timezone
    )
    return values, how


def flags(values: pd.Series, column: Column, _timezone: str) -> Format:
    """A column of yes and no."""
    return values, st.column_config.CheckboxColumn(column.label, help=column.definition)


def text(values: pd.Series, column: Column, timezone: str) -> Format:
    """A column of texts; the empty one is nothing, and states are chips in their colours."""
    known = values.astype(object).where(values.notna() & (values.astype(str) != ""), None)
    kinds = sorted({str(value) for value in known if value is not None})
    if column.name in STATES and 0 < len(kinds) <= MOST_CHIPS:
        colours = [CHIPS.get(meaning(kind) or "", "gray") for kind in kinds]
        how = st.column_config.MultiselectColumn(
            column.label, help=column.definition, options=kinds, color=colours
        )
        return known.map(lambda value: None if value is None else [str(value)]), how
    return plain(values, column, timezone)


def plain(values: pd.Series, column: Column, _timezone: str) -> Format:
    """A column of texts as they are; the empty one is nothing."""
    known = values.astype(object).where(values.notna() & (values.astype(str) != ""), None)
    longest = max((len(str(value)) for value in known if value is not None), default=0)
    width = max(longest, len(column.label)) * A_LETTER + BESIDE if column.name in RARELY_LONG else None
    how = st.column_config.TextColumn(
        column.label, help=column.definition, width="large" if longest > LONG_TEXT else width
    )
    return known.map(lambda value: None if value is None else str(value)), how


def series(values: pd.Series, column: Column, _timezone: str) -> Format:
    """A column of short lines: a number a day, the newest last."""
    # Drawn 16 pixels high: half the bytes say as much.
    drawn = pd.Series([np.asarray(line, dtype=np.float32) for line in values], values.index, dtype=object)
    how = st.column_config.AreaChartColumn(column.label, help=column.definition, width="small", y_min=0)
    return drawn, how


FORMATS: dict[str, Callable[[pd.Series, Column, str], Format]] = {
    "count": number("localized"),
    "number": various,
    "ratio": number("%.1f%%", 100.0),
    "points": number("%.1f pt", 100.0),
    "chance": chances,
    "bytes": number("bytes"),
    "ms": scaled,
    "hours": scaled,
    "usd": money,
    "time": moments,
    "flag": flags,
    "series": series,
}
