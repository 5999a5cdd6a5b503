"""The menu beside a page's title."""

from __future__ import annotations

from ui import page_menu


def opened(at, action):
    at.session_state[page_menu.OPENED] = action
    return at.run()


def test_annotations_are_written_from_every_board(app):
    at = opened(app(), page_menu.ANNOTATE)
    assert "What happened" in [control.label for control in at.get("segmented_control")]


def test_the_link_holds_what_the_page_is_filtered_by(app):
    at = opened(app(scope='{"version":1,"window":"7d"}'), page_menu.LINK)
    assert at.code[0].value.endswith("?scope=%7B%22version%22%3A1%2C%22window%22%3A%227d%22%7D")


def test_nothing_opens_by_itself(app):
    assert not app().code
