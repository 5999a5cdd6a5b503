"""How many examples a rule is tried with: all in `make test`; in `make check` a fifth, every time others."""

from __future__ import annotations

from hypothesis import settings

ALL = 100  # what Hypothesis takes where a rule names no number
FEW = ALL // 5


def examples(many: int) -> int:
    """So many examples, or the share of them that the profile takes."""
    return max(1, many * settings().max_examples // ALL)
