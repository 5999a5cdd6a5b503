"""A small demo company in a store of its own, and the app's script run without a browser."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from data import demo
from data.places import var
from data.store import open_store
from service.house import close_house, house

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
def components():
    """Streamlit reads of every installed package whether it is a component, anew for each script; here once."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


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


@pytest.fixture
def app(small_demo, monkeypatch, one_house):
    """Runs the app's script: `app(scope="…")` gives the page after its first run."""
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(small_demo))

    def run(page: str | None = None, **query: str) -> AppTest:
        if house().stores.var != var():
            close_house()
        at = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        return at.switch_page(str(ROOT / "pages" / page)).run() if page else at

    yield run
    if house().stores.var != small_demo:
        close_house()


@pytest.fixture
def week(tmp_path, monkeypatch, app):
    """A demo store of four executions and two AI queries in the second week of January."""
    store = open_store(tmp_path / "demo.duckdb")
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
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    return app
