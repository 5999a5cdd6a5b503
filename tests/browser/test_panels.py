"""What only a browser shows of a panel: clicks on marks, drags, history, menus, files."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from data.store import open_store
from scripts.serving import serving
from tests.browser.looking import SECOND, expect_scope, scope_of, settled, shades, size, tile
from tests.ui.boards import WINDOW, runs

ADDRESS = f"/?scope={WINDOW.text()}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The board over four executions of a week."""
    var = tmp_path_factory.mktemp("var")
    store = open_store(var / "demo.duckdb")
    store.append("runs", runs())
    store.close()
    with serving(var, "tests.browser.panels_app:app") as running:
        yield running


@pytest.fixture
def board(page) -> Page:
    """The page, drawn."""
    page.goto(ADDRESS)
    settled(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(9, timeout=30 * SECOND)
    return page


def panel(page: Page, name: str) -> Locator:
    """A panel by its name, in view."""
    found = page.locator(f".st-key-panel_try-{name}")
    found.scroll_into_view_if_needed()
    return found


def click_at(page: Page, where: Locator, right: float, down: float) -> None:
    """A click at a part of the width and of the height."""
    expect(where).to_be_visible(timeout=20 * SECOND)
    box = where.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * right, box["y"] + box["height"] * down)


def choose(page: Page, name: str, action: str) -> Locator:
    """The dialog that an entry of a panel's menu opens."""
    panel(page, name).get_by_role("button", name=re.compile("^Menu of")).click()
    page.get_by_role("menuitem", name=action).or_(page.get_by_text(action, exact=True)).last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=20 * SECOND)
    settled(page)
    return dialog


def test_a_click_on_a_cell_narrows_by_both_its_fields_and_back_takes_one_step(board):
    grid = panel(board, "grid").locator(".nsewdrag")
    # 24 hours from left to right, two connectors from top to bottom: slack at 11.
    click_at(board, grid, 11.5 / 24, 0.75)
    expect_scope(board, "hour_of_day")
    assert scope_of(board)["where"]["parts"] == [
        {"op": "==", "field": "action_type", "value": "slack"},
        {"op": "==", "field": "hour_of_day", "value": 11},
    ]
    board.go_back()
    expect(tile(board, "Count")).to_have_text("4", timeout=20 * SECOND)
    assert "where" not in scope_of(board)
    board.go_forward()
    expect_scope(board, "hour_of_day")


def test_a_click_on_a_slice_narrows_and_the_same_click_widens(board):
    ring = panel(board, "ring").locator(".nsewdrag")
    click_at(board, ring, 0.97, 0.5)
    expect_scope(board, "action_type")
    expect(tile(board, "Count")).to_have_text("3", timeout=20 * SECOND)
    click_at(board, panel(board, "ring").locator(".nsewdrag"), 0.97, 0.5)
    expect(tile(board, "Count")).to_have_text("4", timeout=20 * SECOND)


def test_a_click_on_a_row_scopes_the_page_to_its_tenant(board):
    click_at(board, panel(board, "table").get_by_test_id("stDataFrame"), 0.1, 0.5)
    expect_scope(board, "tenants")
    assert scope_of(board)["tenants"] == ["acme"]


def test_a_drag_over_columns_chooses_whole_days(board):
    plot = panel(board, "stacked").locator(".nsewdrag").bounding_box()
    board.mouse.move(plot["x"] + plot["width"] * 1.2 / 7, plot["y"] + 60)
    board.mouse.down()
    board.mouse.move(plot["x"] + plot["width"] * 3.5 / 7, plot["y"] + 80, steps=8)
    board.mouse.up()
    expect_scope(board, "2026-01-07T00")
    assert scope_of(board)["window"] == "2026-01-07T00:00~2026-01-09T00:00"


def test_the_menu_is_reached_and_opened_by_the_keyboard(board):
    button = panel(board, "ranking").get_by_role("button", name="Menu of Ranking")
    button.focus()
    board.keyboard.press("Enter")
    expect(board.get_by_text("Rows behind this")).to_be_visible(timeout=10 * SECOND)


def test_the_rows_behind_a_bar_are_counted_and_one_opens_whole(board):
    dialog = choose(board, "ranking", "Rows behind this")
    expect(dialog.get_by_text("4 rows")).to_be_visible()
    table = dialog.get_by_test_id("stDataFrame").last
    click_at(board, table, 0.1, 0.7)
    expect(dialog.get_by_test_id("stTable")).to_have_count(1, timeout=20 * SECOND)


def apart(one: Locator, other: Locator) -> bool:
    """Whether two things on the page do not lie over each other."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]


def test_what_a_table_offers_lies_over_no_button_of_its_dialog_or_panel(board):
    table = panel(board, "table").get_by_test_id("stDataFrame")
    table.hover()
    offered = panel(board, "table").get_by_test_id("stElementToolbar")
    expect(offered).to_be_visible(timeout=10 * SECOND)
    assert apart(offered, panel(board, "table").get_by_role("button", name=re.compile("^Menu of")))
    dialog = choose(board, "ranking", "Rows behind this")
    dialog.get_by_test_id("stDataFrame").last.hover()
    offered = dialog.get_by_test_id("stElementToolbar").last
    expect(offered).to_be_visible(timeout=10 * SECOND)
    for name in ("CSV", "Parquet"):
        assert apart(offered, dialog.get_by_role("button", name=name))


def test_a_file_of_the_rows_runs_no_cell(board, tmp_path):
    dialog = choose(board, "ranking", "Rows behind this")
    with board.expect_download(timeout=30 * SECOND) as waiting:
        dialog.get_by_role("button", name="CSV").click()
    assert waiting.value.suggested_filename == "ranking-rows_2026-01-05_2026-01-12.csv"
    waiting.value.save_as(tmp_path / "rows.csv")
    text = (tmp_path / "rows.csv").read_text()
    assert "'=token expired" in text
    assert len(text.splitlines()) == 5


def test_a_picture_has_its_title_its_background_and_whole_labels(board, tmp_path):
    dialog = choose(board, "ranking", "Download")
    saving = dialog.locator(".modebar-btn")
    expect(saving).to_be_visible(timeout=20 * SECOND)
    with board.expect_download(timeout=30 * SECOND) as waiting:
        saving.click()
    assert waiting.value.suggested_filename == "ranking_2026-01-05_2026-01-12.png"
    waiting.value.save_as(tmp_path / "picture.png")
    saved = tmp_path / "picture.png"
    width, height = size(board, saved)
    assert width == 2400
    # White at both edges, so nothing is cut there; something dark where the title and the labels stand.
    assert shades(board, saved, (0, 0, 12, height)) == (255, 255)
    assert shades(board, saved, (width - 12, 0, 12, height)) == (255, 255)
    assert shades(board, saved, (12, 0, 600, 100))[0] < 120
    assert shades(board, saved, (12, 160, 160, height - 160))[0] < 120


def test_a_link_to_a_panel_brings_it_into_view(board):
    dialog = choose(board, "table", "Link to this panel")
    link = dialog.get_by_test_id("stCode").inner_text().strip()
    board.set_viewport_size({"width": 1440, "height": 700})
    board.goto("about:blank")
    board.goto(link)
    settled(board)
    expect(board.locator(".st-key-panel_try-table h3")).to_be_in_viewport(timeout=20 * SECOND)
    assert scope_of(board)["window"] == WINDOW.window


def test_no_file_leaves_a_table_but_by_the_menu(board):
    """Streamlit's own CSV of a table would run its cells."""
    table = panel(board, "table").get_by_test_id("stDataFrame")
    table.hover()
    expect(board.get_by_role("button", name=re.compile("Download as CSV", re.IGNORECASE))).to_have_count(0)


def test_a_broken_address_of_a_panel_is_the_page(board):
    board.goto(f"{ADDRESS}#no-such-panel")
    settled(board)
    expect(tile(board, "Count")).to_have_text("4", timeout=20 * SECOND)
