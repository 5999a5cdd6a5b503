"""The collector's routes over a real parsing process: who may send what, and what is durable when it is answered."""

from __future__ import annotations

import base64
import gzip
import os
import signal
import time
from datetime import UTC, datetime

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import service.collector
from data.collector import bodies, spool
from service.access import LOCAL, NotAllowed, Principal
from service.collector import Collector
from service.collector_routes import ORIGINS, routes
from service.metadata import Metadata
from service.stores import Stores

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENT = {"event": "a", "time": "2026-02-03T10:00:00Z"}


class House:
    """A collector that is open, its keys, and whoever sends to it."""

    def __init__(self, folder):
        self.stores = Stores(folder, clock=lambda: NOW)
        self.metadata = Metadata(f"sqlite:///{folder}/metadata.sqlite")
        self.collector = Collector(self.stores, self.metadata)
        _, self.key = self.collector.keys.create(LOCAL, "all", None)
        _, self.acme = self.collector.keys.create(LOCAL, "acme's", "acme")
        os.environ[ORIGINS] = "https://shop.example"
        try:
            app = Starlette(routes=routes(lambda: self.collector))
        finally:
            del os.environ[ORIGINS]
        self.client = TestClient(app)

    def post(self, route, *, key=None, **request):
        headers = {"authorization": f"Bearer {self.key if key is None else key}"} | request.pop("headers", {})
        return self.client.post(f"/v1/{route}", headers=headers, **request)

    def landed(self, sql):
        """What the store says, once all that waits has been landed."""
        until = time.monotonic() + 30
        while self.collector.look().size or spool.waiting(self.collector.folder).size:
            assert time.monotonic() < until, self.collector.trouble
            time.sleep(0.02)
        return [tuple(row) for row in self.stores.own().admin.frame(sql).itertuples(index=False)]


@pytest.fixture(autouse=True)
def anew(request):
    """What one test made the collector see is looked at again by the next."""
    yield
    if "house" in request.fixturenames:
        request.getfixturevalue("house").collector.look_again()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("var"))
    made.collector.open()
    with made.client:
        yield made
        made.client.portal.call(made.collector.close)
    made.stores.close()
    made.metadata.close()


def test_what_is_answered_is_in_the_spool_and_then_in_the_store(house):
    given = house.post("events", json=EVENT | {"id": "first", "tenant": "globex"})
    assert given.json() == {"accepted": 1, "rejected": 0, "errors": [], "tenant_overridden": 0}
    assert spool.waiting(house.collector.folder).size or house.stores.has_own
    given = house.post("events", key=house.acme, json=EVENT | {"id": "held", "tenant": "globex"})
    assert given.json()["tenant_overridden"] == 1
    # Segment's libraries say the key as a user name.
    said = base64.b64encode(f"{house.acme}:".encode()).decode()
    call = {"type": "track", "event": "x", "userId": "u1", "messageId": "segment", "timestamp": EVENT["time"]}
    given = house.post("batch", headers={"authorization": f"Basic {said}"}, json={"batch": [call]})
    assert given.json()["success"] is True
    assert house.landed("select event_id, tenant_id, source from raw.events order by 1") == [
        ("first", "globex", "collector"),
        ("held", "acme", "collector:acme"),
        ("segment", "acme", "collector:acme"),
    ]


@pytest.mark.parametrize("key", ["", "wrong", "tsk_0_0", "ü"])
def test_nobody_sends_without_a_key(house, key):
    given = house.post("events", json=EVENT, headers={"authorization": f"Bearer {key}".encode("latin-1")})
    assert given.status_code == 401
    assert given.headers["www-authenticate"].startswith("Bearer")
    assert "Sources page" in given.json()["message"]


def test_a_revoked_key_sends_no_more(house):
    made, text = house.collector.keys.create(LOCAL, "short", None)
    assert house.post("events", key=text, json=EVENT | {"id": "before"}).status_code == 200
    house.collector.keys.revoke(LOCAL, made.id)
    assert house.post("events", key=text, json=EVENT | {"id": "after"}).status_code == 401


@pytest.mark.parametrize(
    ("route", "content_type", "packing"),
    [
        ("events", "application/x-protobuf", ""),
        ("logs", "text/plain", ""),
        ("batch", "text/xml", ""),
        ("events", "application/json", "br"),
        ("traces", "application/x-protobuf", "zstd"),
    ],
)
def test_other_types_and_packings_are_refused(house, route, content_type, packing):
    given = house.post(
        route, content=b"x", headers={"content-type": content_type, "content-encoding": packing}
    )
    assert given.status_code == 415


def test_an_answer_of_an_ai_is_taken_with_what_its_headers_say(house):
    answer = {"id": "chatcmpl-1", "model": "gpt-4o", "created": 1_770_112_800, "usage": {"prompt_tokens": 8}}
    whose = {"x-tenantscope-tenant": "acme", "x-tenantscope-user": "ada", "x-tenantscope-feature": "chat"}
    given = house.post("llm", json=answer, headers=whose)
    assert (given.status_code, given.json()["accepted"]) == (200, 1)
    whole = "select tenant_id, user_id, feature, cost_usd::varchar from raw.llm_calls"
    assert house.landed(whole) == [("acme", "ada", "chat", "0.000020000")]
    assert (
        house.post("llm", content=b"x", headers={"content-type": "application/x-protobuf"}).status_code == 415
    )


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "PROPFIND"])
@pytest.mark.parametrize("route", ["events", "logs", "batch"])
def test_whoever_does_not_post_is_told_to(house, method, route):
    given = house.client.request(method, f"/v1/{route}")
    assert (given.status_code, given.headers["allow"]) == (405, "POST, OPTIONS")
    if method != "HEAD":
        said = f"/v1/{route} takes POST alone: send the rows as its body."
        assert given.json() == {"message": said}


@pytest.mark.parametrize("path", ["/v1/event", "/v1/", "/v1/events/", "/v1/events/more"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_that_there_is_not_names_those_that_there_are(house, method, path):
    given = house.client.request(method, path)
    assert (given.status_code, given.headers["content-type"]) == (404, "application/json")
    for known in ("/v1/logs", "/v1/events", "/v1/batch", "/v1/identify"):
        assert known in given.json()["message"]


def test_bodies_that_are_too_large_are_refused(house):
    json = {"content-type": "application/json"}
    large = house.post("events", content=bytes(bodies.MOST + 1), headers=json)
    assert (large.status_code, large.headers["connection"]) == (413, "close")
    pieces = (bytes(1 << 20) for _ in range(21))
    assert house.post("events", content=pieces, headers=json).status_code == 413
    bomb = gzip.compress(bytes(bodies.MOST + 1))
    assert house.post("events", content=bomb, headers=json | {"content-encoding": "gzip"}).status_code == 413
    assert house.collector.held == 0


def test_a_refusal_of_protobuf_is_protobuf(house):
    protobuf = {"content-type": "application/x-protobuf"}
    given = house.post("logs", content=b"\x0a\x99", headers=protobuf)
    assert (given.status_code, given.headers["content-type"]) == (400, "application/x-protobuf")
    # google.rpc.Status: field 2 is the message.
    assert given.content[:1] == b"\x12"
    assert given.content.endswith(b"no export request of OpenTelemetry in Protobuf.")
    empty = house.post("logs", content=ExportLogsServiceRequest().SerializeToString(), headers=protobuf)
    assert (empty.status_code, empty.content) == (200, b"")


def test_senders_wait_while_the_store_is_behind(house, monkeypatch):
    monkeypatch.setattr(service.collector, "MOST_WAITING", -1)
    given = house.post("events", json=EVENT)
    assert (given.status_code, given.headers["retry-after"]) == (429, "5")


def test_senders_wait_while_what_waits_is_old(house, monkeypatch):
    monkeypatch.setattr(service.collector, "OLDEST_SECONDS", -1.0)
    assert house.post("events", json=EVENT).status_code == 429


def test_senders_wait_while_too_much_is_on_its_way(house, monkeypatch):
    monkeypatch.setattr(service.collector, "MOST_HELD", 10)
    assert house.post("events", json=EVENT).status_code == 429
    assert house.collector.held == 0


def test_a_full_disk_is_said(house, monkeypatch):
    monkeypatch.setattr(service.collector.limits, "LEAST_FREE", 1.1)
    monkeypatch.setattr(service.collector, "LOOK_SECONDS", -1.0)
    given = house.post("events", json=EVENT)
    assert (given.status_code, given.headers["retry-after"]) == (503, "30")


def test_browsers_of_the_named_sites_may_send_events(house):
    ask = {"origin": "https://shop.example", "access-control-request-method": "POST"}
    given = house.client.options("/v1/events", headers=ask)
    assert (given.status_code, given.headers["access-control-allow-origin"]) == (204, "https://shop.example")
    assert "authorization" in given.headers["access-control-allow-headers"]
    sent = house.post("batch", json={"batch": []}, headers={"origin": "https://shop.example"})
    assert sent.headers["access-control-allow-origin"] == "https://shop.example"
    for route, origin in (
        ("events", "https://evil.example"),
        ("logs", "https://shop.example"),
        ("events", "null"),
    ):
        given = house.client.options(f"/v1/{route}", headers=ask | {"origin": origin})
        assert (given.status_code, "access-control-allow-origin" in given.headers) == (403, False)


@pytest.mark.heavy
def test_a_parsing_process_that_died_is_begun_again(house):
    assert house.post("events", json=EVENT | {"id": "alive"}).status_code == 200
    pid = house.collector.parser.pid
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 30
    while (given := house.post("events", json=EVENT | {"id": "again"})).status_code != 200:
        assert (given.status_code, given.headers["retry-after"]) == (503, "5")
        assert time.monotonic() < until
    assert house.collector.parser.pid != pid
    found = "select event_id from raw.events where event_id in ('alive', 'again') order by 1"
    assert house.landed(found) == [("again",), ("alive",)]


def test_what_waits_and_what_arrived_is_for_admins(house):
    narrow = Principal("nia", frozenset({"acme"}))
    with pytest.raises(NotAllowed):
        house.collector.lag(narrow)
    with pytest.raises(NotAllowed):
        house.collector.arrived(narrow, house.stores.own(), 3600)


@pytest.mark.parametrize(("took", "seconds"), [(0.1, 0.3), (2.0, 6.0), (60.0, 20.0)])
def test_landing_takes_a_quarter_of_the_time(took, seconds):
    assert service.collector.rest(took) == pytest.approx(seconds)


def test_a_collector_that_is_not_open_takes_nothing(tmp_path):
    closed = House(tmp_path)
    given = closed.post("events", json=EVENT)
    assert (given.status_code, given.headers["retry-after"]) == (503, "30")
    closed.metadata.close()


def test_a_file_that_cannot_be_landed_keeps_no_other_out(tmp_path, monkeypatch):
    monkeypatch.setattr(service.collector, "TICK_SECONDS", 0.02)
    house = House(tmp_path)
    spool.recover(house.collector.folder)
    for source in ("broken", "good"):
        written = spool.Spool(house.collector.folder, time.time)
        rows = {"nowhere" if source == "broken" else "events": [b'{"event_id":"1","occurred_at":1770112800}']}
        written.write(source, rows)
        written.sync()
        written.turn()
        time.sleep(0.002)
    house.collector.open()
    refused = house.collector.folder / service.collector.REFUSED
    until = time.monotonic() + 30
    while not (refused.exists() and list(refused.iterdir())):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert house.landed("select source from raw.events") == [("good",)]
    assert house.collector.lag(LOCAL).refused_files == 1
    house.collector._stopped.set()
    house.collector._thread.join()
    house.stores.close()
    house.metadata.close()
