"""What people and devices do in the product: sessions, device data, first steps, plan limits."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyarrow as pa

from data.demo import planted
from data.demo.browsers import NEWCOMERS, of_newcomers, of_sessions
from data.demo.columns import Floats, facts, ids, numbers, pick, same, within_day
from data.demo.company import Tenant, tenants
from data.demo.people import joiners, roster
from data.demo.rhythm import draw, rates
from data.demo.story import DAY_US, HOUR_US, Story

SESSIONS_PER_DEED = 0.62
MESSAGES_PER_RUN = 0.16
_DEEDS = (
    ("app_opened", "/home", 20),
    ("workflow_viewed", "/workflows", 22),
    ("workflow_edited", "/workflows/edit", 9),
    ("workflow_created", "/workflows/new", 2.5),
    ("run_inspected", "/runs", 14),
    ("dashboard_viewed", "/dashboards", 13),
    ("widget_added", "/dashboards/edit", 2),
    ("ai_question_asked", "/assistant", 7),
    ("lead_opened", "/crm/leads", 6),
    ("opportunity_moved", "/crm/board", 2),
    ("device_viewed", "/devices", 4),
    ("report_exported", "/reports", 1.2),
    ("connector_connected", "/connections", 0.9),
    ("teammate_invited", "/settings/people", 0.4),
    ("audit_trail_opened", "/settings/audit", 0.012),
)
_DEED_TYPES = tuple(deed for deed, _, _ in _DEEDS)
_DEED_ODDS = np.cumsum([odds for _, _, odds in _DEEDS]) / sum(odds for _, _, odds in _DEEDS)
_COUNTRIES = ("US", "DE", "GB", "SG", "AU", "BR", "IN", "PL", "FR")
_SENSORS = ("temperature", "humidity", "vibration", "power", "door")
# What a newcomer does, the share of those before who get there, and the median hours it takes.
FIRST_STEPS = (
    ("registered", 1.0, 0.0),
    ("OrgCreated", 0.98, 0.05),
    ("ProjectCreated", 0.96, 0.2),
    ("service_connected", 0.94, 0.6),
    ("DeviceRegistered", 0.90, 3.0),
    ("FirstDeviceData", 0.95, 1.0),
    ("FirstDashboardWidget", 0.94, 3.0),
    ("FirstLiveWidgetData", 0.96, 0.4),
    ("FlowCreated", 0.93, 6.0),
    ("FlowExecuted", 0.97, 1.0),
)
_STEP_NAMES = tuple(name for name, _, _ in FIRST_STEPS)
_STUCK_AT = _STEP_NAMES.index("DeviceRegistered")
STEPS_TAKE_DAYS = 15
_LIMIT_DAYS = 3


def sessions_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: what people click through in their sessions."""
    rng = story.rng("sessions", day)
    expected = rates(story, day).people * SESSIONS_PER_DEED * story.scale**0.38
    tenant, opened = draw(rng, story, day, expected)
    people = roster(story, day)
    person = people.pick(tenant, rng.random(len(tenant)))
    length = np.minimum(rng.geometric(0.16, len(tenant)), 40)
    session = np.repeat(np.arange(len(tenant)), length)
    count = len(session)
    step = np.arange(count) - np.repeat(np.cumsum(length) - length, length)
    deed = np.searchsorted(_DEED_ODDS, rng.random(count))
    pause = np.cumsum(rng.exponential(45.0, count) * 1e6).astype(np.int64)
    done = np.where(step == 0, 0, deed)
    begun = np.flatnonzero(step == 0)
    moment = opened[session] + pause - (pause[begun][session] if count else pause)
    country = rng.integers(0, len(_COUNTRIES), len(people.person_id))[person]
    return facts(
        within_day(moment, story.start_us(day)),
        {
            "tenant_id": pick(_tenant_ids(story, day), tenant[session]),
            "event_id": ids("ev_", rng, count),
            "event_type": pick(_DEED_TYPES, done),
            "user_id": pick(people.person_id, person[session]),
            "session_id": ids("s_", rng, len(tenant), 6).take(pa.array(session)),
            "project_id": pick(("project_1", "project_2"), (session % 3 // 2)),
            "page": pick(tuple(page for _, page, _ in _DEEDS), done),
            "country": pick(_COUNTRIES, country[session]),
            **of_sessions(story.rng("browser timings", day), done, _DEED_TYPES.index("dashboard_viewed"), 0),
        },
    )


def messages_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: batches of messages that devices sent."""
    rng = story.rng("messages", day)
    tenant, moment = draw(rng, story, day, rates(story, day).machines * MESSAGES_PER_RUN)
    count = len(tenant)
    device = rng.integers(1, 13, count)
    return facts(
        moment,
        {
            "tenant_id": pick(_tenant_ids(story, day), tenant),
            "event_id": ids("ev_", rng, count),
            "event_type": same("message_ingested", count),
            "entity_id": pick(tuple(f"device_{number:02d}" for number in range(13)), device),
            "project_id": pick(("project_1", "project_2"), device % 2),
            "sensor": pick(_SENSORS, device % len(_SENSORS)),
            "messages": numbers(rng.geometric(0.05, count).astype(np.float64)),
            "ingest_ms": numbers(np.round(rng.lognormal(3.9, 0.6, count), 1)),
            "broadcast_ms": numbers(np.round(rng.lognormal(3.4, 0.7, count), 1)),
        },
    )


def first_steps_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: the first steps that newcomers of the last two weeks took on this day."""
    taken = [first_steps(story, joined) for joined in range(max(0, day - STEPS_TAKE_DAYS), day + 1)]
    rows = pa.concat_tables(taken)
    start = story.start_us(day)
    moment = rows["moment"].to_numpy()
    today = pa.array((moment >= start) & (moment < start + DAY_US))
    rows = rows.filter(today)
    tenant = rows["tenant"].to_numpy()
    return facts(
        rows["moment"].to_numpy(),
        {
            "tenant_id": pick(_tenant_ids(story, day), tenant),
            "event_id": rows["event_id"],
            "event_type": rows["event_type"],
            "user_id": rows["user_id"],
            "anonymous_id": rows["anonymous_id"],
            "step": rows["step"],
            **{name: rows[name] for name in NEWCOMERS},
        },
    )


@lru_cache(maxsize=64)
def first_steps(story: Story, joined: int) -> pa.Table:
    """The first steps of those who joined on a day, whenever they took them."""
    rng, group = story.rng("first steps", joined), joiners(story, joined)
    count, steps = len(group.tenant), len(FIRST_STEPS)
    hours = np.array([median for _, _, median in FIRST_STEPS]) * rng.lognormal(0.0, 1.0, (count, steps))
    done = np.cumprod(rng.random((count, steps)) < [share for _, share, _ in FIRST_STEPS], axis=1) > 0
    moment = group.joined_us[:, None] + np.cumsum(hours * HOUR_US, axis=1).astype(np.int64)
    done &= moment < story.start_us(joined + STEPS_TAKE_DAYS)
    told = of_newcomers(story.rng("newcomers", joined), count)
    if joined >= story.before_opening(planted.STUCK_DAYS_AGO):
        stuck = np.array([each == planted.STUCK_DEVICE for each in told["device"].to_pylist()], np.bool_)
        done[stuck, _STUCK_AT:] = False
    who, step = np.nonzero(done)
    return pa.table(
        {
            "moment": moment[done],
            "tenant": group.tenant[who],
            "event_id": pa.array(
                [f"ev_first_{joined:04d}_{w:02d}_{s}" for w, s in zip(who, step, strict=True)], pa.string()
            ),
            "event_type": pick(_STEP_NAMES, step),
            "user_id": pa.array([group.person_id[w] for w in who], pa.string()),
            "anonymous_id": pa.array(
                [group.anonymous[w] if s == 0 else "" for w, s in zip(who, step, strict=True)], pa.string()
            ),
            "step": pa.array(step + 1.0, pa.float64()),
            **{name: values.take(pa.array(who)) for name, values in told.items()},
        }
    )


def limits_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: tenants stopped at their plan's limit, some for the days before they upgrade."""
    rng = story.rng("limits", day)
    customers = tenants(story, day)
    rate = np.array([_limit_hits(story, tenant, day) for tenant in customers]) * rates(
        story, day
    ).machines.astype(bool).any(axis=1)
    tenant, moment = draw(rng, story, day, _office_hours(rate))
    count, people = len(tenant), roster(story, day)
    plans = [customers[number].plan_at(int(at)) for number, at in zip(tenant, moment, strict=True)]
    return facts(
        moment,
        {
            "tenant_id": pick(_tenant_ids(story, day), tenant),
            "event_id": ids("ev_", rng, count),
            "event_type": same("plan_limit_reached", count),
            "user_id": pick(people.person_id, people.pick(tenant, rng.random(count))),
            "limit": same("executions", count),
            "plan": pa.array(plans, pa.string()),
        },
    )


def _limit_hits(story: Story, tenant: Tenant, day: int) -> float:
    start = story.start_us(day)
    upgrades = [change.at_us for change in tenant.changes if change.reason == "limit_reached"]
    if any(start < at <= start + (_LIMIT_DAYS + 1) * DAY_US for at in upgrades):
        # On the day of the upgrade itself the limit is gone.
        return 0.0 if any(at < start + DAY_US for at in upgrades) else 6.0
    return 0.02 if tenant.plan_at(start) == "free" else 0.008


def _office_hours(a_day: Floats) -> Floats:
    hours = np.zeros(24)
    hours[8:18] = 0.1
    return a_day[:, None] * hours


def _tenant_ids(story: Story, day: int) -> tuple[str, ...]:
    return tuple(customer.tenant_id for customer in tenants(story, day))
