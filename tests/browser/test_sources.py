"""From a file of one's own to one's own board, and back to the demo."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import configured
from tests.browser.looking import SECOND, expect_scope, opened, scope_of, settled, tile
from tests.data.sync.shop import Shop


def line(time: str, tenant: str, action: str, duration: str, status: str) -> str:
    """A log line that carries an execution."""
    meta = {"workflow_name": "Sync", "action_type": action, "duration": duration, "status": status}
    return json.dumps(
        {
            "timestamp": f"2015-09-12T{time}:00Z",
            "level": "info",
            "message": "Workflow executed",
            "user_id": "u1",
            "tenant_id": tenant,
            "workflow_id": "w1",
            "service": "ipaas-api",
            "meta": meta,
        }
    )


LINES = (
    line("14:30", "acme", "slack_message", "1.2s", "success"),
    line("15:30", "globex", "http_request", "850ms", "failed"),
    line("19:30", "acme", "slack_message", "1.4s", "success"),
    line("20:30", "acme", "slack_message", "1.4s", "success")[:60],
)


@pytest.fixture
def log_file(tmp_path):
    path = tmp_path / "small.ndjson"
    path.write_text("\n".join(LINES))
    return path


def test_a_newcomer_loads_a_file_and_sees_it_and_finds_the_way_back(page, log_file):
    opened(page)
    page.get_by_role("link", name="Load your own data").click()
    expect(page.get_by_role("heading", name="Sources")).to_be_visible(timeout=20 * SECOND)
    page.locator("input[type=file]").set_input_files(log_file)
    expect(page.get_by_text(re.compile("rows of logs and runs"))).to_be_visible(timeout=20 * SECOND)
    page.locator(".st-key-load button").click()
    expect(page.get_by_text(re.compile("1 line was put in quarantine")).first).to_be_visible(
        timeout=30 * SECOND
    )
    settled(page)
    assert scope_of(page) == {"version": 1, "window": "2015-09-12~2015-09-12"}

    page.get_by_role("link", name="See what came in for 12 Sep 2015").click()
    expect(tile(page, "Rows")).to_have_text("6", timeout=20 * SECOND)
    expect(tile(page, "Tenants")).to_have_text("2")
    page.get_by_role("link", name="Executive overview").click()
    expect(tile(page, "Executions")).to_have_text("3", timeout=20 * SECOND)
    expect(tile(page, "Average duration")).to_have_text("1.15 s")
    expect(page.get_by_text("You are looking at the demo company")).to_have_count(0)

    page.get_by_role("button", name="Look at the demo company").click()
    expect_scope(page, "demo")
    expect(page.get_by_text("You are looking at the demo company")).to_be_visible(timeout=20 * SECOND)
    page.get_by_role("button", name="Back to your data").click()
    expect(page.get_by_text(re.compile("The newest row is from 12 Sep 2015"))).to_be_visible(
        timeout=20 * SECOND
    )
    page.get_by_role("button", name=re.compile("^Show 12 Sep 2015")).first.click()
    expect(tile(page, "Executions")).to_have_text("3", timeout=20 * SECOND)


def test_a_database_is_kept_in_sync_paused_and_tried(page, server, tmp_path):
    shop = Shop(tmp_path / "shop.sqlite")
    shop.add((1, "report_opened", datetime.now(UTC) - timedelta(hours=3)))
    configured(server).write_text(shop.toml("product") + shop.toml("billing", relation="invoices"))
    page.goto("/sources")
    badges = page.locator(".stMarkdownBadge")
    expect(badges.filter(has_text="in sync")).to_be_visible(timeout=30 * SECOND)
    expect(page.get_by_text("no such table", exact=False)).to_be_visible(timeout=30 * SECOND)
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("button", name="Try it").first.click()
    expect(page.get_by_role("heading", name="product: what it answers")).to_be_visible(timeout=30 * SECOND)
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("button", name="Pause").click()
    expect(badges.filter(has_text="paused")).to_be_visible(timeout=30 * SECOND)
    configured(server).unlink()
