"""Compile what a load compiles, once in a checkout's life: `python -m data.sources.warm` (ten seconds)."""

from __future__ import annotations

import numpy as np

from data.sources import elastic_hits, elements, lines
from data.sources.fields import Field, read

RECORD = b'{"a":"x","b":[1,{}],"c":{"d":1.5,"e":null}}\n'


def main() -> None:
    """Read a record by every compiled way; the results are kept beside the modules."""
    read(lines.split(RECORD, 1).records, [Field("a")]).texts(np.array([1]))
    places = np.empty(1, np.int64), np.empty(1, np.int64)
    elastic_hits.read(b'{"hits":{"hits":[]}}', 1)
    elements.find(np.frombuffer(RECORD, np.uint8), 0, True, False, 0, *places)  # noqa: FBT003  compiled


if __name__ == "__main__":
    main()
