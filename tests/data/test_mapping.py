"""What is proposed for a file's fields, and how a mapping is written down."""

from __future__ import annotations

import json

import pytest

from data import mapping as mappings
from data.mapping import Mapping, MappingError, Origin, Rule, free, source_of
from data.recognise import for_table, recognise, unit_of
from data.sources.sample import take
from data.tables import TABLES
from tests.data.sources.kinds import RUN


def proposed(*records: dict | str, table: str | None = None) -> Mapping:
    sample = take(record if isinstance(record, str) else json.dumps(record) for record in records)
    return for_table(sample, "web", table) if table else recognise(sample, "web")


def columns(mapping: Mapping) -> list[dict[str, str]]:
    return [
        {"table": rule.table} | {column: origin.text() for column, origin in rule.columns.items()}
        for rule in mapping.rules
    ]


AT = "2026-01-08T14:30:00Z"


def test_the_structured_log_becomes_a_log_line_and_a_run():
    mapping = proposed(RUN)
    assert mapping.how == "structured log"
    assert columns(mapping) == [
        {
            "table": "logs", "occurred_at": "timestamp", "tenant_id": "tenant_id", "level": "level", "message": "message",
            "service": "service", "user_id": "user_id",
        },
        {
            "table": "runs", "occurred_at": "timestamp", "tenant_id": "tenant_id", "user_id": "user_id", "workflow_id": "workflow_id",
            "workflow_name": "meta.workflow_name", "action_type": "meta.action_type", "status": "meta.status",
            "duration_ms": "meta.duration",
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "table", "how"),
    [
        (
            {"occurred_at": AT, "event_id": "1", "event_type": "login", "properties": {"plan": "pro"}},
            "events",
            "our own names",
        ),
        (
            {"occurred_at": AT, "call_id": "1", "model": "gpt-4o", "input_tokens": 5},
            "llm_calls",
            "our own names",
        ),
        ({"tenant_id": "acme", "name": "Acme", "plan": "pro"}, "tenants", "our own names"),
        ({"tenant_id": "acme", "alias": "a1", "person_id": "p1"}, "identities", "our own names"),
        ({"@timestamp": AT, "log.level": "info", "message": "up"}, "logs", "ECS"),
        (
            {"@timestamp": AT, "log": {"level": "info"}, "service": {"name": "api"}, "message": "up"},
            "logs",
            "ECS",
        ),
        (
            {"timeUnixNano": "1767882600000000000", "severityText": "INFO", "body": "up"},
            "logs",
            "OpenTelemetry",
        ),
        ({"trace_id": "t", "span_id": "s", "name": "GET /", "start_time": AT}, "spans", "OpenTelemetry"),
        ({"ts": AT, "msg": "up", "severity": "warn"}, "logs", "guess"),
        ({"created_at": AT, "action": "login", "user": "u1"}, "events", "guess"),
        ({"time": AT, "prompt_tokens": 5, "completion_tokens": 6}, "llm_calls", "guess"),
        ({"finished_at": AT, "job_id": "j", "state": "ok", "elapsed_ms": 5}, "runs", "guess"),
    ],
)
def test_a_form_is_recognised_without_being_told(record, table, how):
    mapping = proposed(record)
    assert (mapping.rules[0].table, mapping.how) == (table, how)


@pytest.mark.parametrize(
    "name",
    ["tenant", "tenant_id", "tenantId", "org_id", "organization", "account", "customer_id", "workspace"],
)
def test_a_tenant_is_guessed_by_clear_names(name):
    assert proposed({"time": AT, "message": "x", name: "acme"}).rules[0].columns["tenant_id"] == Origin(name)


@pytest.mark.parametrize("name", ["channel", "name", "team_color", "group", "meta.account"])
def test_a_tenant_is_guessed_by_no_other(name):
    assert "tenant_id" not in proposed({"time": AT, "message": "x", name: "acme"}).rules[0].columns


def test_a_record_without_a_kind_is_an_event_of_its_source():
    assert proposed({"time": AT, "page": "/"}).rules[0].columns["event_type"] == Origin(constant="web")


def test_a_named_table_takes_its_own_columns_and_the_usual_names():
    mapping = proposed({"when": AT, "flow_id": "f", "outcome": "ok", "error_code": "E1"}, table="runs")
    assert columns(mapping) == [
        {
            "table": "runs",
            "occurred_at": "when",
            "workflow_id": "flow_id",
            "status": "outcome",
            "error_code": "error_code",
        }
    ]


@pytest.mark.parametrize(
    ("field", "unit"),
    [
        ("event.duration", "ns"),
        ("duration_s", "s"),
        ("elapsedSeconds", "s"),
        ("took_ms", "ms"),
        ("latency_us", "us"),
        ("duration", "ms"),
    ],
)
def test_the_unit_of_a_bare_number_is_its_field_s_name(field, unit):
    assert unit_of(field) == unit


def test_toml_there_and_back():
    mapping = Mapping(
        "web",
        (
            Rule("logs", {"occurred_at": Origin("@timestamp"), "service": Origin(constant='a "b"\nc')}),
            Rule(
                "runs",
                {"duration_ms": Origin("event.duration", "ns"), "status": Origin("s")},
                ("status",),
                ("service",),
            ),
        ),
        "yours",
        "Europe/Berlin",
        ("properties",),
    )
    assert Mapping.from_toml(mapping.to_toml()) == mapping
    assert Mapping.from_dict(mapping.to_dict()) == mapping


def test_a_mapping_is_kept_by_source(tmp_path):
    mapping = proposed(RUN)
    mappings.save(tmp_path, mapping)
    assert mappings.saved(tmp_path, "web") == mapping
    assert mappings.saved(tmp_path, "other") is None


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("tenant_id=channel", "channel"),
        ("tenant_id='acme'", "'acme'"),
        ("duration_ms=took:s", "took:s"),
        ("runs.status=state", "state"),
    ],
)
def test_a_person_s_word_fills_a_column(change, text):
    column, _, origin = change.partition("=")
    changed = proposed(RUN).with_columns([(column, Origin.parse(origin))])
    assert columns(changed)[1][column.rpartition(".")[2]] == text


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (
            {"rules": [{"table": "nothing"}], "source": "a"},
            "There is no table 'nothing'. Choose one of events,",
        ),
        (
            {"rules": [{"table": "logs", "columns": {"colour": "c"}}], "source": "a"},
            "logs has no column 'colour' to map.",
        ),
        ({"rules": [{"table": "logs"}], "source": "a", "timezone": "CET-1"}, "'CET-1' is no time zone."),
        ({"rules": [{"table": "logs"}], "source": "a", "wat": 1}, "A mapping has no 'wat'."),
        ({"rules": [{"table": "logs"}], "source": "  "}, "A source needs a name"),
        ({"source": "a"}, "A mapping needs at least one [[rules]]"),
    ],
)
def test_a_mapping_that_cannot_be(form, says):
    with pytest.raises(MappingError) as refused:
        Mapping.from_dict(form)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("web_logs.json.gz", "web_logs"), ("app.log.3", "app"), ("app-2026-01-08.ndjson", "app"), ("/var/log/api_20260108.json.zst", "api"),
        ("stdin", "stdin"), ("2026-01-08.json", "file"), ("../../etc/passwd", "passwd"), ("a b;c.csv", "a_b_c"),
    ],
)  # fmt: skip
def test_the_files_of_one_program_are_one_source(file, source):
    assert source_of(file) == source


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("customers", {"id": 1, "name": "Acme", "plan": "pro"}, {"table": "tenants", "tenant_id": "id", "name": "name", "plan": "plan"}),
        ("crm.Company", {"company_id": 1, "name": "Acme", "type": "LLC", "created_at": AT}, {"table": "tenants", "tenant_id": "company_id", "name": "name", "created_at": "created_at"}),
        ("ORGS", {"id": 1, "name": "Acme", "level": "gold"}, {"table": "tenants", "tenant_id": "id", "name": "name"}),
        ("users", {"id": 1, "email": "ada@acme.test"}, {"table": "people", "person_id": "id", "email": "email"}),
        ("app.member", {"uuid": "u1", "email": "ada@acme.test", "org": "acme"}, {"table": "people", "person_id": "uuid", "email": "email", "tenant_id": "org"}),
    ],
)  # fmt: skip
def test_a_source_s_own_name_says_what_its_rows_are(source, record, expected):
    assert columns(recognise(take([json.dumps(record)]), source)) == [expected]


@pytest.mark.parametrize(
    ("source", "record"),
    [
        ("customers", {"id": 1, "plan": "pro"}),
        ("customers", {"id": 1, "name": "Acme", "timestamp": AT, "event_type": "login"}),
        ("users", {"id": 1, "name": "Ada"}),
        ("orders", {"id": 1, "name": "Chair", "plan": "pro"}),
    ],
)
def test_a_name_alone_makes_no_tenants_or_people(source, record):
    assert columns(recognise(take([json.dumps(record)]), source))[0]["table"] == "events"


def test_the_page_of_tables_names_every_column_that_a_field_may_fill(root):
    lines = (root / "docs" / "tables.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in lines if line.startswith("| `")]
    assert rows == [[f"`{name}`", ", ".join(f"`{column}`" for column in free(name))] for name in TABLES]


def test_a_column_that_there_is_not_is_answered_with_those_that_there_are():
    events = Mapping("shop", (Rule("events", {"event_id": Origin("id")}),))
    with pytest.raises(
        MappingError, match=r"events has no column 'took' to map ms to: events has occurred_at, .*user_id"
    ):
        events.with_columns([("took", Origin("ms"))])
