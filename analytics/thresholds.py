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
    """

    good: float
    bad: float

    def verdict(self, value: float) -> Verdict:
        """What the value deserves to be called."""
        sign = 1 if self.good >= self.bad else -1
        if sign * value > sign * self.good:
            return "good"
        return "bad" if sign * value < sign * self.bad else "warn"

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {"good": self.good, "bad": self.bad}

    @classmethod
    def from_dict(cls, form: object) -> Thresholds:
        """The thresholds of a JSON form; a key that it does not know is refused."""
        known = read_object("threshold", form, ("good", "bad"), needed=("good", "bad"))
        good, bad = known["good"], known["bad"]
        if not isinstance(good, int | float) or not isinstance(bad, int | float):
            raise BadForm("thresholds are numbers")
        return cls(good, bad)
