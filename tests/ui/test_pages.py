"""Every page runs, says what the store says, and leads on where there is nothing to show."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.filters import field
from analytics.query import Query, answer
from analytics.request import Request
from data.store import open_store
from service.access import LOCAL, Principal
from service.house import house
from ui import context, panel_menu
from ui import format as say
from ui.navigation import allowed, screens

WINDOW = Request(window="2026-01-05~2026-01-11", compare=False)


def tiles(at) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


@pytest.mark.loop
@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.name)
def test_every_page_runs_on_the_demo_company(app, screen):
    at = app(f"{screen.folder}/{screen.file.name}")
    assert not at.exception
    assert not at.error
    assert at.title[0].value == screen.title


def test_the_board_says_what_the_rows_say(week):
    at = week(scope=WINDOW.text())
    assert not at.error
    assert tiles(at) == {
        "Executions": "4",
        "Executions :small[:gray[30\u00a0days]]": "4",
        "Average duration": "2.50 s",
        "Active tenants": "2",
        "AI cost": "$2.00",
        "AI queries": "2",
    }


def test_a_tenant_of_the_address_scopes_the_board(week):
    at = week(scope=Request(window=WINDOW.window, tenants=("globex",), compare=False).text())
    assert (tiles(at)["Executions"], tiles(at)["AI cost"]) == ("1", "$1.25")


def test_a_filter_that_a_table_lacks_leaves_a_dash_and_not_unfiltered_numbers(week):
    at = week(scope=Request(window=WINDOW.window, where=field("action_type") == "http", compare=False).text())
    assert (tiles(at)["Executions"], tiles(at)["AI cost"]) == ("3", "–")


def test_compare_says_against_what(week):
    at = week(scope=Request(window="2026-01-07~2026-01-07").text())
    first = at.metric[0]
    assert (first.value, first.delta) == ("1", "-1")
    assert first.proto.delta_description == "vs prior 24 h"


def test_another_window_is_named_on_its_tiles_and_drawn_beside_the_lines(week):
    other = "2026-01-06T10:00~2026-01-06T20:00"
    at = week(scope=Request(window="2026-01-08T10:00~2026-01-08T20:00", compare=other).text())
    first = at.metric[0]
    assert (first.value, first.delta, first.proto.delta_description) == ("1", "-1", "vs 6 Jan")
    assert "Compared with 6 Jan, 10:00 to 20:00." in first.proto.help
    spec = next(chart.proto.spec for chart in at.get("plotly_chart") if "over time" in chart.proto.alt)
    beside = {
        trace["name"]: trace["y"] for trace in json.loads(spec)["data"] if ", 6 Jan" in trace.get("name", "")
    }
    assert set(beside) == {"Succeeded, 6 Jan", "Failed, 6 Jan"}
    assert len(beside["Failed, 6 Jan"]) > 1


def test_a_panel_whose_source_is_late_says_until_when_its_data_are(tmp_path, monkeypatch, app):
    now = datetime.now(UTC)
    store = open_store(tmp_path / "tenantscope.duckdb")
    recent, old = now - timedelta(minutes=30), now - timedelta(hours=9)
    store.append("runs", [{"run_id": "1", "occurred_at": recent, "tenant_id": "a", "status": "success"}])
    store.append("runs", [{"run_id": "2", "occurred_at": old, "tenant_id": "b", "status": "success"}])
    store.append("llm_calls", [{"call_id": "1", "occurred_at": old, "tenant_id": "a", "cost_usd": "1"}])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    # The second tenant was quiet since, which is no late source.
    at = app(scope=Request(tenants=("b", "a")).text())
    said = f"data as of {say.moment(old, 'UTC', now)}"
    late = {
        metric.label.split(" :")[0]: metric for metric in at.metric if said in metric.proto.delta_description
    }
    assert set(late) == {"AI cost", "AI queries"}
    assert ":orange-badge" in late["AI cost"].label
    assert "The newest of the AI calls is from" in late["AI cost"].proto.help
    quiet = app(scope=Request(tenants=("b",)).text())
    of_runs = [metric for metric in quiet.metric if metric.label.startswith("Exec")]
    assert not any("data as of" in metric.proto.delta_description for metric in of_runs)


def test_the_age_of_a_page_says_of_which_rows_it_is_one(tmp_path, monkeypatch, app):
    now = datetime.now(UTC)
    run, line = now - timedelta(minutes=59), now - timedelta(minutes=7)
    store = open_store(tmp_path / "tenantscope.duckdb")
    store.append("runs", [{"run_id": "1", "occurred_at": run, "tenant_id": "a", "status": "success"}])
    store.append("logs", [{"log_id": "1", "occurred_at": line, "tenant_id": "a", "message": "x"}])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    at = app(scope=Request(window="24h").text())
    (age,) = (each for each in at.caption if ":material/sync:" in each.value)
    assert age.proto.help == f"The newest row of executions and AI calls: {say.moment(run, 'UTC', now)}"


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (("quiet",), "**quiet has no executions**, which most of this page counts, but events and log lines."),
        (("quiet", "still"), "**quiet and still have no executions**, which most of this page counts, but events and log lines."),
        (("busy",), None),
        (("quiet", "busy"), None),
        ((), None),
    ],
)  # fmt: skip
def test_the_customer_view_says_what_there_is_beside_executions(tmp_path, monkeypatch, app, chosen, told):
    at, moment = "2026-01-06T10:00:00Z", "occurred_at"
    store = open_store(tmp_path / "tenantscope.duckdb")
    # Out of the window, but there.
    early = "2025-12-06T10:00:00Z"
    store.append("runs", [{"run_id": "1", moment: early, "tenant_id": "busy", "status": "success"}])
    opened = {moment: at, "event_type": "opened"}
    store.append("events", [opened | {"event_id": each, "tenant_id": each} for each in ("quiet", "busy")])
    store.append("logs", [{"log_id": "1", moment: at, "tenant_id": "quiet", "message": "x"}])
    store.append("logs", [{"log_id": "2", moment: at, "tenant_id": "still", "message": "x"}])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    scope = Request(window=WINDOW.window, tenants=chosen, compare=False).text()
    page = app("customers/tenant.py", scope=scope)
    assert not page.exception
    found = [text.value for text in page.markdown if "which most of this page counts" in text.value]
    assert found == ([] if told is None else [f":gray[:material/info:] {told}"])
    links = [
        link.proto for link in page.get("page_link") if link.proto.label == ":blue[See them on Activity]"
    ]
    assert [link.page for link in links] == ["activity"] * len(found)


def test_the_card_of_failures_its_rows_and_its_search_agree_on_timeouts(tmp_path, monkeypatch, app):
    store = open_store(tmp_path / "tenantscope.duckdb")
    statuses = ("failed", "timeout", "timeout", "success", "cancelled")
    moment = "2026-01-06T10:00:00Z"
    store.append(
        "runs",
        [
            {"run_id": str(n), "occurred_at": moment, "tenant_id": "a", "status": status}
            for n, status in enumerate(statuses)
        ],
    )
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    page = "reliability/operations.py"
    at = app(page, scope=WINDOW.text())
    card = next(metric for metric in at.metric if metric.label == "Failed executions")
    search = re.search(r"`(status:.*)`", card.proto.help)[1]
    at.session_state[panel_menu.OPENED] = ("operations.failed_executions", panel_menu.ROWS, 0)
    at.run()
    assert sorted(at.dataframe[-1].value["status"].map(lambda chips: chips[0])) == [
        "failed",
        "timeout",
        "timeout",
    ]
    found = app(scope=replace(WINDOW, search=search).text())
    assert card.value == tiles(found)["Executions"] == "3"


def test_a_window_without_rows_offers_the_one_with_the_newest(week):
    at = week(scope=Request(window="2026-01-01~2026-01-02").text())
    assert any("Nothing from 1 Jan" in text.value and "8 Jan" in text.value for text in at.markdown)
    offer = next(button for button in at.button if button.label.startswith("Show"))
    assert offer.label == "Show 7 Jan to 8 Jan 2026"
    offer.click().run()
    assert tiles(at)["Executions"] == "2"


@pytest.mark.parametrize(
    ("name", "said"),
    [("demo.duckdb", "The demo company is being made"), ("tenantscope.duckdb", "No rows yet")],
)
def test_a_store_without_rows_says_what_to_do(tmp_path, monkeypatch, app, name, said):
    open_store(tmp_path / name).close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    at = app()
    assert not at.error
    assert any(said in text.value for text in at.markdown)


def test_a_board_whose_tables_are_empty_says_what_there_is_instead(tmp_path, monkeypatch, app):
    store = open_store(tmp_path / "tenantscope.duckdb")
    store.append("logs", [{"log_id": "1", "occurred_at": "2026-01-06T10:00:00Z", "message": "hello"}])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    at = app()
    assert any(
        "No executions or AI calls yet" in text.value and "There are log lines." in text.value
        for text in at.markdown
    )


def test_the_default_board_equals_the_store(app):
    at = app()
    scope = LOCAL.scope(Request(), datetime.now(UTC))
    store = house().store(demo=True)
    found = answer(store, scope, Query(("active_tenants", "ai_queries"))).iloc[0]
    assert tiles(at)["Active tenants"] == say.number(found["active_tenants"])
    # Its title may say besides that the newest call is late.
    queries = next(value for title, value in tiles(at).items() if title.startswith("AI queries"))
    assert queries == say.number(found["ai_queries"])


PANELS = {
    "executive": "executions executions_month avg_duration active_tenants ai_cost ai_queries "
    "executions_over_time success_rate top_tenants connector_share",
    "tenant": "tasks_this_month summary success_trend top_workflows value success_rate recent_failures "
    "failure_causes timeline plan_usage upsell benchmark people onboarding notes",
    "customers": "list",
    "tenant-usage": "top_by_messages by_duration entitlements trend billable billable_total unit_economics close closed_total reconcile growth heavy_users",
    "operations": "error_rate failed_executions slow_count p95 connector_health slow_executions failure_causes "
    "cause_rate usage_by_tenant slowest_workflows",
    "acquisition": "campaigns attribution suspicious visit",
    "web-vitals": "core core_inp core_cls by_page socket_connect time_to_first_widget socket_latency",
    "churn": "at_stake outreach resting risk health health_parts health_over_time renewals expansion inactive survival "
    "survival_cohorts segments survival_table rate rate_by_plan lost reasons model_quality calibration calibration_curve "
    "outcomes "
    "week2 week2_effects week2_calibration week2_what_if week2_used",
    "retention": "triangle curve lifecycle stickiness feature_adoption power_users paths paths_table unused_features",
    "business": "usage_by_tier connector_value connector_revenue error_prone_connectors requested_integrations "
    "conversion_funnel inactive_tenants",
    "activation": "why_said why signed_up funnel time_to_first_data time_to_value rate_by_week day_x_active by_segment drop_offs onboarding "
    "time_to_live_widget release_impact change",
    "user-analytics": "signups active_now active_today signed_in_today signed_in_over_time signed_in_dau_of_mau upgrades mrr free_to_paid arr_arpu retention_revenue "
    "active_over_time dau_of_mau signups_over_time growth_rate growth_counts revenue_trend by_tier forecast "
    "forecast_ai_cost top_share limit_hits limit_to_upgrade top_by_activity top_by_cost upgrade_drivers "
    "revenue_by_plan revenue_by_cohort movers profile",
    "mission-control": "queries success_rate cost active_users avg_response_time errors error_rate query_rate "
    "response_percentiles tool_usage command_usage cost_over_time top_users recent_logs anomalies anomalies_errors "
    "anomalies_time",
    "ai-cost": "comes_to total per_query tokens per_user over_time tokens_over_time by_model tokens_by_model "
    "per_query_over_time queries_per_dollar most_expensive by_feature by_tool by_command by_tenant by_user "
    "what_if savings caching wasted feature_roi projected_month budget anomalies anomalies_explained token_ratio token_ratio_by_feature unpriced reported",
    "ai-service": "scoring_latency prediction_latency inference_by_model llm_latency tokens cost_by_model "
    "cost_per_request batch_duration batch_throughput first_token cache_hit_rate rate_limits error_rate error_types baselines by_feature "
    "slow_queries by_provider tenants_hit calls_over_time cost_over_time",
    "lead-scoring": "per_hour score_distribution high_quality reliability accuracy latency cost_per_lead conversion",
    "automation": "actions_per_hour success_rate human_intervention latency savings outcome",
    "resource-efficiency": "cost_per_request cpu_per_request memory_per_request storage bandwidth",
    "infrastructure-costs": "total by_category by_service anomalies budget",
    "person": "summary properties events_over_time ai_cost sessions events errors",
}


@pytest.mark.parametrize("name", PANELS)
def test_a_board_holds_the_panels_of_its_catalogue(name):
    board = next(screen.board for screen in screens() if screen.name == name)
    assert board is not None
    assert {panel.id for panel in board.panels} == {f"{name}.{each}" for each in PANELS[name].split()}


CUSTOMER = "customers/tenant.py"


def test_the_customer_view_says_of_whom_it_speaks_and_a_choice_makes_it_speak_of_one(week):
    at = week(CUSTOMER, scope=WINDOW.text())
    assert any("all 2 customers together" in text.value for text in at.caption)
    assert "3" in at.header[1].value
    at.selectbox(key="w_customer").set_value("globex").run()
    assert not any("together" in text.value for text in at.caption)
    assert at.header[1].value == "You had :blue[1] successful and :blue[0] failed executions"
    assert tiles(at)["Success rate :green-badge[good] :small[:gray[1\u00a0of\u00a01]]"] == "100.0%"


def test_the_customer_view_of_several_names_them(week):
    at = week(CUSTOMER, scope=Request(window=WINDOW.window, tenants=("acme", "globex")).text())
    assert any(text.value == "Speaks of acme and globex together." for text in at.caption)


@pytest.fixture
def guest(monkeypatch):
    """The person at the browser may see one tenant, and is no admin."""
    monkeypatch.setattr(context, "LOCAL", Principal("guest", frozenset({"globex"})))


def test_a_guest_sees_their_tenant_and_no_other_in_rows_and_in_choices(week, guest):
    at = week(scope=WINDOW.text())
    assert (tiles(at)["Executions"], tiles(at)["AI cost"]) == ("1", "$1.25")
    assert at.multiselect(key="w_tenants").options == ["globex"]


def test_a_guest_who_asks_for_another_tenant_is_refused(week, guest):
    at = week(scope=Request(tenants=("acme",), window=WINDOW.window).text())
    assert not at.metric
    assert any("not yours to see" in text.value for text in at.markdown)


def test_the_customer_view_of_a_guest_is_their_own_without_a_choice(week, guest):
    at = week(CUSTOMER, scope=WINDOW.text())
    assert at.header[1].value == "You had :blue[1] successful and :blue[0] failed executions"
    assert [box.key for box in at.selectbox if box.key == "w_customer"] == []


def test_the_customer_view_of_a_guest_without_any_row_is_their_own(week, monkeypatch):
    monkeypatch.setattr(context, "LOCAL", Principal("guest", frozenset({"initech"})))
    at = week(CUSTOMER, scope=WINDOW.text())
    assert not any("customers together" in text.value for text in at.caption)
    assert any("initech" in text.value for text in at.markdown)


def test_a_guest_has_no_sources(week, guest):
    at = week(scope=WINDOW.text())
    every = [screen.name for screen in screens()]
    assert [screen.name for screen in allowed(context.who())] == [name for name in every if name != "sources"]
    assert "sources" in every
    assert not at.exception
