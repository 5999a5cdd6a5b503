"""What compiled functions over bytes share: their arrays, and instructions that Python has no word for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Codes = NDArray[np.uint64]
Doubles = NDArray[np.float64]
WORD = 8


def inlined(function: Any) -> Any:
    """A function that says which instructions stand where it is called."""
    return intrinsic(function)


@inlined
def word_at(_context: Any, buf: Any, i: Any) -> Any:  # noqa: ARG001  numba wants to know its arguments
    """The eight bytes from i on as one number, the first the lowest; they must be there."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = cgutils.pointer_add(builder, array.data, arguments[1])
        place = builder.bitcast(place, context.get_value_type(types.uint64).as_pointer())
        return builder.load(place, align=1)

    return types.uint64(buf, types.int64), generate


@inlined
def lowest(_context: Any, word: Any) -> Any:  # noqa: ARG001  numba wants to know its arguments
    """The place of the lowest bit that is set, counted from 0; one must be."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], cgutils.true_bit)

    return types.uint64(types.uint64), generate
