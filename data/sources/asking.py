"""Asking a system over the network: what was not answered, and how often it is asked again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, ClassVar

from data.sources.refusal import SourceError

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 20.0  # seconds


class Refusal(SourceError):
    """A request that was not answered. `passes`: it may be, if it is made again; `busy`: if it asks for
    less; `gone`: if a new point in time is opened first.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int = 0,
        passes: bool = False,
        busy: bool = False,
        gone: bool = False,
        reason: str = "",
    ) -> None:
        super().__init__(sentence)
        self.status, self.busy, self.gone, self.reason = status, busy, gone, reason
        self.passes = passes or busy or gone


class Patience:
    """How often something is tried again, after a pause that is longer each time and never the same twice.

    `tell` is called with why, before each pause: whoever waits for an answer wants to know.
    """

    tell: ClassVar[Callable[[str], None]] = lambda _: None

    def __init__(self, tries: int) -> None:
        self._tries, self._tried = tries, 0

    def wait(self, refusal: Refusal) -> None:
        """Pause before the next try; raises the refusal where there is none."""
        if not refusal.passes or self._tried >= self._tries:
            raise refusal
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self._tried)
        self._tried += 1
        if refusal.gone and self._tried == 1:
            return  # nothing is overloaded
        Patience.tell(str(refusal))
        time.sleep(random.uniform(0, longest))  # noqa: S311  no secret, only apart from others

    def renew(self) -> None:
        """Something went well."""
        self._tried = 0


def speaks_plain(error: object) -> bool:
    """Whether what answers to TLS does so without."""
    said = repr(error).lower().replace("_", " ")  # one client's errors say it there alone
    return any(words in said for words in ("wrong version number", "record layer failure"))


def reason(found: Any) -> str:
    """What a system itself says of an error, by the names that most have for it."""
    said = found.get("error") or found.get("message") if isinstance(found, dict) else None
    return str(said.get("message", "") if isinstance(said, dict) else said or "").strip()
