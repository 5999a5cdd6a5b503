"""Every panel of every board keeps the promises, whatever it asks and however it narrows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.churn_outreach import Outcomes, Resting
from analytics.query import Query
from scripts.panels import boards
from tests.promises import promises
from tests.promises.promises import RIGHTS
from tests.promises.questions import QUESTIONS, of_panels
from tests.promises.world import OWNERS, SCOPES

DAYS = SCOPES["local days through a clock change"]
# Analyses are asked by their names already; what panels put together of the model is their own.
# Who rests and what calling brought are nothing until somebody noted it; the first is asked with notes there.
NOTED = (Resting, Outcomes)
OWN = {
    name: each
    for name, each in of_panels(boards()).items()
    if each not in set(QUESTIONS.values()) and not isinstance(each, NOTED)
}
# One in so many: each measure is asked by itself in test_promises, and each board is drawn in tests/ui.
IN_THE_LOOP = 5
every_panel = pytest.mark.parametrize("question", OWN.values(), ids=OWN.keys())
every_panel_by_turns = pytest.mark.parametrize(
    ("question", "right"),
    [
        pytest.param(
            question,
            tuple(RIGHTS)[place // IN_THE_LOOP % len(RIGHTS)],
            id=name,
            marks=[pytest.mark.heavy] * (place % IN_THE_LOOP > 0),
        )
        for place, (name, question) in enumerate(OWN.items())
    ],
)


def telling(question, world):
    """The question itself, or without its own filter where that leaves nothing of this small world."""
    if not isinstance(question, Query) or question.where is None:
        return question
    alone = [question(world.only(owner), DAYS) for owner in OWNERS]
    return question if all(len(frame) for frame in alone) else replace(question, where=None)


@every_panel_by_turns
def test_a_panel_keeps_every_promise(question, right, world):
    asked = telling(question, world)
    promises.says_something(asked, DAYS, world)
    promises.shows_own_rows_only(asked, DAYS, world, [right])
    promises.reads_its_window_only(question, DAYS, world)
    promises.answers_nothing_in_the_same_form(question, DAYS, world)
    promises.has_as_many_rows_behind(question, DAYS, world)


@pytest.mark.heavy
@every_panel
def test_a_panel_shows_its_own_rows_whoever_may_see_more(question, world):
    promises.shows_own_rows_only(telling(question, world), DAYS, world)


def test_panels_are_found():
    assert len(of_panels(boards())) > 10
