"""What the demo company tells of itself on its charts is what its rows say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics.scope import Scope
from data import demo
from data.store import open_store
from service.access import LOCAL, NotAllowed, Principal
from service.annotations import Annotation, Annotations, DemoStory
from service.metadata import Metadata

# All its tests ask one store that takes seconds to fill.
pytestmark = pytest.mark.heavy

NOW = datetime(2026, 3, 18, 15, 7, tzinfo=UTC)
FOUNDED = datetime(2026, 2, 26, tzinfo=UTC)
EVERYTHING = Scope(FOUNDED - timedelta(days=30), NOW + timedelta(days=30), now=NOW)
RELEASES = [datetime(2026, 2, 26, 14, tzinfo=UTC) + timedelta(days=7 * n) for n in range(3)]
OUTAGE = (datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 9, 15, tzinfo=UTC))


@pytest.fixture(scope="module")
def store():
    opened = open_store("duckdb://:memory:", clock=lambda: NOW)
    demo.fill(opened, NOW, days=20, scale=0.1)
    yield opened
    opened.close()


@pytest.fixture
def annotations(store, tmp_path):
    metadata = Metadata(f"sqlite:///{tmp_path}/metadata.sqlite")
    yield Annotations(metadata, demo=True, told=DemoStory(lambda: store), clock=lambda: NOW)
    metadata.close()


def brief(found: tuple[Annotation, ...]) -> list[tuple[str, str, datetime, datetime | None]]:
    return [(each.kind, each.text, each.start, each.end) for each in found]


def test_its_releases_and_its_outage_stand_in_their_order_up_to_now(annotations):
    assert brief(annotations.between(LOCAL, EVERYTHING)) == [
        ("release", "Release 4.59.0", RELEASES[0], None),
        ("release", "Release 4.60.0", RELEASES[1], None),
        ("outage", "Connector hubspot_contact down", *OUTAGE),
        ("release", "Release 4.61.0", RELEASES[2], None),
    ]


def test_every_row_carries_the_release_that_stands_before_it(annotations, store):
    released = [each for each in annotations.between(LOCAL, EVERYTHING) if each.kind == "release"]
    found = store.admin.frame(
        "select 'Release ' || release as text, min(occurred_at) as first_at, max(occurred_at) as last_at "
        "from raw.errors where occurred_at >= $since group by all order by first_at",
        since=RELEASES[0].replace(tzinfo=None),
    )
    assert list(found["text"]) == [each.text for each in released]
    ends = [*RELEASES[1:], NOW]
    for row, each, end in zip(found.itertuples(), released, ends, strict=True):
        assert each.start <= row.first_at.replace(tzinfo=UTC) <= row.last_at.replace(tzinfo=UTC) < end


def test_the_connector_fails_inside_its_outage_and_not_outside(annotations, store):
    (outage,) = (each for each in annotations.between(LOCAL, EVERYTHING) if each.kind == "outage")
    share = store.admin.frame(
        "select occurred_at >= $since and occurred_at < $until as inside, avg((status = 'failed')::int) as failed "
        "from raw.runs where action_type = 'hubspot_contact' group by all order by inside",
        since=outage.start.replace(tzinfo=None),
        until=outage.last.replace(tzinfo=None),
    )
    outside, inside = share["failed"]
    assert inside > 0.6
    assert outside < 0.1


@pytest.mark.parametrize(
    ("start", "end", "texts"),
    [
        (RELEASES[1], RELEASES[2], ["Release 4.60.0", "Connector hubspot_contact down"]),
        (RELEASES[1] + timedelta(seconds=1), OUTAGE[0], []),
        (
            OUTAGE[1] - timedelta(minutes=1),
            RELEASES[2] + timedelta(seconds=1),
            ["Connector hubspot_contact down", "Release 4.61.0"],
        ),
        (OUTAGE[1], RELEASES[2], []),
        (FOUNDED - timedelta(days=90), FOUNDED, []),
        (NOW, NOW + timedelta(days=90), []),
    ],
)
def test_a_window_is_half_open(annotations, start, end, texts):
    assert [each.text for each in annotations.between(LOCAL, Scope(start, end, now=NOW))] == texts


def test_what_people_write_stands_among_them(annotations):
    own = annotations.add(LOCAL, kind="note", text="mine", start=OUTAGE[0] + timedelta(hours=1))
    found = annotations.between(Principal("one tenant's", frozenset({"acme"})), EVERYTHING)
    assert [each.text for each in found][2:4] == ["Connector hubspot_contact down", "mine"]
    annotations.remove(LOCAL, own.id)
    assert "mine" not in [each.text for each in annotations.between(LOCAL, EVERYTHING)]


def test_the_story_itself_cannot_be_removed(annotations):
    told = annotations.between(LOCAL, EVERYTHING)
    assert not any(annotations.may_remove(LOCAL, each) for each in told)
    with pytest.raises(NotAllowed, match="demo company's story"):
        annotations.remove(LOCAL, told[0].id)
    assert annotations.between(LOCAL, EVERYTHING) == told


def test_a_demo_company_that_is_still_being_made_tells_nothing_yet(tmp_path):
    store, metadata = open_store("duckdb://:memory:"), Metadata(f"sqlite:///{tmp_path}/metadata.sqlite")
    annotations = Annotations(metadata, demo=True, told=DemoStory(lambda: store))
    assert annotations.between(LOCAL, EVERYTHING) == ()
    demo.fill(store, NOW, days=8, scale=0.02)
    # The outage lies nine days back, before this company was founded.
    assert [each.text for each in annotations.between(LOCAL, EVERYTHING)] == ["Release 4.61.0"]
    metadata.close()
    store.close()
