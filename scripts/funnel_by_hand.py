"""How long building a funnel by hand takes: five steps, a time limit, an exclusion and a breakdown.

    .venv/bin/python -m scripts.funnel_by_hand http://127.0.0.1:8501

What the page takes counts too, until its charts are drawn.
"""

from __future__ import annotations

import os
import shutil
import sys
import time

from playwright.sync_api import sync_playwright

from scripts.hand import IDLE, Hand

STEPS = ("app_opened", "workflow_viewed", "workflow_edited", "run_inspected", "dashboard_viewed")


def build(hand: Hand) -> None:
    """The funnel, step by step."""
    page = hand.page
    for place, event in enumerate(STEPS):
        box = page.locator(f".st-key-funnel_{place}_event input")
        if not box.count():
            hand.click(page.get_by_role("button", name="Add step"))
        hand.choose(box, event)
    hand.click(page.locator(".st-key-step_funnel_2 [data-testid=stPopover] button"))
    hand.choose(page.get_by_role("spinbutton", name="Within (0"), "2", "Control+a")
    hand.press("Escape")
    hand.click(page.get_by_role("button", name="Add exclusion"))
    hand.choose(page.get_by_role("combobox", name="Without those who did"), "report_opened")
    hand.choose(page.get_by_role("combobox", name="Split by"), "plan")
    page.wait_for_selector(IDLE, timeout=90_000)
    page.wait_for_timeout(500)
    page.wait_for_selector(IDLE, timeout=90_000)


def main() -> None:
    """Build it once, and say how long it took and what the page says of it."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{sys.argv[1]}/funnel-builder")
        page.wait_for_selector(".st-key-build_funnel", timeout=90_000)
        page.wait_for_selector(IDLE, timeout=90_000)
        hand, begun = Hand(page), time.monotonic()
        build(hand)
        taken = time.monotonic() - begun
        said = page.locator(".st-key-build_funnel [data-testid=stCaptionContainer]").last.inner_text()
        print(f"{said}\n{hand.said(taken)}")
        browser.close()


if __name__ == "__main__":
    main()
