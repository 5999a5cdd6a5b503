"""What several questions of a page work out from the same rows: done once where their view keeps it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Protocol, cast

import pandas as pd

from analytics.scope import Scope
from analytics.view import View

Make = Callable[[], pd.DataFrame]


class Keep(Protocol):
    """How a view keeps such a frame: under its name, of a scope, as long as these tables do not change."""

    def __call__(self, what: Hashable, scope: Scope, tables: tuple[str, ...], make: Make) -> pd.DataFrame: ...


def once(view: View, what: Hashable, scope: Scope, tables: tuple[str, ...], make: Make) -> pd.DataFrame:
    """The frame that `make` gives, or gave to another question: `what` and the scope tell it from others.

    `tables` are all that it reads. Views that keep nothing work it out each time.
    """
    keep = cast("Keep | None", getattr(view, "once", None))
    return make() if keep is None else keep(what, scope, tables, make)
