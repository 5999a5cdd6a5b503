"""Questions filtered by cohorts: whose members, told when, and what is refused."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.analysis import Analysis, Column
from analytics.cohort import Cohort
from analytics.criteria import Did, Listed
from analytics.during import During
from analytics.filters import field
from analytics.funnel import FunnelSpec
from analytics.funnel_questions import FunnelQuestion
from analytics.members import Members
from analytics.query import Query
from analytics.scope import Scope
from analytics.search import parse
from analytics.steps import Step
from analytics.view import Mark, NotFilterable
from data.store import open_store
from service.access import NotAllowed, Principal
from service.ask import Ask
from service.cohorts import Cohorts, NoCohort, Told
from service.metadata import Metadata
from service.saved import Shelf
from service.saved_cohort import SavedCohort

DAY = Scope(datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 1, 7, tzinfo=UTC))
ADA, GUS = Principal("ada"), Principal("gus")
NIA = Principal("nia", frozenset({"globex"}))
EXPORTERS = SavedCohort("Exporters", Cohort(Did(Step("exported"))))
BY_TENANT = Query(("executions",), by=("tenant_id",))


@pytest.fixture
def store():
    """ann of both tenants exported, of bob only globex's; each ran as often as its name says."""
    store = open_store("duckdb://:memory:")
    store.append(
        "events",
        [
            {"event_id": f"{tenant}{user}", "tenant_id": tenant, "user_id": user, "event_type": "exported", "occurred_at": "2026-01-05T10:00:00Z"}
            for tenant, user in (("acme", "ann"), ("globex", "ann"), ("globex", "bob"))
        ],
    )  # fmt: skip
    runs = [
        ("acme", "ann", 1),
        ("acme", "bob", 10),
        ("globex", "ann", 2),
        ("globex", "bob", 4),
        ("globex", "eve", 20),
    ]
    store.append(
        "runs",
        [
            {"run_id": f"{tenant}{user}{n}", "tenant_id": tenant, "user_id": user, "status": "success", "occurred_at": "2026-01-06T10:00:00Z"}
            for tenant, user, count in runs
            for n in range(count)
        ],
    )  # fmt: skip
    yield store
    store.close()


@pytest.fixture
def cohorts(tmp_path):
    metadata = Metadata(f"sqlite:///{tmp_path}/metadata.sqlite")
    yield Cohorts(Shelf(metadata))
    metadata.close()


@pytest.fixture
def ask(cohorts):
    ask = Ask(workers=2, choose=cohorts.choose)
    yield ask
    ask.close()


@pytest.fixture
def exporters(cohorts) -> str:
    """The id of a cohort that ada shares."""
    return cohorts.shelf.save(ADA, EXPORTERS, shared=True).id


def within(cohort: str, scope: Scope = DAY) -> Scope:
    return replace(scope, where=field("user_id").in_cohort(cohort))


def executions(ask, store, principal, scope, question=BY_TENANT) -> dict[str, int]:
    frame = ask.start(store, principal, scope, question).result(10).frame
    return dict(zip(frame["tenant_id"], frame["executions"], strict=True))


def test_rows_are_those_of_the_members(ask, store, exporters):
    assert executions(ask, store, ADA, within(exporters)) == {"acme": 1, "globex": 6}
    others = replace(DAY, where=~field("user_id").in_cohort(exporters))
    assert executions(ask, store, ADA, others) == {"acme": 10, "globex": 20}


def test_a_funnel_is_split_by_who_is_in_a_cohort(ask, store, exporters):
    """Of those who ran something ann of both tenants and globex's bob had exported the day before."""
    ran = (Step(None, table="runs"), Step(None, table="runs"))
    question = FunnelQuestion(FunnelSpec(ran, breakdown=f"cohort.{exporters}"))
    frame = ask.start(store, ADA, DAY, question).result(10).frame
    counts = frame[frame["step"] == 1].set_index("breakdown")["count"].to_dict()
    assert counts == {"in the cohort": 3, "everybody else": 2}
    with pytest.raises(NoCohort):
        ask.start(store, GUS, DAY, FunnelQuestion(FunnelSpec(ran, breakdown="cohort.none")))


def test_a_search_names_a_cohort_by_its_name(ask, store, cohorts, exporters):
    scope = replace(DAY, where=parse('cohort: "exporters"'))
    assert executions(ask, store, ADA, scope) == {"acme": 1, "globex": 6}
    cohorts.shelf.save(ADA, EXPORTERS)
    with pytest.raises(NoCohort, match="Several cohorts have the name"):
        ask.start(store, ADA, scope, BY_TENANT)


def test_a_cohort_of_tenants_is_asked_of_tenants(ask, store, cohorts):
    tenants = cohorts.shelf.save(ADA, SavedCohort("Busy", Cohort(Did(Step("exported"), 2), "tenant"))).id
    for name in ("tenant_id", "cohort"):
        scope = replace(DAY, where=field(name).in_cohort(tenants))
        assert executions(ask, store, ADA, scope) == {"globex": 26}


def test_who_may_see_one_tenant_has_members_of_that_one(ask, store, exporters):
    own = replace(within(exporters), tenants=frozenset({"globex"}))
    # First by somebody who sees all: what is kept for them must not be taken for hers.
    assert executions(ask, store, ADA, within(exporters)) == {"acme": 1, "globex": 6}
    assert executions(ask, store, NIA, own) == {"globex": 6}
    assert executions(ask, store, ADA, own) == {"globex": 6}


def test_what_a_view_is_given_for_a_filter_names_nobody_of_another_tenant(store, exporters, ask):
    held: list[Members] = []

    def run(view, scope):
        held.append(view._view._members(exporters, scope, scope))
        return view.frame(scope, "select count(*) as n from runs")

    own = replace(within(exporters), tenants=frozenset({"globex"}))
    question = Analysis("test.spying", run, (Column("n", "N", "count", "N."),), ("runs",))
    assert ask.start(store, NIA, own, question).result(10).frame["n"].tolist() == [6]
    assert set(held[0].tenants) == {"globex"}


def test_a_list_that_names_tenants_of_others_shows_nothing_of_them(ask, store, cohorts):
    listed = Cohort(Listed((("acme", "bob"), ("globex", "eve"))))
    made = cohorts.shelf.save(ADA, SavedCohort("Listed", listed), shared=True).id
    own = replace(within(made), tenants=frozenset({"globex"}))
    assert executions(ask, store, NIA, own) == {"globex": 20}


def test_a_cohort_of_somebody_elses_that_is_not_shared_is_refused(ask, store, cohorts):
    made = cohorts.shelf.save(ADA, EXPORTERS).id
    assert executions(ask, store, ADA, within(made)) == {"acme": 1, "globex": 6}
    with pytest.raises(NoCohort, match="gone, or is not shared with you"):
        ask.start(store, GUS, within(made), BY_TENANT)


def test_a_cohort_that_is_gone_is_refused_also_where_its_answer_is_kept(ask, store, cohorts, exporters):
    assert executions(ask, store, ADA, within(exporters)) == {"acme": 1, "globex": 6}
    cohorts.shelf.remove(ADA, exporters)
    with pytest.raises(NoCohort, match="gone, or is not shared with you"):
        ask.start(store, ADA, within(exporters), BY_TENANT)
    with pytest.raises(NotAllowed):
        cohorts.check(ADA, within(exporters).where)


def test_a_shared_cohort_whose_filters_name_tenants_is_for_who_sees_all(cohorts):
    named = Cohort(Did(Step("exported", where=field("tenant_id") == "acme")))
    made = cohorts.shelf.save(ADA, SavedCohort("Acme's", named), shared=True).id
    assert cohorts.choose(GUS, frozenset({made})).cohorts == {made: named}
    with pytest.raises(NoCohort):
        cohorts.choose(NIA, frozenset({made}))


def test_without_any_cohorts_none_is_taken_for_everybody(store, exporters):
    ask = Ask(workers=1)
    with pytest.raises(NoCohort):
        ask.start(store, ADA, within(exporters), BY_TENANT)
    ask.close()


def test_an_answer_is_kept_until_what_the_cohort_reads_has_changed(ask, store, exporters):
    first = ask.start(store, ADA, within(exporters), BY_TENANT).result(10)
    assert ask.start(store, ADA, within(exporters), BY_TENANT).result(10) is first
    store.append("events", [{"event_id": "x", "tenant_id": "acme", "user_id": "bob", "event_type": "exported", "occurred_at": "2026-01-05T10:00:00Z"}])  # fmt: skip
    assert executions(ask, store, ADA, within(exporters)) == {"acme": 11, "globex": 6}


def test_a_cohort_that_was_changed_has_other_members(ask, store, cohorts, exporters):
    assert executions(ask, store, ADA, within(exporters)) == {"acme": 1, "globex": 6}
    changed = replace(EXPORTERS, cohort=Cohort(Did(Step(None, table="runs"), 20)))
    cohorts.shelf.save(ADA, changed, replaces=exporters)
    assert executions(ask, store, ADA, within(exporters)) == {"globex": 20}


def test_a_question_may_ask_by_a_cohort_of_its_own(ask, store, exporters):
    own = replace(BY_TENANT, where=field("user_id").in_cohort(exporters))
    assert executions(ask, store, ADA, DAY, own) == {"acme": 1, "globex": 6}
    with pytest.raises(NoCohort):
        ask.start(store, ADA, DAY, replace(own, where=field("user_id").in_cohort("nothing")))


def test_a_mark_may_be_a_cohort(ask, store, exporters):
    where = field("user_id").in_cohort(exporters)

    def run(view, scope):
        marks = {"in": Mark("runs", where), "all": Mark("runs")}
        return view.frame(scope, 'select count(*) filter (where "mark.in") as n from runs', marks=marks)

    class Marked(Analysis):
        filtered_by = frozenset({"user_id", f"cohort.{exporters}"})

    question = Marked("test.marked", run, (Column("n", "N", "count", "N."),), ("runs",))
    assert ask.start(store, ADA, DAY, question).result(10).frame["n"].tolist() == [7]


def test_rows_without_people_refuse(ask, store, exporters):
    with pytest.raises(NotFilterable, match="costs cannot be filtered by a cohort of people"):
        ask.start(store, ADA, within(exporters), Query(("cost_lines",))).result(10)


def test_a_cohort_of_the_window_is_of_the_questions_window_and_of_the_one_compared_with(ask, store, cohorts):
    ran = Cohort(Did(Step(None, table="runs"), 10, during=During(window=True)))
    made = cohorts.shelf.save(ADA, SavedCohort("Busy here", ran)).id
    before = {
        "tenant_id": "acme",
        "user_id": "cat",
        "status": "success",
        "occurred_at": "2026-01-05T11:00:00Z",
    }
    store.append("runs", [{"run_id": f"cat{n}", **before} for n in range(12)])
    compared = Query(("executions",), compare="previous")
    frame = ask.start(store, ADA, within(made), compared).result(10).frame
    assert (frame["executions"].tolist(), frame["executions_before"].tolist()) == ([30], [12])
    earlier = Scope(DAY.start - timedelta(days=1), DAY.start, now=DAY.end)
    assert executions(ask, store, ADA, within(made, earlier)) == {"acme": 12}


def test_members_are_told_once_for_all_who_ask_at_one_moment():
    told, gate, asked = Told(), threading.Event(), []

    def tell() -> Members:
        asked.append(1)
        gate.wait(10)
        return Members.of("c", "person", [("acme", "ann")])

    found: list[Members] = []
    threads = [threading.Thread(target=lambda: found.append(told.of(("key",), tell))) for _ in range(4)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(10)
    assert (len(asked), len(found)) == (1, 4)


def test_what_failed_is_told_anew_and_only_so_many_members_are_kept():
    told, asked = Told(most=3), []

    def tell(name: str, count: int) -> Members:
        asked.append(name)
        return Members.of(name, "person", [("acme", str(n)) for n in range(count)])

    def fails() -> Members:
        raise NotAllowed("broken")

    with pytest.raises(NotAllowed):
        told.of(("a",), fails)
    told.of(("a",), lambda: tell("a", 2))
    told.of(("b",), lambda: tell("b", 2))
    told.of(("b",), lambda: tell("b", 2))
    told.of(("a",), lambda: tell("a", 2))
    assert asked == ["a", "b", "a"]
