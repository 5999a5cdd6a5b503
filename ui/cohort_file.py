"""A cohort from a file: a list of people or tenants that somebody has, kept as it is."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from analytics.cohort import Cohort, CohortMembers
from analytics.criteria import MOST_LISTED, AnyOf, Did, Listed
from analytics.steps import Step
from analytics.view import QueryCancelled, QueryTimeout
from ui import cohorts
from ui import format as say
from ui.cohort_list import size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.members import Unit
    from analytics.scope import Scope
    from ui.context import Visit

TENANTS = ("tenant_id", "tenant id", "tenant")
PEOPLE = ("user_id", "person_id", "unit", "user id", "person", "user", "id")
MOST_BYTES = 20_000_000
# Whoever did anything, and whoever did not.
EVERYBODY = Cohort(AnyOf((Did(Step(None)), Did(Step(None), None, 0))))


class NoList(ValueError):
    """The file is no list of people or tenants; the text says what it lacks."""


@dataclass(frozen=True)
class Read:
    """What a file lists: whom, and those without a tenant, who are looked for among all people."""

    unit: Unit
    pairs: tuple[tuple[str, str], ...]
    tenantless: frozenset[str] = frozenset()


def read(content: bytes) -> Read:
    """The list of a CSV file by its head: people with their tenants, people alone, or tenants."""
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        names = {str(name).strip().lower(): name for name in rows.fieldnames or ()}
        tenant = next((names[name] for name in TENANTS if name in names), None)
        person = next((names[name] for name in PEOPLE if name in names), None)
        if tenant is None and person is None:
            raise NoList("The first line names the columns: user_id and tenant_id, or one of the two.")
        lines = [{key: (value or "").strip() for key, value in row.items() if key} for row in rows]
    except (UnicodeDecodeError, csv.Error, AttributeError) as error:
        raise NoList("This is no CSV file in UTF-8: save it as one.") from error
    if person is None:
        found = {line.get(tenant or "", "") for line in lines} - {""}
        return Read("tenant", tuple(sorted((each, each) for each in found)))
    if tenant is None:
        return Read("person", (), frozenset(line.get(person, "") for line in lines) - {""})
    pairs = {(line.get(tenant, ""), line.get(person, "")) for line in lines}
    return Read("person", tuple(sorted(pair for pair in pairs if pair[1])))


def paired(found: Read, everybody: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The members of a list; who has no tenant is everybody of that id."""
    if not found.tenantless:
        return found.pairs
    return tuple((tenant, person) for tenant, person in everybody if person in found.tenantless)


def button(visit: Visit, scope: Scope) -> None:
    """Opens the dialog that makes a cohort of a file."""
    if st.button("From a file", icon=":material/upload_file:", key="cohort_from_file", type="tertiary"):
        st.dialog("A cohort from a file", width="small")(loading)(visit, scope)


def loading(visit: Visit, scope: Scope) -> None:
    """The file, what was found in it, and saving that."""
    file = st.file_uploader("CSV with user_id, tenant_id or both", type="csv", key="cohort_upload")
    if file is None:
        st.caption("The first line names the columns. The list stays as it is until it is made anew.")
        return
    try:
        content = file.getvalue()
        if len(content) > MOST_BYTES:
            raise NoList(f"A list has at most {MOST_LISTED:,} members: this file is too large.")
        found = read(content)
        pairs = paired(found, everybody(visit, scope) if found.tenantless else ())
        listed = Cohort(Listed(pairs), found.unit)
    except (ValueError, QueryCancelled, QueryTimeout) as error:
        st.error(say.plain(str(error)), icon=":material/error:")
        return
    if not pairs:
        st.error("Nobody of this list is known here.", icon=":material/error:")
        return
    missing = len(found.tenantless - {person for _, person in pairs})
    st.markdown(
        f"**{size(len(pairs), listed)}**" + (f", {say.count(missing)} not known here" if missing else "")
    )
    cohorts.saving(visit, listed, file.name.rpartition(".")[0])


def everybody(visit: Visit, scope: Scope) -> list[tuple[str, str]]:
    """Everybody who is known in the scope."""
    frame = visit.ask(CohortMembers(EVERYBODY), scope).result().frame
    return list(zip(frame["tenant_id"], frame["unit"], strict=True))
