"""A panel as a list: what was written, a paragraph each, with who and when under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import format as say
from ui.labels import missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ui.asked import Asked

ICONS = {
    "note": "sticky_note_2",
    "task": "task_alt",
    "contact": "call",
    "outreach": "support_agent",
}
MOST = 40
HEIGHT = 380


def draw(asked: Asked) -> None:
    """The rows, the newest first; one element, as a list of them is read as a whole."""
    frame = asked.now.result().frame
    rows = frame.head(MOST).to_dict("records")
    several = frame["tenant"].nunique() > 1
    said = [paragraph(asked, row, several=several) for row in rows]
    if len(frame) > MOST:
        said.append(f":small[:gray[And {say.number(len(frame) - MOST)} more.]]")
    with st.container(height=HEIGHT if len(rows) > 5 else "content", border=False):
        st.markdown("\n\n".join(said))


def paragraph(asked: Asked, row: Mapping[str, object], *, several: bool) -> str:
    """What it says, how a task stands, when and by whom; of whom where there are several."""
    kind, state = str(row["kind"]), str(row["state"])
    moments = {
        name: row[name].to_pydatetime()  # pyright: ignore[reportAttributeAccessIssue]
        for name in ("happened_at", "due_at")
        if not missing(row[name])
    }
    facts = [kind, say.moment(moments["happened_at"], asked.scope.timezone, asked.scope.now)]
    facts += [f"by {row['author']}"] if row["author"] else []
    if state and "due_at" in moments and state != "done":
        facts.append(f"due {say.day(moments['due_at'], asked.scope.now)}")
    facts += [str(row["tenant"])] if several and row["tenant"] else []
    badge = f" :{'green' if state == 'done' else 'orange'}-badge[{state}]" if state else ""
    icon = f":material/{ICONS.get(kind, 'flag')}:"
    return f"{icon} {say.plain(str(row['text']))}{badge}  \n:small[:gray[{say.plain(' · '.join(facts))}]]"
