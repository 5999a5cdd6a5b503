"""The sidebar holds the boards that there are, by section; a role puts its own first and starts with one."""

from __future__ import annotations

import pytest

from analytics.request import Request
from service.access import LOCAL, Principal
from tests.ui.looking import said
from ui import roles
from ui.navigation import ICONS, PAGES, SECTIONS, allowed, arranged, boards, screens, start_of

GUEST = Principal("guest", frozenset({"globex"}))


def named(groups) -> dict[str, list[str]]:
    return {heading: [screen.name for screen in group] for heading, group in groups.items()}


def test_every_folder_of_pages_is_a_section():
    assert {folder.name for folder in PAGES.iterdir() if folder.is_dir() and folder.name[0] not in "._"} <= {
        *SECTIONS
    }


def test_every_board_that_there_is_has_its_line_and_every_line_its_board():
    assert [*ICONS] == sorted((screen.name for screen in boards()), key=[*ICONS].index)


def test_screens_stand_in_the_order_of_the_sections_and_have_an_address_of_their_own():
    found = screens()
    assert [screen.folder for screen in found] == sorted(
        (each.folder for each in found), key=[*SECTIONS].index
    )
    assert len({screen.name for screen in found}) == len(found)
    assert all(screen.file.is_file() and screen.audience for screen in found)


def test_a_board_is_its_screen():
    for screen in boards():
        assert (screen.name, screen.title, screen.audience) == (
            screen.board.id,
            screen.board.title,
            screen.board.audience,
        )


def test_without_a_role_the_sections_have_their_order():
    groups = arranged(LOCAL, None)
    assert [*groups] == [title for title in SECTIONS.values() if title in groups]
    assert start_of(groups).name == "executive"


def test_a_role_has_its_boards_first_and_all_others_under_their_sections():
    role = roles.Role("on-watch", "on watch", ("activity", "not-there-yet"))
    groups = named(arranged(LOCAL, role))
    assert next(iter(groups.items())) == ("Your boards", ["activity"])
    everything = [name for group in groups.values() for name in group]
    assert sorted(everything) == sorted(screen.name for screen in screens())


def test_a_role_without_a_board_that_is_there_changes_nothing():
    assert named(arranged(LOCAL, roles.Role("x", "x", ("not-there-yet",)))) == named(arranged(LOCAL, None))


@pytest.mark.parametrize("role", roles.ROLES, ids=lambda role: role.name)
def test_every_role_starts_with_a_board_that_is_there(role):
    assert "Your boards" in arranged(GUEST, role)
    assert roles.named(role.name) is role
    assert Request(role=role.name).role == role.name


def test_every_board_serves_a_role():
    served = {name for role in roles.ROLES for name in role.boards}
    assert [screen.name for screen in boards() if screen.name not in served] == []


def test_what_is_for_admins_is_for_nobody_else_whatever_their_role():
    assert "sources" in [screen.name for screen in allowed(LOCAL)]
    assert "sources" not in [screen.name for screen in allowed(GUEST)]


@pytest.mark.parametrize("role", roles.ROLES, ids=lambda role: role.name)
def test_the_address_of_a_role_opens_its_start_page(app, role):
    at = app(scope=Request(role=role.name).text())
    assert not at.exception
    assert at.title[0].value == start_of(arranged(LOCAL, role)).title
    assert at.title[0].proto.help == f"For {start_of(arranged(LOCAL, role)).audience}"


def test_a_role_that_there_is_not_is_nobodys(app):
    at = app(scope=Request(role="emperor", window="7d").text())
    assert at.selectbox(key="w_role").value == ""
    assert at.title[0].value == "Executive overview"
    assert at.session_state["w_window"] == "7d"


def test_a_chosen_role_is_written_into_the_address_and_keeps_the_scope(app):
    at = app(scope=Request(window="7d").text())
    at.selectbox(key="w_role").select("security").run()
    assert said(at) == {"version": 1, "window": "7d", "role": "security"}
    assert at.title[0].value == "Activity"
    assert [toast.value for toast in at.toast] == [
        "For security: the boards are in that order, and the start page is Activity. Back undoes it."
    ]
