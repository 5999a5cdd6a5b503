"""Sessions: what one person did in one go, whether the sender says where they begin or a pause does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from analytics.scope import Scope
from analytics.settings import CAMPAIGN_FIELDS, SESSION_GAP
from analytics.sql import blocks, with_fields
from analytics.view import View
from analytics.zones import naive

SQL = blocks(__file__)
SESSIONS = with_fields(SQL["sessions"], campaign=CAMPAIGN_FIELDS)


def sessions(
    view: View,
    scope: Scope,
    *,
    since: datetime | None = None,
    person: tuple[str, str] = ("", ""),
    visits: bool = False,
    gap: timedelta = SESSION_GAP,
) -> pd.DataFrame:
    """Rows of `events` from `since` to the window's end in sessions: whose, from when to when, what campaign.

    A person is whom `identities` call the row's user or visitor, within a tenant; rows of nobody are in no
    session. The sender's sessions stand: rows of one person with one `session_id` are one session. Rows
    without one begin a new session when more than the gap lies between two of them, or when a row names
    another campaign than the session's; a row that names none changes nothing. What lies before `since` is
    not seen, so a session that reaches back further begins there. With a `person` (its tenant and itself)
    only that person's; with `visits` only those of visitors: sessions with an anonymous row or a campaign.
    """
    return view.frame(
        scope,
        SESSIONS,
        since=naive(since or scope.start),
        until=scope.end.replace(tzinfo=None),
        tenant=person[0],
        person=person[1],
        visits=visits,
        gap_us=gap // timedelta(microseconds=1),
    )
