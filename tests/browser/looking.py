"""How the tests look at a page: when it is done, what its tiles say, where its bars are."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

IDLE = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
SECOND = 1000


def settled(page: Page) -> None:
    """Until the script has run and nothing is missing."""
    page.wait_for_selector(IDLE, timeout=60 * SECOND)
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0, timeout=30 * SECOND)


def opened(page: Page, address: str = "/") -> None:
    """A page of the app, drawn."""
    page.goto(address)
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30 * SECOND)


def tile(page: Page, name: str) -> Locator:
    """The value of a tile."""
    labelled = page.locator("[data-testid=stMetric]").filter(has=page.get_by_text(name, exact=True))
    return labelled.first.locator("[data-testid=stMetricValue]")


def bars(page: Page, panel: str) -> Locator:
    """The bars of a panel, the longest last."""
    return page.locator(f".st-key-panel_{panel.replace('.', '-')} .barlayer .point path")


def click_bar(page: Page, panel: str, place: int = -1) -> None:
    """A click into the middle of a bar."""
    drawn = bars(page, panel)
    expect(drawn.first).to_be_visible(timeout=30 * SECOND)
    box = drawn.nth(place).bounding_box() if place >= 0 else drawn.last.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def scope_of(page: Page) -> dict[str, Any]:
    """What the address says."""
    said = parse_qs(urlsplit(page.url).query).get("scope", ["{}"])[0]
    return json.loads(said)


def expect_scope(page: Page, part: str) -> None:
    """Until the address says so."""
    expect(page).to_have_url(re.compile(re.escape(part)), timeout=20 * SECOND)
    settled(page)


def size(page: Page, picture: Path) -> tuple[int, int]:
    """How many pixels wide and high a picture is."""
    width, height, _, _ = page.evaluate(LOOK, [encoded(picture), [0, 0, 1, 1]])
    return width, height


def shades(page: Page, picture: Path, box: tuple[int, int, int, int]) -> tuple[int, int]:
    """The darkest and the lightest shade (0 to 255) in a part of a picture: left, top, width, height."""
    _, _, darkest, lightest = page.evaluate(LOOK, [encoded(picture), list(box)])
    return darkest, lightest


def encoded(picture: Path) -> str:
    """The bytes of a picture as a browser takes them."""
    return f"data:image/png;base64,{b64encode(picture.read_bytes()).decode()}"


# The browser that made a picture is the one that reads it: nothing else here knows the format.
LOOK = """async ([url, [left, top, width, height]]) => {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = document.createElement("canvas")
    canvas.width = image.width
    canvas.height = image.height
    const pen = canvas.getContext("2d")
    pen.drawImage(image, 0, 0)
    const bytes = pen.getImageData(left, top, width, height).data
    let darkest = 255, lightest = 0
    for (let at = 0; at < bytes.length; at += 4) {
        // What is see-through has no background: it counts as black.
        const shade = bytes[at + 3] < 255 ? 0 : Math.round((bytes[at] + bytes[at + 1] + bytes[at + 2]) / 3)
        darkest = Math.min(darkest, shade)
        lightest = Math.max(lightest, shade)
    }
    return [image.width, image.height, darkest, lightest]
}"""
