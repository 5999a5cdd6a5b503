"""Where the public data are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder with the data."""
    found = subprocess.run(
        [ROOT / "scripts/published.sh", "where"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.skip(found.stderr.strip())
    return Path(found.stdout.strip())
