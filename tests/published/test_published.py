"""Public data loaded from files, as a user would, and asked for the figures that were published of them.

docs/published-figures.md says where each figure stands. `scripts/published.sh find` brings the data.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analytics.cohort import Cohort, members
from analytics.criteria import Did
from analytics.during import During
from analytics.filters import Comparison, field
from analytics.lifecycle import Stickiness
from analytics.losses import LossRate
from analytics.query import Query
from analytics.retention import RetentionSpec
from analytics.retention_questions import Triangle
from analytics.scope import Scope
from analytics.stays import LostOf, Stays, StaysAt
from analytics.steps import Step
from analytics.survival import log_rank, median, survival
from data.store import open_store
from tests.published.loading import comma_separated, loaded
from tests.published.r_data import frame

# When the customers of the telco were looked at is not told: any first of a month does.
SEEN = pd.Timestamp("2020-01-01", tz="UTC")
DAY_AFTER = (SEEN + pd.Timedelta(days=1)).to_pydatetime()
PURCHASE = Step("purchase")


@pytest.fixture(scope="module")
def telco(published, tmp_path_factory):
    """7,043 customers: each signed up as many months ago as it stayed, and who left did so when all were seen."""
    folder = tmp_path_factory.mktemp("telco")
    known = pd.DataFrame(frame(published / "modeldata", "wa_churn"))
    known["tenant_id"] = [f"customer {n}" for n in range(len(known))]
    begins = [(SEEN - pd.DateOffset(months=int(months))).isoformat() for months in known["tenure"]]
    tenants = known[["tenant_id", "contract", "payment_method", "internet_service"]].assign(created_at=begins)
    began = known[["tenant_id", "contract", "monthly_charges"]].assign(status="active", at=begins)
    left = began[known["churn"] == "Yes"].assign(status="cancelled", at=SEEN.isoformat(), monthly_charges=0)
    tenants.to_csv(folder / "tenants.csv", index=False)
    pd.concat([began, left]).to_csv(folder / "subscriptions.csv", index=False)
    path = folder / "tenantscope.duckdb"
    loaded(path, folder / "tenants.csv", "tenants")
    columns = ("occurred_at=at", "subscription_id=tenant_id", "plan=contract", "mrr_usd=monthly_charges")
    loaded(path, folder / "subscriptions.csv", "subscriptions", *columns)
    store = open_store(path)
    yield store
    store.close()


TELCO = Scope(DAY_AFTER - timedelta(days=30), DAY_AFTER, now=DAY_AFTER)


@pytest.mark.heavy
def test_the_churn_of_a_telco_by_segment(telco):
    contracts = LostOf("attributes.contract")(telco, TELCO)
    assert contracts.attrs["notes"][0] == "7,043 customers, 1,869 of them lost (26.5%)."
    by = contracts.set_index("segment")
    assert by[["customers", "lost"]].to_numpy().tolist() == [[3875, 1655], [1695, 48], [1473, 166]]
    assert by["rate"].round(3).to_dict() == {"Month-to-month": 0.427, "Two year": 0.028, "One year": 0.113}
    paid = LostOf("attributes.payment_method")(telco, TELCO).set_index("segment")
    assert paid["rate"].round(3).to_dict() == {
        "Electronic check": 0.453,
        "Mailed check": 0.191,
        "Bank transfer (automatic)": 0.167,
        "Credit card (automatic)": 0.152,
    }
    # The plan that they began with is their contract.
    pd.testing.assert_frame_equal(LostOf()(telco, TELCO), contracts)


@pytest.mark.heavy
def test_the_same_a_month(telco):
    january = replace(TELCO, start=SEEN.to_pydatetime())
    rates = LossRate("attributes.contract")(telco, january).set_index("segment")
    assert rates["gone"].to_dict() == {"Month-to-month": 1655, "One year": 166, "Two year": 48}
    # Ten with two years and one with one had just come: they had not paid before.
    assert rates["rate_of"].to_dict() == {"Month-to-month": 3875, "One year": 1472, "Two year": 1685}


@pytest.mark.heavy
def test_how_long_customers_of_a_telco_stay(telco):
    online = (field("tenant.attributes.contract") == "Month-to-month") & (
        field("tenant.attributes.internet_service") != "No"
    )
    scope = replace(TELCO, where=online)
    all_of_them = LostOf()(telco, scope).iloc[0]
    assert all_of_them[["customers", "lost", "median_months"]].tolist() == [3351, 1556, 34]
    assert round(all_of_them["rate"], 3) == 0.464
    after = StaysAt()(telco, scope).set_index("age_months")["share"].round(4)
    assert after[[6, 12, 24, 48, 60]].tolist() == [0.7803, 0.6950, 0.5753, 0.3872, 0.2890]


@pytest.fixture(scope="module")
def telephones(published, tmp_path_factory):
    """3,333 customers of a telephone company: when each came is not told, so all came a year before they were seen."""
    folder = tmp_path_factory.mktemp("telephones")
    known = pd.DataFrame(frame(published / "modeldata", "mlc_churn")).head(3333)
    known["tenant_id"] = [f"customer {n}" for n in range(len(known))]
    came = (SEEN - pd.DateOffset(years=1)).isoformat()
    plans = ["international_plan", "voice_mail_plan", "number_customer_service_calls"]
    known[["tenant_id", *plans]].assign(created_at=came).to_csv(folder / "tenants.csv", index=False)
    began = known[["tenant_id"]].assign(status="active", at=came)
    left = began[known["churn"] == "yes"].assign(status="cancelled", at=SEEN.isoformat())
    pd.concat([began, left]).to_csv(folder / "subscriptions.csv", index=False)
    path = folder / "tenantscope.duckdb"
    loaded(path, folder / "tenants.csv", "tenants")
    loaded(path, folder / "subscriptions.csv", "subscriptions", "occurred_at=at", "subscription_id=tenant_id")
    store = open_store(path)
    yield store
    store.close()


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("international_plan", {"no": (3010, 346, 0.114950), "yes": (323, 137, 0.424149)}),
        ("voice_mail_plan", {"no": (2411, 403, 0.167151), "yes": (922, 80, 0.086768)}),
    ],
)
def test_the_churn_of_a_telephone_company_by_segment(telephones, by, expected):
    found = LostOf(f"attributes.{by}")(telephones, TELCO)
    assert found.attrs["notes"][0] == "3,333 customers, 483 of them lost (14.5%)."
    rows = found.set_index("segment").assign(rate=found.set_index("segment")["rate"].round(6))
    assert {name: tuple(row) for name, row in rows[["customers", "lost", "rate"]].T.items()} == expected


@pytest.fixture(scope="module")
def lung(published) -> pd.DataFrame:
    """228 patients with lung cancer: days until they died or were seen last, by sex."""
    found = pd.read_csv(published / "lifelines/datasets/lung.csv")
    return pd.DataFrame({"duration": found["time"], "lost": found["status"] == 1, "group": found["sex"]})


@pytest.mark.heavy
def test_survival_with_lung_cancer(lung):
    curves = survival(lung)
    assert {sex: median(own) for sex, own in curves.groupby("group")} == {1: 270, 2: 426}
    assert median(survival(lung.drop(columns="group"))) == 310
    found = log_rank(lung)
    assert (round(found.chi2, 4), found.degrees, round(found.p_value, 8)) == (10.3267, 1, 0.00131116)


@pytest.mark.heavy
def test_survival_without_a_relapse_of_breast_cancer(published):
    found = pd.read_csv(published / "lifelines/datasets/gbsg2.csv")
    lives = pd.DataFrame({"duration": found["time"], "lost": found["cens"] == 1, "group": found["horTh"]})
    assert lives.groupby("group")["lost"].agg(["size", "sum"]).to_numpy().tolist() == [[440, 205], [246, 94]]
    assert {name: median(own) for name, own in survival(lives).groupby("group")} == {"no": 1528, "yes": 2018}
    test = log_rank(lives)
    assert (round(test.chi2, 4), test.degrees, round(test.p_value, 6)) == (8.5648, 1, 0.003427)


@pytest.mark.heavy
def test_survival_with_lung_cancer_from_a_file(lung, tmp_path):
    until = datetime(2026, 1, 1, tzinfo=UTC)
    rows: list[dict[str, object]] = []
    for place, life in enumerate(lung.itertuples()):
        began = until - timedelta(days=life.duration)
        told = {"tenant_id": f"patient {place}", "subscription_id": place, "plan": f"sex {life.group}"}
        rows.append({**told, "status": "active", "occurred_at": began.isoformat()})
        if life.lost:
            rows.append({**told, "status": "cancelled", "occurred_at": until.isoformat()})
    path = tmp_path / "tenantscope.duckdb"
    loaded(path, comma_separated(tmp_path / "lung.csv", rows), "subscriptions")
    after = until + timedelta(days=1)
    scope = Scope(until - timedelta(days=30), after, now=after)
    store = open_store(path)
    found = Stays()(store, scope)
    lost = LostOf()(store, scope).set_index("segment")
    store.close()
    assert lost[["customers", "lost"]].to_dict("index") == {
        "sex 1": {"customers": 138, "lost": 112},
        "sex 2": {"customers": 90, "lost": 53},
    }
    assert "The groups differ by more than chance (log-rank: chi2 = 10.3, p = 0.001)." in found.attrs["notes"]


def shop(published: Path, folder: Path, file: str, names: list[str], *, a_day: bool = False) -> Path:
    """Purchases at CDNOW as a file with commas, loaded as events; those of one day maybe as one."""
    rows = [
        dict(zip(names, line.split(), strict=True))
        for line in (published / "lifetimes/datasets" / file).read_text(encoding="utf-8").splitlines()
        if line.split()[-1] != "dollar_value"
    ]
    if a_day:
        rows = list({(row["customer"], row["date"]): row for row in rows}.values())
    for row in rows:
        row["date"] = datetime.strptime(row["date"], "%Y%m%d").replace(tzinfo=UTC).isoformat()
    path = folder / "tenantscope.duckdb"
    columns = ("occurred_at=date", "user_id=customer", "event_type='purchase'", "tenant_id='cdnow'")
    loaded(path, comma_separated(folder / "purchases.csv", rows), "events", *columns)
    return path


@pytest.fixture(scope="module")
def everybody(published, tmp_path_factory):
    """All who first bought at CDNOW in the first quarter of 1997, until June 1998."""
    folder = tmp_path_factory.mktemp("cdnow")
    store = open_store(shop(published, folder, "CDNOW_master.txt", ["customer", "date", "cds", "dollars"]))
    yield store
    store.close()


UNTIL_JULY = datetime(1998, 7, 1, tzinfo=UTC)
QUARTER = Scope(datetime(1997, 1, 1, tzinfo=UTC), datetime(1997, 4, 1, tzinfo=UTC), now=UNTIL_JULY)


@pytest.mark.heavy
def test_purchases_at_cdnow(everybody):
    whole = replace(QUARTER, end=UNTIL_JULY)
    found = Query(("events", "active_users"))(everybody, whole).iloc[0]
    assert found[["events", "active_users"]].tolist() == [69_659, 23_570]


@pytest.mark.heavy
def test_cohorts_of_cdnow(everybody, published):
    spec = RetentionSpec(PURCHASE, PURCHASE, period="month", periods=18)
    found = Triangle(spec)(everybody, QUARTER)
    cells = found[found["complete"]].pivot_table(index="cohort", columns="period", values="actors")
    assert cells[0].tolist() == [7846, 8476, 7248]
    # The other cells by pandas, from the file itself.
    bought = pd.read_csv(published / "lifetimes/datasets/CDNOW_master.txt", sep=r"\s+")
    month = bought["date"] // 10_000 * 12 + bought["date"] // 100 % 100
    first = month.groupby(bought["customer_id"]).transform("min")
    expected = bought["customer_id"].groupby([first, month - first]).nunique().unstack()
    assert cells.fillna(0).to_numpy().tolist() == expected.fillna(0).to_numpy().tolist()


@pytest.mark.heavy
def test_who_bought_again_at_cdnow(published, tmp_path):
    names = ["old", "customer", "date", "cds", "dollars"]
    store = open_store(shop(published, tmp_path, "CDNOW_sample.txt", names))
    calibration = replace(QUARTER, end=datetime(1997, 10, 1, tzinfo=UTC))
    days = Stickiness(PURCHASE)(store, calibration).set_index("intervals")["actors"]
    purchases = Query(("events",))(store, replace(QUARTER, end=UNTIL_JULY))["events"].iloc[0]
    store.close()
    assert purchases == 6_919
    # One day of purchases is no repeat, two are one.
    repeats = [*(int(days[once]) for once in range(1, 8)), int(days.loc[8:].sum())]
    assert repeats == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert sum(repeats) == 2357


@pytest.mark.heavy
def test_how_often_who_bought_so_often_at_cdnow_buys_later(published, tmp_path):
    names = ["old", "customer", "date", "cds", "dollars"]
    store = open_store(shop(published, tmp_path, "CDNOW_sample.txt", names, a_day=True))
    october = datetime(1997, 10, 1, tzinfo=UTC)
    later = replace(QUARTER, start=october, end=UNTIL_JULY)
    first_nine_months = During(start=QUARTER.start, end=october)
    people, mean = [], []
    for repeats in range(8):
        most = repeats + 1 if repeats < 7 else None
        spec = Cohort(Did(PURCHASE, at_least=repeats + 1, at_most=most, during=first_nine_months))
        own = members(store, later, spec, f"{repeats} repeats")
        bought = Query(("events",))(store, later.narrowed(Comparison("user_id", "in_cohort", own)))[
            "events"
        ].iloc[0]
        people.append(len(own))
        mean.append(round(bought / len(own), 3))
    store.close()
    assert people == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert mean == [0.237, 0.697, 1.393, 1.56, 2.532, 2.947, 3.862, 6.359]
