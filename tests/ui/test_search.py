"""The search of a page: in the address, over every panel, and said where it cannot be read."""

from __future__ import annotations

import pytest

from analytics.request import Request
from ui import empty

WINDOW = "2026-01-05~2026-01-11"


def tiles(at) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def test_a_search_narrows_every_panel_or_says_that_it_cannot(week):
    at = week(scope=Request(window=WINDOW, search="status:success and duration > 1s", compare=False).text())
    assert not at.error
    found = tiles(at)
    assert (found["Executions"], found["Average duration"]) == ("2", "3.00 s")
    # AI calls of this week state no status; they have one, and so are counted by it.
    assert found["AI queries"] == "0"


@pytest.mark.parametrize(
    "search", ["status:", "status:failed level:error", '"open', "(" * 33 + "a" + ")" * 33]
)
def test_a_search_that_cannot_be_read_shows_no_numbers(week, search):
    at = week(scope=Request(window=WINDOW, search=search).text())
    assert not at.exception
    assert tiles(at) == {}
    assert not at.get("plotly_chart")
    assert any("This search cannot be read" in each.value for each in at.markdown)
    text, mark = at.code[0].value.splitlines()
    assert mark.strip() == "^"
    assert text.strip()


def test_an_unreadable_search_can_be_cleared(week):
    at = week(scope=Request(window=WINDOW, search="status:", compare=False).text())
    clear = next(button for button in at.button if button.label == "Clear the search")
    clear.click().run()
    assert tiles(at)["Executions"] == "4"


@pytest.mark.parametrize(
    ("text", "position", "shown"),
    [
        ("status:", 7, "status:\n       ^"),
        ("a b", 2, "a b\n  ^"),
        ("a\nb\tc", 4, "a b c\n    ^"),
        ("x" * 100, 50, "…" + "x" * 72 + "…\n" + " " * 37 + "^"),
    ],
)
def test_the_place_is_marked_under_the_text(text, position, shown):
    assert empty.pointed_at(text, position) == shown
