"""Adding a table of a database as a source: what there is, how it would be read, and writing that down."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from data import config
from data import mapping as mappings
from data.mapping import Mapping
from data.sources import sql_schema
from data.sources.refusal import SourceError
from service.sources import admit

if TYPE_CHECKING:
    from data.sources.sql_schema import Proposal, Relation
    from service.access import Principal
    from service.house import House


_VARIABLE = re.compile(r"\$\{(\w+)\}")


def tables(principal: Principal, url: str) -> list[Relation]:
    """The tables and views of a database. Raises SourceError or ConfigError."""
    admit(principal)
    return sql_schema.tables(_filled(url))


def propose(
    principal: Principal,
    url: str,
    relation: str,
    timezone: str | None,
    *,
    table: str | None = None,
    ids: Sequence[str] = (),
) -> Proposal:
    """How a table would be read, judged by its newest rows, into our `table` and by its columns `ids` where a
    person named them. Raises SourceError or ConfigError.
    """
    admit(principal)
    return sql_schema.propose(_filled(url), relation, timezone=timezone, table=table, ids=ids)


def add(principal: Principal, house: House, text: str, mapping: Mapping | None) -> None:
    """Write a source into the configuration, and keep the mapping that was chosen. Raises ConfigError."""
    admit(principal)
    added = config.add(text)
    if mapping is not None:
        folder = house.stores.var / "mappings"
        mappings.save(folder, mappings.renamed(mapping, added.name))
    house.scheduler.look()


def missing(text: str) -> list[str]:
    """The environment variables that a section of the configuration needs and the app does not have."""
    return [name for name in dict.fromkeys(_VARIABLE.findall(text)) if name not in os.environ]


def _filled(url: str) -> str:
    """An address with its `${NAME}`s replaced."""
    if not url.strip():
        raise SourceError("Write the address of the database first.")
    return config.filled(url.strip(), "The address", os.environ)
