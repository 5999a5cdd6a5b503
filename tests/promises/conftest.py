"""One world for all promises of a run."""

from __future__ import annotations

import pytest

from tests.promises.world import World


@pytest.fixture(scope="session")
def world():
    made = World()
    yield made
    made.close()
