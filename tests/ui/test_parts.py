"""Boards in parts: which part an address means, what it holds, and that no other is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.board import Board, Row
from analytics.churn_questions import WAITING
from analytics.request import Request
from pages.customers.churn import BOARD, HEALTH, INACTIVE, LOST, OUTREACH, RISK
from ui import parts

PAGE = "customers/churn.py"
SMALL = Board(
    "small",
    "Small",
    "tests",
    (Row((OUTREACH,)), Row((HEALTH,), heading="How they do"), Row((RISK, LOST)), Row((INACTIVE,), heading="Gone, or not?")),
)  # fmt: skip


def test_a_part_is_what_stands_under_a_heading_and_the_first_has_what_stands_over_all():
    assert parts.names(SMALL) == {"how-they-do": "How they do", "gone-or-not": "Gone, or not?"}
    assert parts.of_board(SMALL, "how-they-do").rows == (SMALL.rows[0], Row((HEALTH,)), SMALL.rows[2])
    assert parts.of_board(SMALL, "gone-or-not").rows == (Row((INACTIVE,)),)


def test_an_address_that_names_no_part_means_the_first_which_it_then_does_not_name():
    for name in ("", "how-they-do", "nothing-of-it"):
        assert parts.chosen(SMALL, name) == "how-they-do"
    assert parts.chosen(SMALL, "gone-or-not") == "gone-or-not"
    assert [parts.without_first(SMALL, each) for each in parts.names(SMALL)] == ["", "gone-or-not"]


def test_every_panel_of_the_board_is_in_one_part():
    held = [panel for name in parts.names(BOARD) for panel in parts.of_board(BOARD, name).panels]
    assert held == list(BOARD.panels)
    assert replace(parts.of_board(BOARD, "newcomers"), rows=BOARD.rows) == BOARD


@pytest.mark.parametrize("name", parts.names(BOARD))
def test_each_part_shows_its_panels_and_no_other(app, name):
    at = app(PAGE, scope=Request(choices=(("part", name),)).text())
    assert not at.exception
    assert not at.error
    titles = {panel.title for panel in BOARD.panels}
    shown = {title for title in titles for each in at.subheader if each.value.startswith(title)}
    assert shown == {each.title for each in parts.of_board(BOARD, name).panels}
    assert not any(each.value in parts.names(BOARD).values() for each in at.header)
    assert (name == "who-was-lost") == ("Losses and lifetimes by" in [each.label for each in at.selectbox])


@pytest.mark.parametrize(("name", "tells_risk"), [("whom-to-call", True), ("who-was-lost", False)])
def test_that_nothing_is_learnt_yet_is_said_over_a_part_that_tells_of_risk(app, name, tells_risk):
    at = app(PAGE, scope=Request(choices=(("part", name),)).text())
    assert any(WAITING in each.value for each in at.caption) == tells_risk


def test_a_choice_is_kept_in_the_address_and_links_lead_to_it(app):
    at = app(PAGE)
    at.segmented_control(key="w_part").set_value("who-may-leave").run()
    assert Request.read(at.session_state["scope"]).choices == (("part", "who-may-leave"),)
    assert any(each.value.startswith("Who may leave") for each in at.subheader)
    at.segmented_control(key="w_part").set_value("whom-to-call").run()
    assert at.session_state["scope"] == ""
