"""Every kind of file ends with the good rows in, the bad in quarantine, and one sentence that says so."""

from __future__ import annotations

import pytest

from data.ingest import Wish, ingest, propose
from data.mapping import MappingError
from data.sources.refusal import SourceError
from data.store import open_store
from tests.data.conftest import NOW
from tests.data.sources.kinds import KINDS, REFUSED, Kind, Refused


@pytest.fixture(scope="module")
def store():
    """One store for all kinds; each is a source of its own."""
    opened = open_store("duckdb://:memory:", clock=lambda: NOW)
    yield opened
    opened.close()


@pytest.mark.loop
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.what)
def test_a_kind_of_file(kind: Kind, store, tmp_path):
    path = tmp_path / kind.name
    path.write_bytes(kind.content)
    wish = Wish(source=kind.what, timezone=kind.timezone)

    outcome = ingest(store, propose(path, None, wish, tmp_path))

    counts = outcome.counts
    assert (counts.rows, counts.quarantined, counts.blank, counts.duplicates) == (
        kind.rows, kind.quarantined, kind.blank, kind.duplicates,
    ), outcome.sentence  # fmt: skip
    assert counts.lines == counts.rows + counts.quarantined + counts.blank + counts.duplicates
    assert kind.says in outcome.sentence
    kept = store.admin.quarantine(10, outcome.load_id)
    assert len(kept) == kind.quarantined
    assert all(kept["name"] == kind.name)

    again = ingest(store, propose(path, None, wish, tmp_path)).counts
    assert (again.rows, again.duplicates) == (0, kind.rows + kind.duplicates)


@pytest.mark.parametrize("kind", REFUSED, ids=lambda kind: kind.what)
def test_a_file_of_which_nothing_can_be_loaded(kind: Refused, store, tmp_path):
    path = tmp_path / kind.name
    path.write_bytes(kind.content)

    with pytest.raises((SourceError, MappingError)) as refused:
        ingest(store, propose(path, None, Wish(source=kind.what)))

    assert kind.says in str(refused.value)
    assert store.admin.frame(
        "select 1 from control.loads where source = $source and rows > 0", source=kind.what
    ).empty


def test_there_are_at_least_forty_kinds():
    assert len(KINDS) + len(REFUSED) >= 40
