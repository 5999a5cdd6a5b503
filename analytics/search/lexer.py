"""From the text of a search to its signs: words, quoted phrases, ranges, brackets, comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analytics.search.errors import SearchError
from analytics.search.words import Piece, Pieces, Range, Wild, Word, hex_character

COMPARISONS = (">=", "<=", ">", "<")
_CLOSERS = "]}"
_OPENERS = "[{"


@dataclass(frozen=True)
class Sign:
    """One sign and where it stands; its kind is word, range, and, or, not, end, or the sign itself."""

    kind: str
    start: int
    end: int
    word: Word | None = None
    range: Range | None = None
    spaced: bool = False  # whether a space stands before it


@dataclass
class Reader:
    """The text, and how far it has been read."""

    text: str
    at: int = 0

    @property
    def next(self) -> str:
        """The character that comes next; nothing at the end."""
        return self.text[self.at : self.at + 1]

    def space(self) -> bool:
        """Reads white space; whether there was any."""
        start = self.at
        while self.next.isspace():
            self.at += 1
        return self.at > start

    def comparison(self) -> str | None:
        """Reads `>=` and the like, if one comes next."""
        found = next((sign for sign in COMPARISONS if self.text.startswith(sign, self.at)), None)
        self.at += len(found or "")
        return found


def signs(text: str, read: Callable[[Reader, Sign | None], Iterator[Sign]]) -> list[Sign]:
    """All signs of a text, the last of the kind "end"; `read` gives those that come next."""
    reader, found = Reader(text), list[Sign]()
    while True:
        spaced = reader.space()
        if not reader.next:
            return [*found, Sign("end", len(text), len(text), spaced=spaced)]
        for place, sign in enumerate(read(reader, found[-1] if found else None)):
            first = place == 0
            found.append(
                Sign(sign.kind, sign.start, sign.end, sign.word, sign.range, spaced=spaced and first)
            )


def quoted(reader: Reader, escape: Callable[[Reader, Pieces], None]) -> Word:
    """A phrase in quotes, in which nothing but the escape sign has a meaning."""
    start = reader.at
    reader.at += 1
    pieces = Pieces([])
    while reader.next != '"':
        if not reader.next:
            raise SearchError("This quote has no end", start, 'a closing "')
        if reader.next == "\\":
            escape(reader, pieces)
        else:
            pieces.add(reader.next)
            reader.at += 1
    reader.at += 1
    return Word(tuple(pieces.found), start, reader.at, quoted=True)


def range_of(reader: Reader, escape: Callable[[Reader, Pieces], None]) -> Range | None:
    """`[low TO high]`, `{low TO high}` or mixed; None, and nothing read, where the text is no range."""
    start, opener = reader.at, reader.next
    reader.at += 1
    low = _range_end(reader, escape)
    reader.space()
    word_to = reader.text[reader.at : reader.at + 2]
    if low is not None and word_to == "TO" and reader.text[reader.at + 2 : reader.at + 3].isspace():
        reader.at += 2
        high = _range_end(reader, escape)
        reader.space()
        closer = reader.next
        if high is not None and closer and closer in _CLOSERS:
            reader.at += 1
            return Range(_bound(low), _bound(high), opener == "[", closer == "]", start, reader.at)
    reader.at = start
    return None


def _bound(word: Word) -> Word | None:
    return None if word.everything and not word.quoted else word


def _range_end(reader: Reader, escape: Callable[[Reader, Pieces], None]) -> Word | None:
    reader.space()
    if reader.next == '"':
        return quoted(reader, escape)
    start, pieces = reader.at, Pieces([])
    while reader.next and not reader.next.isspace() and reader.next not in f'{_CLOSERS}{_OPENERS}"':
        take(reader, pieces, escape)
    return Word(tuple(pieces.found), start, reader.at) if pieces.found else None


def take(
    reader: Reader, pieces: Pieces, escape: Callable[[Reader, Pieces], None], wild: str = Wild.ANY.value
) -> None:
    """One character of a word: an escape, one of the wildcards, or itself."""
    if reader.next == "\\":
        escape(reader, pieces)
        return
    sign: Piece = Wild(reader.next) if reader.next in wild else reader.next
    pieces.add(sign)
    reader.at += 1


def _begins_a_value(before: Sign | None) -> bool:
    """Whether a value follows: it may hold colons, as times and addresses do, and begin with a minus."""
    return before is not None and (before.kind == ":" or before.kind in COMPARISONS)


# KQL

_KQL_SPECIAL = '\\():<>"*{}'
_KQL_SPACES = {"t": "\t", "n": "\n", "r": "\r"}
_KEYWORDS = ("and", "or", "not")


def kql(text: str) -> list[Sign]:
    """The signs of a text in KQL."""
    return signs(text, _kql_signs)


def _kql_signs(reader: Reader, before: Sign | None) -> Iterator[Sign]:
    start = reader.at
    is_value = _begins_a_value(before)
    if reader.next in _OPENERS and is_value:
        found = range_of(reader, _kql_escape)
        if found is not None:
            yield Sign("range", start, reader.at, range=found)
            return
    if reader.next in "(){}:":
        reader.at += 1
        yield Sign(reader.text[start], start, reader.at)
        return
    comparison = reader.comparison()
    if comparison:
        yield Sign(comparison, start, reader.at)
        return
    if reader.next == '"':
        yield _worded(quoted(reader, _kql_quoted_escape))
        return
    word, keyword = _kql_word(reader, is_value=is_value)
    yield Sign(keyword, word.start, word.end) if keyword else _worded(word)


def _kql_word(reader: Reader, *, is_value: bool) -> tuple[Word, str | None]:
    """An unquoted word, and which keyword it is."""
    start, pieces = reader.at, Pieces([])
    while reader.next and not reader.next.isspace():
        colon_inside = reader.next == ":" and is_value and pieces.found
        if reader.next in _KQL_SPECIAL and reader.next not in "\\*" and not colon_inside:
            break
        take(reader, pieces, _kql_escape)
    word = Word(tuple(pieces.found), start, reader.at)
    lower = reader.text[start : reader.at].lower()
    return word, lower if lower in _KEYWORDS else None


def _kql_escape(reader: Reader, pieces: Pieces) -> None:
    """Outside quotes: any special sign, white space, a keyword, or a character by its number."""
    start = reader.at
    reader.at += 1
    rest = reader.text[reader.at : reader.at + 4].lower()
    keyword = next(
        (word for word in _KEYWORDS if rest.startswith(word) and not rest[len(word) :].isalnum()), None
    )
    if keyword:
        pieces.add(reader.text[reader.at : reader.at + len(keyword)])
        reader.at += len(keyword)
    elif reader.next and (reader.next in _KQL_SPECIAL or reader.next == " "):
        pieces.add(reader.next)
        reader.at += 1
    elif reader.next and reader.next in _KQL_SPACES:
        pieces.add(_KQL_SPACES[reader.next])
        reader.at += 1
    elif reader.next == "u":
        character, reader.at = hex_character(reader.text, reader.at + 1)
        pieces.add(character)
    else:
        raise SearchError(
            "This backslash escapes nothing", start, "\\\\ for a backslash, or the value in quotes"
        )


def _kql_quoted_escape(reader: Reader, pieces: Pieces) -> None:
    """Inside quotes: the quote, white space, a character by its number; any other backslash is itself."""
    following = reader.text[reader.at + 1 : reader.at + 2]
    if following == "u":
        character, reader.at = hex_character(reader.text, reader.at + 2)
        pieces.add(character)
    elif following and following in '\\"':
        pieces.add(following)
        reader.at += 2
    elif following and following in _KQL_SPACES:
        pieces.add(_KQL_SPACES[following])
        reader.at += 2
    else:
        pieces.add("\\")
        reader.at += 1


def _worded(word: Word) -> Sign:
    return Sign("word", word.start, word.end, word)


# Lucene

_LUCENE_ENDS = '()[]{}"^~<>'
_OPERATORS = {"AND": "and", "OR": "or", "NOT": "not"}
_PREFIXES = {"+": "+", "-": "-", "!": "not"}


def lucene(text: str) -> list[Sign]:
    """The signs of a text in Lucene's syntax."""
    return signs(text, _lucene_signs)


def _lucene_signs(reader: Reader, before: Sign | None) -> Iterator[Sign]:
    start = reader.at
    is_value = _begins_a_value(before)
    if reader.next in _OPENERS:
        yield _lucene_range(reader)
        return
    for pair, kind in (("&&", "and"), ("||", "or")):
        if reader.text.startswith(pair, start):
            reader.at += 2
            yield Sign(kind, start, reader.at)
            return
    comparison = reader.comparison()
    if comparison:
        yield Sign(comparison, start, reader.at)
    elif reader.next in _PREFIXES and not is_value:
        reader.at += 1
        yield Sign(_PREFIXES[reader.text[start]], start, reader.at)
    elif reader.next in "():]}^~":
        reader.at += 1
        yield Sign(reader.text[start], start, reader.at)
    elif reader.next == '"':
        yield _worded(quoted(reader, _lucene_escape))
    else:
        yield from _lucene_word(reader, is_value=is_value)


def _lucene_range(reader: Reader) -> Sign:
    start = reader.at
    found = range_of(reader, _lucene_escape)
    if found is None:
        raise SearchError(
            "This bracket begins no range", start, "a range such as [1 TO 5], or the text in quotes"
        )
    return Sign("range", start, reader.at, range=found)


def _lucene_word(reader: Reader, *, is_value: bool) -> Iterator[Sign]:
    start = reader.at
    regex = _lucene_regex(reader)
    if regex is not None:
        yield _worded(regex)
        return
    pieces = Pieces([])
    while reader.next and not reader.next.isspace() and reader.next not in _LUCENE_ENDS:
        if reader.next == ":" and not (is_value and pieces.found):
            break
        take(reader, pieces, _lucene_escape, wild="*?")
    word = Word(tuple(pieces.found), start, reader.at)
    operator = _OPERATORS.get(reader.text[start : reader.at])
    yield Sign(operator, start, reader.at) if operator else _worded(word)


def _lucene_regex(reader: Reader) -> Word | None:
    """`/…/` as a word of its own; a slash that is closed nowhere, or inside the word, is a slash."""
    if reader.next != "/":
        return None
    start = at = reader.at
    while True:
        at += 1
        sign = reader.text[at : at + 1]
        if not sign or sign.isspace():
            return None
        if sign == "\\":
            at += 1
        elif sign == "/":
            break
    following = reader.text[at + 1 : at + 2]
    if following and not following.isspace() and following not in ")^":
        return None
    reader.at = at + 1
    pattern = reader.text[start + 1 : at].replace("\\/", "/")
    return Word((pattern,) if pattern else (), start, reader.at, regex=True)


def _lucene_escape(reader: Reader, pieces: Pieces) -> None:
    """A backslash makes the next character itself, whatever it is."""
    following = reader.text[reader.at + 1 : reader.at + 2]
    if not following:
        raise SearchError(
            "This backslash escapes nothing", reader.at, "a character after it, or \\\\ for a backslash"
        )
    if (
        following == "u"
        and len(reader.text) >= reader.at + 6
        and _is_hex(reader.text[reader.at + 2 : reader.at + 6])
    ):
        character, reader.at = hex_character(reader.text, reader.at + 2)
        pieces.add(character)
        return
    pieces.add(following)
    reader.at += 2


def _is_hex(digits: str) -> bool:
    return all(digit in "0123456789abcdefABCDEF" for digit in digits)
