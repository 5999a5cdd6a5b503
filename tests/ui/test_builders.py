"""Builders: what is chosen by clicks is the specification in the address, and its answer stands below."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.filters import field
from analytics.funnel_spec import Exclusion, FunnelSpec
from analytics.paths import Paths
from analytics.request import Request
from analytics.retention import RetentionSpec
from analytics.steps import Step
from data.places import OWN
from pages.product import activation, funnel_builder, path_builder, retention_builder
from ui import build, build_exclusions, build_funnel, build_paths, build_retention, build_windows

WINDOW = "2026-01-05~2026-01-11"
DEMO = Request(window="7d").text()
FUNNEL = FunnelSpec((Step("opened"), Step(("bought", "paid"), where=field("attributes.size") >= 3)))


def scope(**choices: str) -> str:
    return Request((), WINDOW, compare=False, choices=tuple(choices.items())).text()


def scope_of(spec: FunnelSpec) -> str:
    held = ((build_funnel.CHOICE, build.text_of(spec, funnel_builder.USUAL)),)
    return Request(window="7d", choices=held).text()


def chosen(at, choice: str):
    """What the address holds of a page after a click."""
    return Request.parse(at.session_state["scope"]).choice(choice)


@pytest.mark.parametrize(
    ("spec", "usual"),
    [
        (FUNNEL, funnel_builder.USUAL),
        (RetentionSpec(Step("a"), Step(None), "month", 4), retention_builder.USUAL),
        (Paths(Step("a"), "to", 7), path_builder.USUAL),
    ],
)
def test_a_specification_comes_back_from_its_text(spec, usual):
    assert build.read(build.text_of(spec, usual), usual, type(spec).from_dict) == spec


@pytest.mark.parametrize("text", ["", "{", "[]", '{"steps":[]}', '{"steps":7}', '{"order":"sideways"}'])
def test_nonsense_is_no_specification(text):
    assert build.read(text, funnel_builder.USUAL, FunnelSpec.from_dict) is None


def test_a_text_leaves_out_what_is_as_usual():
    held = json.loads(build.text_of(FunnelSpec((Step("opened"),)), funnel_builder.USUAL))
    assert held == {"steps": [{"version": 1, "event": "opened"}]}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            FunnelSpec((Step("opened"), Step("bought", within=timedelta(hours=2))), breakdown="tenant.plan"),
            "People who did opened, then bought (within 2 hours), within 14 days of the first step; split by "
            "plan now, their first value. Entries lie in the window.",
        ),
        (
            FunnelSpec(
                (Step("a"), Step("b")),
                "unordered",
                timedelta(days=1),
                unit="tenant_id",
                entry="first",
                dates="entry_and_completion",
                exclusions=(Exclusion("left", 1, 2),),
            ),
            "Tenants who did a, b, in any order, within 1 day of the first step, counted from their first "
            "entry; without those who did left between step 1 and 2. All of it lies in the window.",
        ),
    ],
)
def test_a_funnel_in_words(spec, words):
    assert build_funnel.sentence(spec) == words


def test_a_retention_in_words():
    spec = RetentionSpec(Step("signed_up"), Step(None), "week", 5, at_least=2, counting="on_or_after")
    assert build_retention.sentence(spec) == (
        "Of the people who first did signed_up, those who did anything at least 2 times in each of the 4 "
        "weeks after, or in any later one."
    )


def test_paths_in_words():
    assert build_paths.sentence(Paths(Step("opened"), "to", 4)) == (
        "What people did before opened, over 4 steps; a pause of 30 minutes ends a sitting."
    )


def test_a_click_changes_the_retention_and_the_paths_in_the_address(app):
    at = app("product/retention_builder.py", scope=DEMO)
    at.selectbox(key="retention_period").set_value("week").run()
    held = build.read(chosen(at, "retention"), retention_builder.USUAL, RetentionSpec.from_dict)
    assert held == replace(retention_builder.USUAL, period="week")
    at = app("product/path_builder.py", scope=DEMO)
    at.selectbox(key="paths_0_event").set_value("app_opened").run()
    held = build.read(chosen(at, "paths"), path_builder.USUAL, Paths.from_dict)
    assert held == replace(path_builder.USUAL, anchor=Step("app_opened"))
    assert not at.exception


def test_other_events_are_not_called_what_the_former_were(app):
    """The start is called "anything while signed in": of another event the sentence says so; its filter stays."""
    at = app("product/retention_builder.py", scope=DEMO)
    at.selectbox(key="retention_start_0_event").set_value("app_opened").run()
    held = build.read(chosen(at, "retention"), retention_builder.USUAL, RetentionSpec.from_dict)
    assert held.start == Step("app_opened", where=field("user_id").exists())
    said = " ".join(each.value for each in at.caption).replace("\\", "")
    assert "who first did app_opened while signed in, those who did anything while signed in" in said


@pytest.mark.parametrize("page", ["funnel", "retention", "path"])
def test_a_builder_draws_its_page_and_fails_nowhere(week, page):
    at = week(f"product/{page}_builder.py", scope=scope())
    assert not at.exception
    assert not at.error


def test_a_click_changes_the_funnel_in_the_address(week):
    at = week("product/funnel_builder.py", scope=scope(funnel=build.text_of(FUNNEL, funnel_builder.USUAL)))
    at.selectbox(key="funnel_order").set_value("strict").run()
    held = build.read(chosen(at, "funnel"), funnel_builder.USUAL, FunnelSpec.from_dict)
    assert (held.order, held.steps) == ("strict", FUNNEL.steps)
    assert not at.exception


def test_the_people_of_a_step_are_chosen_too(week):
    at = week("product/funnel_builder.py", scope=scope(funnel=build.text_of(FUNNEL, funnel_builder.USUAL)))
    for text, title in (
        ("-2left", "Reached opened and left before"),
        ("-2may", "Reached opened and still may"),
    ):
        at.selectbox(key="w_funnel_step").set_value(text).run()
        assert chosen(at, "funnel_step") == text
        assert title in " ".join(each.value for each in at.subheader)
    assert not at.exception


HOURS, DAYS = (timedelta(hours=1), timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", (HOURS, DAYS, 7 * DAYS, 14 * DAYS)),
        ("nonsense", (HOURS, DAYS, 7 * DAYS, 14 * DAYS)),
        ("36h,15m", (HOURS / 4, 36 * HOURS, 14 * DAYS)),
        ("none", (14 * DAYS,)),
        ("1d,2d,3d,4d,5d,6d", (DAYS, 2 * DAYS, 3 * DAYS, 4 * DAYS, 14 * DAYS)),
    ],
)
def test_the_windows_of_an_address(text, windows):
    """The funnel's own two weeks are among them always, and so many as a chart can show."""
    assert build_windows.read(text, FUNNEL) == windows


@pytest.mark.parametrize(
    ("text", "window"),
    [("36 hours", 36 * HOURS), ("2 weeks", 14 * DAYS), ("90min", 1.5 * HOURS), ("soon", None), ("0d", None)],
)
def test_a_window_is_typed(text, window):
    assert build_windows.typed(text) == window


def windows(at):
    """The chooser of windows."""
    return next(each for each in at.multiselect if each.label.startswith("Beside"))


def test_a_funnel_of_ones_own_stays_behind_when_one_looks_at_the_demo_company(week, tmp_path):
    shutil.copy(tmp_path / "demo.duckdb", tmp_path / OWN)
    at = week("product/funnel_builder.py", scope=scope(funnel=build.text_of(FUNNEL, funnel_builder.USUAL)))
    next(each for each in at.button if each.label == "Look at the demo company").click().run()
    assert Request.parse(at.session_state["scope"]).demo
    assert not chosen(at, "funnel")
    at.text_input(key="scope").set_value(Request(demo=True, choices=(("funnel", "{}"),)).text()).run()
    next(each for each in at.button if "Back to your data" in each.label).click().run()
    assert not Request.parse(at.session_state["scope"]).demo
    assert not chosen(at, "funnel")


def test_what_else_changed_the_windows_draws_their_chooser_anew(week):
    """Its popover is closed then, and the browser would send the old windows with the next click."""
    at = week("product/funnel_builder.py", scope=scope(funnel=build.text_of(FUNNEL, funnel_builder.USUAL)))
    old = windows(at).key
    at.text_input(key="scope").set_value(
        scope(funnel=build.text_of(FUNNEL, funnel_builder.USUAL), funnel_windows="36h")
    ).run()
    assert windows(at).value == ["36 hours"]
    assert windows(at).key != old


def test_a_window_is_told_in_the_same_words_everywhere(week):
    at = week("product/funnel_builder.py", scope=scope(funnel=build.text_of(FUNNEL, funnel_builder.USUAL)))
    assert (at.number_input(key="funnel_window").value, at.selectbox(key="funnel_window_unit").value) == (
        14,
        "days",
    )
    assert windows(at).label == "Beside 14 days"


def test_windows_are_compared_and_kept_in_the_address(week):
    at = week("product/funnel_builder.py", scope=scope(funnel=build.text_of(FUNNEL, funnel_builder.USUAL)))
    assert "With other windows" in " ".join(each.value for each in at.subheader)
    windows(at).set_value(["1 day", "36 hours"]).run()
    assert chosen(at, "funnel_windows") == "1d,36h"
    windows(at).set_value(["1 day", "a while"]).run()
    assert chosen(at, "funnel_windows") == "1d"
    assert "no length of time" in " ".join(each.value for each in at.caption)
    windows(at).set_value([]).run()
    assert "With other windows" not in " ".join(each.value for each in at.subheader)
    assert not at.exception


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", (2,)), ("1", (1,)), ("-2", (-2, None)), ("-2left", (-2, False)), ("-2may", (-2, True)),
        ("2may", (2,)), ("-1", (2,)), ("9", (2,)), ("x", (2,)),
    ],
)  # fmt: skip
def test_the_people_of_an_address_are_some_that_there_are(text, shown):
    assert build_funnel.shown_step(text, FUNNEL) == build_funnel.Shown(*shown)


def test_an_exclusion_takes_events_and_filters_as_a_step_does(app):
    """It asks for its event first, then lies between the first step and the last one."""
    spec = FunnelSpec((Step("opened"), Step("bought"), Step("paid")))
    at = app("product/funnel_builder.py", scope=scope_of(spec))

    def held():
        read = build.read(chosen(at, "funnel"), funnel_builder.USUAL, FunnelSpec.from_dict)
        return read.exclusions

    at.button(key="funnel_exclude").click().run()
    at.selectbox(key="funnel_x_event").set_value("app_opened").run()
    assert held() == (Exclusion("app_opened", 1, 3),)
    at.selectbox(key="funnel_x0_after").set_value(2).run()
    assert held() == (Exclusion("app_opened", 2, 3),)
    more = Exclusion(("app_opened", "run_inspected"), 2, 3, field("attributes.size") >= 3)
    spec = replace(spec, exclusions=(more,))
    at = app("product/funnel_builder.py", scope=scope_of(spec))
    assert at.multiselect(key="funnel_x0_0_events").value == ["app_opened", "run_inspected"]
    at.selectbox(key="funnel_x0_before").set_value(3).run()
    assert held() == (more,)
    assert not at.exception


def test_an_exclusion_ends_at_the_last_step_that_there_is():
    kept = build_exclusions.kept((Exclusion("left", 2, 4), Exclusion("left", 1, 2)), 3)
    assert kept == (Exclusion("left", 2, 3), Exclusion("left", 1, 2))
    assert build_exclusions.kept(kept, 1) == ()


def test_any_field_of_the_rows_is_counted(app):
    spec = replace(FUNNEL, steps=(Step("opened"),))
    at = app("product/funnel_builder.py", scope=scope_of(spec))
    assert {"People", "Tenants", "Sessions", "Visitor"} <= set(at.selectbox(key="funnel_unit").options)
    at.selectbox(key="funnel_unit").set_value("project_id").run()
    read = build.read(chosen(at, "funnel"), funnel_builder.USUAL, FunnelSpec.from_dict)
    assert read.unit == "project_id"
    assert "Values of project that did opened" in " ".join(each.value for each in at.caption)
    assert not at.exception


@pytest.mark.parametrize("page", ["funnel", "retention"])
def test_what_is_offered_to_count_and_to_split_by_can_be_read_of_the_rows(week, page):
    at = week(f"product/{page}_builder.py", scope=scope())
    offered = {*at.selectbox(key=f"{page}_unit").options, *at.selectbox(key=f"{page}_breakdown").options}
    assert not {"Weekday", "Hour of day", "Event id"} & offered
    assert "Plan then" in offered


def test_the_people_of_a_step_become_a_cohort(week):
    at = week("product/funnel_builder.py", scope=scope(funnel=build.text_of(FUNNEL, funnel_builder.USUAL)))
    at.button(key="funnel_cohort").click().run()
    assert at.text_input(key="cohort_name").value == "Reached bought or paid where size is at least 3"
    assert not at.exception


def test_the_people_of_a_cell_become_a_cohort(week):
    """Of those who first did a, the week of 5 January; a b in the week after it."""
    spec = RetentionSpec(Step("a"), Step("b"), "week", 4)
    request = Request(
        (), "2026-01-05~2026-01-18", choices=(("retention", build.text_of(spec, retention_builder.USUAL)),)
    )
    at = week("product/retention_builder.py", scope=request.text())
    at.selectbox(key="w_retention_period").set_value(1).run()
    at.button(key="retention_cohort").click().run()
    assert not at.exception
    said = " ".join(each.value for each in at.caption).replace("\\", "")
    assert "People who started with a in the week of 5 Jan 2026, 00:00 and did b 1 week later." in said


@pytest.mark.parametrize(("window", "own"), [("24h", ["90d", "90d", "7d"]), ("7d", [None, "90d", None])])
def test_activation_looks_at_a_window_that_was_chosen_for_it(window, own):
    """A day is the window of every page; a week was chosen. The course stays long, to choose a week in it."""
    board = build.in_chosen_window(activation.BOARD, Request(window=window))
    held = {panel.id: panel.window for panel in board.panels}
    assert [held[f"activation.{name}"] for name in ("by_segment", "rate_by_week", "change")] == own


@pytest.mark.parametrize(("window", "said"), [("24h", True), ("7d", False)])
def test_activation_says_where_it_looks_further_back_than_the_page(week, window, said):
    at = week("product/activation.py", scope=Request(window=window).text())
    assert any("each panel looks at the days beside its title" in each.value for each in at.caption) == said


@pytest.mark.parametrize(("window", "said"), [("24h", True), ("7d", False)])
def test_a_builder_says_where_it_looks_further_back_than_the_page(week, window, said):
    at = week("product/path_builder.py", scope=Request(window=window).text())
    assert any("Asked of the last 30 days" in each.value for each in at.caption) == said
