"""Sessions: what one person did in one go, whether the sender says where they begin or a pause does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    begun: datetime | None = None,
    of: Collection[tuple[str, str]] | None = None,
    visits: bool = False,
    gap: timedelta = SESSION_GAP,
) -> pd.DataFrame:
    """Rows of `events` from `since` to the window's end in sessions: whose, from when to when, what campaign.

    A person is whom `identities` call the row's user or visitor, within a tenant; rows of nobody are in no
    session. The sender's sessions stand: rows of one person with one `session_id` are one session. Rows
    without one begin a new session when more than the gap lies between two of them, or when a row names
    another campaign than the session's; a row that names none changes nothing. What lies before `since` is
    not seen, so a session that reaches back further begins there. With `begun` only sessions that begin from
    then on; with people `of` whom (each a tenant and a person) only theirs; with `visits` only those of
    visitors: sessions with an anonymous row or a campaign.
    """
    first = since or scope.start
    who = sorted(of) if of is not None else None
    found = _asked(view, scope, first, begun or first, gap, who=who, visits=visits, counted=False)
    return found.drop(columns=["visits", "visitors"])


def visits_begun(view: View, scope: Scope, *, since: datetime, gap: timedelta = SESSION_GAP) -> pd.DataFrame:
    """How many visits begin in the window, and of how many people, by campaign; seen from `since` on."""
    found = _asked(view, scope, since, scope.start, gap, who=None, visits=True, counted=True)
    return found[["campaign", "visits", "visitors"]]


def _asked(
    view: View,
    scope: Scope,
    since: datetime,
    begun: datetime,
    gap: timedelta,
    *,
    who: Sequence[tuple[str, str]] | None,
    visits: bool,
    counted: bool,
) -> pd.DataFrame:
    micros = gap // timedelta(microseconds=1)
    # Asked first, as mostly nobody is or few are, and then rows from before need not be looked at one by one.
    about = view.frame(scope, SQL["about"], begun=naive(begun), gap_us=micros) if since < begun else None
    return view.frame(
        scope,
        SESSIONS,
        about_tenants=[] if about is None else about["tenant_id"].tolist(),
        about_people=[] if about is None else about["person"].tolist(),
        anyone_about=about is not None and len(about) > 0,
        since=naive(since),
        begun=naive(begun),
        until=naive(scope.end),
        anyone=who is None,
        tenants=[tenant for tenant, _ in who or ()],
        people=[person for _, person in who or ()],
        visits=visits,
        counted=counted,
        gap_us=micros,
    )
