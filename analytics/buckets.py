"""Buckets of a trend: which of them are over."""

from __future__ import annotations

import pandas as pd

from analytics.scope import Grain, Scope
from analytics.zones import bucket_end


def complete(
    buckets: pd.Series[pd.Timestamp], scope: Scope, grain: Grain, week_start: str = "monday"
) -> pd.Series[bool]:
    """Whether each bucket is over by the scope's present, so that its value is final."""
    starts = [bucket.to_pydatetime() for bucket in buckets]
    ends = [bucket_end(start, grain, scope.timezone, week_start) for start in starts]
    return pd.Series([end <= scope.present for end in ends], index=buckets.index, dtype=bool)
