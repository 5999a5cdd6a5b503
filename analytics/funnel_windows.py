"""A funnel with other windows, as a question: what becomes of it if people have more time, or less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Self, cast

import pandas as pd

from analytics.during import length
from analytics.forms import BadForm, read_form
from analytics.funnel_compare import funnel_windows
from analytics.funnel_known import as_known
from analytics.funnel_questions import (
    COUNT,
    HIGH,
    LEFT,
    LOW,
    MAY,
    MEDIAN,
    NAME,
    SHARE,
    STEP,
    STEP_SHARE,
    VERSION,
    FunnelPeople,
    OfFunnel,
    with_intervals,
)
from analytics.funnel_spec import FunnelSpec
from analytics.question import Column, Question
from analytics.scope import Scope
from analytics.steps import MICROSECOND, length_of
from analytics.view import View

MOST = 5
WINDOW = Column("window", "Within", "text", "The longest time from the first step to the last.")


@dataclass(frozen=True)
class FunnelWindows(OfFunnel):
    """Who gets from step to step of a funnel within each of some windows, the shortest first."""

    spec: FunnelSpec
    windows: tuple[timedelta, ...]
    kind: ClassVar[str] = "funnel_windows"
    columns: ClassVar[tuple[Column, ...]] = (  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]
        WINDOW, STEP, NAME, COUNT, MAY, LEFT, SHARE, LOW, HIGH, STEP_SHARE, MEDIAN,
    )  # fmt: skip

    def __post_init__(self) -> None:
        windows = tuple(sorted(set(self.windows)))
        object.__setattr__(self, "windows", windows)
        if not 1 <= len(windows) <= MOST:
            raise ValueError(f"1 to {MOST} windows are compared")
        if windows[0] <= timedelta(0):
            raise ValueError("a window is longer than nothing")

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a window and step."""
        found = funnel_windows(view, scope, self.spec, self.windows, as_known(view, scope, self.spec.steps))
        frames: list[pd.DataFrame] = []
        for window in self.windows:
            part = found[found["window"] == window].reset_index(drop=True)
            told = with_intervals(part)
            told["window"] = pd.Series([length(window)] * len(told), dtype="str")
            frames.append(told)
        return pd.concat(frames, ignore_index=True)[[column.name for column in self.columns]]

    @property
    def bars(self) -> tuple[str, ...]:
        """What each of its steps is called, as a chart has them."""
        return tuple(step.name for step in self.spec.steps)

    @property
    def by_window(self) -> Mapping[str, timedelta]:
        """The windows by what they are called in the answer."""
        return {length(window): window for window in self.windows}

    def people(
        self, step: int, value: str | tuple[str, ...] | None = None, *, waiting: bool | None = None
    ) -> Question:
        """Who a step of the chart counts within one window; with a minus, who is not there.

        `waiting` says of those whether they still may, or left.
        """
        window = self.by_window.get(str(value), self.spec.window)
        return FunnelPeople(replace(self.spec.whole(), window=window), step, waiting=waiting)

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {**super().to_dict(), "windows": [window // MICROSECOND for window in self.windows]}

    @classmethod
    def from_dict(cls, form: object) -> Self:
        """The question of a JSON form; a key that it does not know is refused."""
        needed = ("spec", "windows")
        known = read_form(cls.kind, form, VERSION, needed, needed=needed)
        listed = known["windows"]
        if not isinstance(listed, list):
            raise BadForm("windows are a list of whole numbers of microseconds")
        windows = tuple(length_of(each) for each in cast("list[object]", listed))
        return cls(FunnelSpec.from_dict(known["spec"]), windows)
