"""Where rows lie, whichever command or page asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from data import backup, load, places


def test_rows_lie_beside_the_code_unless_a_folder_is_named(monkeypatch, root):
    monkeypatch.delenv("TENANTSCOPE_VAR", raising=False)
    assert places.var() == root / "var"
    monkeypatch.setenv("TENANTSCOPE_VAR", "/rows")
    assert places.var() == Path("/rows")
    monkeypatch.setenv("TENANTSCOPE_VAR", "")
    assert places.var() == root / "var"


@pytest.mark.parametrize("command", [load.main, backup.main])
def test_commands_look_in_the_named_folder_wherever_they_are_started(command, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("TENANTSCOPE_VAR", str(tmp_path / "rows"))
    with pytest.raises(SystemExit):
        command(["--help"])
    # The terminal's width breaks the line wherever it likes.
    assert str(tmp_path / "rows" / "tenantscope.duckdb") in "".join(capsys.readouterr().out.split())
