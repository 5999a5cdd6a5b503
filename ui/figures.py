"""From an answer to what is drawn of it, made once: figures, sparklines, single numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pandas as pd

from analytics.zones import bucket_end
from ui import charts
from ui.charts import Drawn, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

    import plotly.graph_objects as go

    from analytics.board import Panel
    from analytics.scope import Scope
    from service.ask import Answer

UNITS: dict[str, Unit] = {"count": charts.COUNT, "ratio": charts.PERCENT, "usd": charts.USD, "ms": charts.MS}
MOST_BARS = 9

_kept: WeakKeyDictionary[Answer, dict[str, Any]] = WeakKeyDictionary()


def kept(answer: Answer, name: str, make: Callable[[], Any]) -> Any:
    """What was made of an answer, made once: it lives as long as the answer does."""
    known = _kept.setdefault(answer, {})
    if name not in known:
        known[name] = make()
    return known[name]


def figure(panel: Panel, scope: Scope, answer: Answer) -> Drawn:
    """The figure of a panel: the same object for the same answer."""
    return kept(answer, panel.id, lambda: Drawn(DRAW[panel.chart](panel, scope, answer.frame)))


def curve(panel: Panel, scope: Scope, answer: Answer) -> list[float] | None:
    """The sparkline: the whole buckets of the window (a cut one would look like a fall); none of nothing."""
    return kept(answer, f"{panel.id}.curve", lambda: points(answer.frame, panel.value, scope))


def points(frame: pd.DataFrame, value: str, scope: Scope) -> list[float] | None:
    """The values of the whole buckets that have one."""
    whole = frame[frame["complete"] & (frame["bucket"] >= scope.start)]
    found = [float(each) for each in whole[value] if not pd.isna(each)]
    return found if len(found) > 1 and any(found) else None


def number(answer: Answer, name: str) -> float | None:
    """The one number of an answer of one row; None where there is none."""
    return kept(answer, f"number.{name}", lambda: first(answer.frame[name]))


def first(values: pd.Series) -> float | None:
    """The first value, if there is one."""
    value = values.iloc[0] if len(values) else None
    return None if value is None or pd.isna(value) else float(value)


def nothing(panel: Panel, answer: Answer) -> bool:
    """Whether there is nothing to draw: no row, no value, or only zeros."""
    return kept(
        answer, f"{panel.id}.nothing", lambda: bare(answer.frame[panel.value], zeros=panel.chart == "gauge")
    )


def bare(values: pd.Series, *, zeros: bool) -> bool:
    """Whether there is no value; a zero counts as one only where `zeros` says so."""
    return bool(values.isna().all() or not (zeros or values.fillna(0).astype(float).any()))


def line(panel: Panel, scope: Scope, frame: pd.DataFrame) -> go.Figure:
    """A line over the buckets of the window, on the scope's clock."""
    moment = str(panel.x)
    buckets = buckets_of(frame[moment], scope)
    cut = (buckets["starts"].iloc[0] < scope.start, buckets["ends"].iloc[-1] > scope.end)
    inside = {
        "start": on_the_wall(buckets["starts"].clip(lower=scope.start), scope),
        "end": on_the_wall(buckets["ends"].clip(upper=scope.end), scope),
    }
    local = frame.assign(**{moment: on_the_wall(frame[moment], scope)})
    spans = pd.DataFrame(inside)
    return charts.line(local, moment, panel.value, panel.by, unit=unit_of(panel), cut=cut, spans=spans)


def bar(panel: Panel, _scope: Scope, frame: pd.DataFrame) -> go.Figure:
    """A ranking; what does not fit is one last bar."""
    label = str(panel.x)
    return charts.bar(
        charts.folded(frame, label, panel.value, MOST_BARS),
        label,
        panel.value,
        unit=unit_of(panel),
        click=panel.click[0] if panel.click else None,
    )


def gauge(panel: Panel, _scope: Scope, frame: pd.DataFrame) -> go.Figure:
    """One ratio against the limits of its panel."""
    assert panel.thresholds is not None  # noqa: S101  a gauge without limits says nothing
    limits = panel.thresholds
    return charts.gauge(
        float(frame[panel.value].iloc[0]), warn=limits.bad, good=limits.good, height=charts.MEDIUM - 32
    )


DRAW = {"line": line, "bar": bar, "gauge": gauge}


def unit_name(panel: Panel) -> str:
    """The unit of the panel, else of the column that it draws."""
    return panel.unit or panel.question.column(panel.value).unit


def unit_of(panel: Panel) -> Unit:
    """How its axis and its tooltips are written."""
    return UNITS[unit_name(panel)]


def buckets_of(moments: pd.Series, scope: Scope) -> pd.DataFrame:
    """Where each bucket starts and ends, in UTC."""
    starts = pd.Series(moments.unique()).dt.tz_convert("UTC")
    grain = scope.grain()
    ends = pd.to_datetime(
        [bucket_end(start.to_pydatetime(), grain, scope.timezone) for start in starts], utc=True
    )
    return pd.DataFrame({"starts": starts, "ends": ends})


def on_the_wall(moments: pd.Series, scope: Scope) -> pd.Series:
    """Local times without their zone: what an axis shows."""
    return moments.dt.tz_convert(scope.timezone).dt.tz_localize(None)
