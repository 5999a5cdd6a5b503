"""How the app and its parsing process speak: frames of a head in JSON and bytes, over one socket."""

from __future__ import annotations

import struct
from typing import Any

import orjson

SIZES = struct.Struct("!II")  # of the head, of the bytes after it


def frame(head: dict[str, Any], body: bytes) -> tuple[bytes, bytes]:
    """A frame, as two pieces that follow each other."""
    text = orjson.dumps(head)
    return SIZES.pack(len(text), len(body)) + text, body


def split(data: bytearray) -> tuple[dict[str, Any], bytes] | None:
    """Takes the first frame off what has come; None where it has not come whole."""
    if len(data) < SIZES.size:
        return None
    head, body = SIZES.unpack_from(data)
    end = SIZES.size + head + body
    if len(data) < end:
        return None
    found = orjson.loads(bytes(data[SIZES.size : SIZES.size + head])), bytes(data[end - body : end])
    del data[:end]
    return found
