"""What to do about a failure: known remedies by error code, or by what the message says."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Remedy:
    """What helps, and against what: HTTP statuses and words, each a pattern."""

    statuses: str
    words: str
    advice: str


# The first that fits is taken.
REMEDIES = (
    Remedy(
        "401",
        r"unauthori[sz]ed|(?:invalid|expired|refused).{0,5}token|token.{0,4}(?:invalid|expired)",
        "Reconnect the account: its sign-in is no longer valid.",
    ),
    Remedy(
        "403",
        r"forbidden|permission\w*|access denied",
        "Give the connected account the permission that it lacks.",
    ),
    Remedy(
        "404|410",
        r"not (?:found|there)|not_found|does not (?:know|exist)|no such",
        "Check the target: it was moved or deleted.",
    ),
    Remedy(
        "429",
        r"rate.?limit\w*|too many requests|quota\w*",
        "Slow the workflow down, or raise the limit at the other side.",
    ),
    Remedy(
        "409|423",
        r"lock|locked|deadlock\w*|conflict",
        "Run it again: something else was changing the same record.",
    ),
    Remedy(
        "408|504",
        r"time.?outs?|timed out|did not answer|deadline exceeded",
        "Run it again; if it stays slow, split the work into smaller steps.",
    ),
    Remedy(
        "400|422",
        r"validation|invalid|required|rejected|bad request",
        "Correct what the workflow sends: the other side refused it.",
    ),
    Remedy(
        r"5\d\d",
        r"unavailable|bad gateway|internal server error|overloaded",
        "The other side is down: wait, then run it again.",
    ),
    Remedy(
        "",
        r"closed the connection|connection \w+|dns|econn\w+|network \w+|unreachable",
        "Check the network and the address, then run it again.",
    ),
)
# A number in a message is a status only where the words before it say so: '3 of 500 rows' is none.
_SAID = r"(?:https?|status|code|error|answered|returned|got|\()[\s:]*(?:status|code|error)?[\s:=]*"


def remedy(code: str, message: str) -> str:
    """What helps against a failure with this code, else with this message; nothing where nobody knows."""
    for text, pattern in ((code, _code), (message, _message)):
        for known in REMEDIES:
            if text and re.search(pattern(known), text, re.IGNORECASE):
                return known.advice
    return ""


def _code(known: Remedy) -> str:
    return _word(known.words) + (rf"|(?<!\d)(?:{known.statuses})(?!\d)" if known.statuses else "")


def _message(known: Remedy) -> str:
    return _word(known.words) + (rf"|{_SAID}(?:{known.statuses})(?!\d)" if known.statuses else "")


def _word(pattern: str) -> str:
    return rf"(?<![^\W_])(?:{pattern})(?![^\W_])"
