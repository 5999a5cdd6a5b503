"""A small demo company in a store of its own, and the app's script run without a browser."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from data import demo
from data.places import METADATA, var
from data.store import open_store
from service.house import close_house, house
from tests.ui.looking import HANGS_SECONDS

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory) -> Path:
    """A var folder with ten small days of the demo company."""
    folder = tmp_path_factory.mktemp("var")
    store = open_store(folder / "demo.duckdb")
    demo.fill(store, datetime.now(UTC), days=10, scale=0.05)
    store.close()
    return folder


@pytest.fixture(scope="session", autouse=True)
def once():
    """Here, as in a server, once for all scripts: which packages are components, and what each script compiles to."""
    with pytest.MonkeyPatch.context() as patch:
        scan, compiled = cache(manifest_scanner.scan_component_manifests), ScriptCache()
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        for module in (app_test, local_script_runner):
            patch.setattr(module, "ScriptCache", lambda: compiled)
        yield


@pytest.fixture
def tmp_path(tmp_path, laid_out) -> Path:
    """A folder of the test's own, in which the metadata are laid out already."""
    shutil.copy(laid_out, tmp_path / METADATA)
    return tmp_path


@pytest.fixture(autouse=True)
def main_module(monkeypatch):
    """A script that runs becomes `__main__` and stays it; a process that a later test spawns would run it again."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="module")
def one_house():
    """The house of the demo company stays open between the tests of a module, as it does between people."""
    close_house()
    yield
    close_house()


def opened(page: str | None = None, **query: str) -> AppTest:
    """The app over the folder that the environment names, after the first run of a page."""
    if house().stores.var != var():
        close_house()
    at = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=HANGS_SECONDS)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    return at.switch_page(str(ROOT / "pages" / page)).run() if page else at


@pytest.fixture
def app(small_demo, monkeypatch, one_house):
    """Runs the app's script: `app(scope="…")` gives the page after its first run."""
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(small_demo))

    yield opened
    if house().stores.var != small_demo:
        close_house()


@pytest.fixture(scope="session")
def second_week(tmp_path_factory) -> Path:
    """A demo store of four executions and two AI queries in the second week of January."""
    file = tmp_path_factory.mktemp("week") / "demo.duckdb"
    store = open_store(file)
    store.append(
        "runs",
        [
            {
                "run_id": "1",
                "occurred_at": "2026-01-06T10:00:00Z",
                "tenant_id": "acme",
                "status": "success",
                "duration_ms": 1000,
                "action_type": "http",
            },
            {
                "run_id": "2",
                "occurred_at": "2026-01-06T11:00:00Z",
                "tenant_id": "acme",
                "status": "failed",
                "duration_ms": 3000,
                "action_type": "http",
            },
            {
                "run_id": "3",
                "occurred_at": "2026-01-07T11:00:00Z",
                "tenant_id": "globex",
                "status": "success",
                "duration_ms": 2000,
                "action_type": "slack",
            },
            {
                "run_id": "4",
                "occurred_at": "2026-01-08T11:00:00Z",
                "tenant_id": "acme",
                "status": "success",
                "duration_ms": 4000,
                "action_type": "http",
            },
        ],
    )
    store.append(
        "llm_calls",
        [
            {
                "call_id": "a",
                "request_id": "q1",
                "occurred_at": "2026-01-06T10:00:00Z",
                "tenant_id": "acme",
                "cost_usd": "0.25",
            },
            {
                "call_id": "b",
                "request_id": "q1",
                "occurred_at": "2026-01-06T10:00:02Z",
                "tenant_id": "acme",
                "cost_usd": "0.50",
            },
            {
                "call_id": "c",
                "request_id": "q2",
                "occurred_at": "2026-01-07T10:00:00Z",
                "tenant_id": "globex",
                "cost_usd": "1.25",
            },
        ],
    )
    store.close()
    return file


@pytest.fixture
def week(second_week, tmp_path, monkeypatch, app):
    """The app over a copy of that store, for what it writes."""
    shutil.copy(second_week, tmp_path)
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    return app
