"""Calls of models get their cost as they land: each by itself, at its own time and tier.

A cost that a row brings was reported by whoever was paid, and stays; what the prices say of it is kept beside
it, in `llm_price_history`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection as Cursor

from analytics import llm_cost_many
from analytics.llm_cost import NO_PRICE, USED, USUAL, Price, PriceList
from analytics.llm_cost_many import Calls
from data import dialect, ledger
from data.tables import TABLES

REPORTED = "reported"
STAGED, COSTS, HISTORY = "landing_calls", "landing_costs", "llm_price_history"
# What senders call the tier of a call: the first that says another than the usual one. What was asked for
# counts where the answer does not say what was given; `batch` is true or false.
TIERS = (
    "service_tier",
    "gen_ai.openai.response.service_tier",
    "openai.response.service_tier",
    "speed",
    "inference_geo",
)
ASKED = ("gen_ai.openai.request.service_tier", "openai.request.service_tier")
COLUMNS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
PARTS = tuple(name for name in USED if name not in COLUMNS)
_PLACE = ("occurred_at", "tenant_id", "provider", "model", "cost_usd", "price_version")


def selected(alias: str, there: frozenset[str] | None = None) -> str:
    """The SQL of all that a call is priced by, of rows that have these columns (None: all of the table's)."""
    known = there if there is not None else frozenset(TABLES["llm_calls"].columns)
    kinds = TABLES["llm_calls"].columns
    chosen = [
        f"{alias}.{name}" if name in known else f"null::{kinds[name]} as {name}"
        for name in (*_PLACE, *COLUMNS)
    ]
    if "attributes" not in known:
        return ", ".join([*chosen, *(f"null::bigint as {name}" for name in PARTS), "null::varchar as tier"])

    def leaf(key: str, kind: str) -> str:
        return f"try_cast(variant_extract({alias}.attributes, {dialect.text(key)})::varchar as {kind})"

    parts = [f"try_cast({leaf(name, 'double')} as bigint) as {name}" for name in PARTS]
    said = {key: f"lower({leaf(key, 'varchar')})" for key in (*TIERS, *ASKED)}
    usual = ", ".join(dialect.text(tier) for tier in sorted(USUAL))
    unusual = [f"case when {said[key]} not in ({usual}) then {said[key]} end" for key in TIERS]
    batch = f"case when {leaf('batch', 'boolean')} then 'batch' end"
    tier = ", ".join([batch, *unusual, *(said[key] for key in (*TIERS, *ASKED))])
    return ", ".join([*chosen, *parts, f"coalesce({tier}) as tier"])


def price_all(held: pa.Table, prices: PriceList) -> list[Price]:
    """What the prices say of calls, as `selected` reads them; nothing of those that tell no use."""
    used = {name: pc.fill_null(held[name].cast(pa.int64()), 0).to_numpy() for name in USED}
    moments = held["occurred_at"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    names = ("provider", "model", "tenant_id", "tier")
    texts = ([said or "" for said in held[name].to_pylist()] for name in names)
    found = llm_cost_many.price_all(prices, Calls(used, moments, *texts))
    told = np.zeros(held.num_rows, dtype=bool)
    for name in USED:
        told |= held[name].is_valid().to_numpy()
    return [price if tells else NO_PRICE for price, tells in zip(found, told.tolist(), strict=True)]


def staged(cursor: Cursor, relation: str, source: str, prices: PriceList, now: datetime) -> str:
    """The staged calls with their costs; gives the relation that holds them."""
    there = ledger.columns(cursor, relation)
    new = [name for name in ("cost_usd", "price_version") if name not in there]
    added = "".join(f", null::{TABLES['llm_calls'].columns[name]} as {name}" for name in new)
    cursor.execute(f"create or replace temp table {STAGED} as select *{added} from {relation}")
    found: list[tuple[int, Price]] = []
    compared: list[tuple[int, Price]] = []
    held = _unpriced(cursor, there | {"cost_usd", "price_version"})
    came = held["cost_usd"].is_valid().to_pylist()
    for line, has_cost, price in zip(held["line"].to_pylist(), came, price_all(held, prices), strict=True):
        if price.usd is not None:
            (compared if has_cost else found).append((line, price))
    cursor.execute(
        f"update {STAGED} set price_version = $reported "
        "where cost_usd is not null and coalesce(price_version, '') = ''",
        {"reported": REPORTED},
    )
    if found:
        _costs(cursor, found)
        cursor.execute(
            f"""update {STAGED} as r set cost_usd = c.cost_usd, price_version = c.price_version
            from {COSTS} as c where r.rowid = c.line"""
        )
    if compared:
        _costs(cursor, compared)
        tenant = "coalesce(r.tenant_id, '')" if "tenant_id" in there else "''"
        kept = f"""select {tenant} as tenant_id, r.call_id, c.price_version, c.cost_usd
            from {COSTS} as c join {STAGED} as r on r.rowid = c.line"""
        keep(cursor, kept, source, now)
    return STAGED


def _unpriced(cursor: Cursor, there: frozenset[str]) -> pa.Table:
    """The staged calls that name a model and no price."""
    named = "r.model <> ''" if "model" in there else "false"
    return cursor.execute(
        f"""select r.rowid as line, {selected("r", there)} from {STAGED} as r
        where coalesce(r.price_version, '') = '' and {named}"""
    ).to_arrow_table()


def _costs(cursor: Cursor, found: Sequence[tuple[int, Price]]) -> None:
    """Prices by the line of their call, where the engine can read them."""
    held = pa.table(
        {
            "line": pa.array([line for line, _ in found], pa.int64()),
            "cost_usd": pa.array([price.usd for _, price in found], pa.decimal128(18, 9)),
            "price_version": pa.array([price.version for _, price in found], pa.string()),
        }
    )
    cursor.register("arrived_costs", held)
    cursor.execute(f"create or replace temp table {COSTS} as select * from arrived_costs")
    cursor.unregister("arrived_costs")


def keep(cursor: Cursor, rows: str, source: str, now: datetime) -> None:
    """Write prices that calls do not have into the history, each of a call and a version once."""
    cursor.execute(
        f"""create or replace temp table landing_history as
        select distinct on (call_id, price_version) * from ({rows})"""
    )
    cursor.execute(
        f"""delete from raw.{HISTORY} as t using landing_history as r
        where t.source = $source and t.call_id = r.call_id and t.price_version = r.price_version""",
        {"source": source},
    )
    cursor.execute(
        f"""insert into raw.{HISTORY} (tenant_id, source, call_id, price_version, cost_usd, replaced_at)
        select tenant_id, $source, call_id, price_version, cost_usd, $now from landing_history""",
        {"source": source, "now": now},
    )
    ledger.recount(cursor, TABLES[HISTORY])
