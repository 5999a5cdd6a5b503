"""People and tenants are told piece by piece: what a later row leaves out stays as an earlier one said it."""

from __future__ import annotations

from data.dialect import name as quoted
from data.ledger import Cursor, columns
from data.tables import Table


def merge(cursor: Cursor, table: Table, relation: str) -> None:
    """Make `relation` hold one row a key: the row that is there, and upon it those of the batch in order.

    `relation` is a temporary table of the cursor.
    """
    key = ", ".join(quoted(each) for each in table.key)
    staged = columns(cursor, relation)
    plain = [name for name in table.columns if name not in (*table.key, "source", "attributes", "lists")]
    there = {name: _there(name, kind) for name, kind in table.columns.items() if name in plain}
    last = ", ".join(
        f"arg_max({quoted(name)}, place) filter ({said}) as {quoted(name)}" for name, said in there.items()
    )
    new = ", ".join(quoted(name) if name in staged else f"null as {quoted(name)}" for name in plain)
    old = ", ".join(quoted(name) for name in plain)
    nobody = ", ".join(f"coalesce({quoted(each)}, '') as {quoted(each)}" for each in table.key)
    cursor.execute(
        f"""create or replace temp table merged as
        with told as (
            select {key}, 0::bigint as place, {old}, attributes::json as attributes, lists
            from raw.{table.name}
            semi join (select {nobody} from {relation}) using ({key})
            union all
            select {nobody}, 1 + rowid as place, {new}, attributes::json as attributes, lists from {relation}
        )
        select {key}, {last}, {_merged("attributes")}::variant as attributes, {_merged("lists")} as lists
        from told group by {key}"""
    )
    cursor.execute(f"create or replace temp table {relation} as select * from merged")


def _there(name: str, kind: str) -> str:
    return f"{quoted(name)} <> ''" if kind == "VARCHAR" else f"{quoted(name)} is not null"


def _merged(column: str) -> str:
    every = f"list({column} order by place) filter ({column} is not null)"
    return f"list_reduce({every}, lambda a, b: json_merge_patch(a, b))"
