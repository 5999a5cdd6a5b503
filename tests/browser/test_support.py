"""The support scenario: from "my Slack integration isn't working" to "Slack returned 401, reconnect" in three clicks."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import Page, expect

from scripts import support_by_hand
from tests.browser.looking import SECOND, opened, settled

COUNTING = "addEventListener('click', event => { if (event.isTrusted) window.clicks = (window.clicks || 0) + 1 }, true)"


@pytest.fixture(scope="module")
def whose(demo_file, tmp_path_factory) -> tuple[str, str]:
    """A customer of the demo company whose Slack refused the token this week: its id and its name."""
    copy = tmp_path_factory.mktemp("asks") / "demo.duckdb"
    shutil.copy(demo_file, copy)
    return support_by_hand.whose(copy)


def test_a_customer_whose_slack_does_not_work_is_told_what_to_do_after_three_clicks(page: Page, whose):
    tenant, name = whose
    page.add_init_script(COUNTING)
    opened(page, '/?scope={"version":1,"window":"7d"}')
    page.keyboard.press("/")
    page.keyboard.type(name)
    page.locator(f".st-key-hit_tenant_{tenant}").get_by_role("button").click()
    settled(page)
    page.locator("[data-testid=stSidebarNavLink]").filter(has_text="Customer view").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile("Customer view"), timeout=20 * SECOND
    )
    settled(page)
    search = page.get_by_placeholder(re.compile("Search"))
    search.click()
    page.keyboard.type("slack")
    page.keyboard.press("Enter")
    settled(page)
    causes = page.locator(".st-key-panel_tenant-failure_causes")
    causes.scroll_into_view_if_needed()
    # The cells of a drawn table are read out as text.
    expect(causes).to_contain_text("Slack refused the token: reconnect the account", timeout=20 * SECOND)
    expect(causes).to_contain_text("Reconnect the account: its sign-in is no longer valid")
    assert page.evaluate("window.clicks") == 3
