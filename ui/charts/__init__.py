"""Every chart of the product: a frame in, a Plotly figure out; no clock, no Streamlit, no data access."""

from ui.charts.bar import bar, folded
from ui.charts.canvas import COUNT, LARGE, MEDIUM, MS, PERCENT, SMALL, USD, Drawn, Unit
from ui.charts.gauge import gauge
from ui.charts.line import line

__all__ = [
    "COUNT",
    "LARGE",
    "MEDIUM",
    "MS",
    "PERCENT",
    "SMALL",
    "USD",
    "Drawn",
    "Unit",
    "bar",
    "folded",
    "gauge",
    "line",
]
