"""Buckets of a trend: which of them are over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from analytics.scope import Grain, Scope
from analytics.zones import FIXED_LENGTHS, bucket_start


def over_before(scope: Scope, grain: Grain, week_start: str = "monday") -> datetime:
    """The moment before which those buckets begin that are over by the scope's present."""
    if grain in FIXED_LENGTHS:
        return scope.present - FIXED_LENGTHS[grain] + timedelta(microseconds=1)
    return bucket_start(scope.present, grain, scope.timezone, week_start)


def complete(
    buckets: pd.Series[pd.Timestamp], scope: Scope, grain: Grain, week_start: str = "monday"
) -> pd.Series[bool]:
    """Whether each bucket is over by the scope's present, so that its value is final."""
    return buckets < over_before(scope, grain, week_start)
