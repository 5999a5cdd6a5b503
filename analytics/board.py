"""Boards as values: a panel draws the answer to one question, a board is rows of panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import timedelta
from string import Formatter
from typing import Literal, cast, get_args

from analytics.forms import BadForm, read_form, read_object, require_texts
from analytics.question import Question
from analytics.registry import RENAMED, analysis_named, question_form, question_of
from analytics.request import LENGTHS
from analytics.scope import Scope
from analytics.thresholds import Good, Thresholds, Verdict

__all__ = ["NAMED_BY_ROW", "Board", "Chart", "Good", "Panel", "Row", "Thresholds", "Verdict"]

Chart = Literal[
    "number",
    "gauge",
    "line",
    "area",
    "stacked_bar",
    "bar",
    "donut",
    "heatmap",
    "triangle",
    "sankey",
    "histogram",
    "funnel",
    "intervals",
    "band",
    "calibration",
    "calculator",
    "table",
    "headline",
    "numbers",
    "progress",
    "callout",
    "list",
]

VERSION = 1
# How far a panel's own window may reach: a page's windows, and what says something of other lengths alone.
WINDOWS: Mapping[str, timedelta] = {"5m": timedelta(minutes=5), **LENGTHS, "365d": timedelta(days=365)}
_LISTS = ("click", "show")
# The columns in which a row of a table names the field that it is of, and its value: a click filters by it.
NAMED_BY_ROW = ("split", "breakdown")
_FLAGS = ("alone", "tall")


@dataclass(frozen=True)
class Panel:
    """A question, and how its answer is drawn.

    `value`, `x` and `by` name columns of the question, `show` those of a table from left to right (all of
    them unless given); `window` is the panel's own window, ending where the page's ends; `click` names
    the fields that a click filters by, each from the column of its name (`tenant_id` scopes the page to a
    tenant; `NAMED_BY_ROW`: each row names its own); of a histogram, which has a row a bin of equal width,
    `x` is where it begins and `show` what is marked; of a funnel, which has a row a step, `x` is what is
    done and `value` how many; `intervals`, a `band` over time and a `calibration` (over `x`, what was
    said) show `value` between the two columns of `show`; of numbers side by side, `show` names them; of
    columns over time whose `value` is not among those shown, it is the line of what they come to; a
    triangle draws the cells of a retention, a sankey the links of paths; `trend` answers the same
    question over time in its column `value`; `words` is what a headline says, or a progress over its bar,
    with columns in braces; a callout says the text of `value`, a row each, and a list the same with who
    and when; a `tall` table is as high as a page, a `tall` chart as a long table beside it. What is
    `alone` stands beside no other window.
    """

    id: str
    title: str
    explanation: str
    question: Question
    chart: Chart
    value: str
    x: str | None = None
    by: str | None = None
    unit: str = ""
    trend: Question | None = None
    good: Good = "none"
    thresholds: Thresholds | None = None
    window: str | None = None
    click: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    words: str = ""
    alone: bool = False
    empty: str = "Nothing happened in this window."
    tall: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "click", tuple(self.click))
        object.__setattr__(self, "show", tuple(self.show))
        named = [name for _, name, _, _ in Formatter().parse(self.words) if name]
        for name in filter(None, (self.value, self.x, self.by, *self.show, *named)):
            self.question.column(name)
        if self.trend is not None:
            self.trend.column(self.value)
        if self.window is not None and self.window not in WINDOWS:
            raise ValueError(f"{self.id}: a panel's own window is one of {', '.join(WINDOWS)}")
        for name, known in (("chart", get_args(Chart)), ("good", get_args(Good))):
            if getattr(self, name) not in known:
                raise ValueError(f"{self.id}: {name} is one of {', '.join(known)}")

    def scope(self, page: Scope) -> Scope:
        """The scope this panel asks in, on a page of that scope."""
        if self.window is None:
            return page
        return replace(page, start=page.end - WINDOWS[self.window])

    def to_dict(self) -> dict[str, object]:
        """The JSON form, with the analyses by name."""
        form = {each.name: getattr(self, each.name) for each in fields(self)}
        form |= {name: list(getattr(self, name)) for name in _LISTS}
        form["question"] = question_form(self.question)
        form["trend"] = None if self.trend is None else question_form(self.trend)
        form["thresholds"] = None if self.thresholds is None else self.thresholds.to_dict()
        return form

    @classmethod
    def from_dict(cls, form: object, find: Callable[[str], Question] = analysis_named) -> Panel:
        """The panel of a JSON form; a key that it does not know is refused."""
        needed = [each.name for each in fields(cls) if each.default is MISSING]
        known = dict(read_object("panel", form, [each.name for each in fields(cls)], needed=needed))
        given = {name for name, value in known.items() if value is not None} | {*needed}
        require_texts("panel", known, given - {"thresholds", "question", "trend", *_FLAGS, *_LISTS})
        for name in _FLAGS:
            if not isinstance(known.get(name, False), bool):
                raise BadForm(f"{name} is true or false")
        for name in _LISTS:
            listed = _listed(known, name)
            if not all(isinstance(each, str) for each in listed):
                raise BadForm(f"{name} is a list of names")
            known[name] = tuple(cast("list[str]", listed))
        known = with_names_of_now(known)
        for name in ("question", "trend"):
            if known.get(name) is not None:
                known[name] = question_of(known[name], find)
        if known.get("thresholds") is not None:
            known["thresholds"] = Thresholds.from_dict(known["thresholds"])
        return cls(**known)  # pyright: ignore[reportArgumentType]


def with_names_of_now(form: dict[str, object]) -> dict[str, object]:
    """The form of a panel whose question was renamed since it was saved, with the columns of now."""
    asked = form.get("question")
    if not isinstance(asked, str) or asked not in RENAMED:
        return form
    names = RENAMED[asked][1]
    there = {column.name for column in question_of(asked).columns}

    def now(value: object) -> object:
        return names.get(value, value) if isinstance(value, str) else value

    shown = [now(each) for each in cast("tuple[str, ...]", form.get("show", ()))]
    columns = {name: now(form[name]) for name in ("value", "x", "by") if name in form}
    return {**form, **columns, "show": tuple(each for each in shown if each in there)}


@dataclass(frozen=True)
class Row:
    """Panels side by side, how wide each is beside the others, and the heading of what begins with them."""

    panels: tuple[Panel, ...]
    widths: tuple[int, ...] = ()  # as wide as each other, unless given
    heading: str = ""

    def __post_init__(self) -> None:
        if not self.panels:
            raise ValueError("a row holds at least one panel")
        if not self.widths:
            object.__setattr__(self, "widths", (1,) * len(self.panels))
        if len(self.widths) != len(self.panels) or min(self.widths) < 1:
            raise ValueError("a row has one width, of at least 1, for each of its panels")

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        said = {"heading": self.heading} if self.heading else {}
        return {"panels": [panel.to_dict() for panel in self.panels], "widths": list(self.widths), **said}

    @classmethod
    def from_dict(cls, form: object, find: Callable[[str], Question] = analysis_named) -> Row:
        """The row of a JSON form; a key that it does not know is refused."""
        known = read_object("row", form, ("panels", "widths", "heading"))
        require_texts("row", {"heading": "", **known}, ("heading",))
        panels = tuple(Panel.from_dict(panel, find) for panel in _listed(known, "panels"))
        widths = _listed(known, "widths")
        if not all(isinstance(width, int) for width in widths):
            raise BadForm("widths are whole numbers")
        return cls(panels, tuple(cast("list[int]", widths)), cast("str", known.get("heading", "")))


@dataclass(frozen=True)
class Board:
    """Rows of panels, for somebody."""

    id: str
    title: str
    audience: str
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        ids = [panel.id for panel in self.panels]
        repeated = sorted({each for each in ids if ids.count(each) > 1})
        if repeated:
            raise ValueError(f"{self.id} has two panels {', '.join(repeated)}")

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels in reading order."""
        return tuple(panel for row in self.rows for panel in row.panels)

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        words = {"id": self.id, "title": self.title, "audience": self.audience}
        return {"version": VERSION, **words, "rows": [row.to_dict() for row in self.rows]}

    @classmethod
    def from_dict(cls, form: Mapping[str, object], find: Callable[[str], Question] = analysis_named) -> Board:
        """The board of a JSON form; a key that it does not know is refused."""
        words = ("id", "title", "audience")
        known = read_form("board", form, VERSION, (*words, "rows"), needed=(*words, "rows"))
        require_texts("board", known, words)
        rows = tuple(Row.from_dict(row, find) for row in _listed(known, "rows"))
        return cls(**{word: cast("str", known[word]) for word in words}, rows=rows)


def _listed(form: Mapping[str, object], name: str) -> list[object]:
    listed = form.get(name, [])
    if not isinstance(listed, list):
        raise BadForm(f"{name} is a list")
    return cast("list[object]", listed)
