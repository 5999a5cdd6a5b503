"""What a process goes by until it is told otherwise: its budgets, its plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Held = TypeVar("Held")


@dataclass
class InForce(Generic[Held]):
    """One value for a whole process, put there at its start, as answers that were made by it are kept."""

    held: Held

    def now(self) -> Held:
        """What is in force."""
        return self.held

    def put(self, held: Held) -> None:
        """Go by this from now on."""
        self.held = held
