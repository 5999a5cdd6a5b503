"""Executions of workflows: who ran what, how long it took, and why it failed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from data.demo import planted, workflows
from data.demo.columns import Flags, Floats, Ints, facts, ids, numbers, pick, pick_some, same, within_day
from data.demo.company import tenants
from data.demo.people import roster
from data.demo.rhythm import draw, hours_flat, rates
from data.demo.story import HOUR_US, Story

STATUSES = ("success", "failed", "timeout", "cancelled")
SUCCESS, FAILED, TIMEOUT, CANCELLED = range(4)
_JOBS = ("nightly-billing-export", "search-reindex", "usage-rollup", "mail-queue-flush", "backup-verify")
_JOBS_A_DAY = 96.0


@dataclass(frozen=True)
class Runs:
    """A day's executions as numbers; `cause` is -1 where nothing failed."""

    finished_us: Ints
    tenant: Ints
    template: Ints
    connector: Ints
    status: Ints
    cause: Ints
    duration_ms: Floats
    touched: Flags
    run_id: pa.Array
    request_id: pa.Array
    trace_id: pa.Array
    user_id: pa.Array
    tenant_id: pa.Array

    @property
    def failure(self) -> Ints:
        """Index of its failure's message; what it is where nothing failed means nothing."""
        return self.connector * len(workflows.CAUSE_CODES) + np.maximum(self.cause, 0)


@lru_cache(maxsize=2)
def runs(story: Story, day: int) -> Runs:
    """A day's executions of workflows."""
    rng = story.rng("runs", day)
    customers = tenants(story, day)
    tenant, finished = draw(rng, story, day, rates(story, day).machines)
    count = len(tenant)
    shares = np.stack([workflows.shares(story, number) for number in range(len(customers))])
    template = (shares[tenant] < rng.random(count)[:, None]).sum(axis=1)
    connector = workflows.TEMPLATE_CONNECTOR[template]
    status, cause = _outcomes(rng, story, finished, connector)
    people = roster(story, day)
    # A workflow runs for the person who made it, one of the tenant's first.
    owner = people.first[tenant] + template * 7 % np.array([c.first_people for c in customers])[tenant]
    return Runs(
        finished_us=finished,
        tenant=tenant,
        template=template,
        connector=connector,
        status=status,
        cause=cause,
        duration_ms=_durations(rng, story, day, tenant, connector=connector, status=status),
        touched=story.rng("touched", day).random(count) < np.where(status == SUCCESS, 0.03, 0.25),
        run_id=ids("run_", rng, count),
        request_id=ids("req_", rng, count),
        trace_id=ids("", rng, count, 16),
        user_id=pick(people.person_id, owner),
        tenant_id=pick(tuple(customer.tenant_id for customer in customers), tenant),
    )


def _outcomes(rng: np.random.Generator, story: Story, finished: Ints, connector: Ints) -> tuple[Ints, Ints]:
    failing = np.array([c.failing for c in workflows.CONNECTORS])[connector]
    down = _is_down(story, finished, connector)
    chance = rng.random(len(finished))
    limit = np.where(down, 0.88, failing)
    status = np.select(
        [chance < limit, chance < limit + 0.005, chance < limit + 0.012],
        [FAILED, TIMEOUT, CANCELLED],
        SUCCESS,
    )
    cause = np.searchsorted(workflows.CAUSE_ODDS, rng.random(len(finished)))
    cause = np.where(down, workflows.UNAVAILABLE, cause)
    cause = np.select([status == FAILED, status == TIMEOUT], [cause, workflows.TIMED_OUT], -1)
    return status.astype(np.int64), cause.astype(np.int64)


def _is_down(story: Story, finished: Ints, connector: Ints) -> Flags:
    start = story.start_us(story.before_opening(planted.OUTAGE_DAYS_AGO))
    first, last = (start + hour * HOUR_US for hour in planted.OUTAGE_HOURS)
    is_connector = connector == workflows.ACTIONS.index(planted.OUTAGE_CONNECTOR)
    return is_connector & (finished >= first) & (finished < last)


def _durations(
    rng: np.random.Generator, story: Story, day: int, tenant: Ints, *, connector: Ints, status: Ints
) -> Floats:
    median = np.array([c.median_ms for c in workflows.CONNECTORS])[connector]
    duration = median * rng.lognormal(0.0, 0.75, len(tenant))
    if day >= story.before_opening(planted.NOISY_DAYS_AGO):
        duration *= np.where(tenant == planted.NOISY_TENANT, planted.NOISY_SLOWDOWN, 1.0)
    duration = np.where(status == CANCELLED, duration * 0.4, duration)
    duration[status == TIMEOUT] = 30_000.0
    return np.minimum(duration, 110_000.0).round(1)


def runs_table(day: Runs) -> pa.Table:
    """Rows of `runs` for workflows."""
    names = tuple(template.name for template in workflows.TEMPLATES)
    tenant_numbers = range(int(day.tenant.max(initial=0)) + 1)
    workflow_ids = tuple(
        f"wf_{tenant:03d}_{number:02d}" for tenant in tenant_numbers for number in range(len(names))
    )
    return facts(
        day.finished_us,
        {
            "tenant_id": day.tenant_id,
            "run_id": day.run_id,
            "user_id": day.user_id,
            "workflow_id": pick(workflow_ids, day.tenant * len(names) + day.template),
            "workflow_name": pick(names, day.template),
            "action_type": pick(workflows.ACTIONS, day.connector),
            "kind": same("workflow", len(day.tenant)),
            "status": pick(STATUSES, day.status),
            "duration_ms": numbers(day.duration_ms),
            "error_code": pick_some(workflows.CAUSE_CODES, np.maximum(day.cause, 0), day.cause >= 0),
            "error_message": pick_some(workflows.FAILURE_MESSAGES, day.failure, day.cause >= 0),
            "request_id": day.request_id,
            "trace_id": day.trace_id,
            "host": pick_some(
                workflows.CALLED,
                day.tenant * 7 % len(workflows.CALLED),
                day.connector == workflows.HTTP_ACTION,
            ),
            "human_intervention": pa.array(day.touched, mask=~day.touched),
            "trigger": pick(("schedule", "webhook", "manual"), day.template % 5 // 2),
        },
    )


def jobs_table(story: Story, day: int) -> pa.Table:
    """Rows of `runs` for the platform's own jobs, which belong to no tenant."""
    rng = story.rng("jobs", day)
    _, finished = draw(rng, story, day, hours_flat(_JOBS_A_DAY * story.scale))
    count = len(finished)
    failed = rng.random(count) < 0.02
    job = rng.integers(0, len(_JOBS), count)
    duration = np.round(rng.lognormal(8.2, 0.6, count), 1)
    return facts(
        within_day(finished, story.start_us(day)),
        {
            "run_id": ids("job_", rng, count),
            "workflow_id": pick(_JOBS, job),
            "workflow_name": pick(_JOBS, job),
            "kind": same("job", count),
            "status": pick(STATUSES, np.where(failed, FAILED, SUCCESS)),
            "duration_ms": numbers(duration),
            "error_code": pick_some(("lock_timeout",), np.zeros(count, np.int64), failed),
            "error_message": pick_some(
                ("The job waited 30 s for a lock and gave up",), np.zeros(count, np.int64), failed
            ),
            "attempt": numbers(rng.integers(1, 3, count).astype(np.float64)),
            "items": numbers(np.floor(duration * rng.lognormal(-3.0, 0.4, count))),
        },
    )
