"""Where everything must be there, a check that did not run is not a check that passed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IN_A_TEST = "import pytest\ndef test_it():\n    pytest.skip('no browser')\n"
IN_A_MODULE = "import pytest\npytest.skip('no data', allow_module_level=True)\n"


def exit_code(folder: Path, code: str, strict: str) -> int:
    """How pytest ends over one test file, with our conftest."""
    (folder / "test_it.py").write_text(code, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        "--rootdir",
        folder,
        "-c",
        os.devnull,
        folder,
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "REQUIRE_SERVICES": strict,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # none is needed, and each costs a second
    }
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


@pytest.mark.parametrize(("code", "ends"), [(IN_A_TEST, 0), (IN_A_MODULE, 5)], ids=["test", "module"])
def test_a_skip_passes_by_default(code, ends, tmp_path):
    assert exit_code(tmp_path, code, strict="") == ends


@pytest.mark.parametrize(("code", "ends"), [(IN_A_TEST, 1), (IN_A_MODULE, 2)], ids=["test", "module"])
def test_a_skip_fails_where_everything_must_be_there(code, ends, tmp_path):
    assert exit_code(tmp_path, code, strict="1") == ends
