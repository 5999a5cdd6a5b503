"""Where rows lie: the folder of everything that is written, and the stores in it."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO, OWN = "demo.duckdb", "tenantscope.duckdb"


def var() -> Path:
    """The folder of everything that is written: `TENANTSCOPE_VAR`, else `var/` beside the code."""
    return Path(os.environ.get("TENANTSCOPE_VAR") or ROOT / "var")
