"""The running app prices calls anew when the command asks it to."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.testclient import TestClient

from service.repricing import routes
from service.stores import Stores

CALL = {"call_id": "a", "occurred_at": "2026-02-01T10:00:00Z", "model": "quarry-9", "input_tokens": 1000}


def test_the_app_does_what_the_command_asks(tmp_path, monkeypatch):
    monkeypatch.setenv("TENANTSCOPE_CONFIG", str(tmp_path / "tenantscope.toml"))
    monkeypatch.setenv("TENANTSCOPE_VAR", str(tmp_path))
    stores = Stores(tmp_path, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
    with TestClient(Starlette(routes=routes(stores))) as client:
        assert client.post("/reprice", json={}).json()["error"].startswith("There is no store of your own")
        stores.create_own().append("llm_calls", [CALL])
        (tmp_path / "tenantscope.toml").write_text('[[prices]]\nmodel = "quarry-9"\ninput = 3\n')
        said = client.post("/reprice", json={"start": "2026-02-01"}).json()["sentence"]
        assert said.startswith("Looked at 1 calls: 1 changed, from $0.000000 to $0.003000")
        assert client.post("/reprice", json={"start": "soon"}).status_code == 409
    stores.close()
