"""A sample of a metric as a record: its name, its kind, its unit, where it was taken, and its labels.

What is no number one can add (NaN and the infinities) leaves the value empty; the sample itself stays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import orjson

from data.mapping import Mapping as Columns
from data.mapping import Origin, Rule
from data.sources.sample import Sample

OWN = ("occurred_at", "name", "kind", "value", "unit", "service", "host")
COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"
# What programs write behind the names of metrics, as OpenTelemetry writes it.
UNITS = {"seconds": "s", "bytes": "By", "celsius": "Cel", "meters": "m", "volts": "V", "joules": "J"}


def line(name: str, labels: Mapping[str, str], at: float, value: float, *, kind: str, unit: str) -> bytes:
    """One sample as a line of JSON. `at`: seconds since 1970."""
    said: dict[str, object] = {
        "occurred_at": f"{round(at * 1000)}",
        "name": name,
        "kind": kind,
        "value": value if math.isfinite(value) else None,
        "unit": unit,
        "service": labels.get("job", ""),
        "host": labels.get("instance", ""),
    }
    for key in sorted(labels):
        if key != "__name__":
            said[f"label.{key}" if key in OWN else key] = labels[key]
    return orjson.dumps(said) + b"\n"


def mapping(source: str, how: str, seen: Sample) -> Columns:
    """How such records become rows; a label `tenant_id` names the tenant."""
    columns = {column: Origin(column) for column in OWN}
    if "tenant_id" in seen.fields:
        columns["tenant_id"] = Origin("tenant_id")
    return Columns(source, (Rule("metrics", columns),), how)


def kind_of(name: str, labels: Mapping[str, str], said: str) -> str:
    """The kind of a series, by what is said of its metric, else by what its name ends with."""
    if "le" in labels and (name.endswith("_bucket") or said == HISTOGRAM):
        return HISTOGRAM
    if said in (HISTOGRAM, "summary"):
        return COUNTER if name.endswith(("_count", "_sum", "_total")) else GAUGE
    if said in (COUNTER, GAUGE):
        return said
    return COUNTER if name.endswith("_total") else GAUGE


def unit_of(name: str, said: str) -> str:
    """The unit of a metric: what is said of it, else what its name says."""
    if name.endswith("_count"):
        return ""
    word = said or name.removesuffix("_total").removesuffix("_sum").removesuffix("_bucket").rpartition("_")[2]
    return UNITS.get(word, said)


def families(name: str) -> tuple[str, ...]:
    """The metrics that a series may be of: its name, and that name without what parts of a histogram add."""
    ends = ("_bucket", "_count", "_sum", "_total", "_created")
    return (name, *(name.removesuffix(end) for end in ends if name.endswith(end)))
