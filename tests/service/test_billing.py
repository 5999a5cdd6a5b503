"""Billing by command and by night: what is closed when, and a file whose lines come to what was used."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from analytics.usage_plans import SHIPPED, Sold, put_in_force
from service.access import LOCAL
from service.billing import lines_of, main, routes, run
from service.closing import NIGHTLY, Nightly, close
from service.stores import Stores
from tests import stores
from tests.analytics.table import table

RUNS = """
    run_id  tenant_id  occurred_at           duration_ms
    1       acme       2026-03-02T00:00:00Z  1000
    2       acme       2026-03-31T23:59:59Z  500
    3       acme       2026-04-01T00:00:00Z  7
    4       beta       2026-03-20T00:00:00Z  1.5
"""
CALLS = """
    call_id  tenant_id  occurred_at           cost_usd     input_tokens
    1        acme       2026-03-02T00:00:00Z  0.000000001  10
    2        acme       2026-03-03T00:00:00Z  0.1          5
"""
LATE = """
    run_id  tenant_id  occurred_at           duration_ms
    5       acme       2026-03-15T00:00:00Z  250
"""
APRIL, LATER = datetime(2026, 4, 3, tzinfo=UTC), datetime(2026, 4, 9, tzinfo=UTC)
USED = ("executions", "execution_seconds", "tokens", "ai_cost_usd")


@pytest.fixture
def filled():
    with stores.in_memory() as store:
        store.append("tenants", table("tenant_id name billing_day\nacme =Acme 1\nbeta Beta 15"))
        store.append("runs", table(RUNS))
        store.append("llm_calls", table(CALLS))
        yield store


@pytest.fixture
def plans():
    yield put_in_force
    put_in_force(SHIPPED)


def lines(store, month: str, now: datetime) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(lines_of(store, month, now))))


def told(store, month: str, now: datetime) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in ("tenant", "kind", *USED)) for row in lines(store, month, now)]


def test_the_lines_of_a_month_add_up_to_its_rows_open_closed_and_adjusted(filled):
    beta = ("Beta", "open", "1", "0.0015", "0", "0.000000000")
    # A name that would be a formula is none in a file.
    assert told(filled, "2026-03", APRIL) == [
        ("'=Acme", "open", "2", "1.5", "15", "0.100000001"),
        beta,
    ]
    close(LOCAL, filled, APRIL)
    filled.append("runs", table(LATE))
    waits = ("'=Acme", "adjustment, not closed yet", "1", "0.25", "0", "0.000000000")
    closed = ("'=Acme", "closed", "2", "1.5", "15", "0.100000001")
    assert told(filled, "2026-03", LATER) == [closed, waits, beta]
    close(LOCAL, filled, LATER)
    assert told(filled, "2026-03", LATER) == [closed, (waits[0], "adjustment", *waits[2:]), beta]
    of_acme = [row for row in lines(filled, "2026-03", LATER) if row["tenant_id"] == "acme"]
    sums = [sum(Decimal(row[name]) for row in of_acme) for name in USED]
    assert sums == [3, Decimal("1.75"), 15, Decimal("0.100000001")]


def test_a_month_that_has_not_begun_or_cannot_be_read_is_refused(filled, capsys, tmp_path):
    with pytest.raises(ValueError, match="2026-06 has not begun"):
        lines_of(filled, "2026-06", APRIL)
    assert main(["--month", "June", "--store", str(tmp_path / "none.duckdb")]) == 2
    assert "is no month: write it as 2026-03" in capsys.readouterr().err


def test_the_command_says_what_is_due_and_closes_it_under_a_name(filled):
    assert run(filled, {}, APRIL) == "1 billing month of 1 tenant can be closed.\n"
    assert run(filled, {"close": True, "by": "the invoice run"}, APRIL) == "1 line was closed.\n"
    assert run(filled, {"close": True}, APRIL) == "0 lines were closed.\n"
    who = filled.admin.frame("select distinct closed_by from raw.closed_months")
    assert who["closed_by"].tolist() == ["the invoice run"]


def test_the_running_app_does_what_the_command_asks(tmp_path):
    opened = Stores(tmp_path)
    with TestClient(Starlette(routes=routes(opened))) as client:
        assert client.post("/billing", json={}).json()["error"].startswith("There is no store of your own")
        opened.create_own()
        assert "Every month that is over is closed" in client.post("/billing", json={}).json()["text"]
        assert client.post("/billing", json={"month": "soon"}).status_code == 409
    opened.close()


def test_the_command_reads_plans_of_the_configuration_and_refuses_wrong_ones(tmp_path, monkeypatch, capsys):
    file = tmp_path / "tenantscope.toml"
    monkeypatch.setenv("TENANTSCOPE_CONFIG", str(file))
    opened = Stores(tmp_path)
    opened.create_own()
    opened.close()
    at = ["--store", str(tmp_path / "tenantscope.duckdb")]
    file.write_text("[billing]\nday = 40\n")
    assert main([*at, "--close"]) == 2
    assert "a day from 1 to 31, not 40" in capsys.readouterr().err
    file.write_text("")
    assert main([*at, "--close"]) == 0
    assert capsys.readouterr().out == "0 lines were closed.\n"


def test_the_night_closes_months_some_days_after_their_end_and_adjustments_with_the_next(plans, tmp_path):
    opened = Stores(tmp_path)
    own = opened.create_own()
    own.append("runs", table(RUNS))
    night = Nightly(opened)
    assert night(LATER) == 0  # nothing says that the night closes anything
    plans(Sold((), close_after_days=5))
    assert [night(datetime(2026, 4, 5, 12, tzinfo=UTC)), night(datetime(2026, 4, 6, 1, tzinfo=UTC))] == [0, 0]
    assert night(datetime(2026, 4, 6, 3, tzinfo=UTC)) == 2
    own.append("runs", table(LATE))
    assert night(datetime(2026, 4, 7, 3, tzinfo=UTC)) == 0
    assert night(datetime(2026, 5, 6, 3, tzinfo=UTC) + timedelta(hours=1)) == 2
    found = own.admin.frame("select month, line, closed_by from raw.closed_months order by all")
    assert found.to_numpy().tolist() == [
        ["2026-03", 0, NIGHTLY],
        ["2026-03", 0, NIGHTLY],
        ["2026-03", 1, NIGHTLY],
        ["2026-04", 0, NIGHTLY],
    ]
    opened.close()
