"""The how-to pages for measures and panels do what they say: their changes are made in a copy of the house and tried."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

# A copy of the house and a page drawn from it; the pages are walked by tests/ui in the loop.
pytestmark = pytest.mark.heavy

ROOT = Path(__file__).resolve().parent.parent
HOW_TO = ROOT / "docs" / "how-to"
NEEDED = (
    "analytics",
    "data",
    "service",
    "ui",
    "pages",
    "scripts",
    "bench",
    "docs",
    "tests",
    "pyproject.toml",
)


def blocks(page: str, language: str) -> list[str]:
    """The blocks of a page in a language."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(block) for _, block in found]


@pytest.fixture
def copy(tmp_path) -> Path:
    """What the changes are made in."""
    return copied(tmp_path)


def copied(place: Path) -> Path:
    """The house once more, with what is compiled of it: each process would compile it anew."""
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name)
        else:
            shutil.copy(ROOT / name, place)
    return place


def change(copy: Path, diff: str) -> None:
    """Applies a change as git would, which refuses one that does not fit."""
    subprocess.run(["git", "apply", "-"], cwd=copy, input=diff, text=True, check=True)


OF_THE_PAGE = "tests/analytics/test_cancel_rate.py"
CHECKS = {
    OF_THE_PAGE: "test_",
    "tests/analytics/test_measures.py": "test_a_measure_is_what_its_definition_says[cancel_rate]",
    "tests/analytics/test_by_hand.py": "test_a_measure_is_what_is_written_by_hand[cancel_rate]",
    "tests/test_measures_page.py": "test_the_page_is_what_the_model_declares_today",
    "tests/promises/test_model.py": "test_as_many_rows_are_behind_a_count_as_it_shows[spans by ",
}


def test_the_measure_and_the_dimension_of_the_page_pass_its_test_and_the_checks_of_the_house(copy):
    (test,) = blocks("add-a-measure.md", "python")
    (copy / OF_THE_PAGE).write_text(test, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-rp", "-p", "no:cacheprovider"]
    chosen = ["-k", "cancel_rate or page_is or db_statement", *CHECKS]

    before = subprocess.run([*command, OF_THE_PAGE], cwd=copy, capture_output=True, text=True, check=False)
    for diff in blocks("add-a-measure.md", "diff"):
        change(copy, diff)
    subprocess.run([sys.executable, "-m", "scripts.measures"], cwd=copy, capture_output=True, check=True)
    checked = subprocess.run([*command, *chosen], cwd=copy, capture_output=True, text=True, check=False)

    assert "UnknownMeasure" in before.stdout
    assert checked.returncode == 0, checked.stdout
    passed = [line.removeprefix("PASSED ") for line in checked.stdout.splitlines()]
    found = {
        file: sum(name.startswith(f"{file}::{test}") for name in passed) for file, test in CHECKS.items()
    }
    assert found == dict.fromkeys(CHECKS, 1)


ASKED = """
import json
from data.store import open_store
from analytics.scope import Scope
from datetime import UTC, datetime
from pages.overview.executive import BOARD
from ui.find import best, of_screens
from ui.navigation import screens
store = open_store("duckdb://:memory:")
runs = [("1", "hubspot", "failed"), ("2", "hubspot", "timeout"), ("3", "slack", "success"), ("4", "slack", "failed")]
store.append("runs", [
    {"run_id": run, "occurred_at": "2026-01-08T10:00:00Z", "action_type": kind, "status": status}
    for run, kind, status in runs
])
panel = BOARD.panels[-1]
frame = panel.question(store, Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)))
hits = [hit.panel.id for hit in best(panel.title, of_screens(screens()), 1)]
print(json.dumps([panel.id, frame[[panel.x, panel.value]].values.tolist(), hits]))
store.close()
"""


PLACED = """
import json
from service.access import LOCAL
from ui import roles
from ui.navigation import arranged, screens
found = next(screen for screen in screens() if screen.name == "failures")
start = [screen.name for screen in arranged(LOCAL, roles.named("on-call"))["Your boards"]]
print(json.dumps([found.section, found.title, found.icon, start[0]]))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> list[object]:
    """What the scripts say once the panel and the board of the page are there."""
    copy = copied(tmp_path_factory.mktemp("panels"))
    panel, place = blocks("add-a-panel.md", "diff")
    (board,) = blocks("add-a-panel.md", "python")
    (copy / "pages/reliability/failures.py").write_text(board, encoding="utf-8")
    for diff in (panel, place):
        change(copy, diff)
    done = subprocess.run(
        [sys.executable, "-c", ASKED + PLACED], cwd=copy, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()[-2:]]


def test_the_panel_of_the_page_is_on_its_board_and_counts_what_it_says(said):
    name = "executive.failing_connectors"
    assert said[0] == [name, [["hubspot", 2], ["slack", 1]], [name]]


def test_the_board_of_the_page_has_its_place_in_the_sidebar_and_on_the_start_page(said):
    assert said[1] == ["Reliability", "Failures", ":material/bug_report:", "failures"]
