"""What the parts of a search mean as filters: a word for a field, a comparison, a range."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from analytics.filters import ANY_TEXT, COHORT, And, Comparison, Filter, Not, Operator, Or, Scalar
from analytics.patterns import BadPattern
from analytics.search.errors import SearchError
from analytics.search.fields import ALIASES, PROSE, TIMES, UNITS, unit_of
from analytics.search.moments import EXAMPLES, BadMoment, Stretch, stretch
from analytics.search.words import Range, Word, joined

EVERYTHING: Filter = Comparison("tenant_id", "like", "*")  # of every row of every table
MOST_TERMS = 200

# A number as Python writes it; "007", "1.50" and "1e3" are texts: codes and versions look like that.
_WHOLE = re.compile(r"-?\d{1,19}")
_NUMBER = re.compile(r"-?\d{1,400}(\.\d{1,400})?(e[+-]\d{1,3})?")
_MEASURED = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,9})?)\s*([A-Za-zµμ]*)")
_LARGEST = 2**63
_INSIDE = "(?i).*"


@dataclass
class Meaning:
    """Makes filters on somebody's clock, and counts them."""

    now: datetime | None
    timezone: str
    terms: int = field(default=0)
    # Whether `cohort: name` asks for a cohort; where others answer a search it is a field like any other.
    knows_cohorts: ClassVar[bool] = True

    def name(self, word: Word) -> str:
        """The field that a word names, by our name of it."""
        name = word.text
        name = ALIASES.get(name, name)
        try:
            Comparison(name, "exists")
        except ValueError as error:
            raise SearchError(f"This is no field: {error}", word.start, "the name of a field") from None
        return name

    def equal(self, name: str, words: Sequence[Word]) -> Filter:
        """`field: value`; several words are one value, and also each of them."""
        self._count(words[0])
        if name == COHORT and self.knows_cohorts:
            return _in_cohort(joined(words))
        if len(words) == 1 and words[0].everything and not words[0].quoted:
            return EVERYTHING if name == ANY_TEXT else Comparison(name, "exists")
        if name not in PROSE and len(words) == 1 and words[0].text == "null" and not words[0].quoted:
            return Not(Comparison(name, "exists"))
        if name in TIMES:
            return self._during(name, joined(words))
        unit = unit_of(name)
        if unit is not None and not any(word.wild or word.regex for word in words):
            return Comparison(name, "==", _measured(joined(words), *unit))
        one = _in_prose if name in PROSE else _whole
        if len(words) > 1 and name not in PROSE:
            # `workflow_name: Daily sync` is a name of two words, `status: 400 401` are two values.
            words = [joined(words), *words]
        return either([one(name, word) for word in words])

    def exists(self, word: Word) -> Filter:
        """`_exists_: field`."""
        self._count(word)
        return Comparison(self.name(word), "exists")

    def compared(self, name: str, op: str, word: Word) -> Filter:
        """`field > value`."""
        self._count(word)
        if name in TIMES:
            return _beside(name, op, self._stretch(word))
        return Comparison(name, _operator(op), _orderable(name, word))

    def within(self, name: str, span: Range) -> Filter:
        """`field: [low TO high]`."""
        low, high = span.low, span.high
        if low is None and high is None:
            self._count(Word((), span.start, span.end))
            return Comparison(name, "exists")
        if low is not None and high is not None and name not in TIMES and span.with_low and span.with_high:
            self._count(low)
            return Comparison(name, "between", (_orderable(name, low), _orderable(name, high)))
        ends = ((low, ">=" if span.with_low else ">"), (high, "<=" if span.with_high else "<"))
        parts = tuple(self.compared(name, op, word) for word, op in ends if word is not None)
        return parts[0] if len(parts) == 1 else And(parts)

    def _during(self, name: str, word: Word) -> Filter:
        found = self._stretch(word)
        if found.instant:
            return Comparison(name, "==", found.start)
        return And((Comparison(name, ">=", found.start), Comparison(name, "<", found.end)))

    def _stretch(self, word: Word) -> Stretch:
        try:
            return stretch(word.text, self.now, self.timezone)
        except BadMoment as error:
            raise SearchError(f"This is no time ({error})", word.start, EXAMPLES) from None

    def _count(self, word: Word) -> None:
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise SearchError("This is one term too many", word.start, f"at most {MOST_TERMS} of them")


def _in_cohort(word: Word) -> Filter:
    """The row's person or tenant is in the cohort of that name."""
    if word.wild or word.regex:
        raise SearchError("A cohort is named in full", word.start, 'its name, as in cohort: "Power users"')
    try:
        return Comparison(COHORT, "in_cohort", word.text)
    except ValueError as error:
        raise SearchError(f"This names no cohort: {error}", word.start, "the name of a cohort") from None


def any_of(filters: Sequence[Filter]) -> Filter:
    """At least one holds."""
    return Or(tuple(filters))


def either(filters: Sequence[Filter]) -> Filter:
    """At least one holds; values of one field are one list of values."""
    if len(filters) == 1:
        return filters[0]
    values: list[Scalar] = []
    names: set[str] = set()
    for each in filters:
        match each:
            case Comparison(name, "==", value) if isinstance(value, Scalar):
                values.append(value)
            case Comparison(name, "in", value) if isinstance(value, tuple):
                values.extend(value)
            case _:
                return any_of(filters)
        names.add(name)
    if len(names) > 1:
        return any_of(filters)
    unlike = tuple({(type(value), value): value for value in values}.values())
    if len(unlike) == 1:
        return Comparison(names.pop(), "==", unlike[0])
    return Comparison(names.pop(), "in", unlike)


def _whole(name: str, word: Word) -> Filter:
    """The value as a whole, case and all."""
    if word.regex:
        return _matching(name, word, word.text)
    if word.wild:
        like = word.like()
        return _matching(name, word, word.pattern()) if like is None else Comparison(name, "like", like)
    if word.quoted:
        return Comparison(name, "==", word.text)
    meant = _typed(word.text)
    return Comparison(name, "==", meant[0]) if len(meant) == 1 else Comparison(name, "in", meant)


def _in_prose(name: str, word: Word) -> Filter:
    """The word, phrase or pattern somewhere in a text, in any case."""
    if word.regex:
        return _matching(name, word, f"{_INSIDE}(?:{word.text}).*")
    inner = word if word.quoted else word.stripped()
    if inner.wild:
        return _matching(name, word, f"{_INSIDE}{inner.pattern()}.*")
    if inner.text:
        return Comparison(name, "contains", inner.text)
    if name == ANY_TEXT:
        raise SearchError("There is nothing between these quotes", word.start, "a word or a phrase")
    return Comparison(name, "==", "")


def _matching(name: str, word: Word, pattern: str) -> Filter:
    try:
        return Comparison(name, "matches", pattern)
    except BadPattern as error:
        before = pattern.find(word.text) if word.regex else 0
        at = min(word.end, word.start + 1 + max(0, error.position - before)) if word.regex else word.start
        raise SearchError(f"This pattern cannot be used ({error})", at, "another pattern") from None


def _typed(text: str) -> tuple[Scalar, ...]:
    """What an unquoted value can be: `true` a flag, 404 a number, 1.0 a number or a version, else a text."""
    if text in ("true", "false"):
        return (text == "true",)
    if _WHOLE.fullmatch(text) and str(int(text)) == text and abs(int(text)) < _LARGEST:
        return (int(text),)
    if not _NUMBER.fullmatch(text) or not text.isascii():
        return (text,)
    number = float(text)
    if "e" in text and abs(number) != float("inf"):
        return (number,)
    if repr(number) == text:
        return (text, number) if text.endswith(".0") else (number,)
    return (text,)


def _orderable(name: str, word: Word) -> Scalar:
    """A value that something is over or under."""
    if word.wild or word.regex:
        raise SearchError(
            "A pattern is neither over nor under anything", word.start, "a value without wildcards"
        )
    unit = unit_of(name)
    if unit is not None:
        return _measured(word, *unit)
    measured = _MEASURED.fullmatch(word.text)
    if word.quoted or not measured:
        return word.text
    if not measured[2]:
        return _plain_number(Decimal(measured[1]))
    if any(measured[2].lower() in units for units in UNITS.values()):
        raise SearchError(
            f"{name} is not known to be a duration or a size", word.start, f"a number without {measured[2]}"
        )
    return word.text


def _measured(word: Word, kind: str, own: str) -> Scalar:
    """A quantity in the field's own unit: 5s of a field in milliseconds is 5000."""
    what, examples = ("duration", "5s, 850ms or 1h 30m") if kind == "ms" else ("size", "2MB or 512KiB")
    total, at, text = Decimal(0), 0, word.text.strip()
    while at < len(text) or at == 0:
        found = _MEASURED.match(text, at)
        factor = UNITS[kind].get(found[2].lower(), None) if found and found[2] else own
        alone = found is not None and found.end() == len(text) and at == 0
        if found is None or factor is None or not (found[2] or alone):
            raise SearchError(f"{word.text!r} is no {what}", word.start, f"one such as {examples}")
        total += Decimal(found[1]) * Decimal(factor) / Decimal(own)
        at = found.end()
        while text[at : at + 1] == " ":
            at += 1
    return _plain_number(total)


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _beside(name: str, op: str, found: Stretch) -> Filter:
    """After a day is after its end, up to a day is up to its end."""
    if found.instant:
        return Comparison(name, _operator(op), found.start)
    edge = found.end if op in (">", "<=") else found.start
    return Comparison(name, ">=" if op in (">", ">=") else "<", edge)


def _operator(op: str) -> Operator:
    known: dict[str, Operator] = {">": ">", ">=": ">=", "<": "<", "<=": "<="}
    return known[op]
