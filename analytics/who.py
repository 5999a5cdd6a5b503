"""Who they are: units of a list with the names that people know them by."""

from __future__ import annotations

import pandas as pd

from analytics.columns import TENANT, TENANT_ID
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.units import PERSON
from analytics.view import View

SQL = blocks(__file__)
UNIT = Column("unit", "Id", "text", "The person's id, or that of whatever is counted.")
NAME = Column("name", "Name", "text", "The person's name, where it is known.")
COLUMNS = (NAME, UNIT, TENANT, TENANT_ID)
LOOKED_UP = ("people", "tenants")


def named(view: View, scope: Scope, found: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The units of a frame (`unit`, `tenant_id`) with their names and those of their tenants, by name."""
    found = found.merge(view.frame(scope, SQL["tenants"]), on="tenant_id", how="left")
    if unit == PERSON:
        found = found.merge(view.frame(scope, SQL["people"]), on=["tenant_id", "unit"], how="left")
    else:
        found["name"] = found["unit"]
    found["name"] = found["name"].fillna("").where(found["name"].fillna("") != "", found["unit"])
    found["tenant"] = found["tenant"].fillna(found["tenant_id"])
    names = [column.name for column in COLUMNS]
    return found[names].astype("str").sort_values(["tenant", "name", "unit"], ignore_index=True)
