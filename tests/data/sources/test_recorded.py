"""Files that others made, loaded as a newcomer would, against figures counted by other means."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.ingest import Wish, ingest, propose
from data.mapping import MappingError, Origin


@pytest.fixture
def recorded(shared: Path) -> Path:
    folder = shared / "data"
    if not folder.is_dir():
        pytest.skip(f"no recorded files in {folder}")
    return folder


def load(store, path: Path, **said):
    return ingest(store, propose(path, None, Wish(**said)))


def row(store, sql: str) -> tuple:
    return tuple(store.admin.frame(sql).iloc[0])


def test_web_logs(store, recorded):
    outcome = load(store, recorded / "logs/web_logs.json.gz")
    assert (outcome.counts.rows, outcome.counts.lines) == (14_074, 14_074)
    by_status = store.admin.frame(
        "select attributes.response::int as status, count(*) as n from raw.logs group by 1 order by 1"
    )
    assert dict(zip(by_status.status, by_status.n, strict=True)) == {200: 12_832, 404: 801, 503: 441}
    assert row(
        store,
        "select count(distinct attributes.clientip::varchar), sum(attributes.bytes::double) from raw.logs",
    ) == (1_001, 79_725_689)
    assert "No field names the tenant" in outcome.sentence


def test_wikipedia_with_its_channels_as_tenants(store, recorded):
    load(store, recorded / "events/wikiticker.parquet", columns=(("tenant_id", Origin("channel")),))
    all_of_it = "select count(*), count(distinct tenant_id), count(distinct user_id), sum(attributes.added::double) from raw.events"
    assert row(store, all_of_it) == (39_244, 51, 10_531, 9_385_573)
    english = "select count(*), count(distinct user_id) from raw.events where tenant_id = '#en.wikipedia'"
    assert row(store, english) == (11_549, 4_343)


def test_a_shop_whose_times_carry_no_zone(store, recorded):
    path = recorded / "events/ecom.csv.gz"
    with pytest.raises(MappingError, match="carry no time zone"):
        load(store, path)
    load(store, path, timezone="UTC")
    assert row(store, "select count(*), count(distinct user_id) from raw.events") == (31_106, 600)


def test_orders_as_nested_json(store, recorded):
    load(store, recorded / "events/orders.json.gz")
    sales = "select count(*), count(distinct tenant_id), round(sum(attributes.taxful_total_price::double), 2), sum(attributes.total_quantity::double) from raw.events"
    assert row(store, sales) == (4_675, 46, 350_859.04, 10_091)
    assert row(
        store, "select count(*) from raw.events where json_extract(lists, '$.products') is not null"
    ) == (4_675,)


def test_reviews_in_a_packed_csv(store, recorded):
    load(store, recorded / "events/reviews.csv.bz2", timezone="UTC")
    found = "select count(*), count(distinct tenant_id), count(distinct user_id), round(avg(attributes.rating::double), 6) from raw.events"
    assert row(store, found) == (578_805, 247, 400_141, 4.679671)


def test_calls_of_a_code_assistant(store, recorded):
    load(store, recorded / "llm/azure_llm_code_2023.csv", timezone="UTC")
    assert row(store, "select count(*), sum(input_tokens), sum(output_tokens) from raw.llm_calls") == (
        8_819,
        18_059_974,
        245_896,
    )
    assert row(store, "select median(input_tokens), median(output_tokens) from raw.llm_calls") == (1_469, 13)


def test_opentelemetry_s_own_examples(store, recorded):
    for name in ("logs", "trace", "metrics", "events"):
        load(store, recorded / f"otlp/{name}.json")
    assert row(store, "select trace_id, service, kind, duration_ms from raw.spans") == (
        "5b8efff798038103d269b633813fc60c", "my.service", "server", 1000.0,
    )  # fmt: skip
    # A counter, a gauge, a histogram of two buckets, and an exponential one: 1 at zero, 2 between 4 and 8.
    assert row(store, "select count(*), count(distinct series) from raw.metrics") == (8, 8)
    exponential = "select string_agg(attributes.le::varchar || ': ' || value::int, ', ' order by value, len(attributes.le::varchar)) from raw.metrics where name = 'my.exponential.histogram'"
    assert row(store, exponential) == ("0: 1, 4: 1, 8: 3, +Inf: 3",)
    assert row(store, "select count(*), min(occurred_at) = max(occurred_at) from raw.logs") == (2, True)
