"""What the compiled parts of a funnel share: its rules as numbers, and what they find."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Places = NDArray[np.int32]

Whole = Any  # a whole number of 64 bits, whether it is Python's or an array's

FOREVER = 2**61  # microseconds
NEVER = -(2**62)
NONE = -1
# The place of a mask's only bit, by a multiplication that gives every bit another five bits at the top.
SPREAD = np.int64(0x077CB531)
BITS: Any = np.array(
    "0 1 28 2 29 14 24 3 30 22 20 15 25 17 4 8 31 27 13 23 21 19 16 7 26 12 18 6 11 5 10 9".split(), np.int64
)


class Rules(NamedTuple):
    """The rules of a funnel, steps counted from 0 and times in microseconds."""

    steps: int
    window: int  # from the first step's row
    within: Longs  # from the row of the step before, one a step
    alike: Longs  # steps of one number need rows of different times
    first: bool  # only the first entry is tried
    after: Longs  # of each exclusion, the step after which
    before: Longs  # and the step before which its rows hit
    stop: Longs  # one number: once it is not 0, what is found does not matter any more


class Found(NamedTuple):
    """One line for each unit that entered, and for each stretch of time that it entered in."""

    levels: NDArray[np.int8]  # the deepest step reached, counted from 1; 0 where exclusions hit
    units: Places
    stretches: Places
    rows: Places  # the rows of the steps, as places in the input; NONE beyond the deepest one
