"""Models of losses in the running app: learnt once a night, kept beside the store, told to questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.churn import Said, Trained
from analytics.churn_backtest import Group, Refusal
from analytics.churn_kept import to_dict
from analytics.churn_outreach import AtStake, CallList, Outcomes, Resting
from analytics.churn_questions import Risk
from analytics.customer_list import CustomerList
from analytics.query import Query
from analytics.scope import Scope
from data.places import MODELS
from service.access import LOCAL, Principal
from service.ask import Ask
from service.churn import NIGHTS, Churn
from service.looked_after import LookedAfter
from service.metadata import Metadata
from service.outreach import Outreach
from service.stores import Stores
from tests.promises.questions import TOLD

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCOPE = Scope(NOW - timedelta(days=1), NOW, now=NOW)
PAYS = {"plan": "pro", "status": "active", "interval": "month", "seats": 5}


@pytest.fixture
def stores(tmp_path):
    made = Stores(tmp_path, clock=lambda: NOW)
    yield made
    made.close()


@pytest.fixture
def churn(stores, tmp_path):
    metadata = Metadata(f"sqlite:///{tmp_path}/metadata.sqlite")
    kept = {demo: Outreach(metadata, demo=demo, clock=lambda: NOW) for demo in (False, True)}
    yield Churn(stores, kept.__getitem__)
    metadata.close()


@pytest.fixture
def demo(stores):
    """Three tenants that pay $10, $200 and $50, silent since 1, 2 and 3 days."""
    store = stores.demo()
    names = ("alpha", "beta", "gamma")
    for place, (name, usd) in enumerate(zip(names, ("10", "200", "50"), strict=True)):
        at = NOW - timedelta(days=90)
        store.append(
            "subscriptions",
            [
                {
                    "change_id": name,
                    "subscription_id": name,
                    "tenant_id": name,
                    "occurred_at": at,
                    "mrr_usd": usd,
                    **PAYS,
                }
            ],
            source="t",
        )
        used = NOW - timedelta(days=place + 1, hours=1)
        store.append(
            "events",
            [
                {
                    "event_id": name,
                    "tenant_id": name,
                    "occurred_at": used,
                    "event_type": "opened",
                    "user_id": "u",
                }
            ],
            source="t",
        )
    return store


def keep(churn: Churn, *said: Said, as_of: datetime = NOW) -> None:
    """A night that came to this."""
    assert TOLD.trained is not None
    churn._keep(replace(TOLD.trained, said=said, as_of=as_of), demo=True)


def test_risk_is_told_with_the_base_rate_and_revenue_at_risk_comes_first(churn, demo):
    keep(churn, Said("alpha", 0.5, ("sleeps",)), Said("beta", 0.2, ("hit a limit", "pays late")))
    frame = churn.tell(demo, Risk())(demo, SCOPE)
    told = frame[["tenant_id", "probability", "base_rate", "mrr_usd", "at_risk_usd", "reasons"]]
    assert [tuple(map(str, row)) for row in told.itertuples(index=False)] == [
        ("beta", "0.2", "0.1", "200.00", "40.00", "hit a limit; pays late"),
        ("alpha", "0.5", "0.1", "10.00", "5.00", "sleeps"),
        ("gamma", "nan", "0.1", "50.00", "None", ""),
    ]
    assert frame.attrs["notes"][0].startswith("Better than recency: AUC 0.80 (0.70–0.90)")


def test_what_is_at_risk_in_all_stands_over_whom_to_call_and_customers_say_how_outreach_stands(churn, demo):
    """Of 10 + 200 + 50 dollars 0.5 x 10 + 0.2 x 200 + 0.05 x 50 are at risk; gamma is under the typical tenth."""
    keep(churn, Said("alpha", 0.5, ()), Said("beta", 0.2, ()), Said("gamma", 0.05, ()))
    churn.outreach(True).change(LOCAL, "beta", state="contacted", owner="nina")
    listed = churn.tell(demo, CallList())(demo, SCOPE)
    assert listed["tenant_id"].tolist() == ["beta", "alpha"]
    assert listed.attrs["notes"][0] == (
        "Revenue at risk of all: $48 of the $260 that are paid a month; of those listed here $45."
    )
    over = churn.tell(demo, AtStake())(demo, SCOPE)
    assert [tuple(map(str, row)) for row in over.itertuples(index=False)] == [
        ("47.50", "45.00", "2", "260.00", str(47.5 / 260))
    ]
    every = churn.tell(demo, CustomerList())(demo, SCOPE).set_index("tenant_id")
    assert every["state"].to_dict() == {"alpha": "open", "beta": "contacted", "gamma": "open"}


def test_without_a_model_the_plain_rule_stands_and_says_why(churn, demo):
    frame = churn.tell(demo, Risk())(demo, SCOPE)
    assert frame["tenant_id"].tolist() == ["gamma", "beta", "alpha"]
    assert frame["silent_days"].tolist() == [3, 2, 1]
    assert frame["probability"].isna().all()
    assert "No model yet" in frame.attrs["notes"][0]
    over = churn.tell(demo, AtStake())(demo, SCOPE).astype(object)
    assert over.where(over.notna(), None).values.tolist() == [[None, None, 3, Decimal("260.00"), None]]
    trained = churn.learn(demo, NOW)
    assert isinstance(trained.outcome, Refusal)
    assert (
        churn.tell(demo, Risk())(demo, SCOPE)
        .attrs["notes"][0]
        .startswith("No model yet: it takes 50 tenants that were lost, and there are 0.")
    )


def test_a_model_that_tells_no_more_than_chance_shows_no_probability(churn, demo):
    assert TOLD.trained is not None
    noise = replace(TOLD.trained.outcome.report, verdict="no better than chance")
    outcome = replace(TOLD.trained.outcome, report=noise)
    churn._keep(Trained(outcome, (Said("alpha", 0.5, ()),), NOW), demo=True)
    frame = churn.tell(demo, Risk())(demo, SCOPE)
    assert frame["probability"].isna().all()
    assert frame["base_rate"].isna().all()
    assert frame.attrs["notes"][0].startswith("No better than recency, nor than chance")


def test_the_list_leaves_out_who_is_settled_snoozed_or_held_out(churn, demo):
    keep(churn, Said("alpha", 0.5, ()), Said("beta", 0.2, ()), Said("gamma", 0.05, ()))
    outreach = churn.outreach(True)

    def listed(now: datetime = NOW) -> list[tuple[str, str, str]]:
        told = LookedAfter(churn.stores, churn.outreach).tell(demo, churn.tell(demo, CallList()))
        frame = told(demo, replace(SCOPE, now=now, end=now))
        return list(zip(frame["tenant_id"], frame["state"], frame["owner"], strict=True))

    # Who is below the typical risk of 10% is not listed.
    assert listed() == [("beta", "open", ""), ("alpha", "open", "")]
    outreach.change(LOCAL, "beta", state="contacted", owner="Mara")
    assert listed() == [("beta", "contacted", "Mara"), ("alpha", "open", "")]
    outreach.change(LOCAL, "beta", state="saved")
    assert listed() == [("alpha", "open", "")]
    outreach.change(LOCAL, "alpha", state="snoozed", snoozed_until=NOW + timedelta(days=3))
    assert listed() == []
    assert listed(NOW + timedelta(days=4)) == [("alpha", "open", "")]
    outreach.change(LOCAL, "alpha", state="open")
    # By its id alpha is in every hold-out of 43% and more, in none of less.
    outreach.hold(LOCAL, 0.42)
    assert listed() == [("alpha", "open", "")]
    outreach.hold(LOCAL, 0.43)
    assert listed() == []


def test_who_is_late_with_a_payment_is_called_whatever_the_risk_and_it_is_said_since_when(churn, demo):
    """Gamma was late, paid, and has been late since 22 February by three reminders; beta paid since; all pay."""
    keep(churn, Said("alpha", 0.5, ()), Said("beta", 0.05, ()), Said("gamma", 0.05, ()))
    changes = (
        ("beta", "past_due", 9),
        ("beta", "active", 3),
        ("gamma", "past_due", 40),
        ("gamma", "active", 30),
        *(("gamma", "past_due", days) for days in (8, 4, 1)),
    )
    usd = {"beta": "200", "gamma": "50"}
    for place, (name, status, days) in enumerate(changes):
        change = {
            "change_id": f"late{place}",
            "subscription_id": name,
            "tenant_id": name,
            "mrr_usd": usd[name],
        }
        change |= {**PAYS, "status": status, "occurred_at": NOW - timedelta(days=days)}
        demo.append("subscriptions", [change], source="t")
    frame = churn.tell(demo, CallList())(demo, SCOPE)
    assert list(zip(frame["tenant_id"], frame["standing"], strict=True)) == [
        ("alpha", "paying"),
        ("gamma", "past due since 22 Feb"),
    ]


def test_who_rests_is_listed_with_the_day_it_comes_back_and_marked_in_the_list_of_risks(churn, demo):
    keep(churn, Said("alpha", 0.5, ()), Said("beta", 0.2, ()), Said("gamma", 0.15, ()))
    outreach = churn.outreach(True)
    later = NOW + timedelta(days=3)
    outreach.change(LOCAL, "beta", state="snoozed", snoozed_until=later, note="on holiday")
    outreach.change(LOCAL, "gamma", state="lost")
    # Of a customer that pays nothing any more, and of one that is not there.
    demo.append("tenants", [{"tenant_id": "delta", "name": "Delta", "owner": "Mara"}], source="t")
    outreach.change(LOCAL, "delta", state="lost", note="went elsewhere")
    outreach.change(LOCAL, "nobody", state="lost")

    def rests(now: datetime = NOW, **scope: object) -> list[tuple[object, ...]]:
        frame = churn.tell(demo, Resting())(demo, replace(SCOPE, now=now, end=now, **scope))
        shown = frame[["tenant_id", "state", "note", "until"]].astype(object)
        return [tuple(row) for row in shown.where(frame.notna(), None).itertuples(index=False)]

    peace = NOW + timedelta(days=60)
    assert rests() == [
        ("beta", "snoozed", "on holiday", later),
        ("delta", "lost", "went elsewhere", peace),
        ("gamma", "lost", "", peace),
    ]
    risks = churn.tell(demo, Risk())(demo, SCOPE).set_index("tenant_id")["state"]
    assert risks.to_dict() == {"alpha": "open", "beta": "snoozed", "gamma": "lost"}
    assert rests(tenants=frozenset({"beta"})) == [("beta", "snoozed", "on holiday", later)]
    assert rests(now=peace) == []
    # By its id alpha is in every hold-out of 43% and more.
    outreach.hold(LOCAL, 0.43)
    assert ("alpha", "held out", "", None) in rests()


def outcomes(churn, demo, *groups: Group) -> tuple[list[tuple[str, int, int]], str]:
    """What the panel lists and says where the past came to these groups."""
    assert TOLD.trained is not None
    outcome = replace(TOLD.trained.outcome, report=replace(TOLD.trained.outcome.report, groups=groups))
    churn._keep(replace(TOLD.trained, outcome=outcome), demo=True)
    frame = churn.tell(demo, Outcomes())(demo, SCOPE)
    return list(zip(frame["group"], frame["rows"], frame["lost"], strict=True)), frame.attrs["notes"][0]


def test_what_calling_brought_is_told_beside_the_hold_out_and_without_one_nobody_can_say(churn, demo):
    called, left = Group("called", 40, 4, 0.0, 0.3), Group("neither", 38, 17, 0.3, 0.6)
    rows, said = outcomes(churn, demo, called, left)
    assert rows == [("called", 40, 4), ("neither", 38, 17)]
    assert said.startswith("No estimate of what calling brings is possible: the hold-out is at 0%")
    churn.outreach(True).hold(LOCAL, 0.2)
    assert outcomes(churn, demo, called, left)[1].startswith(
        "No estimate of what calling brings yet: of nobody held out is it known"
    )
    held, free = Group("held out", 20, 8, 0.2, 0.6), Group("not held out", 40, 4, 0.0, 0.3)
    # 4 of 40 less 8 of 20; the interval is Miettinen's and Nurminen's.
    assert outcomes(churn, demo, called, held, free)[1] == (
        "Of those held out 8 of 20 were lost, of those not held out, called or not, 4 of 40: calling as it is "
        "done brings -30 losses of a hundred (95% interval -53 to -8)."
    )


def test_answers_follow_what_is_learnt_and_what_is_noted_and_show_own_tenants_alone(churn, demo):
    ask = Ask(workers=1, tell=churn.tell)
    narrow = Principal("ada", frozenset({"alpha"}))

    def told(principal: Principal = LOCAL) -> list[tuple[str, float]]:
        scope = replace(SCOPE, tenants=principal.tenants)
        frame = ask.start(demo, principal, scope, Risk()).result(30).frame
        return list(zip(frame["tenant_id"], frame["probability"].fillna(-1), strict=True))

    assert [name for name, _ in told()] == ["gamma", "beta", "alpha"]
    keep(churn, Said("alpha", 0.5, ()), Said("beta", 0.2, ()), Said("gamma", 0.05, ()))
    assert told() == [("beta", 0.2), ("alpha", 0.5), ("gamma", 0.05)]
    assert told(narrow) == [("alpha", 0.5)]
    keep(churn, Said("alpha", 0.4, ()))
    assert told(narrow) == [("alpha", 0.4)]
    ask.close()
    other = Query(("events",))
    assert churn.tell(demo, other) is other


def test_a_model_is_due_once_a_night_and_the_newest_nights_are_kept(churn, demo, stores):
    assert churn.is_due(demo, NOW)
    keep(churn, as_of=NOW)
    assert not churn.is_due(demo, NOW + timedelta(hours=13))
    # At two in the night the next one is due.
    assert churn.is_due(demo, NOW + timedelta(hours=14))
    for _ in range(NIGHTS + 3):
        keep(churn)
    kept = sorted(path.name for path in (stores.var / MODELS / "demo").iterdir())
    assert (len(kept), kept[0], kept[-1]) == (NIGHTS, "00000005.json", "00000034.json")
    (stores.var / MODELS / "demo" / kept[-1]).write_text("{}")
    assert churn.known(demo).trained is None
    assert churn.is_due(demo, NOW)


def test_what_is_kept_is_numbers_and_words(churn, demo):
    trained = churn.learn(demo, NOW)
    assert churn.known(demo).trained == trained
    assert set(to_dict(trained)) == {"version", "as_of", "refusal", "said"}
