"""What `tenantscope.toml` says of a table once a person has chosen its name and columns."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import sqlalchemy as sa

from data.sources import sql_relations
from data.sources.sql_schema import Proposal


def section(proposal: Proposal, name: str, url: str, columns: Sequence[str]) -> str:
    """The section of a table of which these columns are read; the address as it was typed, unless a password
    stands in it.
    """
    text = _with(proposal.toml, "name", name)
    if sa.make_url(url).password is None or "${" in url:
        text = _with(text, "url", url)
    if len(columns) == len(proposal.columns):
        return text
    schema, table = sql_relations.parts(proposal.relation)
    every = sa.select(*map(sa.column, columns)).select_from(sa.table(table, schema=schema))
    # One line, as it stands between quotes.
    query = str(every.compile(dialect=sa.make_url(url).get_dialect()())).replace("\n", " ")
    return _with(text, "relation", " ".join(query.split()), becomes="query")


def needed(proposal: Proposal) -> tuple[str, ...]:
    """The columns that cannot be left out: by them rows are told apart and read on."""
    return tuple(dict.fromkeys([*proposal.id, proposal.cursor, proposal.time]))


def _with(text: str, key: str, value: str, *, becomes: str | None = None) -> str:
    """A section with another value behind a key."""
    line = f"{becomes or key} = {json.dumps(value, ensure_ascii=False)}"
    return re.sub(rf"^{key} = .*$", lambda _: line, text, count=1, flags=re.MULTILINE)
