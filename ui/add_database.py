"""Adding a database on the Sources page: its address, one of its tables, what its columns fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from data.config import ConfigError
from data.mapping import Mapping, MappingError
from data.sources import sql_schema, sql_section
from data.sources.refusal import SourceError, Untold
from data.tables import TABLES
from service import databases
from service.remap import remapped, target_of, targets
from ui import format as say
from ui.names import TABLE_NAMES
from ui.scope_bar import zones

if TYPE_CHECKING:
    from data.sources.sql_schema import Proposal, Relation
    from ui.context import Visit

OPEN, FOUND = "add_database", "databases_found"
AS_FOUND = "as the database says"
UNZONED = "Its times carry no zone; they are read as UTC. Choose the zone they are in."
REFUSALS = (SourceError, ConfigError, MappingError)
# What people call the types, where the database has no name for one.
TYPES = {
    "naive": "time, no zone",
    "aware": "time",
    "whole": "whole number",
    "decimal": "exact number",
    "float": "number",
    "truth": "yes or no",
    "span": "length of time",
    "json": "JSON",
}
EXAMPLE = "postgresql://reader:${DB_PASSWORD}@db.example/app"


def button() -> None:
    """Opens the dialog."""
    st.button("Add a database", icon=":material/add:", key="add_database_open", on_click=_open)


def _open() -> None:
    st.session_state[OPEN] = True
    st.session_state.pop(FOUND, None)


def dialog(visit: Visit) -> None:
    """The dialog, where it was asked for."""
    if st.session_state.pop(OPEN, False):
        st.dialog("Add a database", width="large", position="right")(_steps)(visit)


def _steps(visit: Visit) -> None:
    url = st.text_input(
        "Address of the database",
        placeholder=EXAMPLE,
        # Whoever writes a password into it does not show it to the room.
        type="password",
        key="database_url",
        help="PostgreSQL, MySQL, MariaDB or SQLite, as SQLAlchemy writes it. Put the password into an "
        "environment variable of the app, and its name here: `${DB_PASSWORD}`.",
    )
    if not url:
        st.caption("A login that may only read is enough, and the best.")
        return
    try:
        found = _remembered(("tables", url), lambda: databases.tables(visit.principal, url))
        relation = st.selectbox(
            "Table or view",
            found,
            format_func=_named,
            index=None,
            key=f"relation_{url}",
            placeholder="Choose one",
        )
        if relation is not None:
            _proposal(visit, url, relation)
    except REFUSALS as error:
        st.error(say.worded(str(error)).replace("`url`", "the address"), icon=":material/error:")


def _named(relation: Relation) -> str:
    about = "" if relation.rows is None else f" · about {say.count(relation.rows, compact=True)} rows"
    return f"{relation.name} ({relation.kind}){about}"


def _proposal(visit: Visit, url: str, relation: Relation) -> None:
    """How the table would be read, what can be changed about that, and the button that adds it."""
    with st.grid(2, min_column_width=200, gap="small"):
        name = st.text_input(
            "Name of the source", value=sql_schema.source_name(relation.name), key=f"name_{relation.name}"
        )
        zone = st.selectbox(
            "Times without a zone are in",
            [AS_FOUND, *zones(st.context.timezone, visit.request.timezone)],
            key=f"zone_{relation.name}",
        )
    timezone = None if zone == AS_FOUND else zone
    ask = _asking(visit, url, relation.name, timezone)
    if ask is None:
        return
    proposal = ask(None)
    if proposal.mapping is None:
        st.caption("It has no rows yet, so there is nothing to map. Add it once it has.")
        return
    if proposal.unzoned:
        st.warning(UNZONED, icon=":material/schedule:")
    table = _table(relation, proposal)
    if table != proposal.table:
        proposal = ask(table)
    st.caption(say.plain(proposal.notes))
    mapping, columns = _edited(proposal)
    mutable = _mutable(proposal)
    text = sql_section.section(proposal, name, url, columns, mapping, mutable=mutable)
    st.code(text, language="toml")
    doubled = _doubled(mapping, columns)
    if doubled:
        st.warning(f"Two columns fill {doubled}: let one of them be an attribute.", icon=":material/warning:")
    missing = databases.missing(text)
    if missing:
        st.warning(
            f"The password stays out of the file: the section reads the environment variable {missing[0]}, "
            "which the app does not have. Copy the section into `tenantscope.toml`, set the variable "
            f"(`export {missing[0]}=…`), and start the app again.",
            icon=":material/key:",
        )
    # Above the button: what stands below it is out of sight in a long dialog.
    refused = st.empty()
    if st.button(
        "Add to tenantscope.toml",
        type="primary",
        icon=":material/add:",
        key="database_add",
        disabled=bool(missing or doubled),
    ):
        try:
            databases.add(visit.principal, visit.house, text, mapping)
        except REFUSALS as error:
            refused.error(say.worded(str(error)), icon=":material/error:")
        else:
            st.rerun()


def _table(relation: Relation, proposal: Proposal) -> str:
    """What a row of the table is: as proposed, until a person says otherwise."""
    names = list(TABLE_NAMES)
    chosen: str = st.selectbox(
        "What a row is",
        names,
        index=names.index(proposal.table),
        format_func=TABLE_NAMES.__getitem__,
        key=f"table_{relation.name}",
    )
    return chosen


def _asking(
    visit: Visit, url: str, relation: str, timezone: str | None
) -> Callable[[str | None], Proposal] | None:
    """How the table is asked about, also as a table of ours; None while nobody has said what tells its rows
    apart.
    """
    ids: tuple[str, ...] = ()

    def ask(table: str | None) -> Proposal:
        with st.spinner("Reading its newest rows …"):
            return _remembered(
                ("proposal", url, relation, timezone, table, ids),
                lambda: databases.propose(visit.principal, url, relation, timezone, table=table, ids=ids),
            )

    try:
        ask(None)
    except Untold as error:
        ids = tuple(
            st.multiselect(
                "Nothing tells its rows apart: which columns do, together?",
                error.columns,
                key=f"ids_{relation}",
                placeholder="Choose one or more",
                select_all=False,
            )
        )
        if not ids:
            return None
    return ask


def _doubled(mapping: Mapping, columns: list[str]) -> str:
    """What two of the columns that are read would fill; nothing where each fills its own."""
    fills = [target for name in columns if (target := target_of(mapping, name)) != "attribute"]
    return next((target for target in fills if fills.count(target) > 1), "")


def _mutable(proposal: Proposal) -> bool:
    """Whether rows change; a table that is read whole each time is followed anyway."""
    if not proposal.cursor:
        return False
    return st.checkbox(
        "Rows change after they were written",
        value=proposal.mutable,
        disabled=TABLES[proposal.table].replaces,
        key=f"mutable_{proposal.relation}_{proposal.table}",
        help="The newest form of a row then replaces the older one.",
    )


def _edited(proposal: Proposal) -> tuple[Mapping, list[str]]:
    """Which columns are read, and what each fills; a person may choose otherwise."""
    mapping = proposal.mapping
    if mapping is None:
        raise MappingError(f"{proposal.relation} has no rows yet, so there is nothing to map.")
    names, always = [name for name, _ in proposal.columns], sql_section.needed(proposal)
    frame = pd.DataFrame(
        {
            "read": True,
            "column": names,
            "type": [TYPES.get(kind, kind) for _, kind in proposal.columns],
            "examples": [" · ".join(proposal.sample.samples(name)[:3])[:120] for name in names],
            "fills": [target_of(mapping, name) for name in names],
        }
    )
    fills = list(dict.fromkeys(["attribute", *targets(mapping), *frame["fills"]]))
    changed = st.data_editor(
        frame,
        hide_index=True,
        disabled=("column", "type", "examples"),
        height="content" if len(frame) <= 15 else "auto",
        key=f"columns_{proposal.relation}_{proposal.table}",
        alt="The columns of the table, whether each is read, examples of its values, and what it fills",
        column_config={
            "read": st.column_config.CheckboxColumn("Read", width="small"),
            "column": st.column_config.TextColumn("Column there", width="medium"),
            "type": st.column_config.TextColumn("Type"),
            "examples": st.column_config.TextColumn("Examples", width="medium"),
            "fills": st.column_config.SelectboxColumn("Fills", options=fills, required=True, width="medium"),
        },
    )
    for name, before, now in zip(names, frame["fills"], changed["fills"], strict=True):
        if now != before:
            mapping = remapped(mapping, name, now)
    chosen = [name for name, read in zip(names, changed["read"], strict=True) if read or name in always]
    return mapping, chosen


def _remembered(key: tuple[object, ...], ask: Callable[[], Any]) -> Any:
    """What the database answered, kept while the dialog is open."""
    known = st.session_state.setdefault(FOUND, {})
    if key not in known:
        known[key] = ask()
    return known[key]
