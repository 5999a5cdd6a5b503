"""What a metric's SQL may say: it reads through the door or not at all, and it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import cast

import duckdb

from data.door import RELATIONS

TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
_SOURCES = frozenset({"BASE_TABLE", "JOIN", "SUBQUERY", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY"})
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
    return tuple(dict.fromkeys(_faults(statements[0], frozenset())))


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
