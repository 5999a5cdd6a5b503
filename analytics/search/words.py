"""The words of a search as both syntaxes read them: plain text, wildcards, quotes, ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from analytics import patterns
from analytics.search.errors import SearchError


class Wild(Enum):
    """A wildcard, as against the sign itself."""

    ANY = "*"
    ONE = "?"


Piece = str | Wild


@dataclass(frozen=True)
class Word:
    """A word, a quoted phrase or a regular expression, and where it stands."""

    pieces: tuple[Piece, ...]
    start: int
    end: int
    quoted: bool = False
    regex: bool = False

    @property
    def text(self) -> str:
        """The word with its escapes resolved; a wildcard is its sign."""
        return "".join(piece if isinstance(piece, str) else piece.value for piece in self.pieces)

    @property
    def wild(self) -> bool:
        """Whether it holds a wildcard."""
        return any(isinstance(piece, Wild) for piece in self.pieces)

    @property
    def everything(self) -> bool:
        """Whether it is `*` alone."""
        return bool(self.pieces) and all(piece is Wild.ANY for piece in self.pieces)

    def stripped(self) -> Word:
        """Without the `*` at its ends, which add nothing where a text is searched for inside another."""
        pieces = list(self.pieces)
        while pieces and pieces[0] is Wild.ANY:
            pieces.pop(0)
        while pieces and pieces[-1] is Wild.ANY:
            pieces.pop()
        return Word(tuple(pieces), self.start, self.end, self.quoted)

    def pattern(self) -> str:
        """The word as a regular expression."""
        return "".join(
            patterns.literally(piece) if isinstance(piece, str) else {"*": ".*", "?": "."}[piece.value]
            for piece in self.pieces
        )

    def like(self) -> str | None:
        """The word as a pattern whose one wildcard is `*`; None where such a pattern cannot say it."""
        if any(piece is Wild.ONE or (isinstance(piece, str) and "*" in piece) for piece in self.pieces):
            return None
        return self.text


@dataclass(frozen=True)
class Range:
    """`[1 TO 5}`: the ends, None where open, and whether each belongs to it."""

    low: Word | None
    high: Word | None
    with_low: bool
    with_high: bool
    start: int
    end: int


@dataclass
class Pieces:
    """Collects a word: text and wildcards as they come."""

    found: list[Piece]

    def add(self, piece: Piece) -> None:
        """One more; text joins the text before it."""
        if isinstance(piece, str) and self.found and isinstance(self.found[-1], str):
            self.found[-1] += piece
        else:
            self.found.append(piece)


def joined(words: Sequence[Word]) -> Word:
    """Words that stand side by side as the one value that they also are."""
    pieces = Pieces([])
    for place, word in enumerate(words):
        for piece in ((" ",) if place else ()) + word.pieces:
            pieces.add(piece)
    return Word(tuple(pieces.found), words[0].start, words[-1].end)


def hex_character(text: str, at: int) -> tuple[str, int]:
    """The character of `\\uXXXX` whose digits begin at `at`, a pair of halves as one, and where it ends."""
    high = _hex(text, at)
    if 0xD800 <= high < 0xDC00 and text[at + 4 : at + 6] == "\\u":
        low = _hex(text, at + 6)
        if 0xDC00 <= low < 0xE000:
            return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), at + 10
    if 0xD800 <= high < 0xE000:
        raise SearchError("\\u gives half a character", at - 2, "both halves, such as \\ud83d\\ude00")
    return chr(high), at + 4


def _hex(text: str, at: int) -> int:
    digits = text[at : at + 4]
    if len(digits) < 4 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise SearchError("\\u is followed by something else", at, "four digits, such as \\u00e9")
    return int(digits, 16)
