"""Exceptions and error reports: the platform's usual ones, failed requests, and what a release brought."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.demo import planted, releases
from data.demo.columns import Flags, Ints, facts, ids, pick, within_day
from data.demo.company import tenants
from data.demo.people import roster
from data.demo.requests import server_error_rows
from data.demo.rhythm import draw, hours_flat, rates
from data.demo.story import Story

BACKGROUND_A_DAY = 90.0
ERRORS_PER_DEED = 0.085
RELEASE_ERRORS_PER_DEED = 0.03


@dataclass(frozen=True)
class Kind:
    """An error the platform is known to raise."""

    type: str
    message: str
    service: str
    endpoint: str
    handled: bool
    place: str
    odds: float

    @property
    def fingerprint(self) -> str:
        """The same for every report of this error."""
        return hashlib.blake2b(f"{self.type}{self.place}".encode(), digest_size=8).hexdigest()

    @property
    def stacktrace(self) -> str:
        """Where it was raised."""
        return f'Traceback (most recent call last):\n  File "{self.place}"\n{self.type}: {self.message}'


KINDS = (
    Kind(
        "ConnectionResetError",
        "device gateway lost the socket",
        service="device-gateway",
        endpoint="",
        handled=True,
        place="gateway/socket.py:88",
        odds=30,
    ),
    Kind(
        "TokenExpiredError",
        "access token expired, refresh failed",
        service="connector-worker",
        endpoint="POST /api/connections/:id/refresh",
        handled=True,
        place="connectors/oauth.py:141",
        odds=22,
    ),
    Kind(
        "ValidationError",
        "field 'email' is not an address",
        service="crm-service",
        endpoint="POST /rpc/lead.create",
        handled=True,
        place="crm/leads.py:57",
        odds=20,
    ),
    Kind(
        "TimeoutError",
        "no answer within 30 s",
        service="connector-worker",
        endpoint="",
        handled=False,
        place="connectors/http.py:203",
        odds=14,
    ),
    Kind(
        "KeyError",
        "'record_id'",
        service="workflow-engine",
        endpoint="",
        handled=False,
        place="engine/mapping.py:312",
        odds=8,
    ),
    Kind(
        "JSONDecodeError",
        "Expecting value: line 1 column 1",
        service="ai-service",
        endpoint="POST /api/ai/ask",
        handled=True,
        place="ai/parse.py:44",
        odds=6,
    ),
    Kind(
        "InternalServerError",
        "unhandled exception in request",
        service="api-gateway",
        endpoint="",
        handled=False,
        place="api/app.py:19",
        odds=0,
    ),
    Kind(
        planted.RELEASE_ERROR,
        "signature header has an unknown version 'v2'",
        service="webhook-gateway",
        endpoint="POST /hooks/:id",
        handled=False,
        place="hooks/verify.py:36",
        odds=0,
    ),
)
REQUEST_FAILED, FROM_RELEASE = 6, 7


def errors_table(story: Story, day: int) -> pa.Table:
    """Rows of `errors`."""
    rng = story.rng("errors", day)
    deeds = rates(story, day).people * story.scale**0.38
    tenant, moment = draw(rng, story, day, deeds * ERRORS_PER_DEED)
    _, lonely = draw(rng, story, day, hours_flat(BACKGROUND_A_DAY))
    new_tenant, new = draw(rng, story, day, deeds * RELEASE_ERRORS_PER_DEED)
    released = new >= releases.first_release_us(story)
    odds = np.array([kind.odds for kind in KINDS])
    usual = rng.choice(len(KINDS), len(moment), p=odds / odds.sum())
    customers = (*(customer.tenant_id for customer in tenants(story, day)), "")
    nobody = len(customers) - 1
    own = _Reports(
        moment=np.concatenate([moment, lonely, new[released]]),
        kind=np.concatenate([usual, np.zeros(len(lonely), np.int64), np.full(released.sum(), FROM_RELEASE)]),
        tenant=np.concatenate([tenant, np.full(len(lonely), nobody), new_tenant[released]]),
    )
    return pa.concat_tables([_own_table(rng, story, day, own, customers), _failed_requests(rng, story, day)])


@dataclass(frozen=True)
class _Reports:
    moment: Ints
    kind: Ints
    tenant: Ints


def _own_table(
    rng: np.random.Generator, story: Story, day: int, own: _Reports, customers: tuple[str, ...]
) -> pa.Table:
    people, count = roster(story, day), len(own.moment)
    known = own.tenant < len(customers) - 1
    user = people.pick(np.where(known, own.tenant, 0), rng.random(count))
    user = np.where(known & (rng.random(count) < 0.7), user, len(people.person_id))
    return facts(
        own.moment,
        {
            "tenant_id": pick(customers, own.tenant),
            "user_id": pick((*people.person_id, ""), user),
            "trace_id": ids("", rng, count, 16),
            "endpoint": pick(tuple(kind.endpoint for kind in KINDS), own.kind),
            **_described(rng, story, own.moment, own.kind, rng.random(count) < 0.05),
        },
    )


def _failed_requests(rng: np.random.Generator, story: Story, day: int) -> pa.Table:
    failed = server_error_rows(story, day)
    moment = within_day(failed.pop("moment").to_numpy(), story.start_us(day))
    staging = failed.pop("staging").to_numpy(zero_copy_only=False)
    kind = np.full(len(moment), REQUEST_FAILED)
    columns = {name: failed[name] for name in ("tenant_id", "user_id", "trace_id", "endpoint")}
    return facts(moment, {**columns, **_described(rng, story, moment, kind, staging)})


def _described(
    rng: np.random.Generator, story: Story, moment: Ints, kind: Ints, staging: Flags
) -> dict[str, pa.Array]:
    release, index = releases.versions(story, moment)
    return {
        "error_id": ids("err_", rng, len(kind)),
        "service": pick(tuple(k.service for k in KINDS), kind),
        "environment": pick(("production", "staging"), staging.astype(np.int64)),
        "release": pick(release, index),
        "type": pick(tuple(k.type for k in KINDS), kind),
        "message": pick(tuple(k.message for k in KINDS), kind),
        "stacktrace": pick(tuple(k.stacktrace for k in KINDS), kind),
        "handled": pa.array(np.array([k.handled for k in KINDS])[kind]),
        "fingerprint": pick(tuple(k.fingerprint for k in KINDS), kind),
    }
