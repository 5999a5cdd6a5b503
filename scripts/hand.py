"""A person's hand at a page: a click takes 1.2 s, a key 0.15 s, and both are counted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

A_CLICK, A_KEY = 1.2, 0.15
IDLE = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"


@dataclass
class Hand:
    """A person at the page, and what they have done so far."""

    page: Page
    clicks: int = 0
    keys: int = 0

    def click(self, what: Locator) -> None:
        """Looks for it, and clicks."""
        time.sleep(A_CLICK)
        what.click(timeout=15_000)
        self.clicks += 1
        self.wait()

    def press(self, *keys: str) -> None:
        """Keys one after the other."""
        for key in keys:
            time.sleep(A_KEY)
            self.page.keyboard.press(key)
            self.keys += 1

    def choose(self, field: Locator, text: str, *before: str) -> None:
        """Opens a field, types enough of what is wanted, and takes it."""
        self.click(field)
        self.press(*before, *text)
        time.sleep(A_KEY)
        self.press("Enter")
        self.wait()

    def wait(self) -> None:
        """Until the browser has taken it in: a person goes on while the charts below are drawn anew."""
        self.page.wait_for_timeout(400)

    def said(self, taken: float) -> str:
        """What was done, and the seconds that it took: of the hand alone, and in all."""
        of_hand = self.clicks * A_CLICK + self.keys * A_KEY
        return f"{self.clicks} clicks, {self.keys} keys: {of_hand:.0f} s of a hand, {taken:.0f} s in all"
