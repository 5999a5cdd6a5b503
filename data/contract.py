"""What a metric's SQL may say: it reads through the door or not at all, and it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import cast

import duckdb

from data.door import RELATIONS, TELLING, plain_words

TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
_SOURCES = frozenset({"BASE_TABLE", "JOIN", "SUBQUERY", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY"})
# Their columns are values of the statement's own: the row of a list is the same as its one column.
_OWN_VALUES = frozenset({"TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY"})
# The same rows must give the same answer: what changes by itself is passed in.
_RESTLESS = frozenset(
    """
    now current_timestamp get_current_timestamp transaction_timestamp today current_date current_time
    get_current_time current_localtime current_localtimestamp localtime localtimestamp random setseed
    uuid uuidv4 uuidv7 gen_random_uuid nextval currval current_setting getvariable getenv
    """.split()
)


@lru_cache(maxsize=4096)
def faults(sql: str) -> tuple[str, ...]:
    """Why this SQL is refused, in sentences; empty where it reads only what the door gives it."""
    answer = _parser().cursor().execute("select json_serialize_sql(?::varchar)", [sql]).fetchone()
    parsed = json.loads(cast("tuple[str]", answer)[0])
    if parsed["error"]:
        return (f"it is not one readable select: {parsed['error_message']}",)
    statements = cast("list[object]", parsed["statements"])
    if len(statements) != 1:
        return (f"it is {len(statements)} statements and must be one",)
    hidden = _hidden(statements[0], plain_words(sql))
    return tuple(dict.fromkeys([*_faults(statements[0], frozenset()), *hidden]))


def _faults(node: object, ctes: frozenset[str]) -> Iterator[str]:
    """The faults of a part of the parsed statement, inside which these CTEs are known."""
    if isinstance(node, list):
        for each in cast("list[object]", node):
            yield from _faults(each, ctes)
    if not isinstance(node, dict):
        return
    fields = cast("dict[str, object]", node)
    yield from _own_faults(fields, ctes)
    if "cte_map" in fields:
        for name, body in _named_queries(fields["cte_map"]):
            if name in RELATIONS:
                yield f"its own `{name}` would hide the scoped one: name it otherwise"
            recursive = body.get("type") == "RECURSIVE_CTE_NODE"
            yield from _faults(body, ctes | {name} if recursive else ctes)
            ctes |= {name}
    for key, value in fields.items():
        if key != "cte_map":
            yield from _faults(value, ctes)


def _own_faults(fields: dict[str, object], ctes: frozenset[str]) -> Iterator[str]:
    kind = str(fields.get("type", ""))
    if kind.endswith("_NODE") and kind not in _QUERIES:
        yield f"it may only select, and has {_spoken(kind.removesuffix('_NODE'))}"
    if fields.get("sample") is not None:
        yield "it samples: an answer counts all rows"
    if fields.get("at_clause") is not None:
        yield "it asks for the rows of another version"
    # Everything that can stand after `from` has these three fields, and nothing else has.
    if {"alias", "sample", "query_location"} <= fields.keys() and kind not in _SOURCES:
        yield f"it reads from {_spoken(kind)}"
    if kind == "BASE_TABLE":
        yield from _table_faults(_path(fields), ctes)
    if kind == "TABLE_FUNCTION":
        function = ".".join(_path(cast("dict[str, object]", fields["function"])))
        if function not in TABLE_FUNCTIONS:
            yield f"it calls the table function `{function}`: use {', '.join(sorted(TABLE_FUNCTIONS))} alone"
    if kind in ("FUNCTION", "COLUMN_REF"):
        yield from _restless_faults(fields)


def _hidden(node: object, words: frozenset[str], rows: frozenset[str] = frozenset()) -> Iterator[str]:
    """What would read a row's tenant where the door, which reads words, does not see it.

    `rows` are the names by which a whole row can be taken for a value there.
    """
    if isinstance(node, list):
        for each in cast("list[object]", node):
            yield from _hidden(each, words, rows)
    if not isinstance(node, dict):
        return
    fields = cast("dict[str, object]", node)
    kind = fields.get("type")
    if kind == "SELECT_NODE":
        rows |= {_row_name(part) for part in _own(fields["from_table"], "alias")}
        yield from _hidden_stars(fields)
    if kind == "COLUMN_REF":
        names = [str(name).lower() for name in cast("list[object]", fields["column_names"])]
        if len(names) == 1 and names[0] in rows:
            yield f"it takes the whole row `{names[0]}` as a value: name the columns"
        if names[-1] in TELLING - words:
            yield f"it hides `{names[-1]}`: write it in small letters without quotes"
    if kind == "POSITIONAL_REFERENCE":
        yield "it names a column by its place: name it"
    for value in fields.values():
        yield from _hidden(value, words, rows)


def _hidden_stars(select: dict[str, object]) -> Iterator[str]:
    """A star stands in the list of a select, where its text says so."""
    listed = [
        part for part in cast("list[dict[str, object]]", select["select_list"]) if part["type"] == "STAR"
    ]
    stars = [part for part in _own(select, "relation_name") if part.get("type") == "STAR"]
    if len(stars) > len(listed) or any(part["columns"] for part in stars):
        yield "it takes many columns inside an expression: name them"
    bare = any(part["query_location_length"] == 0 for part in listed)
    if bare and cast("dict[str, list[object]]", select["cte_map"])["map"]:
        tables = (part for part in _own(select["from_table"], "alias") if part["type"] == "BASE_TABLE")
        if any(_path(part)[-1] in RELATIONS for part in tables):
            yield "it reads all columns by a bare `from` after queries of its own: write `select *`"


def _row_name(source: dict[str, object]) -> str:
    """What a row of something that stands after `from` is called."""
    if source["type"] in _OWN_VALUES:
        return ""
    named = str(source["alias"]) or (_path(source)[-1] if source["type"] == "BASE_TABLE" else "")
    return named.lower()


def _own(node: object, mark: str) -> Iterator[dict[str, object]]:
    """The parts with that field that are a select's own, not those of a select inside it."""
    if isinstance(node, list):
        for each in cast("list[object]", node):
            yield from _own(each, mark)
    if not isinstance(node, dict):
        return
    fields = cast("dict[str, object]", node)
    if mark in fields and (mark != "alias" or "sample" in fields):
        yield fields
    for value in fields.values():
        if not (isinstance(value, dict) and value.keys() & {"node", "query_node"}):
            yield from _own(value, mark)


def _restless_faults(fields: dict[str, object]) -> Iterator[str]:
    # `current_date` is read as a column's name, and becomes a function when no column has it.
    names = cast("list[object]", fields.get("column_names") or [fields.get("function_name")])
    if len(names) == 1 and str(names[0]).lower() in _RESTLESS:
        yield f"it asks for `{names[0]}`: pass it in as a value, so that the same rows give the same answer"


def _table_faults(path: tuple[str, ...], ctes: frozenset[str]) -> Iterator[str]:
    name = ".".join(path)
    if name not in RELATIONS and name.lower() not in ctes:
        yield f"it reads `{name}`, which is neither a relation of the door nor a query of its own"


def _named_queries(cte_map: object) -> Iterator[tuple[str, dict[str, object]]]:
    entries = cast("dict[str, list[dict[str, object]]]", cte_map)["map"]
    for entry in entries:
        value = cast("dict[str, dict[str, object]]", entry["value"])
        yield str(entry["key"]).lower(), value["query_node"]


def _path(fields: dict[str, object]) -> tuple[str, ...]:
    return tuple(cast("dict[str, list[str]]", fields["qualified_name"])["path"])


def _spoken(kind: str) -> str:
    return kind.lower().replace("_", " ")


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")
