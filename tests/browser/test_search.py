"""Search, filter and drill in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from analytics.filters import fields, from_dict
from tests.browser.looking import SECOND, expect_scope, opened, scope_of, settled, tile


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_a_search_narrows_the_page_and_its_pill_takes_it_off(page):
    opened(page)
    everything = number(tile(page, "Executions").inner_text())
    line = page.get_by_role("searchbox", name="Search the rows of this page")
    line.fill("status:failed or duration > 5 s")
    line.press("Enter")
    expect_scope(page, "search")
    assert number(tile(page, "Executions").inner_text()) < everything
    page.get_by_role("button", name=re.compile("^search: status")).click()
    expect(page.get_by_role("button", name=re.compile("^search: status"))).to_have_count(
        0, timeout=20 * SECOND
    )
    assert scope_of(page) == {}
    expect(line).to_have_value("")


def test_a_search_that_cannot_be_read_is_shown_in_the_place_of_the_board(page):
    opened(page, '/?scope={"version":1,"search":"status:failed level:error"}')
    expect(page.get_by_text("This search cannot be read")).to_be_visible()
    expect(page.locator("[data-testid=stMetric]")).to_have_count(0)
    page.get_by_role("button", name="Clear the search").click()
    expect(tile(page, "Executions")).to_have_text(re.compile(r"^[\d,]+$"), timeout=20 * SECOND)


def test_a_filter_is_put_together_from_words(page):
    opened(page)
    page.get_by_role("button", name="Filter", exact=True).click()
    field = page.get_by_role("combobox", name="Field")
    expect(field).to_be_visible(timeout=20 * SECOND)
    field.fill("Connector")
    page.get_by_role("option", name="Connector", exact=True).click()
    settled(page)
    values = page.get_by_role("combobox", name="Values")
    values.click()
    page.get_by_role("option").first.click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add filter").click()
    expect_scope(page, "action_type")
    expect(page.get_by_role("button", name=re.compile("^connector is"))).to_be_visible(timeout=20 * SECOND)


def test_a_click_on_a_cell_of_a_heat_map_over_time_filters_by_its_row(page):
    opened(page, "/operations")
    marks = page.locator(".st-key-panel_operations-connector_health .scatterlayer .point")
    expect(marks.first).to_be_visible(timeout=30 * SECOND)
    box = marks.first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect_scope(page, "action_type")
    assert fields(from_dict(scope_of(page)["where"])) == {"action_type"}
    expect(page.get_by_role("button", name=re.compile("^connector is"))).to_be_visible(timeout=20 * SECOND)
