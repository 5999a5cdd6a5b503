"""Where everything must be there, a check that did not run is not a check that passed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IN_A_TEST = "import pytest\ndef test_it():\n    pytest.skip('no browser')\n"
IN_A_MODULE = "import pytest\npytest.skip('no data', allow_module_level=True)\n"


def ended(folder: Path, strict: str) -> tuple[int, str]:
    """How pytest ends over a skipped test and a skipped module, with our conftest, and its last line."""
    (folder / "test_it.py").write_text(IN_A_TEST, encoding="utf-8")
    (folder / "test_all.py").write_text(IN_A_MODULE, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--continue-on-collection-errors"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "REQUIRE_SERVICES": strict,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # none is needed, and each costs a second
    }
    done = subprocess.run(
        [*command, "--rootdir", folder, "-c", os.devnull, folder],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()[-1]


def test_a_skip_passes_by_default(tmp_path):
    code, said = ended(tmp_path, strict="")
    assert code == 0
    assert "2 skipped" in said


def test_a_skipped_test_and_a_skipped_module_fail_where_everything_must_be_there(tmp_path):
    code, said = ended(tmp_path, strict="1")
    assert code == 1
    assert "1 failed, 1 error" in said
