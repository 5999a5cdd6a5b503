"""How one panel is drawn: a tile, a chart under its title, a table, or a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Any
from zlib import crc32

import streamlit as st

from analytics.request import MONTH
from ui import charts, drill, empty, figures, panel_menu, table
from ui import format as say
from ui import nothing as why_nothing
from ui.drawing import in_a_sentence
from ui.labels import chosen

if TYPE_CHECKING:
    from concurrent.futures import Future

    from streamlit.delta_generator import DeltaGenerator

    from analytics.board import Panel
    from analytics.question import Question
    from analytics.scope import Scope
    from service.ask import Answer
    from ui.charts import Mark
    from ui.context import Visit

CLICK, DRAG = ":gray[:material/ads_click:]", ":gray[:material/drag_pan:]"
TILE, LINE = 190, 60
HEIGHTS = {"number": TILE, "headline": LINE}
LINES = ("line", "area")
VERDICTS = {"good": "green", "warn": "orange", "bad": "red"}
GOOD = {"up": "normal", "down": "inverse", "none": "off"}
OWN = {"15m": "15 min", "1h": "1 hour", "24h": "24 h", "7d": "7 days", "30d": "30 days", "90d": "90 days"}
# A rate of fewer is noise: its sample is named, and it is compared with nothing.
SMALL_SAMPLE = 30


@dataclass(frozen=True)
class Asked:
    """A panel on a page: its scope, and the answers that it waits for."""

    panel: Panel
    visit: Visit
    question: Question
    scope: Scope
    address: str
    now: Future[Answer]
    before: Future[Answer] | None = None
    trend: Future[Answer] | None = None
    compared: bool = False
    marks: tuple[Mark, ...] = ()

    @property
    def futures(self) -> tuple[Future[Answer], ...]:
        """All that must be there before the panel is drawn."""
        return tuple(each for each in (self.now, self.before, self.trend) if each is not None)

    @property
    def ready(self) -> bool:
        """Whether it can be drawn now."""
        return all(future.done() for future in self.futures)

    @property
    def key(self) -> str:
        """A widget of its own for each address, so that no selection outlives the click that made it."""
        return f"{self.panel.chart}_{self.panel.id}_{crc32(self.address.encode())}"

    @property
    def height(self) -> int:
        """How much room it needs."""
        return HEIGHTS.get(self.panel.chart, charts.MEDIUM)

    def number(self, name: str) -> float | None:
        """A number of its one row."""
        return figures.number(self.now.result(), name)

    def earlier(self, name: str) -> float | None:
        """The same number of the window compared with."""
        if self.before is not None:
            return figures.number(self.before.result(), name)
        before = f"{name}_before"
        return self.number(before) if before in self.now.result().frame else None

    def sample(self) -> tuple[float | None, str] | None:
        """What a ratio is a part of: how many, and of what; None for all other numbers."""
        panel = self.panel
        name = f"{panel.value}_of"
        if name not in self.now.result().frame:
            name = panel.by if panel.chart == "gauge" and panel.by else ""
        if not name:
            return None
        return self.number(name), in_a_sentence(panel.question.column(name).label)


def body(asked: Asked, hint: DeltaGenerator | None) -> None:
    """The panel's inside, from answers that are there; raises what went wrong."""
    kind = asked.panel.chart
    if kind == "number":
        tile(asked)
    elif kind == "headline":
        headline(asked)
    elif kind == "table":
        rows(asked, hint)
    else:
        chart(asked, hint)


def tile(asked: Asked) -> None:
    """A number, what it did against the window before, and how it went in between."""
    panel, unit = asked.panel, figures.unit_name(asked.panel)
    value = asked.number(panel.value)
    step, against = change(asked)
    st.metric(
        titled(asked, value),
        say.number(value, unit, compact=True),
        step,
        delta_color="off" if step == 0 or against is None else GOOD[panel.good],
        delta_arrow="off" if step == 0 or few(asked) else "auto",
        delta_description=against,
        border=True,
        height=TILE,
        chart_data=figures.curve(panel, asked.scope, asked.trend.result()) if asked.trend else None,
        help=explanation(asked, value, unit),
    )


def titled(asked: Asked, value: float | None) -> str:
    """The title of a tile: its own window, of a ratio its counts, and what its limits call the number."""
    panel, said = asked.panel, [asked.panel.title]
    if panel.window is not None:
        said.append(f":small[:gray[{OWN[panel.window]}]]")
    if value is None:
        return " ".join(said)
    sample = asked.sample()
    if sample is not None and sample[0] is not None and figures.unit_name(panel) == "ratio":
        said.append(f":small[:gray[{say.number(round(value * sample[0]))} of {say.number(sample[0])}]]")
    if panel.thresholds is not None:
        verdict = panel.thresholds.verdict(value)
        said.append(f":{VERDICTS[verdict]}-badge[{verdict}]")
    return " ".join(said)


def change(asked: Asked) -> tuple[str | int | None, str | None]:
    """What the number did against the window before, and against which."""
    if not asked.compared:
        return None, None
    if few(asked):
        return "too few to compare", None
    name = asked.panel.value
    step = say.change(asked.number(name), asked.earlier(name), figures.unit_name(asked.panel))
    if step is None:
        return None, "nothing to compare"
    request = asked.visit.request
    if isinstance(request.compare, str) and asked.panel.window is None:
        return step, f"vs {say.window(request.compare, asked.visit.now)}"
    window = asked.panel.window or request.window
    length = "month" if window == MONTH else say.length(asked.scope.end - asked.scope.start)
    return step, f"vs prior {length}"


def few(asked: Asked) -> bool:
    """Whether a rate is one of too few to mean much."""
    sample = asked.sample()
    return sample is not None and sample[0] is not None and 0 < sample[0] < SMALL_SAMPLE


def explanation(asked: Asked, value: float | None, unit: str) -> str:
    """What is counted, of how many, and the exact number where the tile rounds it."""
    said = [asked.panel.explanation]
    exact = say.number(value, unit)
    if say.number(value, unit, compact=True) != exact:
        said.append(f"Exactly {exact}.")
    sample = asked.sample()
    if sample is not None and sample[0] is not None:
        said.append(f"Of {say.number(sample[0])} {sample[1]}.")
    return " ".join(said)


def headline(asked: Asked) -> None:
    """A sentence with the numbers of the answer in it."""
    panel = asked.panel
    frame = asked.now.result().frame
    if figures.bare(frame[panel.value], zeros=True):
        nothing(asked)
        return
    st.header(worded(asked), anchor=False)
    window = say.span(asked.scope.start, asked.scope.end, asked.scope.timezone, asked.scope.now)
    st.caption(f"{panel.explanation} {window}.")


def worded(asked: Asked) -> str:
    """The words of the panel, its numbers in place of their names."""
    said = ""
    for text, name, _, _ in Formatter().parse(asked.panel.words or f"{{{asked.panel.value}}}"):
        said += "".join(f"{say.plain(word)}{space}" for word, space in re.findall(r"(\S*)(\s*)", text))
        if name:
            unit = asked.panel.question.column(name).unit
            said += f":blue[{say.plain(say.number(asked.number(name), unit))}]"
    return said


def chart(asked: Asked, hint: DeltaGenerator | None) -> None:
    """A figure, or why there is none."""
    panel = asked.panel
    before = None if asked.before is None else asked.before.result()
    shown = figures.shown(panel, asked.scope, asked.now.result(), before, asked.marks)
    if shown is None:
        nothing(asked)
        return
    st.plotly_chart(
        shown.figure, key=asked.key, alt=shown.says, config={"displayModeBar": False}, **selecting(asked)
    )
    if hint is not None:
        hinted(asked, hint, shown.hint)
    if panel.chart == "gauge":
        denominator(asked)


def selecting(asked: Asked) -> dict[str, Any]:
    """What a click or a drag does."""
    key, panel = asked.key, asked.panel
    if over_time(panel):
        return {"on_select": lambda: drill.dragged(key), "selection_mode": "box"}
    if not panel.click:
        return {}
    return {"on_select": lambda: drill.clicked(key, panel.click), "selection_mode": "points"}


def over_time(panel: Panel) -> bool:
    """Whether a panel has time from left to right: what happened is drawn on it, a drag chooses a window."""
    if panel.chart in LINES:
        return True
    return panel.chart in ("bar", "stacked_bar") and panel.question.column(str(panel.x)).unit == "time"


def rows(asked: Asked, hint: DeltaGenerator | None) -> None:
    """A table, or why there is none; a click on a row narrows the page, or opens the row."""
    panel, answer = asked.panel, asked.now.result()
    if answer.frame.empty:
        nothing(asked)
        return
    columns = table.listed(panel.question.columns, panel.show)
    made = figures.kept(
        answer,
        (panel.show, asked.scope.timezone, "table"),
        lambda: table.table_of(answer.frame, columns, asked.scope.timezone),
    )
    key = asked.key
    table.draw(
        made,
        says=f"{panel.title}: {say.number(len(answer.frame))} rows.",
        key=key,
        on_select=lambda: row_clicked(key, panel, answer),
        selection_mode="single-cell",
    )
    if hint is not None:
        hinted(asked, hint, "")


def row_clicked(key: str, panel: Panel, answer: Answer) -> None:
    """A cell was clicked: its row narrows the page where the panel says by what, else it opens."""
    place = drill.cell(key)
    if place is None or not 0 <= place < len(answer.frame):
        return
    values = chosen(answer.frame.iloc[place].to_dict(), panel.click)
    if values is not None:
        drill.narrow(dict(zip(panel.click, values, strict=True)))
    else:
        panel_menu.open_row(panel, place)


def hinted(asked: Asked, hint: DeltaGenerator, left_out: str) -> None:
    """Beside the title: what is not shown, how small the sample is, what the question says of its answer."""
    answer, said = asked.now.result(), []
    if left_out:
        said.append(f":small[:gray[{left_out}]]")
    sample = asked.sample() if asked.panel.chart == "gauge" else None
    if sample is not None and few(asked):
        said.append(f":gray-badge[{say.number(sample[0])} {sample[1]}]")
    if answer.approximate:
        said.append(":gray-badge[approximate]")
    if said or answer.notes:
        hint.markdown(" ".join(said), width="content", help=" ".join(answer.notes) or None)


def denominator(asked: Asked) -> None:
    """Under a ratio: of how many, and what it did against the window before."""
    facts: list[str] = []
    sample = asked.sample()
    if sample is not None:
        facts.append(f":small[:gray[of {say.number(sample[0])} {sample[1]}]]")
    step, against = change(asked)
    if step and against:
        text = str(step)
        worse = text.startswith("-") == (asked.panel.good == "up")
        arrow = "↓" if text.startswith("-") else "↑"
        facts.append(
            f":small[:{'red' if worse else 'green'}[{arrow} {text.removeprefix('-')}] :gray[{against}]]"
        )
    st.markdown("  ·  ".join(facts), text_alignment="center")


def heading(panel: Panel) -> DeltaGenerator:
    """The line over a chart: title, explanation, what a click does, its menu; gives the place of hints."""
    mark = f" {DRAG}" if over_time(panel) else f" {CLICK}" if panel.click else ""
    own = f" :small[:gray[{OWN[panel.window]}]]" if panel.window else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"head_{panel.id}"):
        st.subheader(
            f"{panel.title}{own}{mark}",
            anchor=panel_menu.anchor(panel),
            help=panel.explanation,
            width="content",
        )
        hint = st.empty()
        st.space("stretch")
        panel_menu.button(panel)
    return hint


def nothing(asked: Asked) -> None:
    """No row to draw."""
    why_nothing.explain(asked.visit, asked.panel, asked.scope, asked.height)


def failed(asked: Asked, error: Exception) -> None:
    """The box of a panel that has no answer; a tile says it in a line."""
    panel = asked.panel
    if panel.chart != "number":
        empty.failed(error, asked.height, key=f"again_{panel.id}")
        return
    title, advice = empty.reason(error)
    st.metric(panel.title, "–", delta_description=title, border=True, height=TILE, help=advice)
