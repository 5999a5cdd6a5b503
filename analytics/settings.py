"""What each company sets for itself: the values that are shipped, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ByHand:
    """How many minutes a person would take for what a workflow does, by its name."""

    minutes: float = 5.0
    of: Mapping[str, float] = field(default_factory=dict[str, float])

    def minutes_of(self, workflow: str) -> float:
        """The minutes of one execution of this workflow."""
        return self.of.get(workflow, self.minutes)


BY_HAND = ByHand()

# Plans from the smallest to the largest.
PLANS = ("free", "pro", "enterprise")

# A tenant that ran nothing for so long is inactive.
INACTIVE_DAYS = 7

# Actions that call whatever their author names: what they call may have no connector of its own.
GENERIC_ACTIONS = ("http_request", "http", "webhook", "webhook_call")

# Events with one of these words in their type are news of a tenant; the others are its daily work.
NEWS = (
    "activated",
    "cancelled",
    "connected",
    "created",
    "deleted",
    "disabled",
    "downgraded",
    "enabled",
    "first",
    "installed",
    "invited",
    "limit",
    "registered",
    "removed",
    "trial",
    "upgraded",
)
