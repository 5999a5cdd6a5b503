"""How the tests look at a page that runs without a browser."""

from __future__ import annotations

import json

# When a run is given up as one that never ends; a busy machine takes many times what a quiet one does.
HANGS_SECONDS = 180


def said(at) -> dict:
    """What the address holds now."""
    value = at.query_params["scope"]
    return json.loads(value if isinstance(value, str) else value[0])
