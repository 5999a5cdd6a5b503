"""The how-to pages do what they say: their blocks are taken from the page and used."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import textwrap
from pathlib import Path

import pandas as pd
import pytest

from data import recognise
from data.ingest import Wish, ingest, propose
from data.sources.opening import Opened
from data.store import open_store

PAGE = Path(__file__).resolve().parent.parent / "docs/how-to/add-a-source.md"


def block(language: str) -> str:
    """The page's one block in a language."""
    (found,) = re.findall(
        rf"^( *)```{language}\n(.*?)^ *```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    return textwrap.dedent(found[1])


@pytest.fixture
def caddy(tmp_path, monkeypatch):
    """The shipped mappings with the page's one among them."""
    folder = tmp_path / "mappings"
    shutil.copytree(recognise._FOLDER, folder)
    (folder / "caddy.toml").write_text(block("toml"), encoding="utf-8")
    monkeypatch.setattr(recognise, "_FOLDER", folder)
    monkeypatch.setattr(recognise, "KNOWN", ("caddy", *recognise.KNOWN))
    recognise.known_form.cache_clear()
    yield
    recognise.known_form.cache_clear()


def test_the_mapping_of_the_page_makes_the_row_of_the_page(caddy, tmp_path):
    log = tmp_path / "access.log"
    log.write_text(block("json"), encoding="utf-8")
    store = open_store("duckdb://:memory:")

    proposal = propose(log, None, Wish())
    outcome = ingest(store, proposal)

    assert proposal.mapping.how == "Caddy access log"
    assert outcome.counts.rows == 1
    row = store.admin.frame("select occurred_at, level, message, logger, host, user_id from raw.logs")
    keys = store.admin.frame("select key from control.keys where table_name = 'logs' order by key")
    store.close()
    assert row.iloc[0].tolist() == [
        pd.Timestamp("2026-01-08 14:30:00.5", tz="UTC"),
        "info",
        "handled request",
        "http.log.access",
        "shop.example",
        "u7",
    ]
    assert keys["key"].tolist() == ["duration", "request.method", "request.uri", "status"]


def test_the_reader_of_the_page_numbers_and_refuses_lines(tmp_path):
    path = tmp_path / "logfmt.py"
    path.write_text(block("python"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("logfmt", path)
    logfmt = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(logfmt)
    log = tmp_path / "app.log"
    log.write_text('level=info msg="all is well"\n\nno pairs here\nlevel=warn msg=slow\n', encoding="utf-8")

    (batch,) = logfmt.batches(Opened(log))

    records = batch.records
    texts = [bytes(records.buffer[a:b]).decode() for a, b in zip(records.starts, records.ends, strict=True)]
    assert [json.loads(text) for text in texts] == [
        {"level": "info", "msg": "all is well"},
        {"level": "warn", "msg": "slow"},
    ]
    assert records.numbers.tolist() == [1, 4]
    assert batch.rejects == ((3, "not key=value pairs", "no pairs here"),)
    assert (batch.lines, batch.blank) == (4, 1)
