"""Outreach: who sees and says what of which tenant, what stays of what was said, and who is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analytics.hold_out import held_out
from service.access import LOCAL, NotAllowed, Principal
from service.outreach import Change, HoldOut, Outreach
from tests.services.conftest import NOW

ADA = Principal("ada", frozenset({"acme", "initech"}))
GUS = Principal("gus", frozenset({"globex"}))
EVE = Principal("eve")
NARROW_ADMIN = Principal("bo", frozenset({"acme"}), admin=True)
LATER = NOW + timedelta(days=14)


class Ticking:
    """A clock that is a minute later whenever it is read."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self):
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def outreach(metadata) -> Outreach:
    return Outreach(metadata, clock=Ticking())


def test_what_is_not_said_stays_as_it_was_and_each_change_has_who_and_when(outreach):
    outreach.change(ADA, "acme", owner="  Mara ", note="no use since May")
    outreach.change(EVE, "acme", state="contacted")
    outreach.change(ADA, "acme", state="saved", note="stays for a year")
    minute = timedelta(minutes=1)
    assert outreach.history(ADA, "acme") == (
        Change("acme", "saved", "Mara", None, "stays for a year", "ada", NOW + 3 * minute),
        Change("acme", "contacted", "Mara", None, "", "eve", NOW + 2 * minute),
        Change("acme", "open", "Mara", None, "no use since May", "ada", NOW + minute),
    )
    assert outreach.of(EVE) == {"acme": outreach.history(EVE, "acme")[0]}


def test_what_is_snoozed_ends_with_another_state_and_not_with_another_owner(outreach):
    outreach.change(ADA, "acme", state="snoozed", snoozed_until=LATER)
    assert outreach.change(ADA, "acme", owner="Mara").snoozed_until == LATER
    assert outreach.change(ADA, "acme", state="open").snoozed_until is None


def test_people_see_and_change_what_is_of_their_tenants_alone(outreach):
    outreach.change(ADA, "acme", note="acme's")
    outreach.change(GUS, "globex", note="globex's")
    assert set(outreach.of(ADA)) == {"acme"}
    assert set(outreach.of(GUS)) == {"globex"}
    assert set(outreach.of(EVE)) == {"acme", "globex"}
    assert outreach.of(Principal("newcomer", frozenset())) == {}
    assert outreach.history(GUS, "acme") == outreach.history(GUS, "no such tenant") == ()
    for tenant in ("acme", "no such tenant", ""):
        with pytest.raises(NotAllowed, match="not yours to see"):
            outreach.change(GUS, tenant, state="contacted")
    assert len(outreach.all()) == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"state": "gone"}, "one of open, contacted, saved, lost, false alarm, snoozed"),
        ({"state": "snoozed"}, "until a moment"),
        ({"state": "saved", "snoozed_until": LATER}, "until a moment"),
        ({"state": "snoozed", "snoozed_until": NOW}, "a later moment"),
        ({"owner": "x" * 81}, "1 to 80 characters"),
        ({"note": "x" * 2001}, "1 to 2000 characters"),
        ({"note": "a\x00b"}, "cannot be shown"),
    ],
)
def test_what_means_nothing_is_refused_and_leaves_no_trace(outreach, said, words):
    with pytest.raises(ValueError, match=words):
        outreach.change(ADA, "acme", **said)
    assert outreach.history(ADA, "acme") == ()


def test_the_companies_are_told_apart(metadata):
    own, demo = Outreach(metadata, clock=Ticking()), Outreach(metadata, demo=True, clock=Ticking())
    demo.change(EVE, "acme", state="contacted")
    demo.hold(LOCAL, 0.2)
    assert (own.of(EVE), own.hold_out, own.version) == ({}, None, (0, 0))
    assert (demo.of(EVE)["acme"].state, demo.version) == ("contacted", (1, 1))


def test_nobody_is_held_out_until_an_admin_who_sees_all_says_so(outreach):
    assert outreach.hold_out is None
    for principal in (ADA, EVE, NARROW_ADMIN):
        with pytest.raises(NotAllowed, match="ask one"):
            outreach.hold(principal, 0.1)
    for share in (-0.1, 0.51, float("nan")):
        with pytest.raises(ValueError, match="from 0 to 50%"):
            outreach.hold(LOCAL, share)
    outreach.hold(LOCAL, 0.1)
    outreach.hold(LOCAL, 0.0)
    # The refused shares asked the clock too.
    assert outreach.hold_out == HoldOut(0.0, "local", NOW + timedelta(minutes=5))


def test_a_hold_out_is_by_the_id_alone_about_its_share_and_grows_by_adding():
    tenants = [f"tenant-{n}" for n in range(10_000)]
    tenth, fifth = ({each for each in tenants if held_out(each, share)} for share in (0.1, 0.2))
    assert tenth < fifth
    assert not any(held_out(each, 0.0) for each in tenants)
    # Within four standard deviations of a tenth.
    assert abs(len(tenth) - 1_000) < 4 * 30
    # Another machine, another day: the same ones.
    assert [each for each in tenants[:40] if each in tenth] == [
        "tenant-1",
        "tenant-4",
        "tenant-8",
        "tenant-25",
    ]
