"""The tables of the Sources page: what is in the store, which files came in, what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ui import format as say
from ui.names import TABLE_NAMES

if TYPE_CHECKING:
    from service.sources import Overview

STATES = {
    "done": "loaded",
    "loading": "loading",
    "failed": "failed",
    "cancelled": "stopped",
    "interrupted": "interrupted",
}
WHEN = "D MMM YYYY, HH:mm"


def in_the_store(overview: Overview, timezone: str) -> None:
    """One row a table: how many rows, whose, from when to when, how large."""
    tables = overview.tables
    shown = pd.DataFrame(
        {
            "table": [TABLE_NAMES.get(name, name) for name in tables["name"]],
            "rows": tables["rows"],
            "with_tenant": tables["with_tenant"] * 100,
            "first": tables["first_at"],
            "last": tables["last_at"],
            "size": [say.size(size) if size else "under 0.3 MB" for size in tables["bytes"]],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="–",
        row_height=32,
        height="content",
        key="store_tables",
        alt="Rows, share with a tenant, first and last moment and size of each table",
        column_config={
            "table": st.column_config.TextColumn("Data", width="medium"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "with_tenant": st.column_config.NumberColumn(
                "With a tenant",
                format="%.1f%%",
                help="Rows that name a tenant; the others show only for all tenants.",
            ),
            "first": st.column_config.DatetimeColumn("From", format=WHEN, timezone=timezone),
            "last": st.column_config.DatetimeColumn("Until", format=WHEN, timezone=timezone),
            "size": st.column_config.TextColumn("On disk"),
        },
    )


def files(overview: Overview, timezone: str) -> None:
    """One row a load, the newest first."""
    loads = overview.loads
    shown = pd.DataFrame(
        {
            "file": loads["name"],
            "state": [STATES.get(state, state) for state in loads["state"]],
            "rows": loads["rows"],
            "lines": loads["lines"],
            "quarantined": loads["quarantined"],
            "duplicates": loads["duplicates"],
            "source": loads["source"],
            "started": loads["started_at"],
            "sentence": loads["sentence"],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="–",
        row_height=32,
        key="files_loaded",
        alt="The files that were loaded, with their lines, rows and what could not be read",
        column_config={
            "file": st.column_config.TextColumn("File or sync", width="medium"),
            "state": st.column_config.TextColumn("State", width="small"),
            "rows": st.column_config.NumberColumn("Rows in", format="localized"),
            "lines": st.column_config.NumberColumn("Lines", format="localized"),
            "quarantined": st.column_config.NumberColumn("Quarantined", format="localized"),
            "duplicates": st.column_config.NumberColumn("Already there", format="localized"),
            "source": st.column_config.TextColumn("Source"),
            "started": st.column_config.DatetimeColumn("Started", format=WHEN, timezone=timezone),
            "sentence": st.column_config.TextColumn("What became of it", width="large"),
        },
    )


def quarantine(rows: pd.DataFrame, timezone: str) -> None:
    """Lines that could not be read, with the reason and the text."""
    reasons = rows["reason"].value_counts()
    st.markdown(
        " · ".join(
            f"{say.count(count)} × {say.plain(str(reason))}" for reason, count in reasons.head(5).items()
        )
    )
    shown = rows[["name", "line", "reason", "value", "text", "quarantined_at"]].assign(
        line=rows["line"].where(rows["line"] > 0), text=rows["text"].str.slice(0, 2000)
    )
    st.dataframe(
        shown,
        hide_index=True,
        row_height=32,
        key="quarantined",
        placeholder="–",
        alt="Lines that could not be read: file, line, reason and text",
        column_config={
            "name": st.column_config.TextColumn("File or source"),
            "line": st.column_config.NumberColumn("Line", format="localized", width="small"),
            "reason": st.column_config.TextColumn("Why", width="large"),
            "value": st.column_config.TextColumn("Value", width="small", help="What the field says instead."),
            "text": st.column_config.TextColumn("Text", width="large"),
            "quarantined_at": st.column_config.DatetimeColumn("When", format=WHEN, timezone=timezone),
        },
    )
