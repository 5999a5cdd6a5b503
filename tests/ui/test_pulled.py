"""What the Sources page says above the sources when the configuration has a fault."""

from __future__ import annotations

import pytest

from ui.pulled import trouble


@pytest.mark.parametrize(
    ("unreadable", "sources", "says"),
    [
        (False, 2, "Part of the configuration cannot be used"),
        (False, 0, "No source can be used"),
        (True, 2, "The configuration cannot be read, so what it said before still holds"),
        (True, 0, "The configuration cannot be read"),
    ],
)
def test_the_title_says_what_still_works(unreadable, sources, says):
    assert trouble(unreadable=unreadable, sources=sources) == says
