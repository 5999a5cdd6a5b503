"""Why a funnel converts as it does, as panels draw it."""

from __future__ import annotations

from analytics.funnel_reasons import FunnelDrivers, FunnelSegments
from analytics.funnel_spec import FunnelSpec
from tests.analytics.table import rows
from tests.analytics.test_funnel_compare import SPEC, WEEK, store  # noqa: F401


def test_segments_have_a_verdict_in_words(store):  # noqa: F811
    found = FunnelSegments(FunnelSpec(SPEC.steps, breakdown="attributes.plan"))(store, WEEK)
    assert rows(found[["breakdown", "entered", "converted", "conversion", "verdict"]]) == [
        ("a", 60, 30, 0.5, "converts better"),
        ("b", 40, 8, 0.2, "converts worse"),
    ]


def test_what_goes_with_converting_is_told_with_how_many_convert_with_it(store):  # noqa: F811
    found = FunnelDrivers(SPEC, ("attributes.plan",))(store, WEEK)
    assert rows(found[["kind", "value", "with_it", "converting"]]) == [
        ("done on the way", "tour", 33, round(30 / 33, 6)),
        ("plan", "a", 60, 0.5),
        ("plan", "b", 40, 0.2),
    ]


def test_nobody_has_no_reasons(store):  # noqa: F811
    nobody = FunnelSpec(SPEC.steps, breakdown="attributes.never")
    empty = store.view(frozenset({"nobody"}))
    scope = type(WEEK)(WEEK.start, WEEK.end, tenants=frozenset({"nobody"}), now=WEEK.now)
    for question in (FunnelSegments(nobody), FunnelDrivers(SPEC, ("attributes.plan",))):
        found = question(empty, scope)
        assert list(found.columns) == [column.name for column in question.columns]
        assert len(found) == 0
