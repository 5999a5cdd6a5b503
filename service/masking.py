"""What a person may not read in an answer: a mask over its frame, put on what comes out of the cache."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import pandas as pd

    from analytics.question import Question
    from analytics.scope import Scope
    from service.access import Principal
    from service.ask import Answer


@dataclass(frozen=True)
class Mask:
    """How a frame is changed for those who see it masked; the same name means the same change."""

    name: str
    put_on: Callable[[pd.DataFrame, Question], pd.DataFrame]


Masking = Callable[["Principal", "Scope"], Mask | None]


def nobody(_principal: Principal, _scope: Scope) -> Mask | None:
    """Everybody reads what they may see as it is."""
    return None


class Masked:
    """The masked answers of the answers that are cached: one for all who see the same mask, kept as long."""

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Future[Answer], dict[str, Future[Answer]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, future: Future[Answer], mask: Mask, question: Question) -> Future[Answer]:
        """The answer with the mask on, now or later."""
        with self._lock:
            known = self._of.setdefault(future, {})
            if mask.name in known:
                return known[mask.name]
            masked: Future[Answer] = Future()
            known[mask.name] = masked
        future.add_done_callback(lambda done: put_on(masked, done, mask, question))
        return masked


def put_on(masked: Future[Answer], done: Future[Answer], mask: Mask, question: Question) -> None:
    """Fill the masked future; what goes wrong is said, and never the answer without its mask."""
    try:
        answer = done.result()
        # The text of the query and notes name tenants and values of filters.
        masked.set_result(replace(answer, frame=mask.put_on(answer.frame, question), sql="", notes=()))
    except BaseException as error:  # noqa: BLE001
        masked.set_exception(error)
