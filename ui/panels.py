"""How one panel is drawn: a tile, a chart under its title, a table, or a sentence."""

from __future__ import annotations

import re
from contextlib import nullcontext
from string import Formatter
from typing import TYPE_CHECKING

import streamlit as st

from analytics.scope import AllTenants
from ui import calculators, clicks, drill, empty, figures, lists, panel_menu, people_behind, row_people, table
from ui import format as say
from ui import nothing as why_nothing
from ui.asked import TILE, Asked, change, few
from ui.labels import chosen
from ui.long_table import draw_long, is_long
from ui.names import in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from analytics.question import Column
    from service.ask import Answer

CLICK, DRAG = ":gray[:material/ads_click:]", ":gray[:material/drag_pan:]"
NAMES = ("tenant", "tenant.name")
CALLOUTS = 3
VERDICTS = {"good": "green", "warn": "orange", "bad": "red"}
GOOD = {"up": "normal", "down": "inverse", "none": "off"}


def body(asked: Asked) -> None:
    """The panel's inside, one element, from answers that are there; raises what went wrong."""
    BODIES.get(asked.panel.chart, chart)(asked)


def tile(asked: Asked) -> None:
    """A number, what it did against the window before, and how it went in between."""
    panel, unit = asked.panel, figures.unit_name(asked.panel)
    value = asked.number(panel.value)
    step, against = change(asked)
    until = f"data as of {when(asked, min(asked.late.values()))}" if asked.late else None
    st.metric(
        titled(asked, value),
        say.number(value, unit, compact=True),
        step,
        delta_color="off" if step == 0 or against is None else GOOD[panel.good],
        delta_arrow="off" if step == 0 or few(asked) else "auto",
        delta_description=until or against,
        border=True,
        height=TILE,
        chart_data=figures.curve(panel, asked.scope, asked.trend.result()) if asked.trend else None,
        help=explanation(asked, value, unit),
    )


def numbers(asked: Asked) -> None:
    """Several numbers of one answer side by side, each with what it did against the window before."""
    panel = asked.panel
    if asked.now.result().frame.empty:
        nothing(asked)
        return
    with st.grid(len(panel.show), min_column_width=104, gap="small"):
        for name in panel.show:
            column = panel.question.column(name)
            step, against = change(asked, name)
            st.metric(
                column.label,
                say.number(asked.number(name), column.unit, compact=True),
                step,
                delta_color="off" if step == 0 or against is None else GOOD[column.good],
                delta_arrow="off" if step == 0 else "auto",
                delta_description=against,
                help=defined(column, asked.number(name)),
            )


def defined(column: Column, value: float | None) -> str:
    """What a number means, and the exact one where it is rounded."""
    exact = say.number(value, column.unit)
    if say.number(value, column.unit, compact=True) == exact:
        return column.definition
    return f"{column.definition} Exactly {exact}."


def titled(asked: Asked, value: float | None) -> str:
    """The title of a tile: its own window, of a ratio its counts, and what its limits call the number."""
    panel, said = asked.panel, [asked.panel.title]
    if panel.window is not None:
        said.append(say.quiet(say.OWN[panel.window]))
    if asked.late:
        said.append(":orange-badge[:material/schedule:]")  # the words stand under the number, where they fit
    if value is None:
        return " ".join(said)
    if panel.thresholds is not None:
        verdict = panel.thresholds.verdict(value)
        said.append(f":{VERDICTS[verdict]}-badge[{verdict}]")
    sample = asked.sample()
    if sample is not None and sample[0] is not None and figures.unit_name(panel) == "ratio":
        apart = "· " if panel.window is not None else ""
        said.append(say.quiet(f"{apart}{say.number(round(value * sample[0]))} of {say.number(sample[0])}"))
    return " ".join(said)


def explanation(asked: Asked, value: float | None, unit: str) -> str:
    """What is counted, of how many, and the exact number where the tile rounds it."""
    said = [asked.panel.explanation]
    exact = say.number(value, unit)
    if say.number(value, unit, compact=True) != exact:
        said.append(f"Exactly {exact}.")
    sample = asked.sample()
    if sample is not None and sample[0] is not None:
        said.append(f"Of {say.number(sample[0])} {sample[1]}.")
    if asked.beside is not None:
        said.append(f"Compared with {say.window(asked.beside, asked.visit.now)}.")
    return " ".join([*said, *asked.now.result().notes, *lateness(asked)])


def headline(asked: Asked) -> None:
    """A sentence with the numbers of the answer in it."""
    panel = asked.panel
    if figures.bare(asked.now.result().frame[panel.value], zeros=asked.scope.where is None):
        nothing(asked)
        return
    window = say.span(asked.scope.start, asked.scope.end, asked.scope.timezone, asked.scope.now)
    with st.container(gap=None):
        st.header(worded(asked), anchor=panel_menu.anchor(panel))
        st.caption(f"{panel.explanation} {window}.")


def progress(asked: Asked) -> None:
    """A bar that is full where the share is whole, what it says in words, and what its limits call it."""
    panel, share = asked.panel, asked.number(asked.panel.value)
    if share is None:
        nothing(asked)
        return
    said = worded(asked)
    if panel.thresholds is not None:
        said += f" :{VERDICTS[panel.thresholds.verdict(share)]}-badge[{say.number(share, 'ratio')}]"
    with st.container(gap="small"):
        st.markdown(said)
        st.progress(min(max(share, 0.0), 1.0))
        for note in asked.now.result().notes:
            st.caption(say.plain(note))


def callout(asked: Asked) -> None:
    """What somebody should know, a sentence each; at most three of them."""
    panel, frame = asked.panel, asked.now.result().frame
    if frame.empty:
        st.caption(panel.empty)
        return
    with st.container(gap="small"):
        for text in frame[panel.value].head(CALLOUTS):
            st.warning(say.plain(text), icon=":material/insights:")
        if len(frame) > CALLOUTS:
            st.caption(f"And {say.number(len(frame) - CALLOUTS)} more.")


def listed(asked: Asked) -> None:
    """What was written, or why there is nothing."""
    if asked.now.result().frame.empty:
        nothing(asked)
        return
    lists.draw(asked)


def worded(asked: Asked) -> str:
    """The words of the panel, its numbers in place of their names."""
    said = ""
    for text, name, _, _ in Formatter().parse(asked.panel.words or f"{{{asked.panel.value}}}"):
        said += "".join(f"{say.plain(word)}{space}" for word, space in re.findall(r"(\S*)(\s*)", text))
        if name:
            unit = asked.panel.question.column(name).unit
            said += f":blue[{say.plain(say.number(asked.number(name), unit))}]"
    return said


def chart(asked: Asked) -> None:
    """A figure, or why there is none."""
    shown = asked.shown
    if shown is None:
        nothing(asked)
        return
    # On a phone such a one scrolls inside its panel: names and numbers that lie on each other say nothing.
    with st.container(key=f"wide_{asked.panel.id}") if shown.wide else nullcontext():
        st.plotly_chart(
            shown.figure,
            key=asked.key,
            alt=shown.says,
            config={"displayModeBar": False},
            **clicks.selecting(asked),
        )


def gauge(asked: Asked) -> None:
    """An arc, and under it what it is a part of."""
    with st.container(gap=None):
        chart(asked)
        if not figures.bare(asked.now.result().frame[asked.panel.value], zeros=True):
            denominator(asked)


def rows(asked: Asked) -> None:
    """A table, or why there is none; a click on a row narrows the page, or opens the row."""
    panel, answer = asked.panel, asked.now.result()
    if answer.frame.empty:
        nothing(asked)
        return
    columns = [
        each
        for each in table.listed(panel.question.columns, panel.show)
        # Of one tenant, whom the page names, no row needs to.
        if each.name not in NAMES or not of_one(asked)
    ]
    if is_long(panel, answer, columns):
        draw_long(asked, columns)
        return
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
        height=table.TALL if panel.tall else None,
        on_select=lambda: row_clicked(asked, answer),
        selection_mode="single-cell",
    )


def of_one(asked: Asked) -> bool:
    """Whether the page is of one tenant alone."""
    tenants = asked.scope.tenants
    return not isinstance(tenants, AllTenants) and len(tenants) == 1


def row_clicked(asked: Asked, answer: Answer) -> None:
    """A cell was clicked: it lists whom it counts, or its row narrows the page by what is said, or opens."""
    panel, place = asked.panel, drill.cell(asked.key)
    if place is None or not 0 <= place < len(answer.frame):
        return
    if people_behind.of_customers(panel):
        drill.to_customer(str(answer.frame.iloc[place][drill.TENANT]), drill.window_of(panel, asked.scope))
        return
    behind = row_people.clicked(panel, answer.frame, asked.key)
    if behind is not None:
        panel_menu.open_people(panel, behind)
        return
    values = chosen(answer.frame.iloc[place].to_dict(), panel.click)
    if values is not None:
        narrowing = drill.named(dict(zip(panel.click, values, strict=True)))
        drill.narrow(narrowing, drill.window_of(panel, asked.scope))
    else:
        panel_menu.open_row(panel, place)


def hints(asked: Asked) -> str:
    """Beside the title: what is not shown, how small the sample is, that it is an estimate."""
    if not asked.ready or any(future.exception() is not None for future in asked.futures):
        return ""
    said = []
    if asked.panel.chart in figures.DRAW:
        shown = asked.shown
        said = [f":small[:gray[{shown.hint}]]"] if shown is not None and shown.hint else []
        said += legend(asked) if shown is not None and asked.panel.chart == "heatmap" else []
    sample = asked.sample() if asked.panel.chart == "gauge" else None
    if sample is not None and few(asked):
        said.append(f":gray-badge[{say.number(sample[0])} {sample[1]}]")
    if asked.now.result().approximate:
        said.append(":gray-badge[approximate]")
    if asked.late:
        said.append(as_of(asked))
    return " ".join(said)


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


def heading(asked: Asked) -> None:
    """The line over a chart: title, what a click does, what is left out, and the explanation."""
    panel = asked.panel
    own = say.quiet(say.OWN[panel.window]) if panel.window else ""
    # The browser takes a drag or a click, not both.
    drags = clicks.over_time(panel) and not clicks.listable(panel)
    mark = DRAG if drags else CLICK if panel.click or clicks.listable(panel) else ""
    said = (f"{say.plain(panel.title)}", own, mark, with_care(hints, asked) or "")
    st.subheader(
        " ".join(filter(None, said)), anchor=panel_menu.anchor(panel), help=explained(asked), width="stretch"
    )


def legend(asked: Asked) -> list[str]:
    """What the colours of a heat map mean, and what its numbers are measured in."""
    limits, unit = asked.panel.thresholds, figures.unit_name(asked.panel)
    if limits is None:
        return []
    good, bad = ("under", "over") if limits.less_is_better else ("over", "under")
    said = [f":green-badge[good {good} {say.number(limits.good, unit)}]"]
    if limits.good != limits.bad:
        said.append(":orange-badge[warn]")
    said.append(f":red-badge[bad {bad} {say.number(limits.bad, unit)}]")
    return [*said, ":small[:gray[numbers in %]]"] if unit == "ratio" else said


def as_of(asked: Asked) -> str:
    """The badge of a panel whose rows end long before its window does."""
    return f":orange-badge[data as of {when(asked, min(asked.late.values()))}]"


def lateness(asked: Asked) -> list[str]:
    """Why it has that badge, a sentence for each source that may be late."""
    return [
        f"The newest of the {in_words([table])} is from {when(asked, at)}: their source may be late."
        for table, at in asked.late.items()
    ]


def when(asked: Asked, at: datetime) -> str:
    """A moment on the clock of the panel."""
    return say.moment(at, asked.scope.timezone, asked.scope.now)


def with_care(make: Callable[[Asked], str], asked: Asked) -> str:
    """What a title says of an answer; what goes wrong with it is said in the panel, not here."""
    try:
        return make(asked)
    except Exception:  # noqa: BLE001  the body of the panel meets the same, and shows it
        return ""


def explained(asked: Asked) -> str:
    """The explanation of the panel, and what the question says of its answer."""
    done = asked.now.done() and asked.now.exception() is None
    notes = (*asked.now.result().notes, *lateness(asked)) if done and asked.ready else ()
    return " ".join((asked.panel.explanation, *notes))


def nothing(asked: Asked) -> None:
    """No row to draw."""
    why_nothing.explain(asked.visit, asked.panel, asked.scope, asked.height)


BODIES = {
    "number": tile,
    "numbers": numbers,
    "headline": headline,
    "progress": progress,
    "callout": callout,
    "list": listed,
    "table": rows,
    "gauge": gauge,
    "calculator": calculators.draw,
}


def failed(asked: Asked, error: Exception) -> None:
    """The box of a panel that has no answer; a tile says it in a line."""
    panel = asked.panel
    if panel.chart != "number":
        empty.failed(error, asked.height, key=f"again_{panel.id}")
        return
    title, advice = empty.reason(error)
    st.metric(panel.title, "–", delta_description=title, border=True, height=TILE, help=advice)
