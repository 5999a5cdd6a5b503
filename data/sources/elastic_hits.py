"""A page of Elasticsearch as the text that came: where its documents lie in it, and each as one line.

Documents are cut out of the answer and never taken apart, so that every number keeps its digits and a
document that is not sound spoils no other.
"""

# ruff: noqa: PLR0917, PLR1714, SIM109, SIM110  compiled loops: a branch is cheaper than a call

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import orjson

from analytics.compiled import compiled
from data.sources.compiled import Bytes, Longs
from data.sources.json_tokens import BACKSLASH, CLOSE, COMMA, LIST, OPEN, QUOTE, UNLIST, space_end
from data.sources.refusal import SourceError

INDEX, ID, SOURCE, SORT = 0, 2, 4, 6
_HITS = np.frombuffer(b"hits", np.uint8)
_NAMES = np.frombuffer(b"_index_id_sourcesort", np.uint8)  # those of the four places, one behind the other
_BEGINS, _SIZES = np.array([0, 6, 9, 16]), np.array([6, 3, 7, 4])
# How the indices behind a data stream are called, moved to colder machines or not.
_BACKING = re.compile(
    rb'^"((?:[^":]+:)?)(?:(?:partial|restored|shrink-[^-]+|shrunk)-)*'
    rb'\.ds-(.+)-\d{4}\.\d{2}\.\d{2}-\d{6,}"$'
)


@dataclass(frozen=True)
class Hits:
    """The documents of one page: the text that came, what else it says, and where each document lies."""

    body: bytes
    about: dict[str, Any]
    places: list[list[int]]

    def __len__(self) -> int:
        return len(self.places)

    def who(self, n: int) -> bytes:
        """What tells a document from every other of the cluster."""
        place = self.places[n]
        return self.body[place[INDEX] : place[INDEX + 1]] + self.body[place[ID] : place[ID + 1]]

    def sort(self, n: int) -> list[Any]:
        """What a document is sorted by."""
        place = self.places[n]
        return orjson.loads(self.body[place[SORT] : place[SORT + 1]])

    def lines(self, before: Callable[[bytes], bytes]) -> Iterator[bytes]:
        """The documents, each as a line with `_id` and `_index`; `before` says what stands before an id, by
        the text of its index.
        """
        body = self.body
        broken = b"\n" in body or b"\r" in body
        for index, index_end, id_, id_end, source, source_end, _, _ in self.places:
            name, text = body[index:index_end], body[source : source_end - 1]
            if broken:
                text = text.translate(_SPACES)  # within a text no line ends, by JSON's own rules
            yield (
                text
                + (b"," if text[1:].strip() else b"")
                + b'"_id":'
                + before(name)
                + body[id_ + 1 : id_end]
                + b',"_index":'
                + name
                + b"}\n"
            )


_SPACES = bytes.maketrans(b"\r\n", b"  ")


def read(body: bytes, most: int) -> Hits | None:
    """The documents of an answer that has `most` at the most; None where it is no answer to a search. Raises
    SourceError where the server does not keep what documents say.
    """
    places = np.full((most, 8), -1, np.int64)
    many, begin, end = _page(np.frombuffer(body, np.uint8), places)
    if many < 0:
        return None
    if many and int(places[:many, SOURCE].min()) < 0:
        raise SourceError(
            "Some documents come without `_source`: their index does not keep it, so that they cannot be "
            "read. Leave that index out of `index`."
        )
    if many and int(places[:many].min()) < 0:
        return None
    try:
        about = orjson.loads(body[:begin] + b"[]" + body[end:])
    except orjson.JSONDecodeError:
        return None
    return Hits(body, about, places[:many].tolist())


def before_ids(names: tuple[str, ...], key: str) -> Callable[[bytes], bytes]:
    """What stands before an id, by the text of its index, so that it stays what it was: nothing where one
    index or data stream was asked for by its name, else the name of the index or of its data stream.
    """
    only = names[0] if len(names) == 1 and not set(names[0]) & set("*,<") else None

    @lru_cache(maxsize=10_000)
    def before(index: bytes) -> bytes:
        backing = _BACKING.match(index)
        name = backing[1] + backing[2] if backing else index[1:-1]
        alone = key == "_id" or (key == "auto" and only is not None and name == only.encode())
        return b'"' if alone else b'"' + name + b"/"

    return before


@compiled
def _page(buf: Bytes, places: Longs) -> tuple[int, int, int]:
    """How many documents there are, and where their list begins and ends; below zero if it is no page."""
    end = len(buf)
    i = _member(buf, space_end(buf, 0, end), end, _HITS)
    i = _member(buf, i, end, _HITS) if i >= 0 else i
    if i < 0 or buf[i] != LIST:
        return -1, 0, 0
    begin = i
    many = 0
    i = space_end(buf, i + 1, end)
    while i < end and buf[i] == OPEN:
        if many >= len(places):
            return -1, 0, 0
        i = _hit(buf, i, end, places, many)
        if i < 0:
            return -1, 0, 0
        many += 1
        i = space_end(buf, i, end)
        if i < end and buf[i] == COMMA:
            i = space_end(buf, i + 1, end)
    if i >= end or buf[i] != UNLIST:
        return -1, 0, 0
    return many, begin, i + 1


@compiled
def _member(buf: Bytes, i: int, end: int, name: Bytes) -> int:
    """Where the value of a member of the object at i begins, or -1."""
    if i >= end or buf[i] != OPEN:
        return -1
    i = space_end(buf, i + 1, end)
    while i < end and buf[i] == QUOTE:
        j = _text_end(buf, i + 1, end)
        value = space_end(buf, j + 1, end) if j >= 0 else end
        value = space_end(buf, value + 1, end)
        if value >= end:
            return -1
        if _same(buf, i + 1, j, name, 0, len(name)):
            return value
        i = _value_end(buf, value, end)
        if i < 0:
            return -1
        i = space_end(buf, i, end)
        if i >= end or buf[i] != COMMA:
            return -1
        i = space_end(buf, i + 1, end)
    return -1


@compiled
def _hit(buf: Bytes, i: int, end: int, places: Longs, n: int) -> int:
    """Note where the parts of the document at i lie; gives where it ends, or -1."""
    i = space_end(buf, i + 1, end)
    while i < end and buf[i] == QUOTE:
        j = _text_end(buf, i + 1, end)
        value = space_end(buf, j + 1, end) if j >= 0 else end
        value = space_end(buf, value + 1, end)
        if value >= end:
            return -1
        stop = _value_end(buf, value, end)
        if stop < 0:
            return -1
        for k in range(4):
            if _same(buf, i + 1, j, _NAMES, _BEGINS[k], _SIZES[k]):
                places[n, 2 * k], places[n, 2 * k + 1] = value, stop
        i = space_end(buf, stop, end)
        if i < end and buf[i] == COMMA:
            i = space_end(buf, i + 1, end)
    return i + 1 if i < end and buf[i] == CLOSE else -1


@compiled
def _same(buf: Bytes, i: int, j: int, names: Bytes, at: int, size: int) -> bool:
    if j - i != size:
        return False
    for k in range(size):
        if buf[i + k] != names[at + k]:
            return False
    return True


@compiled
def _text_end(buf: Bytes, i: int, end: int) -> int:
    """The closing quote of the text that goes on at i, whatever the text is; -1 if there is none."""
    while i < end:
        if buf[i] == QUOTE:
            return i
        i += 2 if buf[i] == BACKSLASH else 1
    return -1


@compiled
def _value_end(buf: Bytes, i: int, end: int) -> int:
    """Behind the value at i, or -1 if the text ends within it."""
    depth = 0
    while i < end:
        byte = buf[i]
        if byte == QUOTE:
            i = _text_end(buf, i + 1, end)
            if i < 0:
                return -1
            if depth == 0:
                return i + 1
        elif byte == OPEN or byte == LIST:
            depth += 1
        elif byte == CLOSE or byte == UNLIST:
            if depth == 0:
                return i  # behind a number or a word
            depth -= 1
            if depth == 0:
                return i + 1
        elif depth == 0 and (byte == COMMA or byte <= 32):
            return i
        i += 1
    return -1
