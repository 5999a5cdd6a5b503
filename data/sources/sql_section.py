"""What `tenantscope.toml` says of a table once a person has chosen its name and columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from data import recognise
from data.mapping import Mapping, Origin
from data.sources import sql_relations
from data.sources.sql_schema import Proposal


def section(
    proposal: Proposal,
    name: str,
    url: str,
    columns: Sequence[str],
    mapping: Mapping | None = None,
    *,
    mutable: bool | None = None,
) -> str:
    """The section of a table of which these columns are read and mapped so; the address as it was typed,
    unless a password stands in it. `mutable`: whether rows change, where a person said so.
    """
    text = _with(proposal.toml, "name", name)
    if mutable is not None and mutable != proposal.mutable:
        text = text + "mutable = true\n" if mutable else _without(text, "mutable")
    if mapping is not None:
        text = _mapped(text, proposal, name, mapping)
    if sa.make_url(url).password is None or "${" in url:
        text = _with(text, "url", url)
    if len(columns) == len(proposal.columns):
        return text
    schema, table = sql_relations.parts(proposal.relation)
    every = sa.select(*map(sa.column, columns)).select_from(sa.table(table, schema=schema))
    # One line, as it stands between quotes.
    query = str(every.compile(dialect=sa.make_url(url).get_dialect()())).replace("\n", " ")
    return _with(text, "relation", " ".join(query.split()), becomes="query")


def _mapped(text: str, proposal: Proposal, name: str, mapping: Mapping) -> str:
    """The section with what it must say so that its mapping is this one also where none was kept."""
    usual = recognise.for_table(proposal.sample, name, proposal.table)
    if not _alike(usual, mapping):
        # Records of a known form become several rows or have wrappers, which `table` does not say.
        usual, text = recognise.recognise(proposal.sample, name), _without(text, "table")
    changes = list(_changes(usual, mapping))
    if not changes:
        return text
    pairs = ", ".join(f"{_key(column)} = {_quoted(origin.text())}" for column, origin in changes)
    return f"{text}map = {{ {pairs} }}\n"


def _alike(one: Mapping, other: Mapping) -> bool:
    """Whether two mappings differ in nothing but what fills the columns."""
    shapes = [
        (each.unwraps, [(rule.table, rule.needs, rule.carries) for rule in each.rules])
        for each in (one, other)
    ]
    return shapes[0] == shapes[1]


def _changes(usual: Mapping, mapping: Mapping) -> Iterator[tuple[str, Origin]]:
    for before, now in zip(usual.rules, mapping.rules, strict=True):
        for column in dict.fromkeys([*now.columns, *before.columns]):
            origin = now.columns.get(column, Origin())
            if origin != before.columns.get(column, Origin()):
                yield (column if len(mapping.rules) == 1 else f"{now.table}.{column}"), origin


def needed(proposal: Proposal) -> tuple[str, ...]:
    """The columns that cannot be left out: by them rows are told apart and read on."""
    return tuple(dict.fromkeys([*proposal.id, proposal.cursor, proposal.time]))


def _with(text: str, key: str, value: str, *, becomes: str | None = None) -> str:
    """A section with another value behind a key."""
    line = f"{becomes or key} = {_quoted(value)}"
    return re.sub(rf"^{key} = .*$", lambda _: line, text, count=1, flags=re.MULTILINE)


def _without(text: str, key: str) -> str:
    return re.sub(rf"^{key} = .*\n", "", text, count=1, flags=re.MULTILINE)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    # JSON leaves DEL as it is, which TOML does not allow.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
