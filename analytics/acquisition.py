"""Acquisition: by which campaigns visitors came, what they became, and what campaigns cost and brought."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

import pandas as pd

from analytics import mrr
from analytics.analysis import analysis
from analytics.campaign_filter import apart
from analytics.measures.product import SIGNED_UP as SIGNUP
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.sessions import sessions, visits_begun
from analytics.settings import ACTIVATIONS, CAMPAIGN_FIELDS, LOOK_BACK, SIGNUPS
from analytics.sql import blocks, with_fields
from analytics.view import NotFilterable, View

SQL = {name: with_fields(sql, campaign=CAMPAIGN_FIELDS) for name, sql in blocks(__file__).items()}
NO_CAMPAIGN = "no campaign"
FIRST, LAST, LINEAR = "First touch", "Last touch", "Linear"
WHO = ["tenant_id", "person"]
BILLIONTH = Decimal("1e-9")

CAMPAIGN = Column(
    "campaign", "Campaign", "text", "The campaign that a visit names; one line holds visits without one."
)
VISITORS = Column("visitors", "Visitors", "count", "Different people with a visit of it begun in the window.")
VISITS = Column("visits", "Visits", "count", "Visits of it begun in the window.")
SIGNED_UP = Column(
    "signups", "Signups", "count", "People who signed up in the window, it being the last that they came by."
)
ACTIVATED = Column(
    "activated", "Activated", "count", "Of these, those who got to the activation event by now."
)
PAYING = Column(
    "paying",
    "Paying",
    "count",
    "Of these, who was the first of a tenant that began to pay in the window and pays at its end.",
)
REVENUE = Column(
    "revenue_usd",
    "MRR",
    "usd",
    "The MRR of the tenants that began with these; who joins a customer brings none.",
)
COST = Column(
    "cost_usd",
    "Cost",
    "usd",
    "What `costs` say of the campaign in the window; nothing where they say nothing.",
)
A_SIGNUP = Column("signup_cost_usd", "Cost a signup", "usd", "Cost / signups.")
A_CUSTOMER = Column("customer_cost_usd", "Cost a paying one", "usd", "Cost / paying.")
VERDICT = Column(
    "verdict",
    "Verdict",
    "text",
    "What came of its cost in the window; nothing where it has none.",
    worded=True,
)
MODEL = Column(
    "model",
    "Attribution",
    "text",
    "Which visit before a signup it is put down to: the first, the last, or all of them in equal parts.",
)
CREDITED = Column("signups", "Signups", "number", "Signups of the window that the campaign is credited with.")
SHARE = Column("share", "Share", "ratio", "Its signups / all signups of the window.")


@analysis(
    tables=("events", "costs", "subscriptions", "tenants", "identities"),
    columns=(
        CAMPAIGN, VERDICT, VISITORS, VISITS, SIGNED_UP, ACTIVATED, PAYING, REVENUE,
        COST, A_SIGNUP, A_CUSTOMER,
    ),
    additive=("visitors", "visits", "signups", "activated", "paying", "revenue_usd"),
    drawn_from={"signups": Behind("events", SIGNUP)},
)  # fmt: skip
def campaigns(view: View, scope: Scope) -> pd.DataFrame:
    """By campaign: visitors, the signups whose last touch it was, those activated and paying, MRR, and cost.

    What cost and brought nobody comes first. Revenue is of customers that began with a signup: the first of
    a tenant that had never paid before the window. A touch is a visit, a session of a visitor, that names a
    campaign; it can lead to a signup for 90 days. A signup without one is put down to no campaign. A person's
    first signup event ever is the signup. A filter by campaign keeps lines.
    """
    kept = apart(scope)
    scope = kept.scope
    begun, signups = _begun(view, scope), _signups(view, scope)
    costs, no_costs = _of_others(lambda: view.frame(scope, SQL["costs"]), ["campaign", "cost_usd"])
    paying, no_paying = _of_others(lambda: _paying(view, scope), ["key", "new_usd"])
    last = touched(_visits_of(view, scope, signups), signups).query("place == touches")
    found = pd.concat(
        [
            begun.set_index("campaign")[["visits", "visitors"]],
            _became(last, paying),
            costs.set_index("campaign")["cost_usd"],
        ],
        axis=1,
    )
    told = _priced(_counted(kept.lines(found.rename_axis("campaign").reset_index())))
    notes = [f"Left out: {error}." for error in (no_costs, no_paying) if error is not None]
    told.attrs["notes"] = tuple(notes)
    return told


@analysis(
    tables=("events", "identities"),
    columns=(CAMPAIGN, MODEL, CREDITED, SHARE),
    drawn_from={"signups": Behind("events", SIGNUP)},
)
def attribution(view: View, scope: Scope) -> pd.DataFrame:
    """Signups by campaign, put down to the first touch, to the last, or to all touches in equal parts.

    A touch is a visit that names a campaign, up to 90 days before the signup; a signup without one is put
    down to no campaign. In each of the three ways the campaigns' signups add up to all signups. A filter
    by campaign keeps lines.
    """
    kept = apart(scope)
    scope = kept.scope
    signups = _signups(view, scope)
    touches = touched(_visits_of(view, scope, signups), signups)
    # Campaigns that brought visitors but nobody who signed up say as much as the others.
    came = _begun(view, scope)["campaign"] if len(signups) else []
    told = pd.concat([_told(touches, came, model) for model in (FIRST, LAST, LINEAR)], ignore_index=True)
    told = kept.lines(told)
    order = told.groupby("campaign")["signups"].transform("sum")
    told = told.assign(order=order).replace({"campaign": {"": NO_CAMPAIGN}})
    told = told.sort_values(["order", "campaign"], ascending=[False, True], kind="stable")
    return told.drop(columns="order").reset_index(drop=True)


def touched(visits: pd.DataFrame, signups: pd.DataFrame, look_back: timedelta = LOOK_BACK) -> pd.DataFrame:
    """Each signup with its touches: the campaign, which of how many it was; a signup without one has none.

    A touch is a visit that names a campaign, begun no later than the signup and at most so long before it.
    """
    named = visits.loc[visits["campaign"] != "", [*WHO, "began_at", "campaign"]]
    pairs = signups.merge(named, on=WHO)
    before = pairs["signed_up_at"] - pairs["began_at"]
    touches = pairs[(before >= timedelta(0)) & (before <= look_back)]
    touches = touches.sort_values(["signed_up_at", *WHO, "began_at", "campaign"])
    each = touches.groupby(WHO, sort=False)["campaign"]
    touches = touches.assign(place=each.cumcount() + 1, touches=each.transform("size").astype("int64"))
    led = signups.merge(touches[WHO].drop_duplicates(), on=WHO, how="left", indicator=True)
    alone = led[led["_merge"] == "left_only"].drop(columns="_merge")
    told = pd.concat([touches.drop(columns="began_at"), alone.assign(campaign="", place=1, touches=1)])
    return told.sort_values(["signed_up_at", *WHO, "place"], ignore_index=True)


def credit(touches: pd.DataFrame, model: str) -> pd.Series:
    """What part of a signup each of its touches is credited with; they add up to one."""
    if model == LINEAR:
        return 1.0 / touches["touches"]
    return (touches["place"] == (1 if model == FIRST else touches["touches"])).astype("float64")


def parts(amount: Decimal, count: int) -> list[Decimal]:
    """An amount in so many parts, equal to a billionth of a dollar, which add up to it."""
    upto = [(amount * n / count).quantize(BILLIONTH, ROUND_HALF_EVEN) for n in range(count + 1)]
    return [after - before for before, after in pairwise(upto)]


def _begun(view: View, scope: Scope) -> pd.DataFrame:
    """The visits of the window and their visitors, by campaign; a visit that goes on from before is none."""
    return visits_begun(view, scope, since=scope.start - LOOK_BACK)


def _visits_of(view: View, scope: Scope, signups: pd.DataFrame) -> pd.DataFrame:
    """The visits by which those who signed up can have come."""
    people = set(zip(signups["tenant_id"], signups["person"], strict=True))
    return sessions(view, scope, since=scope.start - LOOK_BACK, of=people, visits=True)


def _signups(view: View, scope: Scope) -> pd.DataFrame:
    return view.frame(
        scope,
        SQL["signups"],
        signup_events=list(SIGNUPS),
        activation_events=list(ACTIVATIONS),
    )


def _paying(view: View, scope: Scope) -> pd.DataFrame:
    """What each tenant pays at the window's end that had never paid before the window."""
    found = mrr.moved(view, scope, [scope.start], [scope.end], "tenant")
    return found[found["movement"] == "new"]


def _of_others(
    ask: Callable[[], pd.DataFrame], columns: Sequence[str]
) -> tuple[pd.DataFrame, NotFilterable | None]:
    """Rows of a table that may not have the field of a filter: then none, and why."""
    try:
        return ask(), None
    except NotFilterable as error:
        return pd.DataFrame({column: pd.Series(dtype="object") for column in columns}), error


def _became(last: pd.DataFrame, paying: pd.DataFrame) -> pd.DataFrame:
    """Of each campaign: who signed up by it, was activated, and began a customer that pays how much."""
    pay = dict(zip(paying["key"], paying["new_usd"], strict=True))
    # A colleague who joins a customer is a signup, and no new revenue.
    pays = last["is_first"] & last["tenant_id"].isin(list(pay))
    revenue = pd.Series([Decimal(0)] * len(last), last.index, dtype="object")
    for tenant, group in last[pays].groupby("tenant_id"):
        revenue[group.index] = parts(pay[tenant], len(group))
    told = last.assign(paying=pays, revenue_usd=revenue)
    return told.groupby("campaign").agg(
        signups=("person", "size"),
        activated=("activated", "sum"),
        paying=("paying", "sum"),
        revenue_usd=("revenue_usd", "sum"),
    )


def _counted(found: pd.DataFrame) -> pd.DataFrame:
    """Nothing counted is zero; campaigns by their visitors, the line without one by its name."""
    counts = [column.name for column in (VISITORS, VISITS, SIGNED_UP, ACTIVATED, PAYING)]
    found[counts] = found[counts].fillna(0).astype("int64")
    revenue = [Decimal(0) if pd.isna(each) else each for each in found["revenue_usd"]]
    found["revenue_usd"] = pd.Series(revenue, found.index, "object")
    found["campaign"] = found["campaign"].astype("str").replace("", NO_CAMPAIGN)
    return found.sort_values(["visitors", "signups", "campaign"], ascending=[False, False, True])


def _priced(found: pd.DataFrame) -> pd.DataFrame:
    """With what a signup and a paying one cost, where the cost of the campaign is known."""
    found["cost_usd"] = pd.Series(
        [None if pd.isna(each) else each for each in found["cost_usd"]], found.index, "object"
    )
    for name, of in (("signup_cost_usd", "signups"), ("customer_cost_usd", "paying")):
        pairs = zip(found["cost_usd"], found[of], strict=True)
        each = [None if cost is None or not n else (cost / int(n)).quantize(BILLIONTH) for cost, n in pairs]
        found[name] = pd.Series(each, found.index, "object")
    return _judged(found.reset_index(drop=True))


def _judged(found: pd.DataFrame) -> pd.DataFrame:
    """With what came of each cost in words: what brought nobody first, the dearest of it above."""
    names = ("cost_usd", "signups", "paying", "revenue_usd")
    rows = list(zip(*(found[name] for name in names), strict=True))
    wasted = [cost if cost and not signups else Decimal(0) for cost, signups, _, _ in rows]
    order = sorted(range(len(rows)), key=lambda place: -wasted[place])
    found["verdict"] = pd.Series([verdict(*row) for row in rows], found.index, "str")
    return found.iloc[order].reset_index(drop=True)


def verdict(cost: Decimal | None, signups: int, paying: int, revenue: Decimal) -> str:
    """What came of a cost: no signup · none that pays yet · in how many months their MRR is the cost."""
    if not cost:
        return ""
    if not signups:
        return "Cost without a signup"
    if not paying:
        return "Signups, none of a new paying customer yet"
    months = math.ceil(cost / revenue)
    return f"Its MRR is its cost {'within a month' if months == 1 else f'in {months} months'}"


def _told(touches: pd.DataFrame, came: Iterable[str], model: str) -> pd.DataFrame:
    """What campaigns are credited with in one way, those with nothing too."""
    credited = credit(touches, model).groupby(touches["campaign"]).sum()
    credited = credited.reindex(sorted({*credited.index, *came}), fill_value=0.0)
    total = credited.sum()
    return pd.DataFrame(
        {
            "campaign": pd.Series(credited.index, dtype="str"),
            "model": pd.Series([model] * len(credited), dtype="str"),
            "signups": credited.to_numpy("float64"),
            "share": (credited / total).to_numpy("float64"),
        }
    )
