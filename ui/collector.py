"""The collector on the Sources page: write keys, how to send, what arrived, what is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from data.store import StoreError
from ui import format as say
from ui.names import TABLE_NAMES

if TYPE_CHECKING:
    from service.write_keys import WriteKey
    from ui.context import Visit

HOUR_SECONDS = 3600
EVERY, ONE = "All tenants: the records say whose they are", "One tenant: all that comes in is this tenant's"
PLACEHOLDER = "YOUR_WRITE_KEY"
NEW, MADE = "collector_new_key", "collector_keys_made"
WHEN = "D MMM YYYY, HH:mm"


def show(visit: Visit) -> None:
    """The whole section."""
    st.markdown(
        "**Collector**",
        help="Programs send events, and OpenTelemetry's logs, traces and metrics, to this app over HTTP. "
        "What was answered with 200 is on disk, and in the store a moment later.",
    )
    try:
        keys = visit.house.collector.keys.all(visit.principal)
    except StoreError as error:
        st.warning(str(error))
        return
    with st.container(border=True, key="panel_collector", gap="small"):
        fresh = st.session_state.pop(NEW, None)
        if fresh:
            st.success("The new write key. Copy it now: only its hash is kept, so it is shown this once.")
            st.code(fresh, language=None)
        with st.container(horizontal=True, gap="small"):
            _create(visit)
            _revoke(visit, keys)
            _how_to_send(fresh or PLACEHOLDER)
        if keys:
            _keys(keys, visit.request.timezone)
        else:
            st.caption("No write key: nothing can be sent. Make one, and send an event with it.")
        if keys or _has_arrived(visit):
            _arrived(visit)


def _create(visit: Visit) -> None:
    with (
        # Under a new name it is closed, so that the new key is seen.
        st.popover(
            "New write key",
            icon=":material/add:",
            key=f"collector_create_{st.session_state.setdefault(MADE, 0)}",
        ),
        # What was typed stays where the key could not be made.
        st.form(f"collector_new_{st.session_state[MADE]}", border=False),
    ):
        name = st.text_input("What it is for", max_chars=80, placeholder="backend, production")
        whose = st.radio("It writes for", (EVERY, ONE))
        tenant = st.text_input("Tenant", max_chars=200, help="Its id, for a key of one tenant.")
        if st.form_submit_button("Make the key", type="primary"):
            try:
                chosen = _typed("the tenant that it writes for", tenant) if whose == ONE else None
                _, text = visit.house.collector.keys.create(
                    visit.principal, _typed("what the key is for", name), chosen
                )
            except (ValueError, StoreError) as error:
                st.error(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            else:
                st.session_state[NEW] = text
                st.session_state[MADE] += 1
                st.rerun()


def _typed(what: str, text: str) -> str:
    """What was typed; a ValueError says what to type where that is nothing."""
    if not text.strip():
        raise ValueError(f"say {what}")
    return text


def _revoke(visit: Visit, keys: tuple[WriteKey, ...]) -> None:
    if not keys:
        return
    with (
        st.popover("Revoke a key", icon=":material/block:", key="collector_revoke"),
        st.form("collector_revoking", border=False),
    ):
        chosen = st.selectbox("Key", keys, format_func=lambda key: f"{key.name} ({_prefix(key)})", index=None)
        st.caption("Nobody sends with it from now on; what came in stays.")
        if st.form_submit_button("Revoke") and chosen is not None:
            visit.house.collector.keys.revoke(visit.principal, chosen.id)
            st.rerun()


def _how_to_send(key: str) -> None:
    with st.popover("How to send", icon=":material/terminal:", key="collector_how"):
        url = address()
        st.markdown("**An event**, with any HTTP client")
        st.code(curl(url, key), language="bash")
        st.markdown("**OpenTelemetry**, in the environment of a program that uses its SDK")
        st.code(opentelemetry(url, key), language="bash")
        st.markdown("**Segment's libraries**")
        st.code(f'host = "{url}"\nwrite_key = "{key}"', language="python")
        if key == PLACEHOLDER:
            st.caption(f"Put a write key in the place of {PLACEHOLDER}.")


def curl(url: str, key: str) -> str:
    """One event from a terminal."""
    return (
        f"curl {url}/v1/events \\\n"
        f"  -H 'Authorization: Bearer {key}' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        """  -d '{"event": "report_opened", "tenant_id": "acme", "user_id": "u1"}'"""
    )


def opentelemetry(url: str, key: str) -> str:
    """What every SDK of OpenTelemetry reads from its environment."""
    return (
        f"OTEL_EXPORTER_OTLP_ENDPOINT={url}\n"
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n"
        "OTEL_EXPORTER_OTLP_COMPRESSION=gzip\n"
        f"OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20{key}"
    )


def address() -> str:
    """Where this page is, and so the collector."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}" if here.netloc else "http://127.0.0.1:8501"


def _keys(keys: tuple[WriteKey, ...], timezone: str) -> None:
    shown = pd.DataFrame(
        {
            "name": [key.name for key in keys],
            "tenant": ["all tenants" if key.tenant is None else key.tenant for key in keys],
            "key": [_prefix(key) for key in keys],
            "author": [key.author for key in keys],
            "created": [key.created_at for key in keys],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        row_height=32,
        height="content",
        key="collector_keys",
        alt="The write keys: name, tenant, how they begin, who made them and when",
        column_config={
            "name": st.column_config.TextColumn("Write key", width="medium"),
            "tenant": st.column_config.TextColumn("Writes for"),
            "key": st.column_config.TextColumn("Begins with"),
            "author": st.column_config.TextColumn("Made by"),
            "created": st.column_config.DatetimeColumn("Made", format=WHEN, timezone=timezone),
        },
    )


def _prefix(key: WriteKey) -> str:
    return f"tsk_{key.id}_…"


def _has_arrived(visit: Visit) -> bool:
    return visit.house.collector.lag(visit.principal).bytes > 0


@st.fragment(run_every=5)
def _arrived(visit: Visit) -> None:
    """What came in during the last hour, and what waits; looked at anew every few seconds."""
    collector = visit.house.collector
    lag = collector.lag(visit.principal)
    own = visit.house.stores.own()
    found = collector.arrived(visit.principal, own, HOUR_SECONDS) if own is not None else pd.DataFrame()
    rows = found[found["kind"] != ""] if len(found) else found
    refused = int(found["rows"].sum() - rows["rows"].sum()) if len(found) else 0
    st.caption(
        f"In the last hour: {say.count(int(rows['rows'].sum()) if len(rows) else 0)} rows, "
        f"{say.count(refused)} lines in quarantine. {waiting(lag.bytes, lag.seconds)}"
    )
    if lag.trouble:
        st.warning(lag.trouble)
    if lag.refused_files:
        st.warning(
            f"{say.count(lag.refused_files)} spool files could not be landed and were put aside, whole, in "
            "`spool/collector/refused`; the app's log says why."
        )
    if len(rows):
        _rows(rows, visit.request.timezone)


def waiting(size: int, seconds: float) -> str:
    """How far the store is behind."""
    if not size:
        return "All of it is in the store."
    return f"{say.size(size)} are on their way into the store, the oldest for {seconds:,.0f} s."


def _rows(rows: pd.DataFrame, timezone: str) -> None:
    shown = pd.DataFrame(
        {
            "kind": [TABLE_NAMES.get(kind, kind) for kind in rows["kind"]],
            "whose": [source.partition(":")[2] or "all tenants" for source in rows["source"]],
            "rows": rows["rows"],
            "last": rows["last_at"],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        row_height=32,
        height="content" if len(shown) <= 10 else 352,
        key="collector_arrived",
        alt="What arrived in the last hour: kind of data, whose keys, rows, last arrival",
        column_config={
            "kind": st.column_config.TextColumn("Data", width="medium"),
            "whose": st.column_config.TextColumn("Sent with keys of"),
            "rows": st.column_config.NumberColumn("Rows in the last hour", format="localized"),
            "last": st.column_config.DatetimeColumn("Last arrival", format=WHEN, timezone=timezone),
        },
    )
