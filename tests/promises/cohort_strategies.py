"""How the criteria of cohorts are made, for what is promised of every JSON form."""

from __future__ import annotations

from hypothesis import strategies as st

from analytics import filters
from analytics.criteria import (
    AllOf,
    AnyOf,
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
from analytics.filters import Comparison
from analytics.funnel_spec import FunnelSpec
from analytics.retention import RetentionSpec
from analytics.steps import Step


def criteria(of, step_parts, where, length, moments):
    """When something was done, and criteria of all kinds; `of` makes values of a dataclass."""
    whens = st.one_of(
        st.just(During()),
        st.just(During(window=True)),
        length.map(lambda length: During(last=length)),
        st.builds(lambda start, length: During(start=start, end=start + length), moments, length),
    )
    a_window = whens.filter(lambda during: during != During())
    # Rows that have people, by filters that ask for no other cohort.
    peoples = {
        **step_parts,
        "table": st.sampled_from(["events", "runs", "llm_calls"]),
        "where": st.none() | where.filter(lambda where: not filters.cohorts(filters.fields(where))),
    }
    done = of(Step, **peoples)
    properties = st.builds(
        Comparison,
        st.sampled_from(["tenant.plan", "tenant.attributes.x"]),
        st.just("=="),
        st.text(max_size=20),
    )
    in_funnel = {
        "spec": st.builds(FunnelSpec, steps=st.lists(done, min_size=3, max_size=4).map(tuple), window=length),
        "during": a_window,
        "filtered": st.none() | properties,
        "timezone": st.sampled_from(["UTC", "America/New_York"]),
        "breakdown": st.none() | st.just("pro") | st.just(("pro", "")),
        "bucket": st.none() | moments,
        "grain": st.sampled_from(["hour", "day"]),
        "week_start": st.sampled_from(["monday", "sunday"]),
    }
    return whens, st.recursive(
        st.one_of(
            of(
                Did,
                step=done,
                at_least=st.integers(1, 3),
                at_most=st.none() | st.integers(3, 9),
                during=whens,
            ),
            of(First, step=done, during=whens),
            of(Stopped, step=done, quiet=length, active=st.none() | length),
            of(Restarted, step=done, recent=length, quiet=length),
            of(
                Sequence, steps=st.lists(done, min_size=2, max_size=3).map(tuple), within=length, during=whens
            ),
            of(InFunnel, **in_funnel, step=st.sampled_from([1, 2, 3]), waiting=st.none()),
            of(InFunnel, **in_funnel, step=st.sampled_from([-2, -3]), waiting=st.none() | st.booleans()),
            of(
                InRetention,
                spec=st.builds(RetentionSpec, start=done, returning=done, periods=st.integers(4, 9)),
                cohort=st.none() | moments,
                period=st.integers(0, 3),
                during=a_window,
                filtered=st.none() | properties,
                timezone=st.just("UTC"),
                breakdown=st.none() | st.just("pro"),
            ),
            of(Has, where=properties),
            of(
                Listed,
                members=st.lists(
                    st.tuples(st.text("abcäö._-", min_size=1), st.text("abcäö._-", min_size=1)), max_size=3
                ).map(tuple),
            ),
        ),
        lambda parts: st.one_of(
            of(AllOf, of=st.lists(parts, min_size=1, max_size=3).map(tuple)),
            of(AnyOf, of=st.lists(parts, min_size=1, max_size=3).map(tuple)),
            of(NoneOf, part=parts),
        ),
        max_leaves=4,
    )
