"""The demo company: an integration platform with AI features, devices and a CRM, invented and always alive.

`fill` makes 120 days up to now, `extend` adds what happened since. Same moment, same rows; `PLANTED` says
what there is to be found.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.demo import bills
from data.demo.history import FILLED, OPENED, rows
from data.demo.landing import land
from data.demo.planted import PLANTED, Planted
from data.demo.story import DAYS, EPOCH, Story

if TYPE_CHECKING:
    from data.store import Store

__all__ = ["PLANTED", "SOURCE", "Planted", "Story", "extend", "fill", "last_moment", "rows", "story_of"]

SOURCE = "demo"
_MARKS_SQL = "select event_type from raw.events where event_type in ($opened, $filled)"
_OPENED_SQL = """
select occurred_at, attributes.days::double as days, attributes.scale::double as scale,
  attributes.seed::double as seed
from raw.events where event_type = $opened
"""


def fill(store: Store, now: datetime, *, days: int = DAYS, scale: float = 1.0) -> Counter[str]:
    """Put the company's days up to now into a store; gives the rows added by table."""
    return _append(store, Story.opened_at(now, days=days, scale=scale), None, now)


def extend(store: Store, since: datetime, now: datetime) -> Counter[str]:
    """Add what happened from `since` up to now; what is there already is not doubled.

    A filling that was cut short is finished first, and an empty store is filled.
    """
    marks = set(store.admin.frame(_MARKS_SQL, opened=OPENED, filled=FILLED)["event_type"])
    if OPENED not in marks:
        return fill(store, now)
    return _append(store, story_of(store), since if FILLED in marks else None, now)


def story_of(store: Store) -> Story:
    """The story that a store was filled with."""
    found = store.admin.frame(_OPENED_SQL, opened=OPENED)
    if found.empty:
        message = "This store holds no demo company; make one with `python -m data.demo`."
        raise LookupError(message)
    row = found.iloc[0]
    founded = row["occurred_at"].to_pydatetime().replace(tzinfo=UTC)
    story = Story(founded, 0, float(row["scale"]), int(row["seed"]))
    return Story(story.date(int(row["days"])), int(row["days"]), story.scale, story.seed)


def last_moment(store: Store) -> datetime:
    """Up to when everything is there for certain; 1970 where nothing is.

    Metrics are landed last of all, so an addition that was cut short lies after the newest of them.
    """
    found = store.admin.frame("select last_at from control.tables where name = 'metrics' and rows > 0")
    return found["last_at"].iloc[0].to_pydatetime().replace(tzinfo=UTC) if len(found) else EPOCH


def _append(store: Store, story: Story, since: datetime | None, now: datetime) -> Counter[str]:
    until = now.replace(second=0, microsecond=0)
    found = land(store, SOURCE, rows(story, since, until))
    if since is None:
        bills.close(store, story)
        found += land(store, SOURCE, bills.late_rows(story))
    return found
