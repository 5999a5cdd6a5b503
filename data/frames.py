"""Arrow to pandas: times become aware in the scope's zone, decimals stay Decimal, nothing keeps its type."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa


def to_frame(table: pa.Table, timezone: str) -> pd.DataFrame:
    """The table as a frame; UTC times are shown on the zone's clock."""
    zoned = pa.timestamp("us", tz=timezone)
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(zoned))
    return table.to_pandas()
