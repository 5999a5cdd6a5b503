"""Which tables a filter can fit: those that have a field, and those of which only the rows can tell."""

from __future__ import annotations

from analytics.filters import Comparison
from analytics.view import NotFilterable
from data import dialect
from data.tables import CARRIED, Table
from data.where import Site, predicate

# Of no rows: what is left is what the tables themselves declare.
_BARE = Site({}, lambda _value: "", tuple)


def declares(table: Table, name: str) -> bool | None:
    """Whether a table has a field, its tenant's or its person's; None where its rows alone can tell."""
    if name in dialect.LOCAL_TIMES:
        return table.fact
    try:
        said = predicate(Comparison(name, "exists"), table, _BARE)
    except NotFilterable:
        return None if name in CARRIED and table.has_attributes else False
    return None if said in ("false", "(false)") else True
