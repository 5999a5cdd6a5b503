"""Where rows lie: the folder of everything that is written, the stores in it, and what lies beside them."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO, OWN = "demo.duckdb", "tenantscope.duckdb"
METADATA, MAPPINGS = "metadata.sqlite", "mappings"
MODELS = "models"
ALIASES = "aliases.key"


def var() -> Path:
    """The folder of everything that is written: `TENANTSCOPE_VAR`, else `var/` beside the code."""
    return Path(os.environ.get("TENANTSCOPE_VAR") or ROOT / "var")


def metadata_url(folder: Path) -> str:
    """Where the app's metadata lie: what TENANTSCOPE_METADATA says, else a SQLite file beside the store."""
    return os.environ.get("TENANTSCOPE_METADATA") or f"sqlite:///{folder / METADATA}"


def metadata_file(folder: Path) -> Path | None:
    """The metadata's file; None where they lie in a database server."""
    scheme, _, rest = metadata_url(folder).partition(":///")
    return Path(rest.partition("?")[0]) if scheme.partition("+")[0] == "sqlite" else None
