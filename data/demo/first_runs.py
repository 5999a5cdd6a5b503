"""What newcomers execute once they made their first flow: some of them often enough to be regulars."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyarrow as pa

from data.demo import workflows
from data.demo.columns import facts, numbers, pick, same
from data.demo.company import tenants
from data.demo.product import STEPS_TAKE_DAYS, first_steps
from data.demo.rhythm import rates
from data.demo.story import DAY_US, HOUR_US, Story

# So many executions at most, half a day apart; every other newcomer gets to ten of them.
_MOST, _HOURS_APART, _STOPS = 14, 9.0, 0.06
_DAYS = 12
_FIRST = "FlowExecuted"


def first_runs_table(story: Story, day: int) -> pa.Table:
    """Rows of `runs`: the first executions of newcomers that fall on this day."""
    since = max(0, day - STEPS_TAKE_DAYS - _DAYS)
    rows = pa.concat_tables([_runs_of(story, joined) for joined in range(since, day + 1)])
    start, moment = story.start_us(day), rows["moment"].to_numpy()
    # Who has gone silent executes nothing.
    running = cast("np.ndarray[Any, Any]", rates(story, day).machines.astype(bool).any(axis=1))
    kept = (moment >= start) & (moment < start + DAY_US) & running[rows["tenant"].to_numpy()]
    rows = rows.filter(pa.array(kept))
    tenant, template = rows["tenant"].to_numpy(), rows["template"].to_numpy()
    count = len(tenant)
    return facts(
        rows["moment"].to_numpy(),
        {
            "tenant_id": pick(tuple(customer.tenant_id for customer in tenants(story, day)), tenant),
            "run_id": rows["run_id"],
            "user_id": rows["user_id"],
            "workflow_name": pick(tuple(each.name for each in workflows.TEMPLATES), template),
            "action_type": pick(workflows.ACTIONS, workflows.TEMPLATE_CONNECTOR[template]),
            "kind": same("workflow", count),
            "status": same("success", count),
            "duration_ms": rows["duration_ms"],
            "trigger": same("manual", count),
        },
    )


def _runs_of(story: Story, joined: int) -> pa.Table:
    """All first executions of those who joined on a day."""
    rng, steps = story.rng("first runs", joined), first_steps(story, joined)
    done = np.array([step == _FIRST for step in steps["event_type"].to_pylist()], dtype=np.bool_)
    begun, tenant = steps["moment"].to_numpy()[done], steps["tenant"].to_numpy()[done]
    people = [who for who, here in zip(steps["user_id"].to_pylist(), done, strict=True) if here]
    shape = (len(begun), _MOST)
    pauses = rng.exponential(_HOURS_APART, shape) * HOUR_US
    pauses[:, 0] = 20_000_000
    goes_on = np.cumprod(rng.random(shape) >= _STOPS, axis=1).astype(bool)
    moment = begun[:, None] + np.cumsum(pauses, axis=1).astype(np.int64)
    who, number = np.nonzero(goes_on & (moment < story.start_us(joined + STEPS_TAKE_DAYS + _DAYS)))
    template = rng.integers(0, len(workflows.TEMPLATES), len(begun))[who]
    return pa.table(
        {
            "moment": moment[who, number],
            "tenant": tenant[who],
            "user_id": pa.array([people[w] for w in who], pa.string()),
            "run_id": pa.array(
                [f"run_first_{joined:04d}_{w:02d}_{n:02d}" for w, n in zip(who, number, strict=True)],
                pa.string(),
            ),
            "template": template,
            "duration_ms": numbers(np.round(rng.lognormal(6.5, 0.6, len(who)), 1)),
        }
    )
