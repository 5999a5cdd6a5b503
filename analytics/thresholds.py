"""When a number is good, and when it is bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.forms import BadForm, read_object

Good = Literal["up", "down", "none"]
Verdict = Literal["good", "warn", "bad"]


@dataclass(frozen=True)
class Thresholds:
    """When a value is good and when it is bad; what lies between is a warning.

    With `good` above `bad` more is better: good over `good`, bad under `bad`. Otherwise less is better.
    Where both are one limit, more is better unless `less` says otherwise.
    """

    good: float
    bad: float
    less: bool = False

    @property
    def less_is_better(self) -> bool:
        """Whether a value is good under its limit."""
        return self.good < self.bad or (self.good == self.bad and self.less)

    def verdict(self, value: float) -> Verdict:
        """What the value deserves to be called."""
        sign = -1 if self.less_is_better else 1
        if sign * value > sign * self.good:
            return "good"
        return "bad" if sign * value < sign * self.bad else "warn"

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {"good": self.good, "bad": self.bad, "less": self.less}

    @classmethod
    def from_dict(cls, form: object) -> Thresholds:
        """The thresholds of a JSON form; a key that it does not know is refused."""
        known = read_object("threshold", form, ("good", "bad", "less"), needed=("good", "bad"))
        good, bad, less = known["good"], known["bad"], known.get("less", False)
        if not isinstance(good, int | float) or not isinstance(bad, int | float):
            raise BadForm("thresholds are numbers")
        if not isinstance(less, bool):
            raise BadForm("less is true or false")
        return cls(good, bad, less)
