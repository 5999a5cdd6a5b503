"""What the promises are asked of: every question, in the scopes that can tell a broken one."""

from __future__ import annotations

import pytest

from tests.promises.questions import QUERIES, QUESTIONS
from tests.promises.world import SCOPES

# The model's queries are all put together by one module, and its parts meet every scope there is.
TELLING = {"local days through a clock change", "filtered"}
ASKED = [
    pytest.param(question, scope, id=f"{name}-{when}")
    for name, question in QUESTIONS.items()
    for when, scope in SCOPES.items()
    if name not in QUERIES or when in TELLING
]
every_question = pytest.mark.parametrize(("analysis", "scope"), ASKED)
every_analysis = pytest.mark.parametrize("analysis", QUESTIONS.values(), ids=QUESTIONS.keys())
