"""Every chart of the product: values in, a figure out; no clock, no Streamlit, no data access."""

from ui.charts.bar import MOST_BARS, Bar, bar, folded
from ui.charts.calibration import calibration
from ui.charts.canvas import LARGE, MEDIUM, SMALL, Drawn, Figure, canvas
from ui.charts.columns import columns, columns_over_time
from ui.charts.curve import curve
from ui.charts.donut import MOST_SLICES, donut
from ui.charts.funnel import Steps, funnel
from ui.charts.gauge import bullet, gauge
from ui.charts.heatmap import MOST_ROWS, Cell, heatmap
from ui.charts.histogram import histogram
from ui.charts.intervals import Between, band, intervals
from ui.charts.line import area, line
from ui.charts.notes import Limit, Mark, limits_of
from ui.charts.paint import painted
from ui.charts.sankey import sankey
from ui.charts.scale import Scale, fitting
from ui.charts.series import Series, Split, inked, one, several, split
from ui.charts.times import Times
from ui.charts.triangle import triangle

__all__ = [
    "LARGE",
    "MEDIUM",
    "MOST_BARS",
    "MOST_ROWS",
    "MOST_SLICES",
    "SMALL",
    "Bar",
    "Between",
    "Cell",
    "Drawn",
    "Figure",
    "Limit",
    "Mark",
    "Scale",
    "Series",
    "Split",
    "Steps",
    "Times",
    "area",
    "band",
    "bar",
    "bullet",
    "calibration",
    "canvas",
    "columns",
    "columns_over_time",
    "curve",
    "donut",
    "fitting",
    "folded",
    "funnel",
    "gauge",
    "heatmap",
    "histogram",
    "inked",
    "intervals",
    "limits_of",
    "line",
    "one",
    "painted",
    "sankey",
    "several",
    "split",
    "triangle",
]
