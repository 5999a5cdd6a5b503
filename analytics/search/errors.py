"""What is wrong with a search, where, and what would be right."""

from __future__ import annotations


class SearchError(ValueError):
    """A search that cannot be read: `position` is the character, from 0; `expected` would fit there."""

    def __init__(self, problem: str, position: int, expected: str) -> None:
        super().__init__(f"{problem}: expected {expected}")
        self.problem, self.position, self.expected = problem, position, expected
