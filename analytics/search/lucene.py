"""Lucene's query syntax: `level:error AND -service:(api OR worker)`, `duration:[1s TO 5s}`, `id:u_?1`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from analytics.filters import ANY_TEXT, And, Filter
from analytics.search.errors import SearchError
from analytics.search.lexer import COMPARISONS, lucene
from analytics.search.meaning import any_of, either
from analytics.search.parser import ANYTHING, Leaf, Make, Parser
from analytics.search.words import Word

_BOOST = re.compile(r"\d{1,9}(\.\d{1,9})?")
_FOLLOWS = "a field, a word, AND, OR or the end"


@dataclass(frozen=True)
class _Clause:
    """A part of a list: with `+` it must hold, with `-` it must not, else one of its kind must."""

    mark: str
    where: Filter

    @property
    def plain(self) -> Filter:
        """The clause by itself."""
        return ~self.where if self.mark == "-" else self.where


@dataclass
class Lucene(Parser):
    """Reads signs into a filter: AND binds tighter than OR, and what stands side by side is joined by OR."""

    def read(self) -> Filter:
        """The filter of the whole text."""
        self.signs = lucene(self.text)
        return self.finish(self._listed(self._term, any_of), _FOLLOWS)

    def _listed(self, leaf: Leaf, make: Make) -> Filter:
        """Clauses up to the end or to a closing bracket."""
        clauses: list[_Clause] = []
        or_before = False
        while True:
            clause = self._chain(leaf, make)
            or_after = self.take("or") is not None
            # Beside an OR that somebody wrote, a minus is no more than a not.
            turned = clause.mark == "-" and (or_before or or_after)
            clauses.append(_Clause("", clause.plain) if turned else clause)
            or_before = or_after
            if not or_after and self.next.kind in ("end", ")"):
                return _combined(clauses, make)

    def _chain(self, leaf: Leaf, make: Make) -> _Clause:
        """Clauses joined by AND."""
        clauses = [self._clause(leaf, make)]
        while self.take("and"):
            clauses.append(self._clause(leaf, make))
        if len(clauses) == 1:
            return clauses[0]
        return _Clause("", And(tuple(clause.plain for clause in clauses)))

    def _clause(self, leaf: Leaf, make: Make) -> _Clause:
        marked, negated = False, False
        while (sign := self.take("+", "-", "not")) is not None:
            marked, negated = True, negated != (sign.kind != "+")
        bracket = self.next.kind == "("
        found = self.bracketed(lambda: self._listed(leaf, make), _FOLLOWS) if bracket else leaf()
        self._boost()
        return _Clause("-" if negated else "+" if marked else "", found)

    def _term(self) -> Filter:
        """`field:value`, or a word alone."""
        word = self._word(ANYTHING)
        operator = self.take(":", *COMPARISONS)
        if operator is None:
            return self.meaning.equal(ANY_TEXT, [word])
        if word.text == "_exists_" and operator.kind == ":":
            return self.meaning.exists(self._word("the name of a field"))
        name = self.meaning.name(word)
        if operator.kind != ":":
            return self._beside(name, operator.kind)
        return self._valued(name, word)

    def _valued(self, name: str, field: Word) -> Filter:
        """What stands after `field:`."""
        if self.next.kind == "(":
            inside = partial(self._value, name, "a value")
            return self.bracketed(lambda: self._listed(inside, either), _FOLLOWS)
        return self._value(name, f"a value after {field.text + ':'!r}")

    def _beside(self, name: str, operator: str) -> Filter:
        return self.meaning.compared(name, operator, self._word(f"a value after {operator}"))

    def _value(self, name: str, expected: str) -> Filter:
        if (span := self.next.range) is not None:
            self.at += 1
            return self.meaning.within(name, span)
        if (comparison := self.take(*COMPARISONS)) is not None:
            return self._beside(name, comparison.kind)
        word = self._word(expected)
        if self.compares:
            raise self.unfit("AND or OR before another field, or the value in quotes")
        return self.meaning.equal(name, [word])

    def _word(self, expected: str) -> Word:
        word = self.next.word
        if word is None:
            raise self.unfit(expected)
        self.at += 1
        if self.next.kind == "~" and not self.next.spaced:
            problem = "Words that are nearly the same are not searched for"
            raise SearchError(problem, self.next.start, "wildcards instead of ~, as in time*")
        return word

    def _boost(self) -> None:
        """`^2` says what matters more, which changes no filter."""
        sign = self.take("^")
        if sign is None:
            return
        number = self.next.word
        if number is None or self.next.spaced or not _BOOST.fullmatch(number.text):
            expected = "a number after it, as in ^2, or the text in quotes"
            raise SearchError("This ^ is no weight", sign.start, expected)
        self.at += 1


def _combined(clauses: list[_Clause], make: Make) -> Filter:
    """All that must hold and none that must not; where nothing must, at least one of the others."""
    must = [clause.where for clause in clauses if clause.mark == "+"]
    must_not = [~clause.where for clause in clauses if clause.mark == "-"]
    may = [clause.where for clause in clauses if not clause.mark]
    if may and not must:
        must = [may[0] if len(may) == 1 else make(may)]
    parts = [*must, *must_not]
    return parts[0] if len(parts) == 1 else And(tuple(parts))
