"""Files of public data, loaded as a user loads them."""

from __future__ import annotations

import csv
from pathlib import Path

from data.load import main


def loaded(store: Path, file: Path, table: str, *options: str) -> None:
    """Loads a file as the command does."""
    maps = [word for option in options for word in ("--map", option)]
    assert main([str(file), "--table", table, *maps, "--timezone", "UTC", "--store", str(store)]) == 0


def comma_separated(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
