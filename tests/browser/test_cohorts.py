"""Cohorts in a real browser: one made by clicks filters a board, and Back leads out of it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.looking import SECOND, opened, scope_of, settled, tile


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_a_cohort_made_by_clicks_filters_the_executive_board(page):
    opened(page, "/executive")
    everybody = number(tile(page, "Executions").inner_text())
    opened(page, "/cohorts")
    page.get_by_role("combobox", name="Those who").click()
    page.get_by_role("option", name="did for the first time").click()
    expect(page.get_by_text(re.compile(r"^People who did .* for the first time in the last 30 days\.$")).first).to_be_visible(timeout=20 * SECOND)  # fmt: skip
    name = page.get_by_role("textbox", name="Name")
    name.fill("Newcomers of mine")
    name.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    card = page.locator("[class*=st-key-cohort_]").filter(has_text="Newcomers of mine").last
    expect(card.get_by_text(re.compile(r"^[\d,]+ (people|person)$"))).to_be_visible(timeout=30 * SECOND)
    card.get_by_role("link", name="Filter a board by it").click()
    expect(page.get_by_role("heading", level=1, name="Executive overview")).to_be_visible(timeout=30 * SECOND)
    settled(page)
    pill = page.get_by_role("button", name="person is in cohort Newcomers of mine")
    expect(pill).to_be_visible()
    assert scope_of(page)["where"]["op"] == "in_cohort"
    assert number(tile(page, "Executions").inner_text()) < everybody
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Cohorts")).to_be_visible(timeout=30 * SECOND)
    page.go_forward()
    expect(pill).to_be_visible(timeout=30 * SECOND)
