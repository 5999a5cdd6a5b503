"""Every row of the demo company between two moments, table by table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import numpy as np
import pyarrow as pa

from data.demo import (
    ai,
    books,
    bursts,
    campaigns,
    crm,
    errors,
    first_runs,
    leads,
    logs,
    machines,
    own_plans,
    product,
    requests,
    resold,
    runs,
    visitors,
)
from data.demo.columns import facts, same
from data.demo.story import Story, micros

OPENED, FILLED = "demo_opened", "demo_filled"
# The column that says when a row of a table happened, where it is not `occurred_at`.
_WHEN = {"people": "created_at", "identities": "since", "llm_price_history": "replaced_at"}

Rows = tuple[str, pa.Table]
Chapter = Callable[[Story, int], Iterator[Rows]]


def rows(story: Story, since: datetime | None, until: datetime) -> Iterator[Rows]:
    """Rows from `since` (None: from the beginning) up to before `until`, each table in large pieces.

    Stretches that meet give what the whole would: a row is a matter of its own day alone.
    """
    until_us = micros(until)
    since_us = 0 if since is None else micros(since)
    yield from _states(story, since_us, until_us)
    # One chapter is written while the one before is being loaded.
    with ThreadPoolExecutor(1) as writer:
        written = writer.submit(_chapter, CHAPTERS[0], story, since_us, until_us)
        for chapter in CHAPTERS[1:]:
            finished = written.result()
            written = writer.submit(_chapter, chapter, story, since_us, until_us)
            yield from finished
        yield from written.result()


def _states(story: Story, since_us: int, until_us: int) -> Iterator[Rows]:
    """What is known of customers at the end, as far as it changed; rows here replace older ones."""
    last = story.day_of(until_us - 1)
    for name, table in (
        ("tenants", books.tenants_table(story, last, since_us, until_us)),
        ("subscriptions", books.subscriptions_table(story, last, since_us, until_us)),
        ("tenants", resold.tenants_table(story, since_us, until_us)),
        ("subscriptions", resold.subscriptions_table(story, since_us, until_us)),
        ("people", resold.people_table(story, since_us, until_us)),
    ):
        if table.num_rows:
            yield name, table


def _chapter(chapter: Chapter, story: Story, since_us: int, until_us: int) -> list[Rows]:
    """One chapter's rows of all the days, a piece for each kind of row."""
    found: dict[int, tuple[str, list[pa.Table]]] = {}
    for day in range(max(0, story.day_of(since_us)), story.day_of(until_us - 1) + 1):
        whole = day > 0 and since_us <= story.start_us(day) and story.start_us(day + 1) <= until_us
        for kind, (name, table) in enumerate(chapter(story, day)):
            kept = table if whole else _between(name, table, since_us, until_us)
            found.setdefault(kind, (name, []))[1].append(kept)
    pieces = [(name, pa.concat_tables(tables, promote_options="default")) for name, tables in found.values()]
    return [(name, piece) for name, piece in pieces if piece.num_rows]


def _between(name: str, table: pa.Table, since_us: int, until_us: int) -> pa.Table:
    moment = table[_WHEN.get(name, "occurred_at")].cast(pa.int64()).to_numpy()
    return table.filter(pa.array((moment >= since_us) & (moment < until_us)))


def _people(story: Story, day: int) -> Iterator[Rows]:
    people, identities = books.newcomers(story, day)
    yield "people", people
    yield "identities", identities
    yield "events", _mark(story, day, OPENED)


def _executions(story: Story, day: int) -> Iterator[Rows]:
    today = runs.runs(story, day)
    yield "runs", runs.runs_table(today)
    yield "runs", runs.jobs_table(story, day)
    yield "runs", first_runs.first_runs_table(story, day)
    yield "runs", resold.runs_table(story, day)
    yield "logs", logs.run_lines(today, story, day)
    yield "logs", logs.sign_in_lines(story, day)
    yield "logs", logs.machine_lines(story, day)


def _deeds(story: Story, day: int) -> Iterator[Rows]:
    yield "events", product.sessions_table(story, day)
    yield "events", resold.events_table(story, day)
    yield "events", product.messages_table(story, day)
    yield "events", bursts.device_table(story, day)
    yield "events", product.first_steps_table(story, day)
    yield "events", product.limits_table(story, day)
    yield "events", own_plans.templates_table(story, day)
    yield "events", visitors.visitors_table(story, day)
    yield "events", crm.notes_table(story, day)


def _calls(story: Story, day: int) -> Iterator[Rows]:
    yield "llm_calls", ai.calls_table(story, day)
    yield "llm_calls", bursts.questions_table(story, day)
    yield "llm_price_history", ai.repriced_table(story, day)
    yield "events", leads.scored_table(story, day)
    yield "events", leads.outcomes_table(story, day)
    yield "costs", books.costs_table(story, day)
    yield "costs", campaigns.campaign_costs_table(story, day)


def _requests(story: Story, day: int) -> Iterator[Rows]:
    yield "spans", requests.spans_table(story, day)
    yield "errors", errors.errors_table(story, day)


def _samples(story: Story, day: int) -> Iterator[Rows]:
    yield "metrics", machines.metrics_table(story, day)
    yield "events", _mark(story, day, FILLED)


CHAPTERS: tuple[Chapter, ...] = (_people, _calls, _executions, _deeds, _requests, _samples)


def _mark(story: Story, day: int, name: str) -> pa.Table:
    """A row of day 0 for later runs: `OPENED` comes first and names the story, `FILLED` comes last of all."""
    here = np.array([story.founded_us] if day == 0 else [], dtype=np.int64)
    return facts(
        here,
        {
            "event_id": same(name, len(here)),
            "event_type": same(name, len(here)),
            "days": pa.array([float(story.days)] * len(here), pa.float64()),
            "scale": pa.array([story.scale] * len(here), pa.float64()),
            "seed": pa.array([float(story.seed)] * len(here), pa.float64()),
        },
    )
