"""Patterns of texts: the part of RE2's syntax that a filter may use, and wildcards written in it.

What is accepted here compiles in every engine that has RE2, in bounded memory, and matches in linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 500
_DEEPEST = 32
_MOST_REPEATS = 1000  # RE2's own limit, for nested ones their product
_LARGEST = 20_000  # instructions, about; RE2 refuses at some hundred thousand
_ANY, _CLASS = 10, 20  # what a dot and a class of characters take, spelt out as UTF-8

_COUNTED = re.compile(r"\{(\d{1,4})(?:(,)(\d{0,4}))?\}")
_QUANTIFIERS = "*+?{"
_NAMED = "dDsSwWnrt"
# Quantifiers and flags of other dialects begin like a group.
_FLAGS = "(?i)"


class BadPattern(ValueError):
    """The pattern is none that a filter may use; `position` is where."""

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(problem)
        self.position = position


@dataclass
class _Reader:
    """A pattern, and how far it has been read."""

    text: str
    at: int = 0

    @property
    def next(self) -> str:
        """The character that comes next; nothing at the end."""
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        """The next character, read."""
        self.at += 1
        return self.text[self.at - 1 : self.at]


@dataclass(frozen=True)
class _Part:
    """A piece of a pattern: how many instructions it takes, and how often it repeats its inside at most."""

    size: int
    repeats: int = 1


def check(pattern: str) -> None:
    """Refuse a pattern that is not of this syntax, or too large.

    Literals, `.`, `[classes]`, `(groups)`, `|`, `* + ? {n,m}`, `^ $`, `\\d \\w \\s`, and `(?i)` in front.
    """
    if len(pattern) > LONGEST:
        raise BadPattern(f"a pattern has at most {LONGEST} characters", LONGEST)
    reader = _Reader(pattern, len(_FLAGS) if pattern.startswith(_FLAGS) else 0)
    whole = _alternatives(reader, 0)
    if reader.next:
        raise BadPattern("this ) closes no group: write \\) for the sign itself", reader.at)
    if whole.size > _LARGEST:
        raise BadPattern("the pattern repeats too much: use smaller numbers in {}", 0)


def literally(text: str) -> str:
    """A pattern that matches this text alone."""
    return "".join(
        f"\\{sign}" if sign.isascii() and sign.isprintable() and _signal(sign) else sign for sign in text
    )


def _signal(sign: str) -> bool:
    return not sign.isalnum() and sign not in " _"


def _alternatives(reader: _Reader, depth: int) -> _Part:
    if depth > _DEEPEST:
        raise BadPattern(f"groups may be nested {_DEEPEST} deep", reader.at)
    size, repeats = 0, 1
    while True:
        part = _sequence(reader, depth)
        size, repeats = size + part.size + 1, max(repeats, part.repeats)
        if reader.next != "|":
            return _Part(size, repeats)
        reader.take()


def _sequence(reader: _Reader, depth: int) -> _Part:
    size, repeats = 0, 1
    while reader.next and reader.next not in "|)":
        part = _repeated(reader, _atom(reader, depth))
        size, repeats = size + part.size, max(repeats, part.repeats)
    return _Part(size, repeats)


def _repeated(reader: _Reader, part: _Part) -> _Part:
    start = reader.at
    if not reader.next or reader.next not in _QUANTIFIERS:
        return part
    if part.size == 0:
        raise BadPattern("nothing stands before this sign: write a backslash for the sign itself", start)
    if reader.next != "{":
        reader.take()
        repeated = _Part(part.size + 1, part.repeats)
    else:
        most = _most(reader)
        repeated = _Part(part.size * max(1, most) + 1, part.repeats * max(1, most))
    if repeated.repeats > _MOST_REPEATS:
        raise BadPattern(f"a pattern repeats at most {_MOST_REPEATS} times, nested repeats multiplied", start)
    if reader.next and reader.next in _QUANTIFIERS:
        raise BadPattern("one of * + ? {} is enough: put a group around what is to repeat", reader.at)
    return repeated


def _most(reader: _Reader) -> int:
    counted = _COUNTED.match(reader.text, reader.at)
    if counted is None:
        raise BadPattern(
            "after { stand numbers, as in {2} or {2,5}: write \\{ for the sign itself", reader.at
        )
    least, most = int(counted[1]), int(counted[3] or counted[1])
    if most < least:
        raise BadPattern(f"{{{least},{most}}} ends before it begins", reader.at)
    reader.at = counted.end()
    return most


def _atom(reader: _Reader, depth: int) -> _Part:
    start, sign = reader.at, reader.take()
    match sign:
        case "(":
            return _group(reader, start, depth)
        case "[":
            return _class(reader, start)
        case "\\":
            return _escaped(reader, start)
        case ".":
            return _Part(_ANY)
        case "^" | "$":
            return _Part(0)
        case "*" | "+" | "?" | "{":
            raise BadPattern(f"nothing stands before this {sign}: write \\{sign} for the sign itself", start)
        case _:
            return _Part(1 if sign.isascii() else 4)


def _group(reader: _Reader, start: int, depth: int) -> _Part:
    if reader.next == "?":
        if reader.text[reader.at : reader.at + 2] != "?:":
            raise BadPattern("a group begins with ( or (?: and nothing else", start)
        reader.at += 2
    part = _alternatives(reader, depth + 1)
    if reader.take() != ")":
        raise BadPattern("this group has no end: add a ), or write \\( for the sign itself", start)
    return _Part(part.size + 2, part.repeats)


def _class(reader: _Reader, start: int) -> _Part:
    if reader.next == "^":
        reader.take()
    items = 0
    while reader.next != "]" or not items:
        if reader.next in ("]", ""):
            raise BadPattern("this class needs signs and an end, as in [a-z]: write \\[ for the sign", start)
        at, first = reader.at, _class_sign(reader)
        items += 1
        if reader.next == "-" and reader.text[reader.at + 1 : reader.at + 2] not in ("]", ""):
            reader.take()
            last = _class_sign(reader)
            if not first or not last or first > last:
                raise BadPattern("a range goes from a lower sign to a higher one, as in [a-z]", at)
    reader.take()
    return _Part(_CLASS)


def _class_sign(reader: _Reader) -> str:
    """One sign of a class; nothing where it stands for several, as \\d does."""
    at, sign = reader.at, reader.take()
    if sign == "\\":
        _escaped(reader, at)
        sign = reader.text[reader.at - 1]
        return "" if sign in _NAMED else sign
    if sign == "[":
        raise BadPattern("inside [ ] write \\[ for the sign itself", at)
    if sign == "-" and reader.text[at - 1] not in "[^" and reader.next != "]":
        raise BadPattern("inside [ ] write \\- for the sign itself", at)
    return sign


def _escaped(reader: _Reader, start: int) -> _Part:
    sign = reader.take()
    if not sign or (sign.isalnum() and sign not in _NAMED) or not sign.isascii() or sign == "_":
        raise BadPattern(f"\\{sign} means nothing here: write \\\\ for a backslash", start)
    return _Part(_CLASS if sign in "dDsSwW" else 1)
