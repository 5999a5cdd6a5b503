"""What people call the columns of single rows, and how their values are written."""

from __future__ import annotations

from typing import Any

from analytics.model import model
from analytics.question import Column

WORDS = {"occurred_at": "When", "received_at": "Received", "tenant": "Tenant", "mrr_usd": "MRR"}
UNITS = {"_ms": "ms", "_usd": "usd", "_at": "time"}


def column_of(name: str, value: object) -> Column:
    """What to call a column of rows, and how its values are written."""
    known = model().dimensions.get(name)
    said = WORDS.get(name) or (known.label if known else words_of(name))
    unit: Any = next((unit for end, unit in UNITS.items() if name.endswith(end)), "")
    if isinstance(value, bool):
        unit = "flag"
    elif not unit:
        unit = "count" if isinstance(value, int | float) or hasattr(value, "dtype") else "text"
    return Column(name, said, unit, known.definition if known else f"{said} of the row.")


def words_of(name: str) -> str:
    """Input tokens for input_tokens; an attribute keeps its name, which is its source's."""
    if name.startswith("attributes."):
        return name.removeprefix("attributes.")
    words = name.removesuffix("_ms").removesuffix("_usd").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
