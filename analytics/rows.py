"""The rows behind a number: what was counted, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.compose import rows_of
from analytics.filters import Filter, Scalar, field
from analytics.model import model
from analytics.query import Query
from analytics.question import Behind, Question
from analytics.scope import Scope
from analytics.view import View

# Attributes leave the store as JSON text: a frame has no type for them.
COLUMNS = (
    "r.* exclude (attributes, lists), cast(cast(r.attributes as json) as varchar) as attributes,"
    " cast(r.lists as varchar) as lists"
)


def rows(view: View, scope: Scope, behind: Behind, limit: int, skip: int = 0) -> pd.DataFrame:
    """The rows that a number was drawn from, newest first: `tenant` by name, then the source's columns.

    `attributes` and `lists` are JSON texts. At most `limit` rows, after the first `skip`.
    """
    source = model().sources[behind.source]
    made, reading = rows_of(source, behind.condition)
    columns = "r.*" if source.sql else COLUMNS
    sql = (
        f"{made}select coalesce(nullif(tenant.name, ''), r.tenant_id) as tenant, {columns}\n"
        f"from (select r.* {reading} order by r.occurred_at desc limit $most offset $skip) as r\n"
        "left join tenants as tenant on tenant.tenant_id = r.tenant_id\norder by r.occurred_at desc"
    )
    return view.frame(scope.narrowed(behind.where), sql, most=limit, skip=skip)


def count(view: View, scope: Scope, behind: Behind) -> int:
    """How many rows a number was drawn from."""
    made, reading = rows_of(model().sources[behind.source], behind.condition)
    frame = view.frame(scope.narrowed(behind.where), f"{made}select count(*) as rows {reading}")
    return int(frame["rows"].iloc[0])


def drawn(question: Question, column: str, frame: pd.DataFrame) -> Behind | None:
    """The rows behind what an answer shows: of a list cut to its first groups, those of these groups."""
    behind = question.behind(column)
    if behind is None or not isinstance(question, Query):
        return behind
    behind = replace(behind, where=question.where)
    if question.limit is None or question.other:
        return behind
    groups = _groups(frame[list(question.by)])
    return replace(behind, where=groups if question.where is None else question.where & groups)


def _groups(shown: pd.DataFrame) -> Filter:
    """Rows of any of the groups shown."""
    # The tenant's name follows from its id, and may stand for one.
    names = [name for name in shown.columns if name != "tenant.name" or "tenant_id" not in shown.columns]
    if len(names) == 1:
        return field(names[0]).isin(_scalars(shown[names[0]].unique()))
    found: Filter | None = None
    for row in shown[names].drop_duplicates().itertuples(index=False):
        group: Filter | None = None
        for name, value in zip(names, _scalars(row), strict=True):
            group = (field(name) == value) if group is None else group & (field(name) == value)
        assert group is not None  # noqa: S101  a limited query has dimensions
        found = group if found is None else found | group
    # No group at all: nothing is behind it.
    return found if found is not None else ~field("occurred_at").exists()


def _scalars(values: Iterable[object]) -> list[Scalar]:
    plain = (value.item() if isinstance(value, np.generic) else value for value in values)
    return [value if isinstance(value, str | int | float | bool) else "" for value in plain]
