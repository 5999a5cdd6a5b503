"""The house's rules that an import contract cannot say, read from the code itself."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("analytics", "data", "service", "ui", "pages")
HEADLESS = ("analytics", "data", "service")
DRAWING = ("streamlit", "plotly", "altair")
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("Timestamp", "now"),
    ("Timestamp", "utcnow"),
    ("Timestamp", "today"),
}
# What hands the clock to the rest: a store's default clock, and the main() of a command.
CLOCK_READERS = {("data/store.py", "utc_now")}
# Those that put queries together from the model's declarations: `tests/promises/test_sql.py` parses every one.
COMPOSERS = {
    "analytics/activity_masks.py",
    "analytics/cohort_sql.py",
    "analytics/compose.py",
    "analytics/grouping.py",
    "analytics/funnel_rows.py",
    "analytics/retention_sql.py",
    "analytics/rows.py",
    "analytics/units.py",
}
# SQL deletes from a table; a button for people deletes a search.
VERBS = r"select|with|insert|update|delete\s+from|create|alter|drop|attach|copy|pragma|set"
SQL = re.compile(rf"^\s*({VERBS})\s", re.IGNORECASE)


def modules(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """What a fresh Python has loaded once every module of a package is imported, one floor after the other."""
    program = f"""
import importlib, json, pkgutil, sys
found = {{}}
for package in {HEADLESS!r}:
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found[package] = list(sys.modules)
print(json.dumps(found))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {package: set(names) for package, names in json.loads(done.stdout).items()}


@pytest.mark.parametrize("package", HEADLESS)
def test_a_headless_package_loads_nothing_that_draws(package, loaded):
    assert loaded[package].isdisjoint(DRAWING)


def test_analytics_loads_no_engine_and_no_client(loaded):
    clients = {"duckdb", "httpx", "requests", "sqlalchemy", "uvicorn", "starlette"}
    assert loaded["analytics"].isdisjoint(clients)


def test_the_loader_finds_what_is_imported(loaded):
    assert "duckdb" in loaded["data"]


def test_the_process_that_reads_a_source_starts_without_the_engine():
    # One starts for every source, and each would hold an engine that it never asks.
    program = "import sys, data.sync.child, data.sources.sql; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {"duckdb", "pyarrow", "numpy", "pandas"}.isdisjoint(loaded.stdout.split())


def test_pages_and_ui_never_reach_for_everything():
    # `principal.admin` is a right that a page may ask about; `<store>.admin` is the reading of all rows.
    offenders = [
        place(path, node)
        for path in modules("pages", "ui")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr == "admin"
        and "principal" not in ast.unparse(node.value)
    ]
    assert offenders == []


def test_no_html_is_drawn_from_values():
    offenders = [
        place(path, node)
        for path in [*modules("pages", "ui", "service"), ROOT / "app.py"]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html"
    ]
    assert offenders == []


def clock_reads(path: Path) -> list[str]:
    """Every call that reads the calendar clock, outside the functions that may."""
    name = str(path.relative_to(ROOT))
    reads = []

    def visit(node: ast.AST, function: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value).rsplit(".", 1)[-1]
            allowed = (name, function) in CLOCK_READERS or (name.startswith("data/") and function == "main")
            if (owner, node.func.attr) in CLOCKS and not allowed:
                reads.append(f"{place(path, node)} {ast.unparse(node.func)}")
        for child in ast.iter_child_nodes(node):
            visit(child, function)

    visit(tree(path), "")
    return reads


@pytest.mark.parametrize("package", ["analytics", "data", "pages"])
def test_only_ui_service_and_commands_read_the_clock(package):
    assert [read for path in modules(package) for read in clock_reads(path)] == []


def sql_strings(path: Path) -> list[str]:
    """Every f-string, concatenation or format call that begins like SQL."""
    found = []
    for node in ast.walk(tree(path)):
        first = None
        if isinstance(node, ast.JoinedStr) and node.values:
            first = node.values[0]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            first = node.left
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
        ):
            first = node.func.value
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and SQL.match(first.value):
            found.append(place(path, node))
    return found


@pytest.mark.parametrize("package", ["analytics", "service", "ui", "pages"])
def test_sql_is_put_together_in_data_and_from_the_model_alone(package):
    others = [path for path in modules(package) if str(path.relative_to(ROOT)) not in COMPOSERS]
    assert [found for path in others for found in sql_strings(path)] == []


def test_the_readers_of_code_see_what_they_look_for(tmp_path, monkeypatch):
    planted = tmp_path / "analytics" / "planted.py"
    planted.parent.mkdir()
    planted.write_text('now = datetime.now(UTC)\nsql = f"select * from runs where tenant_id = {tenant}"\n')
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    assert clock_reads(planted) == ["analytics/planted.py:1 datetime.now"]
    assert sql_strings(planted) == ["analytics/planted.py:2"]
