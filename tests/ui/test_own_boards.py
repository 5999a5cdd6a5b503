"""Boards of one's own: panels are put on them, arranged, moved, taken away, and shown in the scope of the page."""

from __future__ import annotations

import pytest

from analytics.board import Board
from analytics.request import Request
from pages.overview import executive
from pages.product import business
from service.access import LOCAL, Principal
from service.house import house
from ui import context, own_boards, panel_menu

WINDOW = "2026-01-05~2026-01-11"
SCOPE = Request((), WINDOW, compare=False).text()
EXECUTIVE = {panel.id: panel for panel in executive.BOARD.panels}
NUMBER, LINE = EXECUTIVE["executive.executions"], EXECUTIVE["executive.executions_over_time"]
BAR = EXECUTIVE["executive.top_tenants"]
TABLE = business.INACTIVE


@pytest.fixture
def shelf(week):
    """What is saved beside the week of rows."""
    return house().shelf


def words(at) -> str:
    """All that stands on a page."""
    return " ".join(str(each.value) for each in (*at.markdown, *at.caption, *at.subheader, *at.title))


def titles(board: Board) -> list[list[str]]:
    return [[panel.title for panel in row.panels] for row in board.rows]


def test_numbers_stand_in_fours_charts_in_twos_and_tables_alone():
    board = own_boards.made_of("Mine", [NUMBER, LINE, BAR, TABLE, EXECUTIVE["executive.ai_cost"]])
    assert titles(board) == [
        ["Executions"],
        ["Executions over time", "Top tenants"],
        ["Inactive tenants"],
        ["AI cost"],
    ]


def test_a_panel_is_put_on_a_new_board_and_another_on_the_same(week, shelf):
    for place, panel in enumerate((NUMBER, BAR)):
        at = week("overview/executive.py", scope=SCOPE)
        at.session_state[panel_menu.OPENED] = (panel.id, panel_menu.PUT, 0)
        at.run()
        if place == 0:
            at.text_input(key="put_name").set_value("Monday")
            at.text_input(key="put_title").set_value("Runs")
        at.session_state[panel_menu.OPENED] = (panel.id, panel_menu.PUT, 0)
        at.button(key="put_there").click().run()
    (kept,) = shelf.all(LOCAL, "board")
    assert (kept.title, kept.shared, titles(kept.read())) == ("Monday", False, [["Runs"], ["Top tenants"]])


def test_a_board_shows_its_panels_in_the_scope_of_the_page(week, shelf):
    shelf.save(LOCAL, own_boards.made_of("Alpha", [NUMBER]))
    second = shelf.save(LOCAL, own_boards.made_of("Beta", [BAR]))
    scope = Request((), WINDOW, compare=False, choices=((own_boards.CHOICE, second.id),)).text()
    at = week("overview/own_boards.py", scope=scope)
    assert not at.exception
    assert "Top tenants" in words(at)
    assert "Executions" not in [metric.label for metric in at.metric]


def test_without_a_board_the_page_says_how_to_make_one(week):
    assert "Put on a board" in words(week("overview/own_boards.py", scope=SCOPE))


def test_what_can_be_done_with_a_panel_of_three():
    panels = (NUMBER, LINE, BAR)
    found = {action: [each.title for each in order] for action, order in own_boards.moved(panels, 1)}
    assert found == {
        "Earlier": ["Executions over time", "Executions", "Top tenants"],
        "Later": ["Executions", "Top tenants", "Executions over time"],
        "Remove": ["Executions", "Top tenants"],
    }
    assert [action for action, _ in own_boards.moved((NUMBER,), 0)] == []


def test_a_board_of_somebody_else_is_seen_where_it_is_shared_and_cannot_be_edited(week, shelf, monkeypatch):
    shelf.save(Principal("mira"), own_boards.made_of("Hers", [NUMBER]))
    shelf.save(Principal("mira"), own_boards.made_of("Ours", [NUMBER]), shared=True)
    monkeypatch.setattr(context, "who", lambda: Principal("guest"))
    at = week("overview/own_boards.py", scope=SCOPE)
    assert at.selectbox(key="w_board").options == ["Ours"]
    assert "edit_board" not in [button.key for button in at.button]
    assert "by mira" in words(at)
