"""The executive board in a real browser: first sight, scope, drill, history, themes."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.looking import SECOND, bars, click_bar, expect_scope, opened, scope_of, settled, tile

IN_THE_FIRST_LINE = """wanted => {
    const tops = [...document.querySelectorAll("[data-testid=stMetric]")].map(each => each.getBoundingClientRect().top)
    return tops.filter(top => top === Math.min(...tops)).length === wanted
}"""


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_the_first_sight_is_a_living_board(page):
    opened(page)
    expect(page.get_by_text("You are looking at the demo company")).to_be_visible()
    expect(tile(page, "Executions")).to_have_text(re.compile(r"^[\d,]+$"))
    assert number(tile(page, "Executions").inner_text()) > 0
    expect(page.locator(".js-plotly-plot")).to_have_count(4, timeout=30 * SECOND)
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)


def test_a_chosen_tenant_is_in_the_address_and_survives_a_reload(page):
    opened(page)
    everybody = number(tile(page, "Executions").inner_text())
    page.get_by_role("button", name="All tenants").click()
    page.get_by_role("combobox", name="Tenants").click()
    page.get_by_role("option").first.click()
    expect_scope(page, "tenants")
    one = tile(page, "Executions").inner_text()
    assert number(one) < everybody
    chosen = scope_of(page)["tenants"]
    page.reload()
    settled(page)
    assert scope_of(page)["tenants"] == chosen
    expect(page.get_by_text(re.compile("^tenant is "))).to_be_visible()
    expect(tile(page, "Active tenants")).to_have_text("1")


def test_a_click_on_a_tenant_scopes_the_page_and_back_and_forward_undo_it(page):
    opened(page)
    everybody = tile(page, "Active tenants").inner_text()
    click_bar(page, "executive.top_tenants")
    expect_scope(page, "tenants")
    expect(tile(page, "Active tenants")).to_have_text("1", timeout=20 * SECOND)
    page.go_back()
    expect(tile(page, "Active tenants")).to_have_text(everybody, timeout=20 * SECOND)
    page.go_forward()
    expect(tile(page, "Active tenants")).to_have_text("1", timeout=20 * SECOND)


def test_a_choice_that_was_looked_at_and_left_does_not_come_back_with_a_later_click(page):
    opened(page)
    page.get_by_role("button", name="All tenants").click()
    expect(page.get_by_role("combobox", name="Tenants")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Tenants")).to_have_count(0)
    click_bar(page, "executive.top_tenants")
    expect_scope(page, "tenants")
    chosen = scope_of(page)
    page.get_by_role("button", name="Menu of Executions").first.click()
    page.get_by_text("Link to this panel", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=20 * SECOND)
    assert scope_of(page) == chosen


def test_a_header_sorts_and_narrows_nothing(page):
    opened(page, "/customers")
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible(timeout=30 * SECOND)
    place = table.bounding_box()
    page.mouse.click(place["x"] + 210, place["y"] + 16)
    page.wait_for_timeout(1_000)
    settled(page)
    assert scope_of(page) == {}
    page.mouse.click(place["x"] + 60, place["y"] + 48)
    expect_scope(page, "tenants")


def test_a_click_on_a_connector_filters_and_its_pill_takes_the_filter_off(page):
    opened(page)
    click_bar(page, "executive.connector_share")
    expect_scope(page, "action_type")
    expect(bars(page, "executive.connector_share")).to_have_count(1, timeout=20 * SECOND)
    page.get_by_role("button", name=re.compile("^connector is")).click()
    expect(page.get_by_role("button", name=re.compile("^connector is"))).to_have_count(0, timeout=20 * SECOND)
    assert scope_of(page) == {}


def test_a_drag_over_the_time_chart_chooses_whole_buckets(page):
    opened(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(4, timeout=30 * SECOND)
    plot = page.locator(".st-key-panel_executive-executions_over_time .nsewdrag").bounding_box()
    page.mouse.move(plot["x"] + plot["width"] * 0.3, plot["y"] + 60)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.6, plot["y"] + 70, steps=8)
    page.mouse.up()
    expect_scope(page, "window")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00~\d{4}-\d\d-\d\dT\d\d:00", scope_of(page)["window"])


def test_the_clock_is_in_the_address(page):
    opened(page, '/?scope={"version":1,"timezone":"Asia/Kathmandu"}')
    page.get_by_role("button", name="Last 24 h").click()
    expect(page.get_by_role("combobox", name="Time zone")).to_have_value("Asia/Kathmandu")


def test_the_calendar_of_one_end_of_a_window_leaves_the_other_end_in_sight(page):
    opened(page, '/?scope={"version":1,"window":"2026-11-20~2026-11-25"}')
    page.get_by_role("button", name=re.compile("20 Nov to 25 Nov")).click()
    ends = page.get_by_test_id("stDateTimeInput")
    expect(ends).to_have_count(2)
    ends.first.click()
    calendar = page.locator("[role=grid]").first
    expect(calendar).to_be_visible(timeout=10 * SECOND)
    to, over = ends.last.bounding_box(), calendar.bounding_box()
    assert over["y"] >= to["y"] + to["height"] or over["x"] >= to["x"] + to["width"]


def test_one_figure_has_the_colours_of_both_themes(browser, server):
    fills = {}
    for theme in ("light", "dark"):
        context = browser.new_context(base_url=server.url, color_scheme=theme)
        page = context.new_page()
        opened(page)
        bar = bars(page, "executive.top_tenants").last
        expect(bar).to_be_visible(timeout=30 * SECOND)
        fills[theme] = bar.evaluate("bar => getComputedStyle(bar).fill")
        context.close()
    assert fills == {"light": "rgb(75, 79, 203)", "dark": "rgb(125, 134, 239)"}


def test_tiles_fold_to_six_three_and_two_a_line(page):
    opened(page)
    for width, tiles in {1440: 6, 1024: 3, 768: 3, 390: 2}.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(IN_THE_FIRST_LINE, arg=tiles, timeout=20 * SECOND)


def test_on_a_phone_the_head_leaves_the_screen_to_the_panels(browser, server):
    context = browser.new_context(base_url=server.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    opened(page)
    head = page.locator(".st-key-scope_bar").bounding_box()
    assert head["y"] + head["height"] <= 160
    # All of it can be reached: the search stands at the end of the line.
    page.get_by_label("Search the rows of this page").scroll_into_view_if_needed()
    expect(page.get_by_label("Search the rows of this page")).to_be_in_viewport(ratio=1)
    context.close()


def test_a_page_whose_server_is_gone_says_so(page):
    opened(page)
    said = "getComputedStyle(document.body, '::after').visibility + getComputedStyle(document.body, '::after').content"
    assert page.evaluate(said) == "visiblenone"
    page.evaluate(
        "document.querySelector('[data-testid=stApp]').dataset.testConnectionState = 'PINGING_SERVER'"
    )
    page.wait_for_function(f"({said}).startsWith('visible\"Connection lost, trying again')")


def test_charts_follow_the_theme_while_the_page_is_open(page):
    page.emulate_media(color_scheme="light")
    opened(page)
    bar = bars(page, "executive.top_tenants").last
    expect(bar).to_be_visible(timeout=30 * SECOND)
    for theme, fill in (("dark", "rgb(125, 134, 239)"), ("light", "rgb(75, 79, 203)")):
        page.emulate_media(color_scheme=theme)
        expect(bar).to_have_css("fill", fill, timeout=20 * SECOND)
