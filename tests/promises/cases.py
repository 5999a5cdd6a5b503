"""What the promises are asked of: every question, in the scopes that can tell a broken one."""

from __future__ import annotations

import pytest

from tests.promises.questions import QUERIES, QUESTIONS
from tests.promises.world import QUIET, SCOPES

# Questions about absence are asked where nothing happens any more.
OF_ABSENCE = {"customers.inactive"}
# The model's queries are all put together by one module, and its parts meet every scope there is.
TELLING = {"local days through a clock change", "filtered"}
ASKED = [
    pytest.param(question, scope, id=f"{name}-{when}")
    for name, question in QUESTIONS.items()
    for when, scope in (QUIET if name in OF_ABSENCE else SCOPES).items()
    if name not in QUERIES or when in TELLING
]
every_question = pytest.mark.parametrize(("analysis", "scope"), ASKED)
OF_PRESENCE = {name: question for name, question in QUESTIONS.items() if name not in OF_ABSENCE}
every_analysis = pytest.mark.parametrize("analysis", OF_PRESENCE.values(), ids=OF_PRESENCE.keys())
