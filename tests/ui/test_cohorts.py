"""Cohorts on the pages: put together by clicks, listed with their size, chosen as a filter, taken off again."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from analytics.cohort import Cohort
from analytics.criteria import AllOf, AnyOf, Did, First, Has, Listed, Restarted, Stopped
from analytics.criteria_found import Sequence
from analytics.during import EVER, During
from analytics.filters import field
from analytics.funnel_spec import FunnelSpec
from analytics.request import Request
from analytics.steps import Step
from data.store import open_store
from pages.product import funnel_builder
from service.access import LOCAL
from service.house import house
from service.saved import SHIPPED
from service.saved_cohort import SavedCohort
from tests.ui.looking import HANGS_SECONDS
from tests.ui.test_address import said as form_of
from ui import build, cohort_builder, cohort_list, context
from ui.cohort_builder import DID, DID_NOT, FIRST, HAS, ONE_AFTER, RESTARTED, STOPPED

WINDOW = "2026-01-05~2026-01-11"
PAGE = "product/cohorts.py"
SPEC = AnyOf((Did(Step("exported")), Did(Step("opened"))))
EXPORTED = SavedCohort("Exporters", Cohort(Did(Step("exported"))))


@pytest.fixture(scope="module")
def with_people(second_week, tmp_path_factory):
    """The week, and three people of whom ann and bob exported; ann ran a workflow."""
    file = shutil.copy(second_week, tmp_path_factory.mktemp("people"))
    store = open_store(file)
    event = {"occurred_at": "2026-01-06T10:00:00Z", "tenant_id": "acme"}
    store.append(
        "events",
        [{**event, "event_id": name, "user_id": name, "event_type": kind} for name, kind in (("ann", "exported"), ("bob", "exported"), ("cat", "opened"))],
    )  # fmt: skip
    store.append(
        "runs", [{**event, "run_id": "ann", "user_id": "ann", "status": "success", "duration_ms": 1}]
    )
    store.close()
    return file


@pytest.fixture
def people(week, with_people, tmp_path):
    """The app over a copy of their store."""
    shutil.copy(with_people, tmp_path)
    return week


def request(**fields) -> str:
    return Request((), WINDOW, compare=False, **fields).text()


def said(at) -> Request:
    return Request.from_dict({**Request().to_dict(), **form_of(at)})


def words(at) -> str:
    return " ".join(str(each.value) for each in (*at.markdown, *at.caption, *at.title)).replace("\\", "")


def test_every_cohort_is_listed_with_its_sentence_and_its_size(people):
    house().shelf.save(LOCAL, EXPORTED)
    at = people(PAGE, scope=request())
    assert not at.exception
    assert "**Exporters**" in words(at)
    assert "People who did exported." in words(at)
    assert "**2 people**" in words(at)
    assert all(f"**{each.title}**" in words(at) for each in SHIPPED.values() if isinstance(each, SavedCohort))


def test_a_cohort_is_put_together_by_clicks_and_saved(people):
    at = people(PAGE, scope=request())
    at.selectbox(key="draft_0_steps_0_event").set_value("opened").run()
    at.session_state["draft_0_steps_0_more"] = True
    at.run()
    at.multiselect(key="draft_0_steps_0_events").set_value(["exported"]).run()
    at.selectbox(key="draft_0_when").set_value("in the page's window").run()
    assert "People who did opened or exported in the window." in words(at)
    assert "**3 people**" in words(at)
    at.button(key="draft_add").click().run()
    at.selectbox(key="draft_1_kind").set_value(DID_NOT).run()
    at.multiselect(key="draft_1_steps_0_events").set_value(["opened"]).run()
    assert "**2 people**" in words(at)
    at.text_input(key="draft_name_new_0").set_value("Mine").run()
    at.button(key="draft_save").click().run()
    (kept,) = [each for each in house().cohorts.all(LOCAL) if each.owner == LOCAL.name]
    during = During(window=True)
    lines = (Did(Step(("opened", "exported")), 1, None, during), Did(Step("opened"), None, 0, during))
    assert (kept.title, kept.read().cohort) == ("Mine", Cohort(AllOf(lines)))
    assert not said(at).choices


def test_any_of_the_criteria_and_tenants(people):
    draft = json.dumps(Cohort(AllOf((Did(Step("exported")), Did(Step("opened"))))).to_dict())
    at = people(PAGE, scope=request(choices=((cohort_builder.DRAFT, draft),)))
    at.segmented_control(key="draft_all").set_value(cohort_builder.ANY).run()
    at.segmented_control(key="draft_unit").set_value("tenant").run()
    assert "Tenants who did exported or did opened." in words(at)
    assert "**1 tenant**" in words(at)


def test_what_cannot_be_a_cohort_says_why_and_keeps_the_draft(people):
    draft = json.dumps(Cohort(Has(field("person.role") == "admin")).to_dict())
    at = people(PAGE, scope=request(choices=((cohort_builder.DRAFT, draft),)))
    at.segmented_control(key="draft_unit").set_value("tenant").run()
    assert "a tenant has no properties of a person" in words(at)
    assert "People who are those whose person role is admin." in words(at)


@pytest.mark.parametrize("kind", [DID, DID_NOT, FIRST, ONE_AFTER, STOPPED, RESTARTED, HAS])
def test_a_line_of_each_kind_is_drawn_as_what_it_is(people, kind):
    made = cohort_builder.of_kind(kind, Did(Step("exported")))
    assert cohort_builder.kind_of(made) == kind
    at = people(PAGE, scope=request(choices=((cohort_builder.DRAFT, json.dumps(Cohort(made).to_dict())),)))
    assert not at.exception
    assert at.selectbox(key="draft_0_kind").value == kind


def test_another_kind_keeps_what_was_done_and_when(people):
    before = Sequence((Step("a"), Step("b")), cohort_builder.DAY, During(window=True))
    assert cohort_builder.of_kind(FIRST, before) == First(Step("a"), During(window=True))
    assert cohort_builder.of_kind(STOPPED, before) == Stopped(Step("a"), 14 * cohort_builder.DAY)
    assert cohort_builder.of_kind(RESTARTED, First(Step("a"))) == Restarted(
        Step("a"), 7 * cohort_builder.DAY, 14 * cohort_builder.DAY
    )
    assert cohort_builder.of_kind(DID, Has(field("tenant.plan") == "pro")) == Did(Step(None), 1, during=EVER)


def test_how_often(people):
    at = people(PAGE, scope=request())
    for how, expected in (
        (cohort_builder.EXACTLY, (3, 3)),
        (cohort_builder.AT_MOST, (1, 3)),
        (cohort_builder.AT_LEAST, (3, None)),
    ):
        at.number_input(key="draft_0_times").set_value(3)
        at.selectbox(key="draft_0_how").set_value(how).run()
        (line,) = Cohort.from_dict(json.loads(said(at).choice(cohort_builder.DRAFT))).criterion.of
        assert (line.at_least, line.at_most) == expected


def test_ones_own_cohort_is_taken_back_and_changed(people):
    kept = house().shelf.save(LOCAL, EXPORTED)
    at = people(PAGE, scope=request())
    at.button(key=f"edit_{kept.id}").click().run()
    assert "**Change Exporters**" in words(at)
    at.selectbox(key="draft_0_steps_0_event").set_value("opened").run()
    at.button(key="draft_save").click().run()
    changed = house().shelf.one(LOCAL, kept.id).read()
    assert (changed.title, changed.cohort.criterion) == ("Exporters", AllOf((Did(Step("opened")),)))


def test_who_is_in_it_is_a_table_a_file_and_a_list_that_stays(people):
    kept = house().shelf.save(LOCAL, EXPORTED)
    at = people(PAGE, scope=request())
    at.session_state[cohort_list.OPENED] = kept.id
    at.run()
    shown = at.dataframe[0].value
    assert shown["unit"].tolist() == ["ann", "bob"]
    at.session_state[cohort_list.OPENED] = kept.id
    at.button(key="cohort_keep").click().run()
    (frozen,) = [each for each in house().cohorts.all(LOCAL) if each.title.startswith("Exporters, ")]
    assert frozen.read().cohort == Cohort(Listed((("acme", "ann"), ("acme", "bob"))))


def test_the_file_has_all_members(people):
    now = datetime(2026, 1, 12, tzinfo=UTC)
    visit = context.Visit(LOCAL, Request((), WINDOW), house().store(demo=True), now, "test", house())
    file = cohort_list.made(visit, EXPORTED.cohort)
    assert file().decode().splitlines() == [
        "Name,Id,Tenant,Tenant id", "ann,ann,acme,acme", "bob,bob,acme,acme",
    ]  # fmt: skip


def test_people_of_another_page_are_saved_as_a_cohort(people):
    script = """
from tests.ui.test_cohorts import SPEC
from ui import address, cohorts, context
address.carrier()
cohorts.save_button(context.visit(), SPEC, key="here", title="Reached step 2")
"""
    at = AppTest.from_string(script, default_timeout=HANGS_SECONDS)
    at.run()
    at.button(key="here").click().run()
    # A script that runs as a whole opens the dialog anew, where a browser runs the dialog alone.
    at.button(key="here").click()
    at.button(key="cohort_save").click().run()
    (kept,) = [each for each in house().cohorts.all(LOCAL) if each.owner == LOCAL.name]
    assert (kept.title, kept.read().cohort) == ("Reached step 2", Cohort(SPEC))


def test_the_filter_of_a_board_offers_cohorts_and_its_pill_has_the_name(people):
    kept = house().shelf.save(LOCAL, EXPORTED)
    at = people("overview/executive.py", scope=request(where=field("user_id").in_cohort(kept.id)))
    assert not at.exception
    (pills,) = [each for each in at.button_group if each.key == "w_filters"]
    assert list(pills.options) == ["person is in cohort Exporters  :material/close:"]
    assert next(each.value for each in at.metric if each.label == "Executions") == "1"
    pills.set_value([]).run()
    assert said(at).where is None
    assert next(each.value for each in at.metric if each.label == "Executions") == "5"


def test_a_chosen_cohort_joins_the_filters(people):
    kept = house().shelf.save(LOCAL, EXPORTED)
    at = people("overview/executive.py", scope=request())
    at.session_state["pop_filter"] = True
    at.run()
    at.selectbox(key="w_cohort").set_value(kept.id).run()
    assert said(at).where == field("user_id").in_cohort(kept.id)


def test_a_board_says_that_a_cohort_is_gone_and_shows_no_numbers(people):
    at = people("overview/executive.py", scope=request(where=field("user_id").in_cohort("gone")))
    assert "This cohort cannot be used" in words(at)
    assert not at.metric
    (pills,) = [each for each in at.button_group if each.key == "w_filters"]
    assert list(pills.options) == ["person is in cohort that is gone  :material/close:"]


def test_a_funnel_is_split_by_who_is_in_a_cohort(people):
    """Of ann, bob and cat two exported."""
    kept = house().shelf.save(LOCAL, EXPORTED)
    spec = build.text_of(FunnelSpec((Step(None, where=field("user_id").exists()),)), funnel_builder.USUAL)
    at = people("product/funnel_builder.py", scope=request(choices=(("funnel", spec),)))
    assert "Cohort Exporters" in at.selectbox(key="funnel_breakdown").options
    at.selectbox(key="funnel_breakdown").set_value(f"cohort.{kept.id}").run()
    assert not at.exception
    assert not at.error
    assert "split by Exporters, their first value" in words(at)
    held = build.read(dict(said(at).choices)["funnel"], funnel_builder.USUAL, FunnelSpec.from_dict)
    assert held.broken_by == (f"cohort.{kept.id}",)
