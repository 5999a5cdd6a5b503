"""Outreach over the board of churn: noting what was done about a tenant, its history, and the hold-out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, cast, get_args

import streamlit as st

from analytics import customers
from analytics.churn_outreach import CallList
from analytics.hold_out import MOST_HELD_OUT
from data.store import StoreError
from service.access import NotAllowed
from service.outreach import LONGEST_NOTE, LONGEST_OWNER, State
from ui import format as say
from ui.annotate import said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analytics.scope import Scope
    from service.outreach import Change, Outreach
    from ui.context import Visit

STATES = {
    "open": ":material/radio_button_unchecked: Open",
    "contacted": ":material/call: Contacted",
    "saved": ":material/check_circle: Saved",
    "lost": ":material/cancel: Lost",
    "false alarm": ":material/notifications_off: False alarm",
    "snoozed": ":material/snooze: Snoozed",
}
SNOOZE = timedelta(days=14)
HEIGHT = 220


def above(visit: Visit, scope: Scope) -> None:
    """The line over the board: what was done, for admins who is left alone; nothing for who presents."""
    if visit.principal.presenting is not None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="outreach"):
        if st.button("Note what was done", icon=":material/call:", key="outreach_open"):
            st.dialog("Outreach", width="medium", on_dismiss="rerun")(contents)(visit, scope)
        if visit.principal.admin and visit.principal.sees_all:
            with st.popover("Hold-out", key="pop_hold_out", on_change="rerun") as popover:
                if popover.open:
                    hold_out(visit, outreach(visit))


def outreach(visit: Visit) -> Outreach:
    """The outreach of the company that the page shows."""
    return visit.house.outreach(demo=visit.demo)


def contents(visit: Visit, scope: Scope) -> None:
    """What is in the dialog: the tenant, what is said of it now, and all that was said before."""
    names = visit.tenants()
    options = ordered(visit, scope, names)
    if not options:
        st.caption("There is no tenant to note anything of.")
        return
    chosen = visit.request.tenants
    at = options.index(chosen[0]) if len(chosen) == 1 and chosen[0] in options else 0
    tenant = st.selectbox(
        "Tenant",
        options,
        index=at,
        key="outreach_tenant",
        format_func=lambda each: names.get(each, each),
        help="Those to call first stand first.",
    )
    try:
        told = outreach(visit).history(visit.principal, tenant)
    except StoreError as error:
        st.error(said(error), icon=":material/error:")
        return
    form(visit, tenant, told[0] if told else None, looked_after_by(visit, replace(scope, where=None), tenant))
    history(visit, told)


def ordered(visit: Visit, scope: Scope, names: Mapping[str, str]) -> list[str]:
    """The tenants of the page, those to call first in the order of the list."""
    allowed = set(visit.request.tenants) or set(names)
    asked = visit.ask(CallList(), scope)
    first = [] if asked.exception() is not None else asked.result().frame["tenant_id"].tolist()
    return [
        *(each for each in first if each in allowed),
        *(each for each in names if each in allowed - set(first)),
    ]


def looked_after_by(visit: Visit, scope: Scope, tenant: str) -> str:
    """Who looks after a tenant, as every list has it."""
    asked = visit.ask(customers.known, scope)
    if asked.exception() is not None:
        return ""
    found = asked.result().frame.set_index("tenant_id")["owner"]
    return str(found.get(tenant) or "")


def form(visit: Visit, tenant: str, known: Change | None, named: str) -> None:
    """How it stands from now on; it begins with how it stood."""
    # A new key empties the form once it was taken, and for another tenant.
    key = f"{tenant}_{st.session_state.setdefault('outreach_round', 0)}"
    state = st.segmented_control(
        "How it stands",
        get_args(State),
        default=known.state if known else "open",
        required=True,
        key=f"outreach_state_{key}",
        format_func=STATES.__getitem__,
    )
    owner = st.text_input(
        "Owner", named, key=f"outreach_owner_{key}", max_chars=LONGEST_OWNER,
        placeholder="Who looks after it",
        help="Whoever its data name, unless another is noted here; empty: as the data have it.",
    )  # fmt: skip
    until = None
    if state == "snoozed":
        until = st.date_input(
            "Until", (visit.now + SNOOZE).date(), min_value=(visit.now + timedelta(days=1)).date(),
            key=f"outreach_until_{key}", help="It comes back to the list on that day.",
        )  # fmt: skip
    note = st.text_area(
        "Note", key=f"outreach_note_{key}", max_chars=LONGEST_NOTE, height=80,
        placeholder="What was said, what comes next …",
    )  # fmt: skip
    if st.button("Note it", icon=":material/check:", type="primary", key="outreach_add"):
        moment = datetime.combine(until, time(), UTC) if until is not None else None
        if tried(
            lambda: outreach(visit).change(
                visit.again().principal,
                tenant,
                state=cast("State", state),
                # Who is named already is not noted anew: when the data name another, the lists follow.
                owner=None if owner.strip() == named else owner.strip(),
                snoozed_until=moment,
                note=note,
            )
        ):
            st.session_state["outreach_round"] += 1
            st.rerun()


def history(visit: Visit, told: tuple[Change, ...]) -> None:
    """All that was said, the newest first."""
    st.markdown("**So far**")
    if not told:
        st.caption("Nothing yet.")
        return
    with st.container(height=HEIGHT if len(told) > 3 else "content", border=False, gap="xsmall"):
        for each in told:
            moment = say.moment(each.changed_at, visit.request.timezone, visit.now)
            who = f" · owner {each.owner}" if each.owner else ""
            until = each.snoozed_until
            back = f" until {say.moment(until, visit.request.timezone, visit.now)}" if until else ""
            st.markdown(f"{STATES[each.state]}{back}{f': {say.plain(each.note)}' if each.note else ''}")
            st.caption(say.plain(f"{moment} · by {each.author}{who}"))


def hold_out(visit: Visit, kept: Outreach) -> None:
    """The share of the tenants that is left alone; none by default."""
    try:
        now = kept.hold_out
    except StoreError as error:
        st.caption(say.plain(str(error)))
        return
    st.caption(
        "Tenants that nobody is told to call say what would have come without a call. They are chosen by "
        "their ids: always the same ones."
    )
    share = st.slider(
        "Left alone", 0, round(MOST_HELD_OUT * 100), round(now.share * 100) if now else 0, 5, format="%d%%",
        key="outreach_share",
    )  # fmt: skip
    if now is not None:
        moment = say.moment(now.changed_at, visit.request.timezone, visit.now)
        st.caption(say.plain(f"{now.share:.0%} since {moment}, by {now.author}"))
    if st.button(
        "Set it", key="outreach_hold", disabled=share == (round(now.share * 100) if now else 0)
    ) and tried(lambda: kept.hold(visit.again().principal, share / 100)):
        st.rerun()


def tried(what: Callable[[], object]) -> bool:
    """Whether it was done; otherwise why not is said."""
    try:
        what()
    except (NotAllowed, ValueError, StoreError) as error:
        st.error(said(error), icon=":material/error:")
        return False
    return True
