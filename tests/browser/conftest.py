"""The real app on a free port with a small demo company, and Chromium to look at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from data import demo
from data.store import open_store
from scripts.serving import Serving, serving

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory) -> Path:
    """Twelve small days of the demo company."""
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    store = open_store(path)
    demo.fill(store, datetime.now(UTC), days=12, scale=0.1)
    store.close()
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, installed beside Python."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: install it (apt-get install chromium) or name it with CHROMIUM")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="module")
def server(demo_file, tmp_path_factory) -> Iterator[Serving]:
    """One app for the tests of a module."""
    var = tmp_path_factory.mktemp("var")
    shutil.copy(demo_file, var / "demo.duckdb")
    with serving(var) as running:
        yield running


def configured(server: Serving) -> Path:
    """The configuration that the app of these tests follows."""
    return server.var / "tenantscope.toml"


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    """A fresh browser window; requests to anywhere but the app fail the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, base_url=server.url)
    page, outside = context.new_page(), []
    page.on("request", lambda request: note_outside(request.url, server.url, outside))
    yield page
    context.close()
    assert outside == []


def note_outside(asked: str, own: str, outside: list[str]) -> None:
    """Keeps the addresses that are not the app's."""
    if not asked.startswith((own, own.replace("http", "ws"), "data:", "blob:")):
        outside.append(asked)
