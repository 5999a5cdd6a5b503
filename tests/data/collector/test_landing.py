"""From the spool into the store: each row once, whoever sends it again, and nothing for another tenant."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

from data.collector import spool
from data.collector.arrived import arrived
from data.collector.landing import Lander
from data.store import Receipt
from tests.data.collector.sending import land as land_in
from tests.data.collector.sending import send, spooled
from tests.data.collector.test_signals import T0, TRACE, log, logs, metrics, named, span, spans

AT = "2026-02-03T10:00:00Z"


def rows(store, sql):
    return [tuple(row) for row in store.admin.frame(sql).itertuples(index=False)]


def count(store, table):
    return int(store.admin.frame(f"select count(*) as n from raw.{table}").n[0])


def test_every_signal_lands_in_its_table_and_a_retry_adds_nothing(store, tmp_path):
    called = span(
        {
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4o",
            "http.response.status_code": 200,
            "tags": "x",
        }
    )
    point = {"timeUnixNano": str(T0), "asInt": "7", "attributes": named({"b": "2", "a": "1"})}
    batch = [
        ("logs", logs(log(), log(), resource={"service.name": "api"})),
        ("traces", spans(called)),
        ("metrics", metrics(gauge={"dataPoints": [point]})),
        ("events", [{"event": "a", "time": AT}, {"event": "b", "time": AT, "id": "1"}]),
    ]  # fmt: skip
    first = land_in(store, tmp_path, *(send(route, body) for route, body in batch))
    assert first == Receipt(7, 0, 0)
    assert spool.waiting(tmp_path).size == 0
    again = land_in(store, tmp_path, *(send(route, body, received=T0) for route, body in batch))
    assert again == Receipt(0, 7, 0)
    tables = ("logs", "spans", "llm_calls", "metrics", "events")
    assert {name: count(store, name) for name in tables} == {
        "logs": 2, "spans": 1, "llm_calls": 1, "metrics": 1, "events": 2,
    }  # fmt: skip
    assert rows(store, "select trace_id, http_status, duration_ms, attributes.tags::varchar, source from raw.spans") == [
        (TRACE, 200, 1500.0, "x", "collector")
    ]  # fmt: skip


def test_a_series_is_the_same_whatever_is_sent_beside_it(store, tmp_path):
    def sample(at, **labels):
        return {"timeUnixNano": str(T0 + at * 10**9), "asInt": "1", "attributes": named(labels)}

    land_in(store, tmp_path, send("metrics", metrics(gauge={"dataPoints": [sample(1, a="1", b="2")]})))
    others = [sample(n, c=str(n)) for n in range(20)]
    land_in(
        store, tmp_path, send("metrics", metrics(gauge={"dataPoints": [*others, sample(2, b="2", a="1")]}))
    )
    series = "select count(distinct series)::int from raw.metrics where attributes.a::varchar = '1'"
    assert rows(store, series) == [(1,)]
    assert count(store, "metrics") == 22


def test_nobody_suppresses_another_tenant_s_row(store, tmp_path):
    mine, theirs = (
        send("events", {"event": "a", "id": "1", "time": AT}, tenant=name) for name in ("acme", "globex")
    )
    assert land_in(store, tmp_path, mine, theirs) == Receipt(2, 0, 0)
    assert rows(store, "select source, tenant_id from raw.events order by all") == [
        ("collector:acme", "acme"),
        ("collector:globex", "globex"),
    ]


def test_a_tenant_s_own_key_claims_no_row_without_a_tenant(store, tmp_path, february):
    """An alias of one tenant gives rows without one their tenant: who guesses ids must not get rows by it."""
    row = {"event_id": "1", "occurred_at": AT, "anonymous_id": "a1"}
    store.append("events", [row, row | {"event_id": "2", "anonymous_id": "a2"}])
    known = {"userId": "u1", "traits": {}, "context": {"groupId": "globex"}}
    land_in(store, tmp_path, send("identify", known | {"anonymousId": "a2"}))
    land_in(
        store,
        tmp_path,
        *(send("identify", known | {"anonymousId": each}, tenant="acme") for each in ("a1", "a2")),
    )
    seen = {
        tenant: list(
            store.frame(
                replace(february, tenants=frozenset({tenant})), "select event_id from events"
            ).event_id
        )
        for tenant in ("acme", "globex")
    }
    assert seen == {"acme": [], "globex": ["2"]}


def test_answers_stay_good_until_the_store_learns_of_new_rows(store, tmp_path):
    written = send("events", {"event": "a", "id": "1", "time": AT})
    before = store.versions(("events",))
    files = spooled(tmp_path, written)
    Lander(store).land(files, learn=False)
    assert (count(store, "events"), store.versions(("events",))) == (1, before)
    store.admin.learn()
    assert store.versions(("events",)) > before


def test_a_person_is_told_piece_by_piece(store, tmp_path):
    def identify(user="u1", **traits):
        return send("identify", {"userId": user, "traits": traits, "context": {"groupId": "acme"}})

    land_in(
        store, tmp_path, identify(email="a@x.example", plan="pro", seats=1), identify(name="Ann", seats=2)
    )
    land_in(store, tmp_path, identify(role="admin", seats=3, tags=["x"]), identify("u2", name="Bo"))
    person = "select person_id, name, email, role, attributes.plan::varchar, attributes.seats::double, lists::varchar from raw.people order by 1"
    first, second = rows(store, person)
    assert first == ("u1", "Ann", "a@x.example", "admin", "pro", 3.0, '{"tags":["x"]}')
    assert second[:4] == ("u2", "Bo", "", "")


def test_a_group_keeps_what_a_file_said_of_the_tenant(store, tmp_path):
    store.append("tenants", [{"tenant_id": "acme", "name": "Acme", "plan": "free", "region": "eu"}])
    land_in(store, tmp_path, send("group", {"groupId": "acme", "traits": {"plan": "pro"}}))
    assert rows(store, "select name, plan, region from raw.tenants") == [("Acme", "pro", "eu")]


def test_what_cannot_be_a_row_is_in_quarantine_once(store, tmp_path):
    ahead = {"event": "a", "id": "1", "time": "2099-01-01T00:00:00Z"}
    unzoned = {"event": "b", "id": "3", "time": "2026-02-03T10:00:00"}
    sent = [send("events", [ahead, {"event": "b", "id": "2", "time": "soon"}, unzoned]) for _ in range(2)]
    for each in sent:
        land_in(store, tmp_path, each)
    assert count(store, "events") == 0
    found = store.admin.quarantine()
    assert sorted(found.reason) == [
        "occurred_at carries no time zone",
        "occurred_at is more than 5 minutes ahead",
        "occurred_at is not a time",
    ]
    assert json.loads(found.text[0])["event_type"] in ("a", "b")


def test_the_ledger_has_one_row_a_source_and_day(store, tmp_path):
    for n in range(3):
        land_in(store, tmp_path, send("events", {"event": "a", "id": str(n), "time": AT}))
    assert rows(store, "select name, state, rows::int, lines::int from control.loads") == [
        ("collector 2026-03-01", "done", 3, 3)
    ]


def test_what_arrived_lately_is_told_by_the_store(store, tmp_path):
    land_in(
        store,
        tmp_path,
        send("events", [{"event": "a", "time": AT}, {"event": "b", "time": "soon"}], tenant="acme"),
    )
    store.append("events", [{"event_id": "f", "occurred_at": AT}], source="file")
    now = store.clock()
    assert [tuple(row)[:3] for row in arrived(store, now, 3600).itertuples(index=False)] == [
        ("collector:acme", "", 1),
        ("collector:acme", "events", 1),
    ]


def test_bytes_and_numbers_of_every_size_keep_their_value(store, tmp_path):
    attributes = [
        {"key": "raw", "value": {"bytesValue": b64encode(b"\0\1").decode()}},
        {"key": "big", "value": {"intValue": "9223372036854775807"}},
        {"key": "list", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "a"}]}}},
        {"key": "deep", "value": {"kvlistValue": {"values": [{"key": "er", "value": {"boolValue": True}}]}}},
    ]
    land_in(store, tmp_path, send("logs", logs(log(attributes=attributes))))
    said = "select attributes.raw::varchar, attributes.big::varchar, attributes['deep.er']::boolean, lists::varchar from raw.logs"
    assert rows(store, said) == [("AAE=", "9223372036854775807", True, '{"list":[1,"a"]}')]
