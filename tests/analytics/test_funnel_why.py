"""Why a share changed: the parts that segments have in it, by rate and by mix, and who is told first."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from analytics.funnel_spec import FunnelSpec
from analytics.funnel_told import Sides, broke, leading
from analytics.funnel_why import FunnelWhy, FunnelWhySaid, beside, compared, explained, folded
from analytics.registry import question_form, question_of
from analytics.steps import Step
from tests.analytics.table import at, rows, window

SPEC = FunnelSpec((Step("registered"), Step("connect"), Step("paid")), window=timedelta(days=10))
WEEK = window("2026-01-12", "2026-01-19", now=at("2026-01-19"))
SHOWN = ["split", "breakdown", "entered_before", "conversion_before", "entered", "conversion"]
PARTS = ["rate_part", "mix_part", "explains"]
FIELDS = ("attributes.device", "attributes.page", "tenant_id")


def segments(*counts: tuple[str, int, int, int, int]) -> pd.DataFrame:
    """Who began and got there before, then now, by value."""
    found = pd.DataFrame(counts, columns=["breakdown", "n0", "c0", "n1", "c1"])
    return found.assign(split="attributes.device")


# What all of 10 did before and now: 60% -> 40%, 60% -> 60%, 50% -> 40%.
@pytest.mark.parametrize(
    ("counts", "parts"),
    [
        pytest.param(
            (("phone", 6, 3, 8, 2), ("desktop", 4, 3, 2, 2)),
            # phone: 0.7 x -0.25, 0.2 x (0.375 - 0.5); desktop: 0.3 x 0.25, -0.2 x (0.875 - 0.5)
            [("phone", -0.175, -0.025, 1.0), ("desktop", 0.075, -0.075, 0.0)],
            id="rates move",
        ),
        pytest.param(
            (("phone", 2, 0, 6, 0), ("desktop", 8, 8, 4, 4)),
            # 80% -> 40% while each rate stays: 0.4 x (0 - 0.6) and -0.4 x (1 - 0.6)
            [("phone", 0.0, -0.24, 0.6), ("desktop", 0.0, -0.16, 0.4)],
            id="only the mix moves",
        ),
        pytest.param(
            (("phone", 0, 0, 5, 0), ("desktop", 10, 5, 5, 4)),
            # Of phones nothing is known before: 0.5 x (0 - 0.45); desktop 0.75 x 0.3, -0.5 x (0.65 - 0.45)
            [("phone", 0.0, -0.225, 2.25), ("desktop", 0.225, -0.1, -1.25)],
            id="some are new",
        ),
    ],
)
def test_the_parts_of_all_segments_sum_to_the_change_of_all(counts, parts):
    found = explained(segments(*counts))
    assert rows(found[["breakdown", *PARTS]].round(12)) == parts
    change = found["c1"].sum() / found["n1"].sum() - found["c0"].sum() / found["n0"].sum()
    assert found[["rate_part", "mix_part"]].to_numpy().sum() == pytest.approx(change)


def test_what_hardly_changed_is_not_explained_in_parts_of_it():
    found = explained(segments(("phone", 10, 5, 10, 4), ("desktop", 10, 4, 10, 5)))
    assert rows(found[PARTS].round(12)) == [(-0.05, 0.0, None), (0.05, 0.0, None)]


def test_small_values_are_one_that_names_no_field():
    found = compared(
        explained(folded(segments(("a", 9, 1, 9, 1), ("b", 2, 1, 2, 1), ("c", 1, 0, 3, 1), ("", 0, 0, 9, 2))))
    )
    assert rows(found[["split", "split_called", "breakdown", "entered_before", "entered"]]) == [
        ("attributes.device", "Device", "a", 9, 9),
        ("attributes.device", "Device", "", 0, 9),
        ("", "Device", "Other", 3, 5),
    ]


@pytest.fixture(scope="module")
def store(in_memory):
    """Ten sign up in each of two weeks; of those on phones nobody pays in the second."""
    opened = in_memory()
    begun = [
        (n, f"2026-01-{5 + 7 * week:02d}T{n:02d}:00Z", f"{week}-{n}") for week in (0, 1) for n in range(10)
    ]
    found = []
    for n, moment, person in begun:
        device = "phone" if n % 2 else "desktop"
        paid = n in {0, 1, 2, 3, 4, 5} if person[0] == "0" else n in {0, 2, 4}
        kinds = ("registered", "paid") if paid else ("registered",)
        # The page is of signing up alone: nobody who paid could be told by it.
        found += [
            {
                "tenant_id": "acme",
                "user_id": person,
                "event_type": kind,
                "occurred_at": pd.Timestamp(moment),
                "source": "test",
                "event_id": f"{person} {kind}",
                "attributes": {"device": device} | ({"page": f"/{n % 2}"} if kind == "registered" else {}),
            }
            for kind in kinds
        ]
    opened.append("events", found)
    return opened


def test_the_segment_that_explains_most_comes_first(store):
    """Desktop: 3 of 5 paid in both weeks; phone 3 of 5 and none. All: 6 of 10 and 3 of 10."""
    found = FunnelWhy(SPEC, FIELDS)(store, WEEK)
    assert rows(found[SHOWN]) == [
        ("", "Everybody", 10, 0.6, 10, 0.3),
        ("attributes.device", "phone", 5, 0.6, 5, 0.0),
        ("attributes.device", "desktop", 5, 0.6, 5, 0.6),
    ]
    assert rows(found[PARTS].round(12)) == [(-0.3, 0.0, 1.0), (-0.3, 0.0, 1.0), (0.0, 0.0, 0.0)]
    assert found["verdict"].tolist() == ["may be chance"] * 3


def test_it_is_said_in_sentences(store):
    assert FunnelWhySaid(SPEC, FIELDS)(store, WEEK)["said"].tolist() == [
        "paid fell from 60% to 30%, 3 of 10 after 6 of 10 (may be chance). Both windows are counted at the same "
        "age. 7 of the 10 still may.",
        "Device phone: paid fell from 60% to 0%, 0 of 5 after 3 of 5 (may be chance). That explains 100% of "
        "the fall: -30.0 points as fewer of them get there.",
    ]


def people(text: str) -> pd.DataFrame:
    """So many people of a device and a role, with who of them connected and paid."""
    found: list[dict[str, object]] = []
    for line in text.split(","):
        many, device, role, connected, paid = line.split()
        found += [
            {"device": device, "role": role, "connected": n < int(connected), "reached": n < int(paid)}
            for n in range(int(many))
        ]
    return pd.DataFrame(found)


# Phones stop connecting. Of members 18 of 22 are on phones; without one they pay as often as before.
THEN = people("18 phone member 17 12, 2 phone admin 2 1, 4 desktop member 4 3, 16 desktop admin 16 12")
NOW = people("18 phone member 0 0, 2 phone admin 0 0, 4 desktop member 4 3, 16 desktop admin 15 11")
PHONE, MEMBER = ({"split": "device", "breakdown": "phone"}, {"split": "role", "breakdown": "member"})


def test_the_segment_leads_that_stays_when_the_other_is_held_fixed():
    """Phones by role: -12/18 and -1/2; members by device: -12/18 beside -1/2, and 0 beside -1/16."""
    sides = Sides(NOW, THEN)
    assert sides.shared(PHONE, MEMBER) == (36, 40)
    assert sides.alone(PHONE, MEMBER) < -0.5 < sides.alone(MEMBER, PHONE)
    for told in ([MEMBER, PHONE], [PHONE, MEMBER]):
        assert leading(pd.DataFrame(told), sides, fell=True)["breakdown"].tolist() == ["phone", "member"]


def test_of_other_people_each_segment_keeps_its_place():
    desktop = {"split": "device", "breakdown": "desktop"}
    told = pd.DataFrame([MEMBER, desktop])
    assert leading(told, Sides(NOW, THEN), fell=True)["breakdown"].tolist() == ["member", "desktop"]


def test_who_are_the_same_people_cut_twice_are_told_so():
    rows_ = [{**each, "split_called": each["split"].title(), "explains": 0.9} for each in (MEMBER, PHONE)]
    assert beside(rows_[0], rows_[1], Sides(NOW, THEN), "paid") == (
        "Role member explains 90% too, but those are mostly the same people, so the two do not add up: 36 of 40 "
        "with Device phone have Role member. With Role member and not Device phone, 3 of 4 are paid, after 3 of 4 "
        "before."
    )


@pytest.mark.parametrize(
    ("then", "now", "at_step"),
    [
        ((9, 6), (0, 0), ("Connected", {"n1": 10, "c1": 0, "n0": 10, "c0": 9})),
        ((9, 6), (9, 0), None),
        ((9, 0), (10, 6), None),
        ((2, 1), (9, 6), ("Connected", {"n1": 10, "c1": 9, "n0": 10, "c0": 2})),
    ],
    ids=["no one connects", "they connect and do not pay", "more pay", "more connect and so pay"],
)
def test_the_step_that_broke_is_the_first_with_most_of_the_change(then, now, at_step):
    frames = [people(f"10 phone member {connected} {paid}") for connected, paid in (now, then)]
    assert broke(Sides(*frames), PHONE, {"Connected": "connected"}) == at_step


def test_the_step_that_broke_is_named_in_a_sentence(in_memory):
    """Of ten on phones in each week nine connected and six paid, then nobody; ten others did as before."""
    found = []
    for week, person in ((week, n) for week in (0, 1) for n in range(20)):
        device, number = ("phone", "desktop")[person % 2], person // 2
        known = {"tenant_id": "acme", "user_id": f"{week}-{person}", "attributes": {"device": device}}
        fails = week == 1 and device == "phone"
        kinds = ["registered", *(["connect"] if number < 9 and not fails else [])]
        kinds += ["paid"] if number < 6 and not fails else []
        found += [
            {**known, "event_type": kind, "occurred_at": at(f"2026-01-{5 + 7 * week:02d}T{hour:02d}:00")}
            for hour, kind in enumerate(kinds)
        ]
    opened = in_memory()
    opened.append("events", found)
    assert FunnelWhySaid(SPEC, ("attributes.device",))(opened, WEEK)["said"].tolist()[1] == (
        "Device phone: 0 of 10 reach connect, after 9 of 10 before; paid fell from 60% to 0%, 0 of 10 after "
        "6 of 10. That explains 100% of the fall: -30.0 points as fewer of them get there."
    )


def test_where_nobody_began_before_nothing_is_explained(store):
    early = window("2026-01-05", "2026-01-12", now=at("2026-01-19"))
    assert rows(FunnelWhy(SPEC, FIELDS)(store, early)[[*SHOWN, "verdict"]]) == [
        ("", "Everybody", 0, None, 10, 0.6, "too few to tell")
    ]
    assert FunnelWhySaid(SPEC, FIELDS)(store, early)["said"].tolist() == [
        "paid are 6 of 10 after 0 of 0, which cannot be compared."
    ]
    assert FunnelWhy(SPEC, FIELDS)(store, window("2025-01-05", "2025-01-12")).empty


def test_it_has_a_json_form():
    for asked in (FunnelWhy(SPEC, FIELDS), FunnelWhySaid(SPEC)):
        assert question_of(question_form(asked)) == asked
