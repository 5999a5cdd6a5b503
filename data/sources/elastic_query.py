"""What is asked of Elasticsearch: a person's search, and windows of time, as queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.filters import ANY_TEXT, And, Comparison, Filter, Not, Operator, Or, Scalar
from analytics.search import LONGEST, SearchError, Syntax
from analytics.search.fields import TIMES
from analytics.search.kql import Kql
from analytics.search.meaning import Meaning, either
from analytics.search.words import Wild, Word, joined

Query = dict[str, Any]
MOMENT = "strict_date_optional_time"  # which reads nanoseconds too
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAST_NANOSECONDS = 10**15  # in milliseconds the year 33658
EVERYTHING: Query = {"match_all": {}}
_RANGES = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_OPERATORS: dict[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}


def of_text(text: str, syntax: Syntax) -> Query:
    """A search as a query: Lucene's syntax is the server's own, KQL is read here. Raises SearchError."""
    if len(text) > LONGEST:
        raise SearchError("The search is too long", LONGEST, f"at most {LONGEST:,} characters")
    if not text.strip():
        return EVERYTHING
    if syntax == "lucene":
        return {"query_string": {"query": text, "analyze_wildcard": True}}
    return _query(Kql(text, _TheirNames(None, "UTC")).read())


def within(field: str, start: datetime | None, stop: datetime | None) -> Query:
    """From `start` on, before `stop`; with neither, whatever has the field."""
    bounds = {"gte": start, "lt": stop}
    texts = {op: moment(at) for op, at in bounds.items() if at is not None}
    return {"range": {field: texts | {"format": MOMENT}}} if texts else {"exists": {"field": field}}


def since(field: str, text: str) -> Query:
    """From a moment on that the server has written itself."""
    return {"range": {field: {"gte": text, "format": MOMENT}}}


def every(*queries: Query | None, without: str | None = None) -> Query:
    """What all of them find, of documents that have not the field `without`."""
    found: Query = {"filter": [each for each in queries if each is not None]}
    if without is not None:
        found["must_not"] = [{"exists": {"field": without}}]
    return {"bool": found}


def moment(at: datetime) -> str:
    """A moment as the server reads it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def written(value: object) -> str:
    """A moment that documents are sorted by, as text: OpenSearch gives milliseconds, or nanoseconds where its
    field has them.
    """
    if not isinstance(value, int):
        return str(value)
    nanoseconds = value if abs(value) >= LEAST_NANOSECONDS else value * 1_000_000
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{rest:09}Z"


@dataclass
class _TheirNames(Meaning):
    """Fields by the names that documents have, and values as Kibana understands them: the server knows which
    of its fields is prose.
    """

    knows_cohorts = False

    def name(self, word: Word) -> str:
        super().name(word)  # what no field can be called is refused
        return word.text

    def equal(self, name: str, words: Sequence[Word]) -> Filter:
        """`field: value`; several words are one value, and also each of them."""
        if len(words) == 1 and words[0].everything and not words[0].quoted:
            return Comparison(name, "exists")
        if any(word.wild for word in words):
            return either([Comparison(name, "like", _pattern(word)) for word in words])
        several = [joined(words), *words] if len(words) > 1 else words
        if name == ANY_TEXT or name in TIMES:
            return either([Comparison(name, "==", word.text) for word in several])
        return either([super(_TheirNames, self).equal(name, [word]) for word in several])

    def compared(self, name: str, op: str, word: Word) -> Filter:
        """`field > value`; of times the server knows better what `now-1d` is."""
        return (
            Comparison(name, _OPERATORS[op], word.text) if name in TIMES else super().compared(name, op, word)
        )


def _pattern(word: Word) -> str:
    """A word with its wildcards as `wildcard` reads it, its other signs escaped."""
    return "".join(
        piece.value
        if isinstance(piece, Wild)
        else piece.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
        for piece in word.pieces
    )


def _query(where: Filter) -> Query:
    match where:
        case And(parts):
            return {"bool": {"filter": [_query(part) for part in parts]}}
        case Or(parts):
            return {"bool": {"should": [_query(part) for part in parts], "minimum_should_match": 1}}
        case Not(part):
            return {"bool": {"must_not": [_query(part)]}}
        case Comparison():
            return _comparison(where)
        case _:
            raise TypeError(f"no query for {where!r}")


def _comparison(where: Comparison) -> Query:
    name, value = where.field, where.value
    if where.op == "exists":
        return EVERYTHING if name == ANY_TEXT else {"exists": {"field": name}}
    if where.op == "between" and isinstance(value, tuple):
        return {"range": {name: {"gte": _plain(value[0]), "lte": _plain(value[1])}}}
    if where.op in _RANGES and isinstance(value, Scalar):
        return {"range": {name: {_RANGES[where.op]: _plain(value)}}}
    if where.op in ("==", "in", "like", "contains") and isinstance(value, Scalar | tuple):
        values = value if isinstance(value, tuple) else (value,)
        one = _like if where.op == "like" else _equal
        found = [one(name, each) for each in values]
        return found[0] if len(found) == 1 else {"bool": {"should": found, "minimum_should_match": 1}}
    raise SearchError(f"{name} cannot be asked so of Elasticsearch", 0, "another query, or `syntax = lucene`")


def _equal(name: str, value: Scalar) -> Query:
    """A phrase in fields of words; in all others the value as a whole."""
    if name == ANY_TEXT:
        return {"multi_match": {"type": "phrase", "query": str(value), "lenient": True, "fields": ["*"]}}
    if isinstance(value, str):
        return {"match_phrase": {name: value}}
    return {"term": {name: _plain(value)}}


def _like(name: str, value: Scalar) -> Query:
    if name == ANY_TEXT:
        return {"query_string": {"query": str(value), "analyze_wildcard": True, "lenient": True}}
    return {"wildcard": {name: {"value": str(value)}}}


def _plain(value: Scalar) -> Any:
    return moment(value) if isinstance(value, datetime) else value
