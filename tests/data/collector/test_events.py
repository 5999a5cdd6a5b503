"""`/v1/events` and Segment's calls: what becomes of which record, and what the sender is told."""

from __future__ import annotations

import pytest

from tests.data.collector.sending import RECEIVED, send

AT = "2026-02-03T10:00:00Z"
NO_TIME = "the time is no time: write it like 2026-02-03T10:00:00Z, or as seconds or milliseconds since 1970"
AHEAD = "the time is more than 5 minutes ahead: look at the sender's clock, and at the unit"
PAGE = {"event": "page_opened", "time": AT, "user_id": "u1"}


def event(**record):
    sent = send("events", PAGE | record)
    assert sent.status == 200, sent.said
    (row,) = sent.rows("events")
    return {key: said for key, said in row.items() if key not in ("received_at", "event_id", "event_type")}


def test_an_event_with_the_names_that_most_programs_use():
    sent = send(
        "events",
        {
            "event": "report_opened",
            "id": 17,
            "timestamp": AT,
            "tenantId": "acme",
            "userId": "u1",
            "sessionId": "s1",
            "properties": {"pages": 3, "tags": ["a"], "deep": {"er": True}},
            "app": "web",
        },
    )
    assert sent.said == {"accepted": 1, "rejected": 0, "errors": [], "tenant_overridden": 0}
    assert sent.rows("events") == [
        {
            "received_at": RECEIVED,
            "event_id": 17,
            "event_type": "report_opened",
            "occurred_at": AT,
            "tenant_id": "acme",
            "user_id": "u1",
            "session_id": "s1",
            "pages": 3,
            "tags": ["a"],
            "deep": {"er": True},
            "app": "web",
        }
    ]


def test_whose_an_event_is_may_stand_in_its_properties_where_it_stands_nowhere_else():
    assert event(properties={"tenant_id": "acme", "user_id": "u9"}) == {
        "occurred_at": AT, "user_id": "u1", "tenant_id": "acme", "attributes.user_id": "u9",
    }  # fmt: skip


def test_no_property_takes_the_place_of_a_column():
    assert event(attributes={"source": "ad", "event_id": "x", "colour": "red"}) == {
        "occurred_at": AT, "user_id": "u1", "attributes.source": "ad", "attributes.event_id": "x", "colour": "red",
    }  # fmt: skip


def test_an_event_without_a_time_is_of_now_and_new_each_time():
    first, second = (send("events", {"event": "ping"}).rows("events")[0] for _ in range(2))
    assert first["occurred_at"] == RECEIVED
    assert first["event_id"] != second["event_id"]


def test_an_event_without_an_id_is_known_by_what_it_says_and_how_often_its_request_says_so():
    ids = [[row["event_id"] for row in send("events", [PAGE, PAGE]).rows("events")] for _ in range(2)]
    assert ids[0] == ids[1]
    assert ids[0][1] == f"{ids[0][0]}~2"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (7, "not an object"),
        ({"time": AT}, "no event: name it with `event`"),
        ({"event": "x", "time": "2026-02-03T10:00:00"}, "the time carries no time zone: end it with Z or an offset such as +02:00"),
        ({"event": "x", "time": "2026-13-45"}, NO_TIME),
        ({"event": "x", "time": "2026-02-30T10:00:00Z"}, NO_TIME),
        ({"event": "x", "time": "2026-02-03T25:00:00Z"}, NO_TIME),
        ({"event": "x", "time": True}, NO_TIME),
        ({"event": "x", "time": "yesterday"}, NO_TIME),
        ({"event": "x", "time": 17}, NO_TIME),
        ({"event": "x", "time": "2027-03-01T12:00:00Z"}, AHEAD),
        ({"event": "x", "time": "2026-03-01T14:05:01+02:00"}, AHEAD),
        ({"event": "x", "time": RECEIVED // 1000 + 301_000}, AHEAD),
        ({"event": "x", "time": str(RECEIVED * 1000 + 301 * 10**9)}, AHEAD),
    ],
)  # fmt: skip
def test_a_record_that_is_no_event_is_told_why(record, reason):
    assert send("events", [record, PAGE]).said == {
        "accepted": 1,
        "rejected": 1,
        "errors": [{"index": 0, "reason": reason}],
        "tenant_overridden": 0,
    }
    assert send("events", [record]).status == 400


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-01T14:05:00+02:00",
        RECEIVED / 1e6 + 299,
        RECEIVED // 1000,
        str(RECEIVED),
        "Tue, 03 Feb 2026 10:00:00 GMT",
        "03/Feb/2026:10:00:00 +0000",
        "2026-02-03 10:00:00,5 +0100",
    ],
)
def test_a_time_that_the_store_reads_is_taken(time):
    assert send("events", {"event": "x", "time": time}).said["accepted"] == 1


def test_a_call_whose_time_is_ahead_is_told_so():
    sent = send(
        "batch", {"batch": [CALL | {"type": "track", "event": "x", "timestamp": "2027-03-01T12:00:00Z"}]}
    )
    assert sent.said["errors"] == [{"index": 0, "reason": AHEAD}]


def test_what_goes_to_quarantine_is_the_write_key_s_tenant_s():
    sent = send("events", {"event": "x", "time": "yesterday", "tenant": "globex"}, tenant="acme")
    assert (sent.status, sent.said["accepted"], sent.said["rejected"]) == (400, 0, 1)
    assert [(row["tenant_id"], row["occurred_at"]) for row in sent.rows("events")] == [("acme", "yesterday")]


def test_lines_are_read_each_by_itself():
    body = b'{"event":"a"}\r\n\noops\n{"event":"b"}\n'
    for kind in ("lines", "json"):
        sent = send("events", body, kind=kind)
        assert [row["event_type"] for row in sent.rows("events")] == ["a", "b"]
        assert sent.said["errors"] == [{"index": 2, "reason": "not JSON"}]


@pytest.mark.parametrize("body", [b"", b"{", b'{"event":"a"', b"\xff\xfe", b'{"event":"\\ud800"}'])
def test_a_body_that_is_no_json_is_refused_whole(body):
    sent = send("events", body)
    assert (sent.status, sent.lines) == (400, {})
    assert sent.said["message"].startswith("The body is not JSON")


def test_a_key_of_one_tenant_writes_for_no_other():
    sent = send("events", [PAGE | {"tenant": "globex"}, PAGE | {"org": "acme"}, PAGE], tenant="acme")
    assert [row["tenant_id"] for row in sent.rows("events")] == ["acme"] * 3
    assert sent.said["tenant_overridden"] == 1
    assert sent.source == "collector:acme"


CALL = {"userId": "u1", "anonymousId": "a1", "timestamp": AT, "messageId": "m1"}


def test_track_and_page_are_events():
    track = CALL | {"type": "track", "event": "Clicked", "properties": {"button": "go", "name": "x"}}
    page = CALL | {
        "type": "page",
        "name": "Prices",
        "messageId": "m2",
        "context": {"groupId": "acme", "ip": "::1"},
    }
    sent = send("batch", {"batch": [track, page], "sentAt": AT})
    assert sent.said == {"success": True, "accepted": 2, "rejected": 0, "tenant_overridden": 0, "errors": []}
    common = {"received_at": RECEIVED, "occurred_at": AT, "user_id": "u1", "anonymous_id": "a1"}
    assert sent.rows("events") == [
        common | {"event_type": "Clicked", "event_id": "m1", "button": "go", "name": "x"},
        common
        | {"event_type": "page", "event_id": "m2", "tenant_id": "acme", "name": "Prices"}
        | {"context": {"groupId": "acme", "ip": "::1"}},
    ]


def test_identify_tells_of_a_person_and_of_an_alias():
    traits = {"email": "ann@acme.example", "createdAt": AT, "plan": "pro"}
    sent = send("identify", CALL | {"traits": traits, "context": {"groupId": "acme"}})
    person = {"tenant_id": "acme", "person_id": "u1"}
    assert sent.rows("people") == [person | {"email": "ann@acme.example", "created_at": AT, "plan": "pro"}]
    assert sent.rows("identities") == [person | {"alias": "a1", "since": AT}]


def test_group_tells_of_a_tenant_and_alias_of_a_person():
    sent = send(
        "batch",
        {
            "batch": [
                {"type": "group", "groupId": "acme", "userId": "u1", "traits": {"name": "Acme", "seats": 5}},
                {"type": "alias", "userId": "u1", "previousId": "a1", "context": {"groupId": "acme"}},
            ]
        },
    )
    assert sent.rows("tenants") == [{"tenant_id": "acme", "name": "Acme", "seats": 5}]
    assert sent.rows("identities") == [{"tenant_id": "acme", "alias": "a1", "person_id": "u1"}]


def test_a_group_of_another_tenant_is_the_key_s_own():
    sent = send("group", {"groupId": "globex", "userId": "u1", "traits": {"name": "Mine"}}, tenant="acme")
    assert sent.rows("tenants") == [{"tenant_id": "acme", "name": "Mine"}]
    assert sent.said["tenant_overridden"] == 1


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (CALL | {"type": "track"}, "a track call needs its `event`"),
        ({"type": "track", "event": "x"}, "a call needs userId or anonymousId"),
        ({"type": "identify"}, "an identify call needs userId or anonymousId"),
        ({"type": "group"}, "a group call needs its groupId"),
        (CALL | {"type": "charge"}, "no call of a known kind: type is one of track, page, screen, identify, group, alias"),
        (CALL | {"type": "identify", "userId": {"a": 1}}, "an id is a text or a number"),
        (CALL | {"type": "track", "event": "x", "properties": 7}, "not a call as Segment's libraries send it"),
    ],
)  # fmt: skip
def test_a_call_that_is_none_is_told_why(call, reason):
    sent = send("batch", {"batch": [call]})
    assert sent.said["errors"] == [{"index": 0, "reason": reason}]
    assert (sent.status, sent.said["success"], sent.lines) == (400, False, {})
