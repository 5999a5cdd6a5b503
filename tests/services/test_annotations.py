"""Annotations: who sees which, who may write what, and in which window they lie."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from analytics.scope import ALL_TENANTS, Scope
from service.access import LOCAL, NotAllowed, Principal
from service.annotations import LONGEST_TEXT, Annotation, Annotations
from tests.services.conftest import NOW

ACME = Principal("ada", frozenset({"acme", "initech"}))
GLOBEX = Principal("gus", frozenset({"globex"}))
EVERYWHERE = Principal("eve")
BOSS = Principal("bo", admin=True)
NOBODY = Principal("newcomer", frozenset())


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-02-{text}+00:00")


def week(tenants=ALL_TENANTS) -> Scope:
    return Scope(at("10T00:00"), at("17T00:00"), tenants=tenants, now=NOW)


@pytest.fixture
def annotations(metadata) -> Annotations:
    return Annotations(metadata, clock=lambda: NOW)


@pytest.fixture
def written(annotations) -> Annotations:
    """Four, told apart by their texts."""
    annotations.add(LOCAL, kind="release", text="4.2", start=at("12T09:00"))
    annotations.add(
        ACME, kind="campaign", text="acme's", start=at("11T00:00"), end=at("13T00:00"), tenant="acme"
    )
    annotations.add(ACME, kind="note", text="initech's", start=at("14T00:00"), tenant="initech")
    annotations.add(GLOBEX, kind="outage", text="globex's", start=at("12T08:00"), tenant="globex")
    return annotations


def texts(annotations: Annotations, principal: Principal, scope: Scope) -> list[str]:
    return [each.text for each in annotations.between(principal, scope)]


@pytest.mark.parametrize(
    ("principal", "tenants", "seen"),
    [
        (EVERYWHERE, ALL_TENANTS, ["acme's", "globex's", "4.2", "initech's"]),
        (EVERYWHERE, frozenset({"globex"}), ["globex's", "4.2"]),
        (ACME, ACME.tenants, ["acme's", "4.2", "initech's"]),
        (ACME, frozenset({"initech"}), ["4.2", "initech's"]),
        (GLOBEX, GLOBEX.tenants, ["globex's", "4.2"]),
        # A scope made by another than the person's own rights shows no more than these.
        (GLOBEX, ALL_TENANTS, ["globex's", "4.2"]),
        (GLOBEX, frozenset({"acme"}), ["4.2"]),
        (NOBODY, ALL_TENANTS, ["4.2"]),
    ],
)
def test_a_person_sees_what_happened_to_all_and_to_the_tenants_of_the_scope_that_are_theirs(
    written, principal, tenants, seen
):
    assert texts(written, principal, week(tenants)) == seen


def test_what_is_written_is_what_is_read(annotations):
    made = annotations.add(ACME, kind="change", text="  new price\n", start=at("12T00:00"), tenant="acme")
    assert made == Annotation(
        id=made.id,
        kind="change",
        text="new price",
        start=at("12T00:00"),
        end=None,
        tenant="acme",
        author="ada",
        created_at=NOW,
    )
    assert annotations.between(ACME, week()) == (made,)


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [
        ("10T00:00", None, True),
        ("09T23:59", None, False),
        ("16T23:59", None, True),
        ("17T00:00", None, False),
        ("01T00:00", "10T00:00", False),
        ("01T00:00", "10T00:01", True),
        ("01T00:00", "28T00:00", True),
        ("16T23:59", "18T00:00", True),
        ("17T00:00", "18T00:00", False),
    ],
)
def test_a_window_is_half_open_and_a_span_shows_where_it_overlaps(annotations, start, end, inside):
    annotations.add(LOCAL, kind="note", text="this", start=at(start), end=end and at(end))
    assert texts(annotations, LOCAL, week()) == (["this"] if inside else [])


def test_a_long_span_is_found_among_many_short_ones(annotations):
    annotations.add(LOCAL, kind="outage", text="long", start=at("01T00:00"), end=at("11T00:00"))
    for n in range(24):
        annotations.add(LOCAL, kind="note", text=str(n), start=at("01T01:00") + n * timedelta(hours=10))
    assert texts(annotations, LOCAL, week()) == ["long", "22", "23"]


@pytest.mark.parametrize(
    ("principal", "tenant", "words"),
    [
        (ACME, "globex", "not yours to see"),
        (ACME, "", "choose a tenant"),
        (NOBODY, "acme", "not yours to see"),
        (NOBODY, "", "choose a tenant"),
    ],
)
def test_nobody_writes_outside_their_rights(annotations, principal, tenant, words):
    with pytest.raises(NotAllowed, match=words):
        annotations.add(principal, kind="note", text="x", start=at("12T00:00"), tenant=tenant)
    assert annotations.between(EVERYWHERE, week()) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "party"}, "one of release, campaign, change, outage, note"),
        ({"text": " \n "}, f"1 to {LONGEST_TEXT} characters, not 0"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "characters, not 301"),
        ({"text": "a\x00b"}, "cannot be shown"),
        ({"text": "a\ud800b"}, "cannot be shown"),
        ({"tenant": "ac\x00me"}, "cannot be shown"),
        ({"end": at("12T00:00")}, "ends after it begins"),
        ({"start": datetime(2026, 2, 12)}, "needs a timezone"),
        ({"start": NOW.replace(year=1)}, "between the years"),
    ],
)
def test_what_no_chart_can_show_is_refused(annotations, change, words):
    given = {"kind": "note", "text": "x", "start": at("12T00:00")} | change
    with pytest.raises(ValueError, match=words):
        annotations.add(LOCAL, **given)
    assert annotations.between(LOCAL, week()) == ()


def test_people_remove_their_own_and_admins_anybodys(written):
    mine, theirs = (
        next(each for each in written.between(EVERYWHERE, week()) if each.text == text)
        for text in ("acme's", "globex's")
    )
    with pytest.raises(NotAllowed, match="gus's: ask them or an admin"):
        written.remove(EVERYWHERE, theirs.id)
    written.remove(ACME, mine.id)
    assert texts(written, EVERYWHERE, week()) == ["globex's", "4.2", "initech's"]
    written.remove(BOSS, theirs.id)
    assert texts(written, EVERYWHERE, week()) == ["4.2", "initech's"]


def test_an_annotation_out_of_sight_cannot_be_removed_nor_told_from_one_that_is_gone(written):
    (theirs,) = (each for each in written.between(EVERYWHERE, week()) if each.text == "globex's")
    narrow = Principal("bo", frozenset({"acme"}), admin=True)
    for unseen in (theirs.id, "no such id"):
        assert written.remove(narrow, unseen) is None
    assert "globex's" in texts(written, EVERYWHERE, week())


def test_one_companys_annotations_are_not_on_the_others_charts(metadata):
    own, demo = Annotations(metadata), Annotations(metadata, demo=True)
    own.add(LOCAL, kind="note", text="mine", start=at("12T00:00"))
    demo.add(LOCAL, kind="note", text="demo's", start=at("12T00:00"))
    assert (texts(own, LOCAL, week()), texts(demo, LOCAL, week())) == (["mine"], ["demo's"])
    (kept,) = demo.between(LOCAL, week())
    own.remove(LOCAL, kept.id)
    assert texts(demo, LOCAL, week()) == ["demo's"]
