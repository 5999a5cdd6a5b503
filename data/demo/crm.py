"""Notes, tasks and contacts that account managers write in the CRM, as events without a user."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.demo import planted
from data.demo.columns import facts, ids, pick, same
from data.demo.company import tenants
from data.demo.story import HOUR_US, Story

_ENTRIES = (
    ("note_added", "Asked for a workflow that posts new leads to their chat"),
    ("note_added", "Finance wants the invoice by the fifth of the month"),
    ("note_added", "Plans to bring two more teams after the summer"),
    ("call_logged", "Went through last month's failures together; they reconnect the expired account"),
    ("call_logged", "Quarterly review: happy with the hours saved, wants a report to show around"),
    ("email_logged", "Sent the guide for retries on busy days"),
    ("task_created", "Send an example for the approval step"),
    ("task_created", "Check with them whether the limit still fits"),
)
_A_DAY = 3
_STATES = ("open", "done")
_WARNING = "Nobody answers: mails and calls of two weeks. The champion seems to have left"


def notes_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: a few entries a working day, and one about the customer that fell silent."""
    rng = story.rng("crm", day)
    there = tuple(each for each in tenants(story, day) if each.lost_us is None)
    count = _A_DAY if story.date(day).weekday() < 5 and there else 0
    which, entry = rng.integers(0, max(len(there), 1), count), rng.integers(0, len(_ENTRIES), count)
    at = story.start_us(day) + np.sort(rng.integers(8 * HOUR_US, 17 * HOUR_US, count))
    written = facts(
        at,
        {
            "event_id": ids("crm_", rng, count),
            "event_type": pick(tuple(kind for kind, _ in _ENTRIES), entry),
            "tenant_id": pick(tuple(each.tenant_id for each in there), which),
            "text": pick(tuple(text for _, text in _ENTRIES), entry),
            "author": pick(tuple(each.owner for each in there), which),
            # What is old is done.
            "task_status": pick(_STATES, np.full(count, int(day < story.days - 14))),
        },
    )
    return pa.concat_tables([written, _warning(story, day)], promote_options="default")


def _warning(story: Story, day: int) -> pa.Table:
    """Three days before the opening the owner of the silent customer writes down what is known."""
    rows = int(day == story.days - 3)
    silent = next((each for each in tenants(story, day) if each.number == planted.SILENT_TENANT), None)
    rows = rows if silent is not None else 0
    owner, name = (silent.owner, silent.tenant_id) if silent else ("", "")
    return facts(
        story.start_us(day) + np.full(rows, 11 * HOUR_US, dtype=np.int64),
        {
            "event_id": same("crm_silent", rows),
            "event_type": same("call_logged", rows),
            "tenant_id": same(name, rows),
            "text": same(_WARNING, rows),
            "author": same(owner, rows),
        },
    )
