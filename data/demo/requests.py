"""Requests to the platform's API: a trace each, with the database's and the procedures' part in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from data.demo import planted, releases
from data.demo.columns import Flags, Floats, Ints, facts, ids, numbers, pick, pick_some, within_day
from data.demo.company import tenants
from data.demo.people import roster
from data.demo.rhythm import draw, hours_flat, rates
from data.demo.story import Story

REQUESTS_PER_DEED = 2.3
PROBES_A_DAY = 30.0
_SLOW = 12


@dataclass(frozen=True)
class Route:
    """An endpoint: method and path, typical time, use, and what it asks of the database or a procedure."""

    method: str
    path: str
    median_ms: float
    use: float
    statement: str
    procedure: str = ""


ROUTES = (
    Route("GET", "/api/workflows", 14, 16, "select * from workflows where org_id = ?"),
    Route("GET", "/api/workflows/:id", 11, 14, "select * from workflows where id = ?"),
    Route("POST", "/api/workflows", 42, 3, "insert into workflows values (?)"),
    Route("PATCH", "/api/workflows/:id", 36, 4, "update workflows set body = ? where id = ?"),
    Route(
        "GET", "/api/runs", 24, 13, "select * from runs where org_id = ? order by finished_at desc limit 50"
    ),
    Route("GET", "/api/devices", 12, 8, "select * from devices where project_id = ?"),
    Route("POST", "/api/devices/:id/messages", 9, 14, "insert into messages values (?)"),
    Route("GET", "/api/dashboards/:id", 18, 8, "select * from widgets where dashboard_id = ?"),
    Route("POST", "/rpc/lead.list", 11, 6, "select * from leads where org_id = ?", "lead.list"),
    Route("POST", "/rpc/lead.create", 48, 3, "insert into leads values (?)", "lead.create"),
    Route("POST", "/rpc/lead.score", 60, 2, "select * from lead_features where lead_id = ?", "lead.score"),
    Route("POST", "/rpc/contact.list", 9, 6, "select * from contacts where org_id = ?", "contact.list"),
    Route("GET", planted.SLOW_ROUTE, 40, 2, "select day, sum(amount) from usage group by day"),
    Route(
        "POST", "/rpc/opportunity.create", 45, 2, "insert into opportunities values (?)", "opportunity.create"
    ),
    Route("POST", "/api/login", 65, 4, "select * from accounts where email = ?"),
    Route("DELETE", "/api/workflows/:id", 20, 1, "delete from workflows where id = ?"),
)
HEALTH = Route("GET", "/healthz", 4, 0, "select 1")
_ALL = (*ROUTES, HEALTH)
_PATHS = tuple(route.path for route in _ALL)
_STATUS = (200, 400, 401, 404, 500, 503)
_STATUS_ODDS = np.cumsum([0.9705, 0.012, 0.006, 0.0085, 0.002, 0.001])


@dataclass(frozen=True)
class Requests:
    """A day's requests as numbers; the last route is the health probe, which has no tenant."""

    started_us: Ints
    route: Ints
    http_status: Ints
    duration_ms: Floats
    staging: Flags
    trace_id: pa.Array
    span_id: pa.Array
    request_id: pa.Array
    tenant_id: pa.Array
    user_id: pa.Array

    @property
    def broken(self) -> Flags:
        """Whether the server failed."""
        return self.http_status >= 500


@lru_cache(maxsize=2)
def requests(story: Story, day: int) -> Requests:
    """A day's requests."""
    rng = story.rng("requests", day)
    tenant, asked = draw(rng, story, day, rates(story, day).people * REQUESTS_PER_DEED * story.scale**0.38)
    _, probed = draw(rng, story, day, hours_flat(PROBES_A_DAY))
    count, probes = len(asked), len(probed)
    use = np.array([route.use for route in ROUTES], dtype=np.float64)
    route = np.searchsorted(np.cumsum(use) / use.sum(), rng.random(count))
    people = roster(story, day)
    user = people.pick(tenant, rng.random(count))
    customers = (*(customer.tenant_id for customer in tenants(story, day)), "")
    routes = np.concatenate([route, np.full(probes, len(ROUTES))])
    return Requests(
        started_us=np.concatenate([asked, probed]),
        route=routes,
        http_status=np.array(_STATUS)[
            np.searchsorted(_STATUS_ODDS, rng.random(count + probes) * _STATUS_ODDS[-1])
        ],
        duration_ms=_durations(rng, routes),
        staging=rng.random(count + probes) < 0.03,
        trace_id=ids("", rng, count + probes, 16),
        span_id=ids("", rng, count + probes),
        request_id=ids("req_", rng, count + probes),
        tenant_id=pick(customers, np.concatenate([tenant, np.full(probes, len(customers) - 1)])),
        user_id=pick((*people.person_id, ""), np.concatenate([user, np.full(probes, len(people.person_id))])),
    )


def _durations(rng: np.random.Generator, route: Ints) -> Floats:
    median = np.array([r.median_ms for r in _ALL])[route] * np.where(route == _SLOW, planted.SLOW_FACTOR, 1.0)
    return np.round(median * rng.lognormal(0.0, 0.55, len(route)), 3)


def spans_table(story: Story, day: int) -> pa.Table:
    """Rows of `spans`: each request's own, its database span, and a procedure's where there is one."""
    today = requests(story, day)
    rng = story.rng("spans", day)
    every = np.arange(len(today.route))
    called = np.flatnonzero(np.array([bool(route.procedure) for route in _ALL])[today.route])
    traced = np.concatenate([every, every, called])
    level = np.repeat([0, 1, 2], [len(every), len(every), len(called)])
    return _spans(story, day, today, rng, traced=traced, level=level)


def _spans(
    story: Story, day: int, today: Requests, rng: np.random.Generator, *, traced: Ints, level: Ints
) -> pa.Table:
    """`level` 0 is a server's span, 1 the database's, 2 a procedure's; `traced` is the request of each."""
    root, count = level == 0, len(level)
    share = np.select([root, level == 1], [1.0, rng.uniform(0.2, 0.6, count)], rng.uniform(0.65, 0.9, count))
    duration = today.duration_ms[traced] * share
    started = today.started_us[traced] + np.where(root, 0, duration * 200).astype(np.int64)
    route = today.route[traced]
    release, index = releases.versions(story, started)
    own = pa.concat_arrays([today.span_id, ids("", rng, count - len(today.route))])
    parents = pa.concat_arrays([today.span_id, pa.array([""])])
    taken = pa.array(traced)
    broken = today.broken[traced] & (level != 1)
    names = (
        *(f"{r.method} {r.path}" for r in _ALL),
        *(" ".join(r.statement.split()[:3]) for r in _ALL),
        *(r.procedure for r in _ALL),
    )
    return facts(
        within_day(started, story.start_us(day)),
        {
            "tenant_id": today.tenant_id.take(taken),
            "trace_id": today.trace_id.take(taken),
            "span_id": own,
            "parent_span_id": parents.take(pa.array(np.where(root, len(today.span_id), traced))),
            "service": pick(("api-gateway", "database", "crm-service"), level),
            "name": pick(names, route + level * len(_ALL)),
            "kind": pick(("server", "client", "internal"), level),
            "duration_ms": numbers(np.round(duration, 3)),
            "status": pick(("ok", "error"), broken.astype(np.int64)),
            "http_method": pick_some(tuple(r.method for r in _ALL), route, root),
            "http_route": pick_some(_PATHS, route, root),
            "http_status": numbers(today.http_status[traced], root),
            "db_system": pick_some(("postgresql",), np.zeros(count, np.int64), level == 1),
            "db_statement": pick_some(tuple(r.statement for r in _ALL), route, level == 1),
            "rpc_method": pick_some(tuple(r.procedure for r in _ALL), route, level == 2),
            "user_id": today.user_id.take(taken),
            "request_id": today.request_id.take(taken),
            "environment": pick(("production", "staging"), today.staging[traced].astype(np.int64)),
            "release": pick(release, index),
        },
    )


def server_error_rows(story: Story, day: int) -> dict[str, pa.Array]:
    """Columns of `errors` for the day's requests that the server failed, and when they were."""
    today = requests(story, day)
    chosen = np.flatnonzero(today.broken)
    taken = pa.array(chosen)
    ended = today.started_us[chosen] + (today.duration_ms[chosen] * 1_000).astype(np.int64)
    return {
        "moment": pa.array(within_day(ended, story.start_us(day))),
        "endpoint": pick(tuple(f"{r.method} {r.path}" for r in _ALL), today.route[chosen]),
        "tenant_id": today.tenant_id.take(taken),
        "user_id": today.user_id.take(taken),
        "trace_id": today.trace_id.take(taken),
        "staging": pa.array(today.staging[chosen]),
    }
