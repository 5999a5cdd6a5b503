"""A request's body: which types and packings there are, and unpacking that stops at a size."""

from __future__ import annotations

import zlib

import orjson

MOST = 20 << 20  # of a body, packed or not
VALUES = 1_000_000  # objects and lists of a body in JSON: each takes many times its bytes in memory
JSON, LINES, PROTOBUF, STREAM = "json", "lines", "protobuf", "stream"
TYPES = {
    "application/json": JSON,
    "application/x-protobuf": PROTOBUF,
    "application/protobuf": PROTOBUF,
    "application/x-ndjson": LINES,
    "application/ndjson": LINES,
    "application/jsonl": LINES,
    "text/event-stream": STREAM,  # as AI providers stream their answers
    "text/plain": JSON,  # what a browser sends without asking first
}
PACKINGS = ("", "identity", "gzip", "deflate")
SIGNALS = ("logs", "traces", "metrics")


class TooLarge(ValueError):
    """A body beyond what is taken; the text says what to do."""

    def __init__(self) -> None:
        super().__init__(f"The body is larger than {MOST >> 20} MB unpacked. Send smaller batches.")


class Broken(ValueError):
    """A body whose packing cannot be undone."""


class Malformed(ValueError):
    """A body that is not what its route takes; the text says why."""


def kind_of(route: str, content_type: str) -> str | None:
    """How a body is written; None where a route does not take it."""
    kind = TYPES.get(content_type.partition(";")[0].strip().lower())
    if route in SIGNALS:
        return kind if kind in (JSON, PROTOBUF) and content_type[:4].lower() != "text" else None
    if route == "llm":
        return kind if kind in (JSON, LINES, STREAM) else None
    if route == "events":
        return kind if kind in (JSON, LINES) else None
    return kind if kind == JSON else None


def unpacked(body: bytes, packing: str) -> bytes:
    """The bytes of a body. Raises TooLarge, Broken."""
    if packing in ("", "identity"):
        return body
    unpacker = zlib.decompressobj(47)  # gzip or zlib, as its first bytes say
    try:
        found = unpacker.decompress(body, MOST + 1)
        if len(found) > MOST or unpacker.unconsumed_tail:
            raise TooLarge
        found += unpacker.flush()
    except zlib.error as error:
        raise Broken(f"The body is not {packing}, or was damaged on its way.") from error
    if not unpacker.eof or unpacker.unused_data:
        raise Broken("The body does not end where its packing does.")
    return found


def check_values(body: bytes) -> None:
    """Refuses JSON that would take too much memory once it is read. Raises TooLarge."""
    if body.count(b"{") + body.count(b"[") > VALUES:
        raise TooLarge


def status(message: str, *, json: bool) -> bytes:
    """A refusal as OpenTelemetry's clients read it: google.rpc.Status with nothing but its message."""
    if json:
        return orjson.dumps({"message": message})
    text = message.encode()
    size, length = len(text), b""
    while size >= 128:
        length += bytes((size & 127 | 128,))
        size >>= 7
    return b"\x12" + length + bytes((size,)) + text
