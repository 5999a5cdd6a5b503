"""Documents held in memory and asked as Elasticsearch is asked: bulk, points in time, sorted pages, slices, counts.

It answers what it knows and refuses the rest, so that a test cannot pass on a question that nobody read.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

TIME = "@timestamp"
SHARDS = 2
LARGEST_PAGE = 10_000
KNOWN = {"query", "size", "sort", "search_after", "slice", "pit", "track_total_hits", "timeout"}


class Refusal(Exception):
    """An answer that says no: its status, its kind and a sentence."""

    def __init__(self, status: int, kind: str, reason: str, **more: Any):
        super().__init__(reason)
        cause = {"type": kind, "reason": reason}
        self.status = status
        self.body = {"error": {"root_cause": [cause], **cause, **more}, "status": status}


@dataclass(frozen=True)
class Document:
    """One document and where it lies: its shard, and its place there."""

    index: str
    id: str
    source: dict[str, Any]
    shard: int
    place: int

    @property
    def shard_doc(self) -> int:
        return self.shard << 32 | self.place


class Memory:
    """Indices of documents, and the points in time that are open over them."""

    def __init__(self):
        self.indices: dict[str, dict[str, Document]] = {}
        self.points: dict[str, tuple[Document, ...]] = {}
        self._places = iter(range(1 << 32))
        self._names = iter(range(1 << 32))

    def bulk(self, lines: Iterable[bytes], index: str | None) -> dict[str, Any]:
        """Write what pairs of lines say; `index` and `create` are all that is known."""
        items, reading = [], iter(lines)
        for line in reading:
            ((action, about),) = json.loads(line).items()
            if action not in ("index", "create"):
                raise Refusal(
                    400, "illegal_argument_exception", f"Malformed action/metadata line: [{action}]"
                )
            items.append({action: self._write(about, json.loads(next(reading)), action, index)})
        return {
            "took": 1,
            "errors": any("error" in item for each in items for item in each.values()),
            "items": items,
        }

    def _write(self, about: dict, source: dict, action: str, index: str | None) -> dict[str, Any]:
        name = about.get("_index", index)
        kept = self.indices.setdefault(name, {})
        identity = about.get("_id") or f"auto-{next(self._names)}"
        if action == "create" and identity in kept:
            error = {
                "type": "version_conflict_engine_exception",
                "reason": f"[{identity}]: document already exists",
            }
            return {"_index": name, "_id": identity, "status": 409, "error": error}
        is_new = identity not in kept
        shard = zlib.crc32(identity.encode()) % SHARDS
        kept[identity] = Document(name, identity, source, shard, next(self._places))
        return {
            "_index": name,
            "_id": identity,
            "status": 201 if is_new else 200,
            "result": "created" if is_new else "updated",
        }

    def names(self, pattern: str, *, lenient: bool = False) -> list[str]:
        """The indices that a comma-separated pattern means."""
        found: list[str] = []
        for part in pattern.split(","):
            if "*" in part or part == "_all":
                found += [name for name in self.indices if fnmatchcase(name, part.replace("_all", "*"))]
            elif part in self.indices:
                found.append(part)
            elif not lenient:
                raise Refusal(404, "index_not_found_exception", f"no such index [{part}]", index=part)
        return list(dict.fromkeys(found))

    def documents(self, pattern: str, *, lenient: bool = False) -> tuple[Document, ...]:
        return tuple(
            each for name in self.names(pattern, lenient=lenient) for each in self.indices[name].values()
        )

    def open_point(self, pattern: str, *, lenient: bool = False) -> dict[str, Any]:
        """A view that later writes do not change."""
        point = f"point-{next(self._names)}"
        self.points[point] = self.documents(pattern, lenient=lenient)
        return {"id": point, "_shards": shards()}

    def close_point(self, point: str) -> dict[str, Any]:
        if self.points.pop(point, None) is None:
            raise Refusal(404, "resource_not_found_exception", f"no point in time [{point}]")
        return {"succeeded": True, "num_freed": SHARDS}

    def count(self, pattern: str, body: dict, *, lenient: bool = False) -> dict[str, Any]:
        query = body.get("query", {"match_all": {}})
        found = sum(matches(query, each.source) for each in self.documents(pattern, lenient=lenient))
        return {"count": found, "_shards": shards()}

    def field_caps(self, pattern: str, *, lenient: bool = False) -> dict[str, Any]:
        """Every field with its one type, as a first document would have mapped it."""
        fields: dict[str, Any] = {}
        for document in self.documents(pattern, lenient=lenient):
            for path, value in leaves(document.source):
                kind = type_of(path, value)
                fields.setdefault(
                    path,
                    {
                        kind: {
                            "type": kind,
                            "metadata_field": False,
                            "searchable": True,
                            "aggregatable": kind != "text",
                        }
                    },
                )
        return {"indices": self.names(pattern, lenient=lenient), "fields": fields}

    def search(self, pattern: str | None, body: dict, *, lenient: bool = False) -> dict[str, Any]:
        """A page: what matches, in its order, after what the page before ended with."""
        if unknown := body.keys() - KNOWN:
            raise Refusal(400, "parsing_exception", f"Unknown key for a VALUE in [{min(unknown)}].")
        size = body.get("size", 10)
        if size > LARGEST_PAGE:
            raise Refusal(
                400,
                "illegal_argument_exception",
                f"Result window is too large, from + size must be less than or equal to: [{LARGEST_PAGE}]",
            )
        point = body.get("pit", {}).get("id")
        rows = self._of(point, pattern, lenient=lenient)
        order = Order(body.get("sort", []), in_a_point=point is not None)
        query, cut = body.get("query", {"match_all": {}}), body.get("slice")
        found = [each for each in rows if matches(query, each.source) and in_slice(cut, each)]
        hits = order.after(sorted(found, key=order.key), body.get("search_after"))[:size]
        total = (
            {"total": {"value": len(found), "relation": "eq"}} if body.get("track_total_hits", True) else {}
        )
        answer = {
            "took": 1,
            "timed_out": False,
            "_shards": shards(),
            "hits": {**total, "max_score": None, "hits": [order.hit(each) for each in hits]},
        }
        return {"pit_id": point, **answer} if point else answer

    def _of(self, point: str | None, pattern: str | None, *, lenient: bool) -> tuple[Document, ...]:
        if point is None:
            return self.documents(pattern or "*", lenient=lenient)
        if pattern is not None:
            raise Refusal(
                400, "action_request_validation_exception", "[indices] cannot be used with point in time."
            )
        if point not in self.points:
            raise gone()
        return self.points[point]


def shards() -> dict[str, int]:
    return {"total": SHARDS, "successful": SHARDS, "skipped": 0, "failed": 0}


def gone() -> Refusal:
    """What a point in time that was closed or has expired answers."""
    missing = Refusal(404, "search_context_missing_exception", "No search context found for id [1]")
    (cause,) = missing.body["error"]["root_cause"]
    failed = [{"shard": 0, "index": None, "reason": cause}]
    missing.body["error"] |= {
        "type": "search_phase_execution_exception",
        "reason": "all shards failed",
        "phase": "query",
        "grouped": True,
        "failed_shards": failed,
    }
    return missing


class Order:
    """The order of a search: by time, by place, or one after the other."""

    def __init__(self, asked: list, *, in_a_point: bool):
        keys = [(each, {}) if isinstance(each, str) else next(iter(each.items())) for each in asked]
        self.keys = [(field, {"order": about} if isinstance(about, str) else about) for field, about in keys]
        if in_a_point and "_shard_doc" not in dict(self.keys):
            self.keys.append(("_shard_doc", {}))
        for field, _ in self.keys:
            if field not in (TIME, "_shard_doc"):
                raise Refusal(
                    400, "query_shard_exception", f"No mapping found for [{field}] in order to sort on"
                )

    def key(self, document: Document) -> tuple[int, ...]:
        return tuple(self._signed(about, self._value(field, document)) for field, about in self.keys)

    def after(self, rows: list[Document], last: list | None) -> list[Document]:
        if last is None:
            return rows
        ended = [
            instant(value) if field == TIME else value
            for (field, _), value in zip(self.keys, last, strict=True)
        ]
        bound = tuple(self._signed(about, value) for (_, about), value in zip(self.keys, ended, strict=True))
        return [each for each in rows if self.key(each) > bound]

    def hit(self, document: Document) -> dict[str, Any]:
        found = {"_index": document.index, "_id": document.id, "_score": None, "_source": document.source}
        return (
            {**found, "sort": [self._shown(field, about, document) for field, about in self.keys]}
            if self.keys
            else found
        )

    def _value(self, field: str, document: Document) -> int:
        return document.shard_doc if field == "_shard_doc" else instant(document.source[TIME])

    def _shown(self, field: str, about: dict, document: Document) -> int | str:
        value = self._value(field, document)
        if field == TIME and "format" in about:
            moment = datetime.fromtimestamp(value / 1000, UTC)
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return value

    def _signed(self, about: dict, value: int) -> int:
        return -value if about.get("order") == "desc" else value


def instant(value: str | int) -> int:
    """A moment in milliseconds, which is all that a field of type date keeps."""
    if isinstance(value, int):
        return value
    moment = datetime.fromisoformat(value)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // (datetime.resolution * 1000)


def in_slice(cut: dict | None, document: Document) -> bool:
    return cut is None or (document.shard + document.place) % cut["max"] == cut["id"]


def leaves(source: dict, under: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with the dotted path that leads to it."""
    for name, value in source.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{under}{name}.")
        else:
            yield f"{under}{name}", value


def type_of(path: str, value: Any) -> str:
    if path == TIME:
        return "date"
    return {bool: "boolean", int: "long", float: "float"}.get(type(value), "text")


def matches(query: dict, source: dict) -> bool:
    """Whether a document is meant; of the query language only what bounds a pull by time and by value."""
    ((kind, about),) = query.items()
    values = dict(leaves(source))
    match kind:
        case "match_all":
            return True
        case "bool" if not about.keys() - {"filter", "must", "must_not"}:
            wanted = [*listed(about.get("filter", [])), *listed(about.get("must", []))]
            return all(matches(each, source) for each in wanted) and not any(
                matches(each, source) for each in listed(about.get("must_not", []))
            )
        case "exists":
            return about["field"] in values
        case "term":
            ((field, value),) = about.items()
            return values.get(field) == (value["value"] if isinstance(value, dict) else value)
        case "range":
            ((field, bounds),) = about.items()
            return field in values and in_range(field, bounds, values[field])
    raise Refusal(400, "parsing_exception", f"unknown query [{kind}]")


def listed(value: Any) -> list:
    return value if isinstance(value, list) else [value]


def in_range(field: str, bounds: dict, value: Any) -> bool:
    comparable = instant if field == TIME else (lambda each: each)
    value = comparable(value)
    compare = {
        "gte": lambda bound: value >= bound,
        "gt": lambda bound: value > bound,
        "lte": lambda bound: value <= bound,
        "lt": lambda bound: value < bound,
        "format": lambda _: True,
    }
    if unknown := bounds.keys() - compare.keys():
        raise Refusal(400, "parsing_exception", f"[range] query does not support [{min(unknown)}]")
    return all(
        compare[each](bound if each == "format" else comparable(bound)) for each, bound in bounds.items()
    )
