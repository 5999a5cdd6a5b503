"""KQL: `level: error and not service: (api or worker)`, `duration > 5s`, `message: "connection lost"`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from analytics.filters import ANY_TEXT, And, Filter
from analytics.search.errors import SearchError
from analytics.search.lexer import COMPARISONS, Sign, kql
from analytics.search.meaning import any_of, either
from analytics.search.parser import ANYTHING, Leaf, Make, Parser
from analytics.search.words import Word, joined

_FOLLOWS = "`and`, `or` or the end"


@dataclass
class Kql(Parser):
    """Reads signs into a filter: or joins what and joins what not turns around."""

    def read(self) -> Filter:
        """The filter of the whole text."""
        self.signs = kql(self.text)
        return self.finish(self._either(self._comparison, any_of), _FOLLOWS)

    def _either(self, leaf: Leaf, make: Make) -> Filter:
        parts = [self._all(leaf, make)]
        while self.take("or"):
            parts.append(self._all(leaf, make))
        return parts[0] if len(parts) == 1 else make(parts)

    def _all(self, leaf: Leaf, make: Make) -> Filter:
        parts = [self._negated(leaf, make)]
        while self.take("and"):
            parts.append(self._negated(leaf, make))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _negated(self, leaf: Leaf, make: Make) -> Filter:
        negated = False
        while self.take("not"):
            negated = not negated
        bracket = self.next.kind == "("
        found = self.bracketed(lambda: self._either(leaf, make), _FOLLOWS) if bracket else leaf()
        return ~found if negated else found

    def _comparison(self) -> Filter:
        """`field: value`, `field > value`, or words alone."""
        words = self._words(ANYTHING)
        operator = self.take(":", *COMPARISONS)
        if operator is None:
            return self.meaning.equal(ANY_TEXT, words)
        if words[0].text == "_exists_" and operator.kind == ":":
            return self.meaning.exists(joined(self._words("the name of a field")))
        name = self.meaning.name(words[0])
        if operator.kind != ":":
            return self._beside(name, operator)
        return self._valued(name, words[0])

    def _valued(self, name: str, field: Word) -> Filter:
        """What stands after `field:`."""
        sign = self.next
        if sign.kind == "(":
            inside = partial(self._value, name, "a value")
            return self.bracketed(lambda: self._either(inside, either), _FOLLOWS)
        if sign.kind == "{":
            raise SearchError("Fields are not nested here", sign.start, f"{name}.inner: value")
        return self._value(name, f"a value after {field.text + ':'!r}")

    def _value(self, name: str, expected: str) -> Filter:
        sign = self.next
        if sign.range is not None:
            self.at += 1
            return self.meaning.within(name, sign.range)
        if self.take(*COMPARISONS):
            return self._beside(name, sign)
        return self.meaning.equal(name, self._words(expected))

    def _beside(self, name: str, operator: Sign) -> Filter:
        words = self._words(f"a value after {operator.kind}")
        return self.meaning.compared(name, operator.kind, words[0] if len(words) == 1 else joined(words))

    def _words(self, expected: str) -> list[Word]:
        """One quoted phrase, or the words up to the next sign."""
        found: list[Word] = []
        while (word := self.next.word) is not None and not (found and (word.quoted or found[-1].quoted)):
            found.append(word)
            self.at += 1
        if not found:
            raise self.unfit(expected)
        if len(found) > 1 and self.compares:
            problem = f"Nothing joins {found[-1].text!r} to what stands before it"
            raise SearchError(problem, found[-1].start, "`and` or `or` between them")
        return found
