"""What the collector brought lately, as the store tells it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from analytics.zones import naive
from data.tables import OF_ONE_TENANT, TABLES

if TYPE_CHECKING:
    from data.store import Store

OURS = f"(source || ':' = '{OF_ONE_TENANT}' or starts_with(source, '{OF_ONE_TENANT}'))"


def arrived(store: Store, now: datetime, seconds: float) -> pd.DataFrame:
    """One row a source and kind of data: source, kind, rows, last_at; kind '' are lines in quarantine."""
    since = naive(now - timedelta(seconds=seconds))
    parts = [
        f"""select source, '{name}' as kind, count(*) as rows, max(received_at) as last_at
        from raw.{name} where received_at >= $since and {OURS} group by source"""
        for name, table in TABLES.items()
        if "received_at" in table.columns
    ]
    parts.append(
        f"""select source, '' as kind, count(*) as rows, max(quarantined_at) as last_at
        from control.quarantine where quarantined_at >= $since and {OURS} group by source"""
    )
    return store.admin.frame(f"{' union all '.join(parts)} order by source, kind", since=since)
