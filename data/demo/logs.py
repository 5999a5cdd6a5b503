"""Log lines: one for each execution, sign-ins, and what the machines say of themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.demo import workflows
from data.demo.columns import facts, ids, numbers, pick, same
from data.demo.company import tenants
from data.demo.people import roster
from data.demo.rhythm import draw, hours_flat, rates
from data.demo.runs import CANCELLED, FAILED, TIMEOUT, Runs
from data.demo.story import Story

SIGN_INS_PER_DEED = 0.12
MACHINE_LINES_A_DAY = 150.0
_DONE = ("Workflow executed successfully", "Workflow cancelled by its owner")
_MESSAGES = (*_DONE, *(f"Workflow failed: {message}" for message in workflows.FAILURE_MESSAGES))
_HOSTS = tuple(f"worker-{number}" for number in (1, 2, 3))


@dataclass(frozen=True)
class Line:
    """A line that machines write, without a tenant."""

    level: str
    message: str
    logger: str
    service: str
    odds: float


MACHINE_LINES = (
    Line("debug", "heartbeat", "scheduler", "scheduler", 40),
    Line("info", "container started", "containerd", "infrastructure", 8),
    Line("info", "container stopped", "containerd", "infrastructure", 7),
    Line("info", "checkpoint complete: wrote 412 buffers", "postgres", "database", 16),
    Line(
        "warn",
        "duration: 134.2 ms statement: select day, sum(amount) from usage group by day",
        "postgres",
        "database",
        12,
    ),
    Line("warn", "queue longer than 500 messages", "broadcast", "device-gateway", 6),
    Line("error", "liveness probe failed: connection refused", "kubelet", "infrastructure", 0.6),
    Line("info", "scaled worker deployment to 4 replicas", "autoscaler", "infrastructure", 3),
    Line("info", "certificate renewed", "cert-manager", "infrastructure", 0.4),
)


def run_lines(day: Runs, story: Story, number: int) -> pa.Table:
    """Rows of `logs` for executions: the line each leaves when it ends."""
    rng, count = story.rng("run lines", number), len(day.tenant)
    failed = (day.status == FAILED) | (day.status == TIMEOUT)
    level = np.select([failed, day.status == CANCELLED], [2, 1], 0)
    message = np.select([failed, day.status == CANCELLED], [day.failure + len(_DONE), 1], 0)
    return facts(
        day.finished_us,
        {
            "tenant_id": day.tenant_id,
            "log_id": ids("log_", rng, count),
            "level": pick(("info", "warn", "error"), level),
            "message": pick(_MESSAGES, message),
            "logger": same("workflow.engine", count),
            "service": same("ipaas-api", count),
            "host": pick(_HOSTS, rng.integers(0, len(_HOSTS), count)),
            "environment": same("production", count),
            "user_id": day.user_id,
            "request_id": day.request_id,
            "trace_id": day.trace_id,
            "action_type": pick(workflows.ACTIONS, day.connector),
            "duration_ms": numbers(day.duration_ms),
        },
    )


def sign_in_lines(story: Story, day: int) -> pa.Table:
    """Rows of `logs` for people who sign in, some with a wrong password."""
    rng = story.rng("sign-ins", day)
    tenant, moment = draw(rng, story, day, rates(story, day).people * SIGN_INS_PER_DEED * story.scale**0.38)
    count, people = len(tenant), roster(story, day)
    refused = (rng.random(count) < 0.06).astype(np.int64)
    return facts(
        moment,
        {
            "tenant_id": pick(tuple(customer.tenant_id for customer in tenants(story, day)), tenant),
            "log_id": ids("log_", rng, count),
            "level": pick(("info", "warn"), refused),
            "message": pick(("Signed in", "Sign-in refused: wrong password"), refused),
            "logger": same("audit.authentication", count),
            "service": same("identity", count),
            "host": same("app-1", count),
            "environment": same("production", count),
            "user_id": pick(people.person_id, people.pick(tenant, rng.random(count))),
            "country": pick(("US", "DE", "GB", "SG", "AU", "BR", "IN", "PL"), rng.integers(0, 8, count)),
        },
    )


def machine_lines(story: Story, day: int) -> pa.Table:
    """Rows of `logs` that have no tenant: scheduler, containers, database."""
    rng = story.rng("machine lines", day)
    _, moment = draw(rng, story, day, hours_flat(MACHINE_LINES_A_DAY))
    count = len(moment)
    odds = np.array([line.odds for line in MACHINE_LINES])
    line = rng.choice(len(MACHINE_LINES), count, p=odds / odds.sum())
    return facts(
        moment,
        {
            "log_id": ids("log_", rng, count),
            "level": pick(tuple(each.level for each in MACHINE_LINES), line),
            "message": pick(tuple(each.message for each in MACHINE_LINES), line),
            "logger": pick(tuple(each.logger for each in MACHINE_LINES), line),
            "service": pick(tuple(each.service for each in MACHINE_LINES), line),
            "host": pick(_HOSTS, rng.integers(0, len(_HOSTS), count)),
            "environment": same("production", count),
        },
    )
