"""Sources that are kept in sync, on the Sources page: how each is doing, what can be done about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from data.mapping import MappingError
from data.sources.refusal import SourceError, unnamed
from data.sync import sentences
from service import pulled
from ui import add_database, load_panel
from ui import format as say

if TYPE_CHECKING:
    from data.sync.engine import Progress
    from service.pulled import Pulled
    from ui.context import Visit

PHASES = {
    "waiting": ("in sync", "green", ":material/check:"),
    "syncing": ("syncing", "blue", ":material/sync:"),
    "failing": ("failing", "red", ":material/error:"),
    "paused": ("paused", "gray", ":material/pause:"),
    "on demand": ("on demand", "gray", ":material/touch_app:"),
    "off": ("switched off", "gray", ":material/block:"),
}
TRIED, TIMES = "tried_source", "tried_sources"
EXAMPLE = """[[sources]]
name = "app-logs"
kind = "elasticsearch"
url = "https://elastic.example:9200"
index = "logs-*"
api_key = "${ELASTIC_API_KEY}"

[[sources]]
name = "product"
kind = "sql"
url = "postgresql://reader:${DB_PASSWORD}@db.example/app"
relation = "product_events"
cursor = "created_at"
timezone = "UTC"
"""


def show(visit: Visit) -> None:
    """The whole section."""
    st.markdown(
        "**Kept in sync**",
        help="Systems that `tenantscope.toml` names are read as they grow: what is new first, then history. "
        "A change of the file is followed within seconds.",
    )
    name = st.session_state.pop(TRIED, None)
    with st.container(border=True, key="panel_pulled", gap="small"):
        _sources(visit, _has_rows(pulled.listed(visit.principal, visit.house)))
        add_database.button()
    add_database.dialog(visit)
    if name is not None:
        st.dialog(f"{say.plain(name)}: what it answers", width="large", position="right")(_tried)(visit, name)


@st.fragment(run_every=2)
def _sources(visit: Visit, had_rows: bool) -> None:  # noqa: FBT001  fragments keep arguments by place
    """Every source, looked at anew every few seconds."""
    found = pulled.listed(visit.principal, visit.house)
    if TRIED in st.session_state or had_rows != _has_rows(found):
        st.rerun()  # a dialog is opened by a whole run, and the first rows are seen in all of the page
    scheduler = visit.house.scheduler
    if scheduler.error:
        title = trouble(unreadable=scheduler.unreadable, sources=len(found))
        said = "\n".join(f"- {say.worded(line)}" for line in scheduler.error.splitlines())
        st.error(said, title=title, icon=":material/error:")
    elif not found:
        st.caption("None yet. Write `tenantscope.toml` beside the app, for example:")
        st.code(EXAMPLE, language="toml")
    for number, each in enumerate(found):
        if number:
            st.space("small")
        _source(visit, each)


def _has_rows(found: tuple[Pulled, ...]) -> bool:
    return any(each.rows for each in found)


def trouble(*, unreadable: bool, sources: int) -> str:
    """What a faulty configuration means for the sources that there are."""
    if not unreadable:
        return "Part of the configuration cannot be used" if sources else "No source can be used"
    still = ", so what it said before still holds" if sources else ""
    return f"The configuration cannot be read{still}"


def _source(visit: Visit, each: Pulled) -> None:
    status, name = each.status, each.status.settings.name
    label, colour, icon = PHASES[status.phase]
    if status.phase == "waiting" and (each.refused or each.state.timeless):
        label = "in sync, some refused" if each.refused else "in sync, some left out"
        colour, icon = "orange", ":material/warning:"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"pulled_{name}"):
        st.markdown(f"**{say.plain(name)}**", width="content")
        st.badge(label, color=colour, icon=icon)
        st.caption(_kind(each), width="content")
        st.space("stretch")
        _buttons(visit, each)
    st.caption(_facts(visit, each))
    if status.progress is not None:
        of = status.progress.of
        share = min(1.0, status.progress.records / of) if of else 0.0
        st.progress(share, text=_progress(each, status.progress))
    elif each.state.records and each.state.history_at is not None and not each.state.has_history:
        st.caption(
            f"History is in back to {_moment(visit, each.state.floor_at)}; it goes on with the next sync."
        )
    if status.waits:
        st.caption(f":orange[:material/hourglass: {say.worded(status.waits)}] It is asked again.")
    if each.refused:
        st.caption(
            f":orange[:material/warning: {say.count(each.refused)} "
            f"{'record' if each.refused == 1 else 'records'} could not be read, mostly: "
            f"{say.plain(each.reason)}.] See Quarantine below, where they are whole."
        )
    if each.state.timeless:
        st.caption(f":orange[:material/warning: {sentences.timeless(each.state.timeless)}]")
    for note in status.notes:
        st.caption(f":material/info: {say.worded(note)}")
    if status.error:
        st.error(say.worded(status.error), icon=":material/error:")
    elif each.state.note:
        st.caption(say.plain(each.state.note))


def _buttons(visit: Visit, each: Pulled) -> None:
    name, phase = each.status.settings.name, each.status.phase
    if phase in ("off", "on demand"):
        st.button("Try it", icon=":material/plug_connect:", key=f"try_{name}", on_click=_try, args=(name,))
        return
    st.button(
        "Resume" if phase == "paused" else "Sync now",
        icon=":material/sync:",
        key=f"sync_{name}",
        on_click=pulled.sync,
        args=(visit.principal, visit.house, name),
        disabled=phase == "syncing",
    )
    # Under a new name it is closed, so that it does not lie over the dialog.
    times = st.session_state.get(TIMES, 0)
    with st.popover("More", icon=":material/more_vert:", key=f"more_{name}_{times}"):
        if phase != "paused":
            st.button(
                "Pause",
                icon=":material/pause:",
                key=f"pause_{name}",
                on_click=pulled.pause,
                args=(visit.principal, visit.house, name),
            )
        st.button(
            "Try it, and preview the mapping",
            icon=":material/plug_connect:",
            key=f"try_{name}",
            on_click=_try,
            args=(name,),
        )
        st.button(
            "Count against the source",
            icon=":material/fact_check:",
            key=f"again_{name}",
            on_click=pulled.sync,
            args=(visit.principal, visit.house, name),
            kwargs={"again": True},
            help="Compares the records of every full hour as far back as `reconcile` says (7 days), and "
            "reads again those that differ. A change that moves neither time nor cursor is not seen.",
        )


def _try(name: str) -> None:
    st.session_state[TRIED] = name
    st.session_state[TIMES] = st.session_state.get(TIMES, 0) + 1


def _tried(visit: Visit, name: str) -> None:
    """What the source says when it is asked, and what its newest records would become."""
    try:
        with st.spinner("Asking the source …"):
            found = pulled.tried(visit.principal, visit.house, name)
    except (SourceError, MappingError, KeyError) as error:
        st.error(say.worded(unnamed(error, name)), icon=":material/error:")
        return
    st.success(say.plain(found.sentence), icon=":material/check:")
    if found.preview is None:
        if not found.on_demand:
            st.caption("It has no records yet, so there is nothing to map.")
        return
    fields = found.preview.fields
    st.dataframe(
        pd.DataFrame(
            {
                "field": [field.path for field in fields],
                "examples": [" · ".join(field.samples[:3])[:200] for field in fields],
                "fills": [field.target for field in fields],
            }
        ),
        hide_index=True,
        row_height=32,
        alt="The fields of the source, examples of their values, and the column that each fills",
        column_config={
            "field": st.column_config.TextColumn("Field at the source", width="medium"),
            "examples": st.column_config.TextColumn("Examples", width="large"),
            "fills": st.column_config.TextColumn("Fills", width="medium"),
        },
    )
    refused = found.preview.rejects
    if refused:
        st.warning(
            f"Of its newest records {len(refused)} or more would be refused, the first because: "
            f"{say.plain(refused[0][1])}.",
            icon=":material/warning:",
        )
    for note in found.preview.notes:
        st.caption(f":material/info: {say.worded(say.on_the_page(note))}")
    load_panel.first_rows(found.preview)
    st.caption(
        'Another column is named under the source in `tenantscope.toml`: `map = { tenant_id = "account" }`.'
    )


def _kind(each: Pulled) -> str:
    return {"sql": "SQL database", "scrape": "Endpoint of metrics"}.get(
        kind := str(getattr(each.status.settings, "kind", "")), kind.capitalize()
    )


def _facts(visit: Visit, each: Pulled) -> str:
    """Last and next sync, how much, how new."""
    status, state, now = each.status, each.state, visit.house.stores.clock()
    if status.phase == "on demand":
        return "asked when somebody opens a trace; nothing is pulled"
    synced = status.synced_at or state.synced_at
    parts = [f"synced {say.ago(now - synced)}" if synced else "not synced yet"]
    if status.next_at is not None:
        parts.append(f"next {_in(status.next_at - now)}")
    if each.rows:
        parts.append(f"{say.count(each.rows)} {'row' if each.rows == 1 else 'rows'} came in")
    if each.newest_at is not None:
        parts.append(f"newest record {say.ago(now - each.newest_at)}")
    if status.failures:
        parts.append("failed once" if status.failures == 1 else f"failed {status.failures} times in a row")
    return " · ".join(parts)


def _progress(each: Pulled, progress: Progress) -> str:
    rate = f", {say.count(each.status.per_second, compact=True)} a second" if each.status.per_second else ""
    of = f" of {say.count(progress.of)}" if progress.of else ""
    return f"{progress.part.capitalize()}: {say.count(progress.records)}{of} records{rate}"


def _in(ahead: timedelta) -> str:
    seconds = max(round(ahead.total_seconds()), 0)
    return f"in {seconds} s" if seconds < 100 else f"in {say.length(ahead)}"


def _moment(visit: Visit, instant: datetime | None) -> str:
    return say.moment(instant, visit.request.timezone, visit.now) if instant else "now"
