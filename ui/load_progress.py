"""A load that goes on, and the window that it filled once it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from ui import address, empty
from ui import format as say
from ui.navigation import link_to

if TYPE_CHECKING:
    from service.loading import Job
    from ui.context import Visit

FOLLOWED = "followed_load"


def follow(job_id: str) -> None:
    """This session wants to see how the load goes on."""
    st.session_state[FOLLOWED] = job_id


def show(visit: Visit) -> bool:
    """The load that this session started; whether it still goes on."""
    job_id = st.session_state.get(FOLLOWED)
    if job_id is None:
        return False
    try:
        job = visit.house.loading.job(job_id)
    except KeyError:
        del st.session_state[FOLLOWED]
        return False
    if not job.ended:
        st.fragment(going_on, run_every="1s")(visit, job_id)
        return True
    ended(visit, job)
    return False


def going_on(visit: Visit, job_id: str) -> None:
    """How far it is, looked at every second."""
    job = visit.house.loading.job(job_id)
    if job.ended:
        st.rerun()
    counts = job.counts
    share = min(1.0, counts.bytes_read / counts.bytes_total) if counts.bytes_total else 0.0
    read = f"{say.count(counts.lines)} lines, {say.count(counts.rows)} rows in"
    waiting = "Waiting for the load before it" if job.state == "waiting" else f"{say.plain(job.name)}: {read}"
    st.progress(share, text=waiting)
    st.button(
        "Stop", key="stop_load", on_click=visit.house.loading.cancel, args=(job_id,), icon=":material/stop:"
    )


def ended(visit: Visit, job: Job) -> None:
    """What became of it, and the way to see it."""
    if job.error:
        st.error(
            say.on_the_page(job.error), title=f"{say.plain(job.name)} was not loaded", icon=":material/error:"
        )
        return
    whole = job.state == "done" and not job.counts.quarantined
    (st.success if whole else st.warning)(
        say.plain(say.on_the_page(job.sentence)), icon=":material/check:" if whole else ":material/warning:"
    )
    if job.first_at is None or job.last_at is None:
        return
    window = empty.window_of(job.first_at, job.last_at, visit.request.timezone)
    if st.session_state.get("offered") != job.id:
        # The address may change only before its widget is drawn: in the next run, which begins now.
        st.session_state["offered"] = job.id
        wanted = replace(visit.request, window=window, demo=False, tenants=(), **address.UNFILTERED)
        address.change_next(wanted)
    label = f":blue[See what came in for {say.window(window)}]"
    link_to("activity", visit.principal, label, ":material/arrow_forward:")
