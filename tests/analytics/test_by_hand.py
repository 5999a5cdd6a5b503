"""Every measure says what SQL says that was written by hand and knows nothing of the model."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analytics.model import model
from bench.measures import HAND_WRITTEN, assert_equal, question, written
from tests.analytics.table import table
from tests.analytics.test_measures import DAY, ROWS

# A property is read by its key, which the rows of this store do not have.
NAMES = sorted(HAND_WRITTEN.keys() - {"events_by_property"})
SCOPES = (DAY, replace(DAY, tenants=frozenset({"acme"})))


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    for name, text in ROWS.items():
        assert opened.append(name, table(text), timezone="UTC").rejected == 0
    return opened


@pytest.fixture(scope="module")
def cursor(store):
    opened = store.cursor()
    yield opened
    opened.close()


def test_every_measure_is_written_by_hand_too():
    asked = {measure for name in HAND_WRITTEN for measure in question(name).measures}
    assert model().measures.keys() - asked == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_measure_is_what_is_written_by_hand(store, cursor, name):
    for scope in SCOPES:
        assert_equal(name, question(name)(store, scope), pd.DataFrame(written(cursor, name, scope)()))
