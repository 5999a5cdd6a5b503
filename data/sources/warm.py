"""Compile what loads and funnels need, once in a checkout: `python -m data.sources.warm` (half a minute)."""

from __future__ import annotations

import numpy as np

from analytics import funnel_kernel
from data.sources import elastic_hits, elements, lines
from data.sources.fields import Field, read

RECORD = b'{"a":"x","b":[1,{}],"c":{"d":1.5,"e":null}}\n'


def main() -> None:
    """Read a record and solve a funnel by every compiled way; the results are kept beside the modules."""
    funnel_kernel.warm()
    read(lines.split(RECORD, 1).records, [Field("a")]).texts(np.array([1]))
    places = np.empty(1, np.int64), np.empty(1, np.int64)
    elastic_hits.read(b'{"hits":{"hits":[]}}', 1)
    elements.find(np.frombuffer(RECORD, np.uint8), 0, True, False, 0, *places)  # noqa: FBT003  compiled


if __name__ == "__main__":
    main()
