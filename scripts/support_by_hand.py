"""How long "my Slack integration isn't working" takes: from any page to what Slack answered and what helps.

    .venv/bin/python -m scripts.support_by_hand

The customer of the demo company asks whose Slack refused the token most often; its store is copied, so that a
running app is left alone. What the page takes counts too, until the cause stands there.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect, sync_playwright

from analytics.request import Request
from data.places import DEMO, var
from data.store import open_store
from scripts.hand import A_KEY, IDLE, Hand
from scripts.screenshots import CHROMIUM, FLAGS
from scripts.serving import serving

MOST_CLICKS = 3
# Who answers looks at the week in which the customer says that it does not work.
WEEK = Request(window="7d")
CAUSE, REMEDY = "Slack refused the token: reconnect the account", "Reconnect the account"
PATIENCE = 60_000
ASKS = """
select t.tenant_id, t.name from raw.runs as r join raw.tenants as t on t.tenant_id = r.tenant_id
where r.error_code = '401' and r.error_message like 'Slack%'
    and r.occurred_at > now()::timestamp - interval '6 days'
group by all order by count(*) desc, t.tenant_id limit 1
"""


def whose(store_file: Path) -> tuple[str, str]:
    """The id and the name of the customer who asks."""
    store = open_store(store_file)
    try:
        found = store.admin.frame(ASKS)
    finally:
        store.close()
    if found.empty:
        raise SystemExit("No customer of this demo company has a Slack that refuses the token.")
    return str(found["tenant_id"][0]), str(found["name"][0])


def asked(hand: Hand, tenant: str, name: str) -> str:
    """From any page to the cause of this customer's Slack; the row that says it."""
    page = hand.page
    hand.press("/")
    page.wait_for_timeout(400)
    hand.press(*name)
    hand.click(page.locator(f".st-key-hit_tenant_{tenant}").get_by_role("button"))
    hand.click(page.locator("[data-testid=stSidebarNavLink]").filter(has_text="Customer view"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Customer view"), timeout=PATIENCE)
    hand.click(page.get_by_placeholder(re.compile("Search")))
    hand.press(*"slack", "Enter")
    time.sleep(A_KEY)
    causes = page.locator(".st-key-panel_tenant-failure_causes")
    expect(causes).to_contain_text(CAUSE, timeout=PATIENCE)
    expect(causes).to_contain_text(REMEDY, timeout=PATIENCE)
    return f"{name}: {CAUSE}. {REMEDY}."


def ready(page: Page, url: str) -> None:
    """The first page, drawn."""
    page.goto(url)
    page.wait_for_selector(IDLE, timeout=PATIENCE)
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0, timeout=PATIENCE)


def main() -> None:
    """Ask once, and say how many clicks and seconds it took; more clicks than three are a failure."""
    if CHROMIUM is None:
        raise SystemExit("No Chromium: install it (apt-get install chromium) or name it with CHROMIUM.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        shutil.copy(var() / DEMO, folder)
        tenant, name = whose(Path(folder) / DEMO)
        with serving(Path(folder)) as app:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            ready(page, f"{app.url}/?scope={quote(WEEK.text())}")
            hand, begun = Hand(page), time.monotonic()
            said = asked(hand, tenant, name)
            print(f"{said}\n{hand.said(time.monotonic() - begun)}")
            browser.close()
    if hand.clicks > MOST_CLICKS:
        raise SystemExit(f"That is more than {MOST_CLICKS} clicks.")


if __name__ == "__main__":
    main()
