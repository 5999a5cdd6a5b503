"""A tenant beside its peers: the median and the quartiles of those on its plan, who are never named.

Peers are tenants on the same plan now, with an execution or a message in the window, but for the tenant
itself. Of fewer than `FEWEST` nothing is said, nor of a figure of which one of them has more than half: it
could be told from the others. Figures of others are never filtered, as filters could leave one of them alone.

Who sees some tenants only cannot count the others: their view is lent the quartiles (`PeerView`), which are
counted by the store's own view of all, and nothing else of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.filters import fields
from analytics.model import model
from analytics.query import Query, answer
from analytics.question import Column
from analytics.scope import ALL_TENANTS, AllTenants, Scope
from analytics.usage_counted import customers
from analytics.view import NotFilterable, View

FEWEST, LARGEST_SHARE = 5, 0.5
MEASURES = ("executions", "success_rate", "avg_duration_ms", "messages", "active_users", "ai_cost_usd")
# Of these the parts add up, so that one of them can be most of the whole.
VOLUMES = ("executions", "messages", "active_users", "ai_cost_usd")
MOST_TENANTS = 50
# What stands behind a figure's name, as figures of several units stand in one column: shares in %, times in s
UNITS = {"ms": " (s)", "usd": " (USD)", "ratio": " (%)"}
MOST_OF_ONE = "too few peers, or one has most of it"
QUARTERS = (0.25, 0.5, 0.75)

# For a plan and a tenant: measure -> how many peers, and the three quartiles; a measure that would tell too
# much is left out.
Quartiles = dict[str, tuple[int, tuple[float, float, float]]]
PeerView = Callable[[Scope, str, str], Quartiles]

MEASURE = Column("figure", "Figure", "text", "What is compared.")
OWN = Column("own", "This tenant", "number", "The tenant's own figure.")
FIRST = Column("first_quartile", "A quarter is below", "number", "A quarter of the peers are below it.")
MEDIAN = Column("median", "Median", "number", "Half of the peers are below it.")
THIRD = Column("third_quartile", "A quarter is above", "number", "A quarter of the peers are above it.")
PEERS = Column("peers", "Peers", "count", "Tenants on the same plan that are compared with; 0 where too few.")
PLACE = Column("standing", "Place", "text", "Where the tenant stands among its peers.")


@analysis(
    tables=("runs", "events", "llm_calls", "tenants", "identities"),
    columns=(TENANT_ID, TENANT, MEASURE, OWN, FIRST, MEDIAN, THIRD, PEERS, PLACE),
)
def benchmark(view: View, scope: Scope) -> pd.DataFrame:
    """Each tenant's figures beside the median and the quartiles of its peers on the same plan."""
    for name in sorted(fields(scope.where)):
        raise NotFilterable(name, "the comparison with peers")
    known, own = customers(view, scope, subscribed=False), measured(view, scope)
    seen = peer_view(view)
    rows: list[dict[str, Any]] = []
    for figures in cast("list[dict[str, Any]]", own.head(MOST_TENANTS).to_dict("records")):
        tenant = str(figures["tenant_id"])
        plan = known[tenant].plan if tenant in known else ""
        found = seen(scope, plan, tenant) if plan else {}
        for name in MEASURES:
            peers, (first, middle, third) = found.get(name, (0, (float("nan"),) * 3))
            rows.append(
                {
                    "tenant_id": tenant,
                    "tenant": known[tenant].name if tenant in known else tenant,
                    "figure": label(name),
                    "own": figures[name],
                    "first_quartile": first,
                    "median": middle,
                    "third_quartile": third,
                    "peers": peers,
                    "standing": MOST_OF_ONE
                    if found and name in VOLUMES and not peers
                    else place(figures[name], first, middle, third),
                }
            )
    names = [column.name for column in benchmark.columns]
    kinds = {"text": "str", "number": "float64", "count": "int64"}
    return pd.DataFrame(rows, columns=names).astype(
        {each.name: kinds[each.unit] for each in benchmark.columns}
    )


def peer_view(view: View, known: frozenset[str] = frozenset()) -> PeerView:
    """How the quartiles of peers are seen: as they are lent, else by a view of all; else not at all.

    Tenants that are `known` to whoever asks are no peers.
    """
    lent = cast("PeerView | None", getattr(view, "peer_quartiles", None))
    if lent is not None:
        return lent
    if not isinstance(view.tenants, AllTenants):
        return lambda _scope, _plan, _tenant: {}
    held: list[tuple[pd.DataFrame, pd.Series]] = []

    def seen(scope: Scope, plan: str, tenant: str) -> Quartiles:
        if not held:  # counted once for all tenants that are asked for
            everybody = replace(scope, tenants=ALL_TENANTS, where=None)
            figures, named = measured(view, everybody), customers(view, everybody, subscribed=False)
            figures = figures[~figures["tenant_id"].isin(known)]
            plans = {name: each.plan for name, each in named.items()}
            held.append((figures, figures["tenant_id"].map(plans).fillna("")))
        figures, plans_of = held[0]
        return quartiles(figures[(plans_of == plan) & (figures["tenant_id"] != tenant)])

    return seen


def quartiles(peers: pd.DataFrame) -> Quartiles:
    """The quartiles of each figure that can be told without telling of one of them."""
    found: Quartiles = {}
    for name in MEASURES:
        values = peers[name].dropna()
        if len(values) < FEWEST:
            continue
        if name in VOLUMES and values.max() > LARGEST_SHARE * values.sum():
            continue
        first, middle, third = (float(values.quantile(share)) for share in QUARTERS)
        found[name] = (len(values), (first, middle, third))
    return found


def measured(view: View, scope: Scope) -> pd.DataFrame:
    """The figures of each tenant that did anything in the window, as numbers."""
    frame = answer(view, scope, Query(MEASURES, by=("tenant_id",)))
    frame = frame[frame["tenant_id"] != ""]
    frame = frame.assign(
        **{name: pd.to_numeric(frame[name].astype(object), errors="coerce") for name in MEASURES}
    )
    # A share of 0.97 says 97 beside counts.
    shares = [name for name in MEASURES if model().measure(name).unit == "ratio"]
    frame = frame.assign(**{name: frame[name] * 100 for name in shares})
    times = [name for name in MEASURES if model().measure(name).unit == "ms"]
    frame = frame.assign(**{name: frame[name] / 1000 for name in times})
    active = (frame["executions"].fillna(0) > 0) | (frame["messages"].fillna(0) > 0)
    return frame[active].sort_values("tenant_id").reset_index(drop=True)[["tenant_id", *MEASURES]]


def label(measure: str) -> str:
    """What people call a figure, with its unit."""
    found = model().measure(measure)
    return f"{found.label}{UNITS.get(found.unit, '')}"


def place(own: float, first: float, middle: float, third: float) -> str:
    """In which quarter a figure lies."""
    if pd.isna(middle):
        return "too few peers to say"
    if pd.isna(own):
        return ""
    if own == middle:
        return "at the median"
    if own < first:
        return "lowest quarter"
    if own < middle:
        return "below the median"
    return "above the median" if own <= third else "highest quarter"
