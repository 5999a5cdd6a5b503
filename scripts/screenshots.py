"""Takes a picture of every page, light and dark, at four widths, into var/screenshots."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from data.places import DEMO, var
from scripts.serving import serving
from ui.navigation import screens

WIDTHS = (1440, 1024, 768, 390)
THEMES = ("light", "dark")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
IDLE = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"


def main() -> None:
    """All pages of the demo company, from a copy of its store, so that a running app is left alone."""
    if CHROMIUM is None:
        raise SystemExit("No Chromium: install it (apt-get install chromium) or name it with CHROMIUM.")
    target = var() / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        shutil.copy(var() / DEMO, folder)
        with serving(Path(folder)) as app:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for theme in THEMES:
                for width in WIDTHS:
                    take(browser, app.url, theme, width, target)
            browser.close()


def take(browser: Browser, url: str, theme: str, width: int, target: Path) -> None:
    """One picture of each page, as long as the page is."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if theme == "dark" else "light"
    )
    page = context.new_page()
    for place, screen in enumerate(screens()):
        page.goto(f"{url}/{screen.name if place else ''}")
        page.wait_for_selector(IDLE)
        page.get_by_role("heading", level=1).wait_for()
        # Charts and sparklines are drawn after the script has ended.
        page.wait_for_timeout(2500)
        length = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
        page.set_viewport_size({"width": width, "height": max(900, int(length) + 60)})
        page.wait_for_timeout(500)
        page.screenshot(path=target / f"{screen.name}-{theme}-{width}.png")
        page.set_viewport_size({"width": width, "height": 900})
        print(target / f"{screen.name}-{theme}-{width}.png")
    context.close()


if __name__ == "__main__":
    main()
