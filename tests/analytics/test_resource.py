"""What a request takes, counted by hand from samples and spans."""

from __future__ import annotations

from analytics import resource
from tests.analytics.table import rows, table, window

SAMPLES = """
    name                  occurred_at           value        host
    # A counter that rises by 4, begins anew at 1, and rises by 5 before the window, which counts for nothing.
    network_bytes_total   2026-01-07T22:00:00Z  95           a
    network_bytes_total   2026-01-07T23:00:00Z  100          a
    network_bytes_total   2026-01-08T10:00:00Z  104          a
    network_bytes_total   2026-01-08T11:00:00Z  1            a
    ingested_bytes_total  2026-01-08T10:00:00Z  1000000000   a
    ingested_bytes_total  2026-01-08T11:00:00Z  3000000000   a
    stored_bytes          2026-01-08T10:00:00Z  500          a
    stored_bytes          2026-01-08T11:00:00Z  1100         a
    # Two cores, on average half and a quarter of the day.
    cpu_percent           2026-01-08T10:00:00Z  40           a
    cpu_percent           2026-01-08T11:00:00Z  60           a
    cpu_percent           2026-01-08T10:00:00Z  25           b
    memory_used_bytes     2026-01-08T10:00:00Z  100          a
    memory_used_bytes     2026-01-08T10:00:00Z  300          b
"""
SPANS = """
    trace_id  span_id  occurred_at           kind
    1         1        2026-01-08T10:00:00Z  server
    1         2        2026-01-08T10:00:01Z  client
    2         1        2026-01-08T23:00:00Z  server
"""


def test_a_day_of_two_requests(store):
    store.append("metrics", table(SAMPLES))
    store.append("spans", table(SPANS))
    day = window("2026-01-08", "2026-01-10")
    assert rows(resource.per_request(store, day)) == [
        # 0.75 x 86,400 s / 2, 400 bytes / (2 / 86,400 s), 600 bytes / 2 GB, (4 + 1) bytes / 2 rounded.
        ("2026-01-08T00:00+00:00", 2, 32_400_000.0, 17_280_000, 300, 2, True),
        ("2026-01-09T00:00+00:00", 0, None, None, None, None, True),
    ]
