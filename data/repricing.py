"""Calls that are in get the price that holds now; the price that they had is kept in `llm_price_history`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from analytics.llm_cost import Price, PriceList
from data import ledger
from data.priced import HISTORY, REPORTED, keep, price_all, selected
from data.tables import TABLES

if TYPE_CHECKING:
    from data.landing import Landing
    from data.store import Store

CALLS = TABLES["llm_calls"]
STEP = timedelta(days=1)  # what is changed in one transaction: whoever lands rows waits for no longer
NOTHING = Decimal(0)
READ = ("source", "call_id", "tenant_id", "occurred_at", "model", "cost_usd", "price_version")


@dataclass(frozen=True)
class Wish:
    """Which calls to price anew: those that began from `start` on and before `end` (naive, UTC), of a model,
    a provider, a tenant; only those without a price; `preview` changes nothing.
    """

    start: datetime | None = None
    end: datetime | None = None
    model: str = ""
    provider: str = ""
    tenant: str | None = None
    unpriced: bool = False
    preview: bool = False

    def condition(self) -> tuple[str, dict[str, object]]:
        """As SQL over calls `t`, with its values."""
        values: dict[str, object] = {}
        parts = ["true"]
        for name, said in (("model", self.model), ("provider", self.provider)):
            if said:
                parts.append(f"lower(t.{name}) = lower(${name})")
                values[name] = said
        if self.tenant is not None:
            parts.append("t.tenant_id = $tenant")
            values["tenant"] = self.tenant
        if self.unpriced:
            parts.append("t.cost_usd is null")
        return " and ".join(parts), values


@dataclass
class Repriced:
    """What became of the calls: how many were looked at, and what those that changed cost before and now."""

    looked: int = 0
    changed: int = 0
    first_priced: int = 0
    unpriced: int = 0
    reported: int = 0
    before: Decimal = NOTHING
    after: Decimal = NOTHING
    models: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict[str, tuple[Decimal, Decimal]])
    calls: Counter[str] = field(default_factory=Counter[str])

    def add(self, row: dict[str, Any], price: Price) -> None:
        """Note a call that changes."""
        old, new = row["cost_usd"] or NOTHING, price.usd or NOTHING
        self.changed += 1
        self.first_priced += row["cost_usd"] is None
        self.before += old
        self.after += new
        self.calls[row["model"]] += 1
        had, has = self.models.get(row["model"], (NOTHING, NOTHING))
        self.models[row["model"]] = (had + old, has + new)

    def sentence(self, *, preview: bool = False) -> str:
        """What to tell a person."""
        would = "would change" if preview else "changed"
        lines = [
            f"Looked at {self.looked:,} calls: {self.changed:,} {would}, from ${self.before:,.6f} to "
            f"${self.after:,.6f}; {self.first_priced:,} of them had no price before."
        ]
        for model, (old, new) in sorted(self.models.items(), key=lambda each: -abs(each[1][1] - each[1][0])):
            lines.append(f"  {model}: {self.calls[model]:,} calls, ${old:,.6f} -> ${new:,.6f}")
        if self.unpriced:
            lines.append(
                f"{self.unpriced:,} calls still have no price: *AI cost* lists them with the way to one."
            )
        if self.reported:
            lines.append(f"{self.reported:,} calls keep the cost that was reported.")
        return "\n".join(lines)


def reprice(store: Store, wish: Wish, prices: PriceList) -> Repriced:
    """Price calls anew, day by day; gives what became of them."""
    found = Repriced()
    for begin, end in _steps(store, wish):
        for source, rows in _rows(store, wish, begin, end):
            with store.admin.landing(source) as landing:
                _step(landing, rows, prices, found, preview=wish.preview)
    return found


def _steps(store: Store, wish: Wish) -> Iterator[tuple[datetime, datetime]]:
    """The days of the wish that may have calls."""
    condition, values = wish.condition()
    days = store.admin.frame(
        f"""select distinct date_trunc('day', t.occurred_at) as day from raw.llm_calls as t
        where {condition} and ($start is null or t.occurred_at >= $start)
        and ($end is null or t.occurred_at < $end) order by day""",
        start=wish.start,
        end=wish.end,
        **values,
    )
    for day in (each.to_pydatetime().replace(tzinfo=None) for each in days["day"]):
        yield max(day, wish.start or day), min(day + STEP, wish.end or day + STEP)


def _rows(store: Store, wish: Wish, begin: datetime, end: datetime) -> Iterator[tuple[str, pa.Table]]:
    """The calls of a day, by source."""
    condition, values = wish.condition()
    held = store.admin.frame(
        f"""select t.source, t.call_id, {selected("t")} from raw.llm_calls as t
        where {condition} and t.occurred_at >= $begin and t.occurred_at < $stop""",
        begin=begin,
        stop=end,
        **values,
    )
    for source, rows in held.groupby("source", sort=True):
        yield str(source), pa.Table.from_pandas(rows, preserve_index=False)


def _step(landing: Landing, held: pa.Table, prices: PriceList, found: Repriced, *, preview: bool) -> None:
    changed: list[tuple[dict[str, Any], Price]] = []
    beside: list[tuple[dict[str, Any], Price]] = []
    own = {each.version for each in prices.own}
    rows = held.select(list(READ)).to_pylist()
    for row, price in zip(rows, price_all(held, prices), strict=True):
        found.looked += 1
        if row["price_version"] == REPORTED:
            found.reported += 1
            if price.usd is not None:
                beside.append((row, price))
        elif price.usd is None and not _is_withdrawn(row["price_version"], own):
            found.unpriced += row["cost_usd"] is None
        elif price.usd != row["cost_usd"]:
            found.add(row, price)
            changed.append((row, price))
    if not preview and (changed or beside):
        with landing.store.transaction(landing.cursor):
            _write(landing, changed, beside)


def _is_withdrawn(version: str, own: set[str]) -> bool:
    """Whether a price was one of the company's own that it has no more."""
    return version.startswith("own/") and version.partition(" of ")[0] not in own


def _write(
    landing: Landing,
    changed: Sequence[tuple[dict[str, Any], Price]],
    beside: Sequence[tuple[dict[str, Any], Price]],
) -> None:
    cursor, source, now = landing.cursor, landing.source, landing.now
    if changed:
        cursor.register("reprice_changed", _table(changed))
        cursor.execute("create or replace temp table repricing as select * from reprice_changed")
        cursor.unregister("reprice_changed")
        # A call that somebody else changed since it was read is left as it is now.
        same = """t.source = r.source and t.call_id = r.call_id and t.occurred_at = r.occurred_at
            and t.price_version = r.old_version"""
        keep(
            cursor,
            f"""select t.tenant_id, t.call_id, t.price_version, t.cost_usd
            from raw.llm_calls as t join repricing as r on {same}""",
            source,
            now,
        )
        cursor.execute(
            f"""update raw.llm_calls as t set cost_usd = r.cost_usd, price_version = r.price_version
            from repricing as r where {same}"""
        )
        ledger.changed(cursor, CALLS)
    if beside:
        cursor.register("reprice_beside", _table(beside))
        cursor.execute("create or replace temp table repricing as select * from reprice_beside")
        cursor.unregister("reprice_beside")
        keep(
            cursor,
            f"""select r.tenant_id, r.call_id, r.price_version, r.cost_usd from repricing as r
            anti join raw.{HISTORY} as h on h.source = r.source and h.call_id = r.call_id
                and h.price_version = r.price_version and h.cost_usd = r.cost_usd""",
            source,
            now,
        )


def _table(found: Sequence[tuple[dict[str, Any], Price]]) -> pa.Table:
    rows = [row for row, _ in found]
    moments = [row["occurred_at"].replace(tzinfo=None) for row in rows]
    return pa.table(
        {
            "call_id": pa.array([row["call_id"] for row in rows], pa.string()),
            "source": pa.array([row["source"] for row in rows], pa.string()),
            "tenant_id": pa.array([row["tenant_id"] for row in rows], pa.string()),
            "occurred_at": pa.array(moments, pa.timestamp("us")),
            "old_version": pa.array([row["price_version"] for row in rows], pa.string()),
            "cost_usd": pa.array([price.usd for _, price in found], pa.decimal128(18, 9)),
            "price_version": pa.array([price.version for _, price in found], pa.string()),
        }
    )
