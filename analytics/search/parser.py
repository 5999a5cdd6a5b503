"""What the parsers of both syntaxes share: where they are among the signs, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from analytics.filters import Filter
from analytics.search.errors import SearchError
from analytics.search.lexer import COMPARISONS, Sign
from analytics.search.meaning import Meaning

DEEPEST = 32
ANYTHING = "something to search for, such as level:error"

Leaf = Callable[[], Filter]
Make = Callable[[Sequence[Filter]], Filter]


@dataclass
class Parser:
    """Signs on their way into a filter."""

    text: str
    meaning: Meaning
    at: int = 0
    depth: int = 0
    signs: list[Sign] = field(default_factory=list[Sign])

    @property
    def next(self) -> Sign:
        """The sign that comes next."""
        return self.signs[self.at]

    @property
    def compares(self) -> bool:
        """Whether a colon or a comparison comes next, so that what stands before it is a field."""
        return self.next.kind == ":" or self.next.kind in COMPARISONS

    def take(self, *kinds: str) -> Sign | None:
        """The next sign, read, if it is of one of these kinds."""
        sign = self.next
        if sign.kind not in kinds:
            return None
        self.at += 1
        return sign

    def finish(self, found: Filter, expected: str) -> Filter:
        """The filter, once nothing is left to read."""
        if self.next.kind != "end":
            raise self.unfit(expected)
        return found

    def bracketed(self, inside: Callable[[], Filter], expected: str) -> Filter:
        """What stands between a bracket and the one that closes it."""
        opened = self.next
        self.at += 1
        self.depth += 1
        if self.depth > DEEPEST:
            limit = f"at most {DEEPEST} brackets inside each other"
            raise SearchError("This bracket is nested too deep", opened.start, limit)
        found = inside()
        if not self.take(")"):
            raise self.unfit("a closing )" if self.next.kind == "end" else expected)
        self.depth -= 1
        return found

    def unfit(self, expected: str) -> SearchError:
        """Why the next sign does not fit, and what would."""
        sign = self.next
        if sign.kind == "end":
            return SearchError("The search ends too early", sign.start, expected)
        if sign.kind == ")" and not self.depth:
            return SearchError("This bracket closes nothing", sign.start, "a ( before it")
        if sign.kind == "range":
            return SearchError(
                "A range belongs to a field", sign.start, "a field before it, as in size:[1 TO 5]"
            )
        said = self.text[sign.start : sign.end]
        return SearchError(f"{said!r} does not fit here", sign.start, expected)
