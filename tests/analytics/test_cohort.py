"""Cohorts: every criterion by hand, its JSON form and its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.cohort import Cohort, CohortMembers, cohort, members
from analytics.criteria import (
    AllOf,
    AnyOf,
    Criterion,
    Did,
    First,
    Has,
    Listed,
    NoneOf,
    Restarted,
    Stopped,
)
from analytics.criteria_found import InFunnel, InRetention, Sequence
from analytics.during import During
from analytics.filters import field
from analytics.forms import BadForm
from analytics.funnel_spec import Exclusion, FunnelSpec
from analytics.members import Members
from analytics.retention import RetentionSpec
from analytics.scope import Scope
from analytics.steps import Step
from analytics.view import ScopeTooWide
from tests.analytics.table import at, table

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MARCH = Scope(at("2026-02-22"), at("2026-03-01"), now=NOW)
OPENED, EXPORTED, RAN = Step("opened"), Step("exported"), Step("slack", table="runs")
LAST_10 = During(last=timedelta(days=10))
DAYS = timedelta(days=1)

EVENTS = table("""
    occurred_at           tenant_id  user_id  anonymous_id  event_type  size
    2026-01-05T10:00:00Z  acme       ann      -             opened      1
    2026-01-06T10:00:00Z  acme       -        v1            opened      1
    2026-02-25T10:00:00Z  acme       ann@x    -             opened      5
    2026-02-26T10:00:00Z  acme       ann      -             exported    1
    2026-01-05T10:00:00Z  acme       bob      -             opened      1
    2026-02-10T10:00:00Z  acme       bob      -             opened      9
    2026-02-24T10:00:00Z  acme       cat      -             opened      1
    2026-02-24T11:00:00Z  acme       cat      -             exported    1
    2026-02-01T00:00:00Z  globex     ann      -             exported    1
    2026-02-27T00:00:00Z  globex     -        v1            opened      7
    2026-02-28T00:00:00Z  -          ann      -             opened      1
    2026-02-28T00:00:00Z  acme       -        -             opened      1
    # of nobody: the source goes on
    2026-03-01T11:59:00Z  acme       -        -             seen        1
    # after the present
    2026-03-01T12:00:00Z  acme       dan      -             opened      1
""")
RUNS = table("""
    occurred_at           tenant_id  user_id  action_type
    2026-02-27T10:00:00Z  acme       eve      slack
    2026-02-28T10:00:00Z  acme       ann@x    slack
""")


@pytest.fixture(scope="module")
def store(in_memory):
    made = in_memory()
    made.append("events", [{"event_id": str(n), **row} for n, row in enumerate(EVENTS)])
    made.append("runs", [{"run_id": str(n), **row} for n, row in enumerate(RUNS)])
    made.append("tenants", [{"tenant_id": "acme", "plan": "pro"}, {"tenant_id": "idle", "plan": "free"}])
    made.append("people", [{"tenant_id": "acme", "person_id": "ann", "role": "admin"},
                           {"tenant_id": "acme", "person_id": "fay", "role": "user"}])  # fmt: skip
    made.append("identities", [{"tenant_id": "acme", "alias": alias, "person_id": "ann"} for alias in ("ann@x", "v1")])  # fmt: skip
    return made


def who(store, criterion: Criterion, unit="person", scope=MARCH) -> str:
    """The members, each as its tenant's first letter and itself."""
    found = cohort(store, scope, Cohort(criterion, unit))
    pairs = zip(found["tenant_id"], found["unit"], strict=True)
    return " ".join(f"{tenant[:1] or '-'}:{member}" for tenant, member in pairs)


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        # how often: ann of acme under all her names, the tenantless ann, and globex's visitor v1
        (Did(OPENED), "-:ann a:ann a:bob a:cat g:v1"),
        (Did(OPENED, 2), "a:ann a:bob"),
        (Did(OPENED, 3), "a:ann"),
        (Did(OPENED, 2, 2), "a:bob"),
        (Did(OPENED, 1, 2), "-:ann a:bob a:cat g:v1"),
        (Did(OPENED, None, 1), "-:ann a:cat a:eve a:fay g:ann g:v1"),
        # not at all: everybody known but these; dan is not known yet
        (Did(OPENED, None, 0), "a:eve a:fay g:ann"),
        (Did(OPENED, 0, 0), "a:eve a:fay g:ann"),
        (NoneOf(Did(OPENED)), "a:eve a:fay g:ann"),
        (Did(EXPORTED, None, 0), "-:ann a:bob a:eve a:fay g:v1"),
        # when
        (Did(OPENED, during=LAST_10), "-:ann a:ann a:cat g:v1"),
        (Did(OPENED, None, 0, LAST_10), "a:bob a:eve a:fay g:ann"),
        (Did(OPENED, during=During(start=at("2026-02-01"), end=at("2026-02-25T10:00"))), "a:bob a:cat"),
        (Did(OPENED, during=During(end=at("2026-01-06"))), "a:ann a:bob"),
        (Did(OPENED, during=During(start=at("2026-02-25T10:00"))), "-:ann a:ann g:v1"),
        (Did(OPENED, during=During(window=True)), "-:ann a:ann a:cat g:v1"),
        # rows by a filter, rows of another table, any rows, several events
        (Did(Step("opened", where=field("size") >= 5)), "a:ann a:bob g:v1"),
        (Did(RAN), "a:ann a:eve"),
        (Did(Step(None, table="runs")), "a:ann a:eve"),
        (Did(Step(("opened", "exported")), 4), "a:ann"),
        (Did(Step("exported", where=field("tenant.plan") == "pro")), "a:ann a:cat"),
        # the second time, and the third
        (Did(Step("opened", nth=2)), "a:ann a:bob"),
        (Did(Step("opened", nth=2), during=LAST_10), ""),
        (Did(Step("opened", nth=3), during=LAST_10), "a:ann"),
        # the first time in all history
        (First(OPENED, LAST_10), "-:ann a:cat g:v1"),
        (First(OPENED, During(end=at("2026-02-01"))), "a:ann a:bob"),
        (First(EXPORTED), "a:ann a:cat g:ann"),
        # stopped: the last time lies before; and not too long before
        (Stopped(OPENED, 10 * DAYS), "a:bob"),
        (Stopped(OPENED, 10 * DAYS, 20 * DAYS), "a:bob"),
        (Stopped(OPENED, 10 * DAYS, 5 * DAYS), ""),
        (Stopped(EXPORTED, 10 * DAYS), "g:ann"),
        # restarted: before, then not, then again
        (Restarted(OPENED, 10 * DAYS, 20 * DAYS), "a:ann"),
        (Restarted(OPENED, 10 * DAYS, 60 * DAYS), ""),
        (Restarted(OPENED, 20 * DAYS, 20 * DAYS), "a:ann a:bob"),
        # properties; who is not listed has none, and so is of no plan
        (Has(field("tenant.plan") == "pro"), "a:ann a:bob a:cat a:eve a:fay"),
        (Has(field("tenant.plan") != "pro"), "-:ann g:ann g:v1"),
        (Has(field("person.role") == "admin"), "a:ann"),
        (Has(~(field("person.role") == "admin")), "-:ann a:bob a:cat a:eve a:fay g:ann g:v1"),
        (Has((field("person.role") == "admin") | (field("person.role") == "user")), "a:ann a:fay"),
        # a list, under the names that the identities have
        (Listed((("acme", "ann@x"), ("acme", "v1"), ("globex", "zoe"))), "a:ann g:zoe"),
        # put together
        (AllOf((Did(OPENED), Did(EXPORTED))), "a:ann a:cat"),
        (AllOf((Did(OPENED), Did(EXPORTED, None, 0))), "-:ann a:bob g:v1"),
        (AllOf((Did(OPENED, None, 0), Did(EXPORTED, None, 0))), "a:eve a:fay"),
        (AllOf((Did(OPENED), Has(field("tenant.plan") == "pro"), NoneOf(Did(EXPORTED)))), "a:bob"),
        (AnyOf((Did(EXPORTED), Did(RAN))), "a:ann a:cat a:eve g:ann"),
        (AnyOf((Did(EXPORTED), Did(OPENED, None, 0))), "a:ann a:cat a:eve a:fay g:ann"),
        (AnyOf((Did(OPENED, None, 0), Did(EXPORTED, None, 0))), "-:ann a:bob a:eve a:fay g:ann g:v1"),
        (NoneOf(AnyOf((Did(OPENED), Did(EXPORTED)))), "a:eve a:fay"),
        (NoneOf(NoneOf(Did(RAN))), "a:ann a:eve"),
    ],
)
def test_the_people_of_a_criterion(store, criterion, expected):
    assert who(store, criterion) == expected


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (Did(EXPORTED), "a:acme g:globex"),
        (Did(EXPORTED, 2), "a:acme"),
        (Did(OPENED, None, 0), "i:idle"),
        (Did(Step("up", table="metrics")), ""),
        (Has(field("tenant.plan") == "free"), "i:idle"),
        (Has(field("tenant.plan") != "free"), "a:acme g:globex"),
        (Listed((("globex", "globex"),)), "g:globex"),
    ],
)
def test_the_tenants_of_a_criterion(store, criterion, expected):
    assert who(store, criterion, "tenant") == expected


def test_members_are_as_of_the_scopes_now(store):
    earlier = replace(MARCH, now=at("2026-02-24T10:30"))
    assert who(store, Did(OPENED, during=During(last=timedelta(hours=1))), scope=earlier) == "a:cat"
    later = replace(MARCH, now=at("2026-03-02"))
    assert who(store, Did(OPENED, None, 2), scope=later) == "-:ann a:bob a:cat a:dan a:eve a:fay g:ann g:v1"


def test_filters_of_the_page_leave_nobody_out(store):
    filtered = replace(MARCH, where=field("event_type") == "exported")
    assert who(store, Did(OPENED), scope=filtered) == who(store, Did(OPENED))


def test_a_cohort_is_of_the_scopes_tenants(store):
    spec = AnyOf((NoneOf(Did(EXPORTED)), Listed((("acme", "bob"), ("globex", "zoe")))))
    view = store.view(frozenset({"globex"}))
    assert who(view, spec, scope=replace(MARCH, tenants=frozenset({"globex"}))) == "g:v1 g:zoe"


def test_members_as_a_filter_holds_them(store):
    found = members(store, MARCH, Cohort(Did(RAN)), "c1")
    assert found == Members.of("c1", "person", [("acme", "ann"), ("acme", "eve")])


SPEC = Cohort(
    AnyOf(
        (
            AllOf((Did(OPENED, 2, 5, LAST_10), First(RAN, During(window=True)), NoneOf(Did(EXPORTED)))),
            AllOf((Has(field("tenant.plan") == "pro"), Stopped(OPENED, 14 * DAYS), Listed((("a", "b"),)))),
            Restarted(Step(None), 7 * DAYS, 14 * DAYS),
            Sequence((OPENED, EXPORTED), timedelta(hours=36), During(start=NOW - DAYS, end=NOW)),
        )
    )
)


def test_a_cohort_leads_back_from_its_json_form():
    back = Cohort.from_dict(SPEC.to_dict())
    assert back == SPEC
    assert back.digest == SPEC.digest != Cohort(Did(OPENED)).digest
    assert CohortMembers.from_dict(CohortMembers(SPEC).to_dict()) == CohortMembers(SPEC)


def test_a_cohort_reads_as_a_sentence():
    assert SPEC.sentence() == (
        "People who (did opened 2 to 5 times in the last 10 days and did slack for the first time in the window "
        "and are not among those who did exported) or (are those whose tenant plan is pro and did opened, but not "
        "in the last 14 days and are on a list that was made once) or did any of events again in the last 7 days, "
        "after none for 14 days or did opened, then exported within 36 hours from 28 Feb 2026, 12:00 UTC before "
        "1 Mar 2026, 12:00 UTC"
    )
    assert Cohort(Did(EXPORTED, None, 0), "tenant").sentence() == "Tenants who did not do exported"
    assert Cohort(Did(EXPORTED, 1, 1)).sentence() == "People who did exported exactly 1 time"


def test_a_cohort_tells_what_it_is_told_from():
    spec = Cohort(AllOf((Did(Step("slack", table="runs", where=field("region") == "eu")), Has(field("tenant.plan") == "pro"))))  # fmt: skip
    assert spec.tables == ("events", "identities", "llm_calls", "people", "runs", "tenants")
    assert spec.filtered_by == {"region", "tenant.plan"}
    assert not spec.of_window
    assert Cohort(Did(OPENED, during=During(window=True))).of_window


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Did(OPENED, None, None), "how often at least, or at most"),
        (lambda: Did(OPENED, 3, 2), "at least 3 and at most 2"),
        (lambda: Did(OPENED, -1), "whole number"),
        (lambda: During(last=DAYS, window=True), "in the last days, between two moments, or"),
        (lambda: During(last=-DAYS), "longer than nothing"),
        (lambda: During(start=NOW, end=NOW), "ends after it starts"),
        (lambda: During(start=datetime(2026, 1, 1)), "needs a timezone"),
        (lambda: AllOf(()), "at least one criterion"),
        (lambda: Has(field("event_type") == "x"), "begins with tenant. or person."),
        (
            lambda: Has((field("tenant.plan") == "x") & (field("person.role") == "y")),
            "begins with tenant. or",
        ),
        (lambda: Sequence((OPENED,), DAYS), "at least two steps"),
        (lambda: Stopped(OPENED, 0 * DAYS), "longer than nothing"),
        (lambda: Listed((("acme", ""),)), "named by an id"),
        (lambda: Cohort(Did(OPENED), "session"), "of one of person, tenant"),
        (lambda: Cohort(Did(Step(None, table="metrics"))), "metrics cannot be grouped by user_id"),
        (lambda: Cohort(Has(field("person.role") == "y"), "tenant"), "no properties of a person"),
        (lambda: Cohort(Did(Step("a", where=field("user_id").in_cohort("c")))), "not made of other cohorts"),
    ],
)
def test_what_is_no_cohort(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"version": 2, "criterion": {"kind": "did", "step": OPENED.to_dict()}},
        {"version": 1, "criterion": []},
        {"version": 1, "criterion": {"kind": "dreams"}},
        {"version": 1, "criterion": {"kind": "did"}},
        {"version": 1, "criterion": {"kind": "did", "step": OPENED.to_dict(), "more": 1}},
        {"version": 1, "criterion": {"kind": "listed", "members": [["a"]]}},
        {"version": 1, "criterion": {"kind": "and", "of": 5}},
        {"version": 1, "unit": "session", "criterion": {"kind": "did", "step": OPENED.to_dict()}},
    ],
)
def test_a_form_that_it_does_not_know_is_refused(form):
    with pytest.raises(BadForm):
        Cohort.from_dict(form)


def test_a_form_nested_beyond_reason_is_refused():
    form = {"kind": "did", "step": OPENED.to_dict()}
    for _ in range(20):
        form = {"kind": "not", "part": form}
    with pytest.raises(BadForm, match="nested"):
        Cohort.from_dict({"version": 1, "criterion": form})


WINDOW = During(start=at("2026-01-01"), end=at("2026-03-01"))
FUNNEL = FunnelSpec((OPENED, EXPORTED), window=7 * DAYS)
SHORT = replace(FUNNEL, steps=(OPENED, replace(EXPORTED, within=2 * DAYS)))
STRICT = replace(
    SHORT, order="strict", entry="first", dates="entry_and_completion", exclusions=(Exclusion("left", 1, 2),)
)
WEEKLY = RetentionSpec(OPENED, EXPORTED, period="week", periods=5, mode="recurring")


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        # one after the other, within so long of the first
        (Sequence((OPENED, EXPORTED), 7 * DAYS), "a:ann a:cat"),
        (Sequence((OPENED, EXPORTED), timedelta(hours=2)), "a:cat"),
        (Sequence((OPENED, RAN), 7 * DAYS), "a:ann"),
        (Sequence((OPENED, EXPORTED), 7 * DAYS, During(last=5 * DAYS)), "a:ann"),
        (Sequence((OPENED, OPENED), 60 * DAYS), "a:ann a:bob"),
        # steps of a funnel, reached and not
        (InFunnel(FUNNEL, 1, WINDOW), "-:ann a:ann a:bob a:cat g:v1"),
        (InFunnel(FUNNEL, 2, WINDOW), "a:ann a:cat"),
        (InFunnel(FUNNEL, -2, WINDOW), "-:ann a:bob g:v1"),
        (InFunnel(FUNNEL, -2, WINDOW, waiting=False), "a:bob"),
        (InFunnel(FUNNEL, -2, WINDOW, waiting=True), "-:ann g:v1"),
        # two days for the step itself: v1, who opened on the 27th, has none left
        (InFunnel(SHORT, -2, WINDOW, waiting=False), "a:bob g:v1"),
        (InFunnel(SHORT, -2, WINDOW, waiting=True), "-:ann"),
        (InFunnel(FUNNEL, 1, During(last=5 * DAYS)), "-:ann a:ann g:v1"),
        (InFunnel(FUNNEL, 1, WINDOW, bucket=at("2026-02-24T10:00")), "a:cat"),
        (InFunnel(FUNNEL, 1, WINDOW, filtered=field("tenant.plan") == "pro"), "a:ann a:bob a:cat"),
        (InFunnel(replace(FUNNEL, breakdown="tenant_id"), 1, WINDOW, breakdown="globex"), "g:v1"),
        (NoneOf(InFunnel(FUNNEL, 1, WINDOW)), "a:eve a:fay g:ann"),
        # cells of a retention: who started in the week of Monday 23 February, and exported in it
        (InRetention(WEEKLY, at("2026-02-23"), 0, WINDOW), "-:ann a:ann a:cat g:v1"),
        (InRetention(WEEKLY, at("2026-01-05"), 0, WINDOW), "a:ann a:bob"),
        (InRetention(replace(WEEKLY, periods=9), at("2026-01-05"), 7, WINDOW), "a:ann"),
        # of all cohorts that have had their period: the week of 23 February is not over
        (InRetention(replace(WEEKLY, periods=9), None, 7, WINDOW), ""),
        (InRetention(WEEKLY, None, 0, WINDOW), "a:ann a:bob"),
        # put together with others
        (AllOf((InFunnel(FUNNEL, -2, WINDOW), Did(OPENED, 2))), "a:bob"),
    ],
)
def test_the_people_that_another_analysis_counts(store, criterion, expected):
    assert who(store, criterion) == expected


def test_tenants_of_a_sequence_and_of_a_funnel(store):
    assert who(store, Sequence((OPENED, EXPORTED), 60 * DAYS), "tenant") == "a:acme"
    of_tenants = InFunnel(replace(FUNNEL, unit="tenant_id"), -2, WINDOW)
    assert who(store, of_tenants, "tenant") == "g:globex"


def test_people_of_a_funnel_are_of_the_scopes_tenants(store):
    own = replace(MARCH, tenants=frozenset({"globex"}))
    assert who(store.view(own.tenants), InFunnel(FUNNEL, 1, WINDOW), scope=own) == "g:v1"


@pytest.mark.parametrize(
    ("criterion", "says"),
    [
        (InFunnel(FUNNEL, 2, WINDOW), "reached exported in the funnel opened, exported (within 7 days), having entered from 1 Jan 2026, 00:00 UTC before 1 Mar 2026, 00:00 UTC"),
        (InFunnel(FUNNEL, -2, During(last=30 * DAYS), breakdown="pro"), "reached opened and did not reach exported in the funnel opened, exported (within 7 days, of pro), having entered in the last 30 days"),
        (InFunnel(STRICT, -2, During(last=30 * DAYS), field("tenant.plan") == "pro", waiting=False), "reached opened and left before exported in the funnel opened, exported (within 2 days) (within 7 days; nothing in between; from their first entry; completed in that time; without those who did left between step 1 and 2), having entered in the last 30 days, of what was filtered by tenant plan is pro"),
        (InFunnel(replace(FUNNEL, order="unordered"), 1, During()), "reached opened in the funnel opened, exported (within 7 days; in any order), having entered ever"),
        (InRetention(WEEKLY, at("2026-01-05"), 0, WINDOW), "started with opened in the week of 5 Jan 2026, 00:00"),
        (InRetention(WEEKLY, at("2026-01-05"), 2, WINDOW), "started with opened in the week of 5 Jan 2026, 00:00 and did exported 2 weeks later"),
        (InRetention(WEEKLY, at("2026-01-05"), 0, WINDOW, field("tenant.plan") == "pro"), "started with opened in the week of 5 Jan 2026, 00:00, of what was filtered by tenant plan is pro"),
        (InRetention(WEEKLY, None, 2, During(last=30 * DAYS)), "started with opened in the last 30 days in any week that has had its week 2 and did exported 2 weeks later"),
    ],
)  # fmt: skip
def test_what_another_analysis_counts_in_words(criterion, says):
    assert criterion.sentence() == says


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: InFunnel(FUNNEL, 3, WINDOW), "one of 1 to 2"),
        (lambda: InFunnel(FUNNEL, -1, WINDOW), "with a minus, from -2"),
        (lambda: InFunnel(FUNNEL, 1, During(), bucket=NOW), "say which"),
        (lambda: InFunnel(FUNNEL, 1, WINDOW, waiting=True), "have not reached a step"),
        (lambda: InFunnel(FUNNEL, 1, WINDOW, grain="fortnight"), "the grain of a bucket"),
        (lambda: InRetention(WEEKLY, NOW, 5, WINDOW), "from 0 to 4"),
        (lambda: InRetention(WEEKLY, NOW, 0, During()), "say which"),
        (
            lambda: Cohort(InFunnel(replace(FUNNEL, unit="session_id"), 1, WINDOW)),
            "session_id tells nothing of people",
        ),
        (
            lambda: Cohort(InFunnel(replace(FUNNEL, breakdown="cohort.c1"), 1, WINDOW)),
            "not made of other cohorts",
        ),
        (lambda: Cohort(InFunnel(FUNNEL, 1, WINDOW), "tenant"), "user_id tells nothing of tenants"),
    ],
)
def test_what_counts_no_members(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_members_cannot_be_told_of_more_tenants_than_a_view_covers(store):
    with pytest.raises(ScopeTooWide):
        cohort(store.view(frozenset({"globex"})), MARCH, Cohort(Did(OPENED)))
