"""How many tokens a call takes and gives: a dozen quantiles of a production trace.

Fitted to "Azure LLM inference trace 2023 (code)", CC-BY 4.0, published with Splitwise (ISCA 2024): each
point is a quantile of ContextTokens and GeneratedTokens of its 8,819 calls, with straight lines between.
"""

from __future__ import annotations

import numpy as np

from data.demo.columns import Floats, Ints

QUANTILES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99, 1.0)
CONTEXT_TOKENS = (3, 17, 75, 147, 578, 1_075, 1_469, 1_909, 2_744, 5_188, 7_303, 7_436, 7_437)
GENERATED_TOKENS = (6, 6, 6, 7, 9, 11, 13, 16, 24, 55, 90, 251, 1_899)


def context_tokens(chance: Floats) -> Ints:
    """Tokens put into a call, by its chance between 0 and 1."""
    return np.interp(chance, QUANTILES, CONTEXT_TOKENS).astype(np.int64)


def generated_tokens(chance: Floats) -> Ints:
    """Tokens that came out of a call, by its chance between 0 and 1."""
    return np.interp(chance, QUANTILES, GENERATED_TOKENS).astype(np.int64)
