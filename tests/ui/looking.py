"""How the tests look at a page that runs without a browser."""

from __future__ import annotations

import json


def said(at) -> dict:
    """What the address holds now."""
    value = at.query_params["scope"]
    return json.loads(value if isinstance(value, str) else value[0])
