"""How a file would look in the store, before anything is loaded: its fields, where they go, and its first
rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from data.ingest import Proposal
from data.sources import staging
from data.sources.fields import read
from data.sources.files import LOOK
from data.sources.layout import layout
from data.sources.opening import Opened
from data.sources.sample import Sample

if TYPE_CHECKING:
    import pandas as pd

    from data.mapping import Mapping

ROWS = 20


@dataclass(frozen=True)
class FieldSample:
    """One field of a file: some of its values, and the columns it fills (`attributes` or `lists` where it
    fills none).
    """

    path: str
    samples: tuple[str, ...]
    target: str
    how: str


@dataclass(frozen=True)
class Preview:
    """What a load would do. `problems` must be solved first; `notes` are good to know."""

    name: str
    format: str
    mapping: Mapping
    fields: tuple[FieldSample, ...]
    rows: dict[str, pd.DataFrame]
    rejects: tuple[tuple[int, str, str], ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    sentence: str


def preview(proposal: Proposal, latest: datetime) -> Preview:
    """The proposal with its first rows; `latest` is the newest time that a row may have."""
    rows, rejects = ({}, ()) if proposal.problems else _first_rows(proposal, latest)
    mapping = proposal.mapping
    fields = tuple(
        FieldSample(path, proposal.sample.samples(path), _target(mapping, proposal.sample, path), mapping.how)
        for path in proposal.sample.fields
    )
    return Preview(
        proposal.source.name,
        proposal.source.format,
        mapping,
        fields,
        rows,
        rejects,
        proposal.problems,
        proposal.notes,
        _sentence(proposal),
    )


def _target(mapping: Mapping, sample: Sample, path: str) -> str:
    filled = [
        f"{rule.table}.{column}"
        for rule in mapping.rules
        for column, origin in rule.columns.items()
        if origin.constant is None and origin.field == path
    ]
    if filled:
        return ", ".join(filled)
    return "lists" if sample.fields[path].kind == "list" else "attributes"


def _first_rows(
    proposal: Proposal, latest: datetime
) -> tuple[dict[str, pd.DataFrame], tuple[tuple[int, str, str], ...]]:
    source, form = proposal.source, layout(proposal.mapping, proposal.sample)
    source.opened = Opened(source.path)
    batch = next(iter(source.batches(size=LOOK)), None)
    if batch is None:
        return {}, ()
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        stager = staging.Staging(connection, form, latest)
        arrivals = stager.stage(read(batch.records, form.fields, form.mapping.unwraps), batch.rejects)
        rows = {
            arrival.table: connection.execute(_shown(connection, arrival.relation)).fetch_df()
            for arrival in arrivals
        }
        rejects = connection.execute(
            f"select line, reason, left(text, 300) from staged_rejects order by line limit {ROWS}"
        ).fetchall()
    return rows, tuple(rejects)


def _shown(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    described = connection.execute(f"select * from {relation} limit 0").description or []
    names = [
        f'"{column[0]}"' + ("::json::varchar as attributes" if column[0] == "attributes" else "")
        for column in described
    ]
    return f"select {', '.join(names)} from {relation} limit {ROWS}"


def _sentence(proposal: Proposal) -> str:
    source, mapping = proposal.source, proposal.mapping
    if source.form == "empty":
        return f"{source.name} is empty: there is nothing to load."
    tables = " and ".join(dict.fromkeys(rule.table for rule in mapping.rules))
    by = {"guess": "guessed from its names: please check"}.get(mapping.how, f"recognised as {mapping.how}")
    return f"{source.name} is {source.format}, and its {source.noun} become rows of {tables} ({by})."
