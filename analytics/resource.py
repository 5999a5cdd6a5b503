"""What a request takes of the machines, and what a gigabyte taken in leaves stored."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import (
    CPU_COUNTERS,
    CPU_GAUGES,
    MEMORY_GAUGES,
    SENT_COUNTERS,
    STORED_GAUGES,
    TAKEN_IN_COUNTERS,
)
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
GRAIN = "day"


@analysis(
    tables=("metrics", "spans"),
    columns=(
        BUCKET,
        Column("requests", "Requests", "count", "Spans of kind server."),
        Column("cpu_ms", "CPU a request", "ms", "Processor time / requests.", "down"),
        Column("memory_bytes", "Memory", "bytes", "Memory in use / requests a second.", "down"),
        Column("stored_bytes", "Stored", "bytes", "Growth of what is stored / gigabytes taken in.", "down"),
        Column("sent_bytes", "Sent", "bytes", "Bytes sent / requests.", "down"),
        COMPLETE,
    ),
    additive=("requests",),
    grain=GRAIN,
)
def per_request(view: View, scope: Scope) -> pd.DataFrame:
    """Processor time, memory and bytes sent of each day by its requests; bytes stored by those taken in."""
    found = view.frame(
        scope,
        SQL["per_request"],
        grain=GRAIN,
        cpu_counters=list(CPU_COUNTERS),
        cpu_gauges=list(CPU_GAUGES),
        memory=list(MEMORY_GAUGES),
        stored=list(STORED_GAUGES),
        taken=list(TAKEN_IN_COUNTERS),
        sent=list(SENT_COUNTERS),
    )
    sizes = dict.fromkeys(("memory_bytes", "stored_bytes", "sent_bytes"), "Int64")
    return found.astype(sizes).assign(complete=complete(found["bucket"], scope, GRAIN))
