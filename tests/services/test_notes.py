"""Notes of tenants: who reads and writes which, who and when is kept, and what questions are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.access import NotAllowed, Principal
from service.annotations import Annotations
from service.noted import Noted, Sources
from service.notes import Notes
from service.outreach import Outreach
from service.stores import Stores
from tests.services.conftest import NOW
from tests.services.test_outreach import Ticking

ADA = Principal("ada", frozenset({"acme", "initech"}))
GUS = Principal("gus", frozenset({"globex"}))
BOSS = Principal("boss", admin=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def notes(metadata) -> Notes:
    return Notes(metadata, clock=Ticking())


def test_a_note_keeps_who_and_when_and_a_task_by_whom_it_was_done(notes):
    first = notes.write(ADA, "acme", " Wants SSO ")
    task = notes.write(ADA, "acme", "Send the guide", kind="task", due=NOW + timedelta(days=2))
    assert (first.text, first.author, first.written_at) == ("Wants SSO", "ada", NOW + MINUTE)
    notes.finish(BOSS, task.id)
    notes.finish(ADA, task.id)  # once
    done = replace(task, done_at=NOW + 3 * MINUTE, done_by="boss")
    assert notes.of(ADA, "acme") == (done, first)


def test_nobody_reads_or_changes_what_is_of_another_tenant(notes):
    hers, his = notes.write(ADA, "acme", "hers"), notes.write(GUS, "globex", "his", kind="task")
    assert notes.of(GUS, "acme") == notes.of(GUS, "nowhere") == notes.of(GUS, "") == ()
    for tenant in ("acme", "nowhere", ""):
        with pytest.raises(NotAllowed, match="not yours to see"):
            notes.write(GUS, tenant, "x")
    notes.remove(GUS, hers.id)
    notes.finish(ADA, his.id)
    assert notes.all() == (hers, his)


def test_who_wrote_it_and_admins_take_it_away(notes):
    hers = notes.write(ADA, "acme", "hers")
    with pytest.raises(NotAllowed, match="ada wrote this"):
        notes.remove(replace(GUS, tenants=frozenset({"acme"})), hers.id)
    notes.remove(ADA, hers.id)
    notes.remove(BOSS, notes.write(ADA, "acme", "again").id)
    assert notes.all() == ()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": " "}, "1 to 2000 characters"),
        ({"text": "x" * 2001}, "1 to 2000 characters"),
        ({"kind": "joke"}, "one of note, task, contact"),
        ({"due": NOW}, "only a task is due"),
    ],
)
def test_what_means_nothing_is_refused(notes, said, words):
    with pytest.raises(ValueError, match=words):
        notes.write(ADA, "acme", **{"text": "fine", **said})
    assert notes.all() == ()


def test_questions_are_told_all_that_people_wrote_of_the_company_that_is_asked(metadata, tmp_path):
    own, demo = (
        Sources(Notes(metadata, is_demo), Outreach(metadata, is_demo), Annotations(metadata, is_demo))
        for is_demo in (False, True)
    )
    noted = Noted(Stores(tmp_path), lambda is_demo: demo if is_demo else own)
    before = noted.written(demo=False)
    own.notes.write(ADA, "acme", "Send it", kind="task")
    own.outreach.change(ADA, "acme", state="contacted", note="calls back")
    own.annotations.add(ADA, kind="note", text="moved", start=NOW, tenant="acme")
    own.annotations.add(BOSS, kind="release", text="4.2", start=NOW)
    demo.notes.write(ADA, "acme", "of the demo")
    told = noted.written(demo=False)
    assert told.key != before.key
    assert [(each.kind, each.text, each.state) for each in told.notes] == [
        ("task", "Send it", "open"),
        ("outreach", "Contacted: calls back", ""),
        ("note", "moved", ""),
    ]
    assert [(each.kind, each.tenant_id, each.text) for each in told.others] == [("release", "", "4.2")]
    assert [each.text for each in noted.written(demo=True).notes] == ["of the demo"]
    assert noted.written(demo=False) is told
