"""From page to page in a real browser: links, history, roles and the search keep the scope."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import Locator, Page, expect

from scripts.serving import serving
from tests.browser.looking import SECOND, expect_scope, opened, scope_of, settled

WEEK = '{"version":1,"window":"7d"}'


def heading(page: Page, title: str) -> None:
    """Until the page of that title is drawn."""
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(title), timeout=20 * SECOND)
    settled(page)


def drawn(page: Page, title: str, window: str) -> None:
    """Until the board is drawn in that window: the next step back while a run goes on would begin a new history."""
    expect_scope(page, window)
    heading(page, title)
    expect(page.get_by_role("button", name=f"Last {window[:-1]} days")).to_be_visible(timeout=20 * SECOND)
    settled(page)


def sidebar(page: Page, title: str) -> Locator:
    """An entry of the sidebar."""
    return page.locator("[data-testid=stSidebarNavLink]").filter(has_text=title)


def here(page: Page) -> str:
    """The entry of the sidebar that is the page."""
    return page.locator("[data-testid=stSidebarNavLink][aria-current=page]").inner_text().splitlines()[-1]


def choose_role(page: Page, title: str) -> None:
    """Another role, by the list in the sidebar."""
    page.get_by_role("combobox", name="Boards first for").click()
    page.get_by_role("option", name=title).click()


def find_line(page: Page) -> Locator:
    """The input of the sidebar."""
    return page.get_by_role("searchbox", name="Find a board, a panel or a tenant")


def find(page: Page, text: str) -> Locator:
    """What the search finds, by the keyboard alone."""
    page.keyboard.press("/")
    page.keyboard.type(text)
    return page.locator(".st-key-hits").get_by_role("link")


@pytest.mark.parametrize(("path", "title"), [("/executive", "Executive overview"), ("/activity", "Activity")])
def test_a_link_to_a_board_opens_it_in_its_scope_for_every_role(page, path, title):
    for role in ("", "leadership", "security"):
        opened(page, f'{path}?scope={{"version":1,"window":"7d","role":"{role}"}}')
        heading(page, title)
        assert here(page) == title
        expect(page.get_by_role("button", name="Last 7 days")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_scope_goes_along_to_another_page_and_back_and_forward(page):
    opened(page, f"/?scope={WEEK}")
    sidebar(page, "Activity").click()
    heading(page, "Activity")
    expect(page).to_have_url(re.compile("/activity"))
    assert scope_of(page)["window"] == "7d"
    page.get_by_role("button", name="Last 7 days").click()
    page.get_by_role("radio", name="Last 30 days").click()
    expect_scope(page, "30d")
    sidebar(page, "Sources").click()
    heading(page, "Sources")
    for title, window in (("Activity", "30d"), ("Activity", "7d"), ("Executive overview", "7d")):
        page.go_back()
        drawn(page, title, window)
    for title, window in (("Activity", "7d"), ("Activity", "30d")):
        page.go_forward()
        drawn(page, title, window)
    page.go_forward()
    heading(page, "Sources")
    expect_scope(page, "30d")


@pytest.mark.parametrize(
    "link",
    ["/?tenant=tenant_ardenvale", '/activity?scope={"version":1,"tenants":["tenant_ardenvale"]}'],
    ids=["typed", "copied"],
)
def test_the_tenant_of_a_link_stays_from_page_to_page_and_over_a_reload(page, link):
    opened(page, link)
    expect_scope(page, "tenant_ardenvale")
    for title in ("Customer view", "Operations", "Executive overview", "Activity"):
        sidebar(page, title).click()
        heading(page, title)
        assert scope_of(page) == {"version": 1, "tenants": ["tenant_ardenvale"]}
        expect(page.get_by_text(re.compile("^tenant is Ardenvale"))).to_be_visible()
    page.reload()
    heading(page, "Activity")
    expect(page.get_by_text(re.compile("^tenant is Ardenvale"))).to_be_visible()
    page.go_back()
    heading(page, "Executive overview")
    assert scope_of(page)["tenants"] == ["tenant_ardenvale"]


def test_a_saved_view_leads_from_another_page_back_to_exactly_what_was_saved(page):
    opened(page, '/operations?scope={"version":1,"tenants":["tenant_ardenvale"],"window":"7d"}')
    page.get_by_role("button", name="Menu of the page").click()
    page.get_by_text("Save this view").last.click()
    name = page.get_by_role("dialog").get_by_role("textbox", name="Name")
    name.fill("Ardenvale, this week")
    name.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=20 * SECOND)
    opened(page, "/activity")
    page.get_by_role("button", name="Saved views").click()
    page.get_by_role("link", name="Ardenvale, this week").click()
    heading(page, "Operations")
    assert scope_of(page) == {"version": 1, "tenants": ["tenant_ardenvale"], "window": "7d"}
    page.go_back()
    heading(page, "Activity")


def test_a_role_changes_the_start_page_and_the_order_and_back_undoes_it(page):
    opened(page, f"/?scope={WEEK}")
    heading(page, "Executive overview")
    choose_role(page, "For security")
    heading(page, "Activity")
    assert scope_of(page) == {"version": 1, "window": "7d", "role": "security"}
    expect(page.locator("[data-testid=stNavSectionHeader]").first).to_have_text(re.compile("Your boards"))
    assert here(page) == "Activity"
    page.reload()
    settled(page)
    heading(page, "Activity")
    page.go_back()
    heading(page, "Executive overview")
    assert scope_of(page) == {"version": 1, "window": "7d"}


def test_a_role_chosen_on_another_page_leaves_the_person_there(page):
    opened(page, "/activity")
    choose_role(page, "For leadership")
    expect_scope(page, "leadership")
    heading(page, "Activity")
    sidebar(page, "Executive overview").click()
    heading(page, "Executive overview")
    assert scope_of(page) == {"version": 1, "role": "leadership"}


def test_a_panel_is_found_by_the_keyboard_and_brought_into_view_in_the_same_scope(page):
    page.set_viewport_size({"width": 1440, "height": 600})
    opened(page, f"/?scope={WEEK}")
    hits = find(page, "busiest tenants")
    expect(hits).to_have_text([re.compile("Activity"), re.compile("Busiest tenants")], timeout=20 * SECOND)
    page.keyboard.press("Tab")
    expect(hits.first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    heading(page, "Activity")
    panel = page.locator(".st-key-panel_activity-top_tenants")
    expect(panel).to_be_focused(timeout=20 * SECOND)
    expect(panel).to_be_in_viewport(ratio=0.9)
    assert scope_of(page)["window"] == "7d"
    expect(find_line(page)).to_have_value("")


def test_a_tile_is_found_on_the_page_that_it_is_on(page):
    opened(page, "/activity")
    find(page, "AI queries")
    page.locator(".st-key-hit_executive-ai_queries").get_by_role("link").click()
    heading(page, "Executive overview")
    expect(page.locator(".st-key-tile_executive-ai_queries")).to_be_focused(timeout=20 * SECOND)


def test_a_tenant_is_found_and_becomes_the_scope(page):
    opened(page, f"/activity?scope={WEEK}")
    find(page, "ardenvale")
    page.locator(".st-key-hits").get_by_role("button", name="Ardenvale").click()
    expect_scope(page, "tenants")
    heading(page, "Activity")
    expect(page.get_by_text(re.compile("^tenant is Ardenvale"))).to_be_visible()


def test_on_a_phone_the_sidebar_opens_finds_and_gets_out_of_the_way(browser, server):
    context = browser.new_context(base_url=server.url, viewport={"width": 390, "height": 800})
    page = context.new_page()
    opened(page)
    expect(find_line(page)).not_to_be_in_viewport()
    page.locator("[data-testid=stExpandSidebarButton]").click()
    find_line(page).fill("busiest")
    page.locator(".st-key-hits").get_by_role("link", name="Busiest").click()
    heading(page, "Activity")
    expect(page.locator(".st-key-panel_activity-top_tenants")).to_be_focused(timeout=20 * SECOND)
    expect(page.locator("[data-testid=stSidebar]")).not_to_be_in_viewport()
    context.close()


def test_a_page_that_one_may_not_see_opens_the_start_page_of_the_role_in_the_same_scope(
    browser, demo_file, tmp_path
):
    shutil.copy(demo_file, tmp_path / "demo.duckdb")
    with serving(tmp_path, "tests.browser.guest_app:app") as server:
        context = browser.new_context(base_url=server.url)
        page = context.new_page()
        page.goto('/sources?scope={"version":1,"window":"7d","role":"security"}')
        settled(page)
        expect(page.get_by_role("dialog")).to_have_text(re.compile("Page not found"), timeout=20 * SECOND)
        page.keyboard.press("Escape")
        heading(page, "Activity")
        assert scope_of(page) == {"version": 1, "window": "7d", "role": "security"}
        expect(sidebar(page, "Sources")).to_have_count(0)
        find(page, "sources")
        expect(page.get_by_text("Nothing is called so")).to_be_visible(timeout=20 * SECOND)
        context.close()
