"""Rows handed over in Python: typed, checked, each once, nothing dropped."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from data.store import Receipt, StoreError, open_store
from data.tables import TABLES
from tests.data.conftest import NOW, table, tuples

READ = 'select event_id, event_type, tenant_id, "attributes.plan" as plan, "attributes.seats" as seats from events order by event_id'


def test_unknown_columns_and_the_keys_of_properties_become_attributes(store, february):
    receipt = store.append(
        "events",
        [
            {"occurred_at": "2026-02-01T10:00:00Z", "event_id": "1", "event_type": "login", "plan": "pro"},
            {
                "occurred_at": "2026-02-01T11:00:00Z",
                "event_id": "2",
                "tenant_id": "acme",
                "properties": {"seats": 3},
            },
        ],
    )
    assert receipt == Receipt(2, 0, 0)
    assert tuples(store.frame(february, READ)) == [
        ("1", "login", "", "pro", None),
        ("2", "", "acme", None, 3.0),
    ]


@pytest.mark.parametrize("form", ["dicts", "pandas", "arrow"])
def test_a_list_a_frame_and_an_arrow_table_give_the_same_rows(form, february):
    rows = [
        {
            "occurred_at": datetime(2026, 2, 1, 10, tzinfo=UTC),
            "event_id": "1",
            "event_type": "a",
            "plan": "pro",
            "seats": 3.0,
        },
        {
            "occurred_at": datetime(2026, 2, 1, 11, tzinfo=UTC),
            "event_id": "2",
            "event_type": "b",
            "plan": None,
            "seats": 4.5,
        },
    ]
    given = {"dicts": rows, "pandas": pd.DataFrame(rows), "arrow": pa.Table.from_pylist(rows)}[form]
    store = open_store("duckdb://:memory:", clock=lambda: NOW)
    assert store.append("events", given) == Receipt(2, 0, 0)
    assert tuples(store.frame(february, READ)) == [("1", "a", "", "pro", 3.0), ("2", "b", "", None, 4.5)]
    assert tuples(store.admin.frame("select key, type, rows from control.keys order by key")) == [
        ("plan", "VARCHAR", 1),
        ("seats", "DOUBLE", 2),
    ]


def test_the_same_rows_again_add_nothing_and_count_as_duplicates(store, february):
    rows = table("""
        occurred_at           run_id  status
        2026-02-01T10:00:00Z  r1      success
        2026-02-02T10:00:00Z  r2      failed
    """)
    assert store.append("runs", rows) == Receipt(2, 0, 0)
    assert store.append("runs", rows) == Receipt(0, 2, 0)
    assert store.append("runs", [*rows, *rows, rows[0] | {"run_id": "r3"}]) == Receipt(1, 4, 0)
    assert tuples(store.frame(february, "select run_id from runs order by 1")) == [("r1",), ("r2",), ("r3",)]


def test_the_same_id_of_another_source_is_another_row(store, february):
    row = table("""
        occurred_at           run_id
        2026-02-01T10:00:00Z  r1
    """)
    assert store.append("runs", row, source="api") == Receipt(1, 0, 0)
    assert store.append("runs", row, source="elsewhere") == Receipt(1, 0, 0)
    assert tuples(store.frame(february, "select count(*) as n from runs")) == [(2,)]


def test_rows_without_an_id_are_told_apart_by_content_and_occurrence(store, february):
    line = {"occurred_at": "2026-02-01T10:00:00Z", "message": "ping"}
    assert store.append("logs", [line, line, line | {"message": "pong"}]) == Receipt(3, 0, 0)
    assert store.append("logs", [line, line]) == Receipt(0, 2, 0)
    assert store.append("logs", [line, line, line]) == Receipt(1, 2, 0)
    assert tuples(store.frame(february, "select message, count(*) as n from logs group by 1 order by 1")) == [
        ("ping", 3),
        ("pong", 1),
    ]


def test_a_newer_row_takes_the_place_of_the_older_one_wherever_it_lies(store, february):
    first = [{"occurred_at": "2026-02-01T00:00:00Z", "change_id": "c1", "tenant_id": "acme", "plan": "free"}]
    later = [{"occurred_at": "2026-02-20T00:00:00Z", "change_id": "c1", "tenant_id": "acme", "plan": "pro"}]
    assert store.append("subscriptions", first) == Receipt(1, 0, 0)
    assert store.append("subscriptions", later) == Receipt(0, 1, 0)
    assert tuples(store.frame(february, "select change_id, plan from subscriptions")) == [("c1", "pro")]
    store.append("tenants", [{"tenant_id": "acme", "name": "Acme"}])
    store.append(
        "tenants", [{"tenant_id": "acme", "name": "Acme Robotics"}, {"tenant_id": "acme", "name": "Acme AG"}]
    )
    assert tuples(store.frame(february, "select tenant_id, name from tenants")) == [("acme", "Acme AG")]


def test_what_cannot_be_read_goes_to_quarantine_with_its_text_and_the_rest_lands(store, february):
    receipt = store.append(
        "runs",
        [
            {"occurred_at": "2026-02-01T10:00:00Z", "run_id": "good", "duration_ms": "1200"},
            {"occurred_at": "2026-02-01T10:00:00", "run_id": "no zone"},
            {"occurred_at": "yesterday", "run_id": "no time"},
            {"run_id": "nothing"},
            {"occurred_at": "2026-02-01T10:00:00Z", "run_id": "slow", "duration_ms": "slow"},
            {"occurred_at": "2026-03-01T12:05:01Z", "run_id": "tomorrow"},
            {"occurred_at": "2026-03-01T12:05:00Z", "run_id": "clock a little ahead"},
        ],
    )
    assert receipt == Receipt(2, 0, 5)
    bad = store.admin.frame(
        "select line, reason, text::json->>'run_id' as run_id from control.quarantine order by line"
    )
    assert tuples(bad) == [
        (2, "occurred_at: not a time with a zone", "no zone"),
        (3, "occurred_at: not a time with a zone", "no time"),
        (4, "occurred_at: not a time with a zone", "nothing"),
        (5, "duration_ms: not a number", "slow"),
        (6, "occurred_at: more than 5 minutes in the future", "tomorrow"),
    ]


def test_what_could_not_be_read_is_kept_once_however_often_it_comes(store):
    bad = {"occurred_at": "yesterday", "run_id": "r1"}
    assert store.append("runs", [bad]) == Receipt(0, 0, 1)
    assert store.append("runs", [bad]) == Receipt(0, 0, 1)
    assert tuples(store.admin.frame("select count(*) from control.quarantine")) == [(1,)]


def test_a_named_zone_reads_local_times_through_daylight_saving(store, february):
    rows = [{"occurred_at": "2026-02-10 09:00:00", "event_id": "winter"}]
    assert store.append("events", rows, timezone="Europe/Berlin") == Receipt(1, 0, 0)
    frame = pd.DataFrame({"occurred_at": [datetime(2025, 7, 1, 9)], "event_id": ["summer"]})
    assert store.append("events", frame, timezone="Europe/Berlin") == Receipt(1, 0, 0)
    found = store.admin.frame("select event_id, occurred_at from raw.events order by event_id")
    assert [(row[0], row[1].isoformat()) for row in tuples(found)] == [
        ("summer", "2025-07-01T07:00:00+00:00"),
        ("winter", "2026-02-10T08:00:00+00:00"),
    ]


def test_a_column_of_times_without_a_zone_is_refused_with_the_next_step(store):
    frame = pd.DataFrame({"occurred_at": [datetime(2026, 2, 1)], "event_id": ["1"]})
    with pytest.raises(StoreError, match="timezone='Europe/Berlin'"):
        store.append("events", frame)


def test_nested_data_is_flattened_and_lists_stand_beside(store, february):
    store.append(
        "events",
        [
            {
                "occurred_at": "2026-02-01T10:00:00Z",
                "event_id": "1",
                "properties": {
                    "geo": {"country": "DE", "city.name": "Berlin"},
                    "ok": True,
                    "big": 2**53 + 1,
                    "tags": ["a", "b"],
                    "empty": {},
                    "nothing": None,
                },
            }
        ],
    )
    frame = store.frame(
        february,
        'select "attributes.geo.country" as country, "properties.geo.city.name" as city, "attributes.ok" as ok, '
        '"attributes.big" as big, "attributes.tags" as tags, "attributes.nothing" as nothing, lists::varchar as lists from events',
    )
    assert tuples(frame) == [
        ("DE", "Berlin", True, "9007199254740993", '["a","b"]', None, '{"empty":{},"tags":["a","b"]}')
    ]


def test_money_stays_exact(store, february):
    store.append(
        "llm_calls",
        [{"occurred_at": "2026-02-01T10:00:00Z", "call_id": str(n), "cost_usd": "0.1"} for n in range(3)],
    )
    assert tuples(store.frame(february, "select sum(cost_usd) as usd from llm_calls")) == [
        (Decimal("0.300000000"),)
    ]


def test_a_sample_of_a_series_is_kept_once(store, february):
    sample = {"occurred_at": "2026-02-01T10:00:00Z", "name": "queue", "value": 1}
    rows = [
        sample | {"labels": {"pod": "a"}},
        sample | {"labels": {"pod": "b"}},
        sample | {"labels": {"pod": "a"}, "value": 9},
    ]
    assert store.append("metrics", rows) == Receipt(2, 1, 0)
    frame = pd.DataFrame([sample | {"occurred_at": pd.Timestamp(sample["occurred_at"]), "pod": "a"}])
    assert store.append("metrics", frame) == Receipt(0, 1, 0)


def test_an_unknown_table_is_refused_with_the_tables_there_are(store):
    with pytest.raises(StoreError, match="events, runs, llm_calls"):
        store.append("clicks", [{"occurred_at": "2026-02-01T10:00:00Z"}])


def test_no_rows_are_no_rows(store):
    assert store.append("events", []) == Receipt(0, 0, 0)
    assert store.append(
        "events", pd.DataFrame({"occurred_at": pd.Series([], dtype="datetime64[us, UTC]")})
    ) == Receipt(0, 0, 0)


def test_every_table_takes_the_columns_it_declares(store):
    sample = {
        "VARCHAR": "x",
        "TIMESTAMP": "2026-02-01T10:00:00Z",
        "DOUBLE": "1.5",
        "BIGINT": "7",
        "DECIMAL(18,9)": "0.5",
        "BOOLEAN": "true",
        "JSON": "{}",
    }
    for name, target in TABLES.items():
        row = {
            column: sample[kind]
            for column, kind in target.columns.items()
            if column not in ("attributes", "lists", "source")
        }
        assert store.append(name, [row]) == Receipt(1, 0, 0), name
        assert store.append(name, [row]) == Receipt(0, 1, 0), name


def test_a_run_without_a_name_is_called_by_the_id_of_its_workflow(store):
    run = {"occurred_at": "2026-01-08T14:30:00Z", "tenant_id": "acme", "status": "success"}
    store.append("runs", [{**run, "run_id": "1", "workflow_id": "wf_1", "workflow_name": "Report"}])
    store.append("runs", [{**run, "run_id": "2", "workflow_id": "wf_2"}])
    unnamed = {"run_id": "3", "workflow_id": "wf_3", "workflow_name": ""}
    store.append("runs", [{**run, **unnamed}, {**run, "run_id": "4"}])
    found = store.admin.frame("select run_id, workflow_name from raw.runs order by run_id")
    assert list(found["workflow_name"]) == ["Report", "wf_2", "wf_3", ""]
