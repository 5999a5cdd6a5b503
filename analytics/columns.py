"""Columns that several answers have, said once."""

from __future__ import annotations

import pandas as pd

from analytics.question import Column

BUCKET = Column("bucket", "Time", "time", "The start of the bucket, on the scope's clock.")
COMPLETE = Column("complete", "Complete", "flag", "Whether the bucket, or the window, is over.")
TENANT_ID = Column("tenant_id", "Tenant id", "text", "The tenant's id.")
TENANT = Column("tenant", "Tenant", "text", "The tenant's name, or its id where it has none.")
WORKFLOW = Column("workflow_name", "Workflow", "text", "The workflow's name.")
ERROR_CODE = Column("error_code", "Error code", "text", "The code that the failure named.")
EXECUTIONS = Column(
    "executions", "Executions", "count", "Workflow runs that finished, cancelled ones included."
)


def rate(part: pd.Series[int], whole: pd.Series[int]) -> pd.Series[float]:
    """One column of counts by another: a share of nothing is nothing."""
    return (part.astype("float64") / whole.astype("float64")).where(whole > 0)
