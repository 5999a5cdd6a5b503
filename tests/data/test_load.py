"""The command: what it says, what it gives back, and how it works while the app owns the store."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from data import handover, owner
from data.ingest import Wish
from data.load import main
from data.store import StoreError, open_store
from service.loading import Loading, routes
from service.stores import Stores
from tests.data.sources.kinds import CSV, GOOD, OTHER, THIRD, lines, renamed


@pytest.fixture
def var(tmp_path, monkeypatch):
    """An empty folder for the store, and the folder we are in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "var"


def run(*arguments: object, var) -> int:
    return main([*map(str, arguments), "--store", str(var / "tenantscope.duckdb")])


def count(var, sql: str = "select count(*) from raw.logs") -> int:
    store = open_store(var / "tenantscope.duckdb")
    found = int(store.admin.frame(sql).iloc[0, 0])
    store.close()
    return found


def test_a_file_is_shown_and_loaded(var, tmp_path, capsys):
    (tmp_path / "app.ndjson").write_bytes(lines(GOOD, OTHER, "oops"))
    assert run("app.ndjson", var=var) == 0
    said = capsys.readouterr().out
    assert "app.ndjson is NDJSON, and its lines become rows of logs" in said
    assert "tenant_id   <- tenant_id    e.g. acme" in said
    assert (
        "2 rows of app.ndjson are in (logs, 2026-01-08 14:30 to 2026-01-08 14:31 UTC). 1 line was put in quarantine: 1 × not JSON."
        in said
    )
    assert count(var) == 2


def test_a_preview_loads_nothing(var, tmp_path, capsys):
    (tmp_path / "app.ndjson").write_bytes(lines(GOOD))
    assert run("app.ndjson", "--preview", var=var) == 0
    assert "occurred_at <- timestamp" in capsys.readouterr().out
    assert not var.exists()


def test_patterns_options_and_standard_input(var, tmp_path, monkeypatch, capsys):
    for day in (1, 2):
        (tmp_path / f"shop-2026-01-0{day}.csv").write_text(
            CSV.replace("Z", "").replace("T14:3", f"T1{day}:3")
        )
    assert (
        run(
            "shop-*.csv",
            "--timezone",
            "Europe/Berlin",
            "--map",
            "tenant_id=user_id",
            "--source",
            "shop",
            var=var,
        )
        == 0
    )
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(GOOD, THIRD))))
    assert run("-", "--source", "piped", "--table", "logs", var=var) == 0
    assert count(var, "select count(*) from raw.events where source = 'shop' and tenant_id = 'u1'") == 4
    assert count(var, "select count(*) from raw.logs where source = 'piped'") == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.json"], "There is no file missing.json."),
        (["*.parquet"], "No file matches *.parquet."),
        (["."], "is a folder. Name its files"),
        (["app.ndjson", "--map", "tenant_id"], "--map tenant_id is not column=field."),
        (
            ["app.ndjson", "--map", "colour=red"],
            "logs has no column 'colour' to map red to: logs has occurred_at, ",
        ),
        (["app.ndjson", "--timezone", "Mars"], "'Mars' is no time zone."),
        (["app.ndjson", "--table", "things"], "There is no table 'things'."),
        (["naive.ndjson"], "carry no time zone"),
        (
            ["app.ndjson", "--map", "tenant_id=tenatn"],
            "has the field tenatn for tenant_id. There is tenant_id.",
        ),
        (["x" * 300], "File name too long"),
        (["/proc/self/mem"], "mem cannot be read: "),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(var, tmp_path, capsys, arguments, says):
    (tmp_path / "app.ndjson").write_bytes(lines(GOOD))
    (tmp_path / "naive.ndjson").write_bytes(lines(renamed(GOOD, timestamp="2026-01-08 14:30:00")))
    assert run(*arguments, var=var) == 2
    said = capsys.readouterr()
    assert says in said.out + said.err
    assert not var.exists()


@pytest.fixture(params=["here", "by the running app"])
def either_way(request):
    """A load's end is the same, whoever has the store open."""
    return request.getfixturevalue("app") if request.param != "here" else None


def test_where_all_is_in_quarantine_nothing_could_be_loaded(either_way, var, tmp_path):
    (tmp_path / "app.ndjson").write_bytes(lines(renamed(GOOD, timestamp="soon"), GOOD))
    (tmp_path / "bad.ndjson").write_bytes(lines(renamed(GOOD, timestamp="2099-01-01T00:00:00Z")))
    assert run("bad.ndjson", var=var) == 2
    assert run("app.ndjson", "bad.ndjson", var=var) == 0
    assert run("app.ndjson", var=var) == 0


def test_a_pipe_is_read_to_its_end(var, tmp_path):
    os.mkfifo(tmp_path / "pipe.ndjson")
    writer = threading.Thread(target=(tmp_path / "pipe.ndjson").write_bytes, args=(lines(GOOD, OTHER),))
    writer.start()
    assert run("pipe.ndjson", var=var) == 0
    writer.join()
    assert count(var, "select count(*) from raw.logs where source = 'pipe'") == 2


def test_a_record_with_half_a_character_is_shown_to_nobody(var, tmp_path, capsys):
    (tmp_path / "app.ndjson").write_bytes(
        lines(GOOD.replace("up", "t\\ud800x"), OTHER.replace("slow", "\\u001b[31mslow"))
    )
    assert run("app.ndjson", var=var) == 0
    said = capsys.readouterr().out
    said.encode()
    assert "\x1b" not in said
    assert "1 row of app.ndjson is in" in said


def test_a_saved_mapping_can_be_given(var, tmp_path):
    (tmp_path / "app.ndjson").write_bytes(lines(renamed(GOOD, team="red")))
    (tmp_path / "mine.toml").write_text(
        'source = "mine"\n[[rules]]\ntable = "logs"\n[rules.columns]\noccurred_at = "timestamp"\ntenant_id = "team"\n'
    )
    assert run("app.ndjson", "--mapping", "mine.toml", var=var) == 0
    assert count(var, "select count(*) from raw.logs where tenant_id = 'red' and source = 'mine'") == 1


@pytest.fixture
def app(var):
    """The running app's loads, behind its hand-over file, as app.py mounts them."""
    stores = Stores(var)
    loading = Loading(stores)
    stores.create_own()
    server = uvicorn.Server(uvicorn.Config(Starlette(), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    owner.write(var / "tenantscope.duckdb", f"http://127.0.0.1:{port}")
    server.config.loaded_app.app.router.routes.append(Mount("/internal", routes=routes(loading)))
    yield stores
    server.should_exit = True
    thread.join()
    loading.close()
    stores.close()


def command(*arguments: object, cwd, root, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "data.load", *map(str, arguments)],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def test_the_running_app_loads_what_a_command_names(app, var, tmp_path, root):
    (tmp_path / "app.ndjson").write_bytes(lines(GOOD, OTHER, "oops"))
    child = command(tmp_path / "app.ndjson", "--store", var / "tenantscope.duckdb", cwd=tmp_path, root=root)
    out, errors = child.communicate(timeout=60)
    assert "The app is running, so it loads it." in errors
    assert "2 rows of app.ndjson are in" in out
    assert child.returncode == 0
    assert app.own().admin.frame("select count(*) as n from raw.logs").n[0] == 2


def test_the_running_app_is_asked_past_any_proxy_and_says_itself_what_is_wrong(app, var, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    running = owner.read(var / "tenantscope.duckdb")
    with pytest.raises(StoreError, match=r"^There is no such load\.$"):
        owner.ask(running, "GET", "/internal/load/none")
    assert owner.ask(running, "DELETE", "/internal/load/none") == {}


def test_an_app_that_does_not_answer_loads_nothing_and_is_named(var, tmp_path, capsys):
    (tmp_path / "app.ndjson").write_bytes(lines(GOOD))
    var.mkdir()
    owner.write(var / "tenantscope.duckdb", "http://127.0.0.1:1")
    assert run("app.ndjson", var=var) == 2
    assert (
        f"The running app (process {os.getpid()}) does not answer at http://127.0.0.1:1."
        in capsys.readouterr().err
    )


def test_a_file_that_is_gone_when_the_app_comes_to_it_is_refused_as_here(app, var, tmp_path, capsys):
    gone = [(tmp_path / "gone.ndjson", "gone.ndjson")]
    outcomes = handover.load(owner.read(var / "tenantscope.duckdb"), gone, Wish())
    assert [(outcome.state, outcome.counts.lines) for outcome in outcomes] == [("refused", 0)]
    assert "There is no file gone.ndjson." in capsys.readouterr().err


def test_a_store_taken_by_anything_else_names_who_has_it(var, tmp_path, root):
    (tmp_path / "app.ndjson").write_bytes(lines(GOOD))
    held = open_store(var / "tenantscope.duckdb")
    child = command(tmp_path / "app.ndjson", "--store", var / "tenantscope.duckdb", cwd=tmp_path, root=root)
    _, errors = child.communicate(timeout=60)
    held.close()
    assert child.returncode == 2
    assert "is in use by process" in errors
    assert "Traceback" not in errors
    child = command(tmp_path / "app.ndjson", "--store", var / "tenantscope.duckdb", cwd=tmp_path, root=root)
    _, errors = child.communicate(timeout=60)
    assert (errors, child.returncode) == ("", 0)  # once it is free there is nothing to say but what is in


def test_ctrl_c_stops_without_a_trace_and_the_next_load_adds_the_rest(var, tmp_path, root):
    path = tmp_path / "app.ndjson"
    line = lines(*(renamed(GOOD, message=f"line {n} {'x' * 1000}") for n in range(50_000)))
    path.write_bytes(line)
    child = command(path, "--store", var / "tenantscope.duckdb", cwd=tmp_path, root=root)
    while not (var / "tenantscope.duckdb").exists():
        time.sleep(0.02)
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=120)
    assert "Traceback" not in errors
    assert child.returncode in (0, 130)
    assert run(path, var=var) == 0
    assert count(var) == 50_000


def test_help_is_all_that_is_said(root):
    command = [sys.executable, "-m", "data.load", "--help"]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert said.stderr == ""
    assert "docs/tables.md" in said.stdout
