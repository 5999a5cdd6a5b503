"""`python -m data.sync`: what it says, what it gives back, and how it works while the app owns the store."""

from __future__ import annotations

import socket
import threading
import time
from datetime import timedelta

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from data import owner
from data.sources.loki import Loki
from data.sources.refusal import SourceError
from data.store import open_store, utc_now
from data.sync import state
from data.sync.__main__ import main
from data.sync.reader import Reader
from service.scheduler import Scheduler, routes
from service.stores import Stores
from tests.data.sync.shop import Shop, rows


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path / "shop.sqlite")
    made.add((1, "login", utc_now() - timedelta(hours=1)))
    return made


@pytest.fixture
def config(tmp_path, shop, monkeypatch):
    path = tmp_path / "tenantscope.toml"
    path.write_text(shop.toml())
    monkeypatch.setenv("TENANTSCOPE_CONFIG", str(path))
    return path


@pytest.fixture
def store(tmp_path):
    return tmp_path / "var" / "tenantscope.duckdb"


def held(store) -> list[tuple[str, str]]:
    opened = open_store(store)
    found = rows(opened)
    opened.close()
    return found


def test_a_sync_says_what_came_and_the_second_that_nothing_is_new(config, store, capsys):
    assert main(["--store", str(store)]) == 0
    assert capsys.readouterr().out == "shop: 1 record read: 1 row added.\n"
    assert main(["shop", "--reconcile", "--store", str(store)]) == 0
    assert "the source and the store agree" in capsys.readouterr().out
    assert held(store) == [("1", "login")]


def test_a_check_reads_nothing(config, store, capsys):
    assert main(["--check", "--store", str(store)]) == 0
    assert "shop: " in capsys.readouterr().out
    assert not store.exists()


@pytest.mark.parametrize(
    ("arguments", "text", "code", "says"),
    [
        (["nobody"], None, 2, "There is: shop."),
        ([], "", 2, "names no source to sync"),
        ([], "[[sources]]\nname = 'traces'\nkind = 'jaeger'\nurl = 'http://a'", 2, "names no source to sync"),
        (
            ["traces"],
            "[[sources]]\nname = 'traces'\nkind = 'jaeger'\nurl = 'http://a'",
            2,
            "so nothing is synced",
        ),
        ([], "[[sources]]", 2, "has no `kind`"),
        ([], "relation = 'gone'", 1, "shop: SQLite has no such table"),
    ],
)
def test_what_cannot_be_done_is_said(config, store, capsys, arguments, text, code, says):  # noqa: PLR0917  a row of the table
    if text is not None:
        found = config.read_text().replace("relation = 'product_events'", text)
        config.write_text(found if "relation" in text else text)
    assert main([*arguments, "--store", str(store)]) == code
    assert says in capsys.readouterr().err


def test_a_broken_source_is_said_and_the_others_are_synced(config, store, shop, capsys):
    config.write_text(shop.toml("till", url="sqlite:///${TILL_THAT_IS_NOT_SET}") + shop.toml())
    assert main(["--store", str(store)]) == 2
    said = capsys.readouterr()
    assert said.out == "shop: 1 record read: 1 row added.\n"
    assert "(till): url needs the environment variable TILL_THAT_IS_NOT_SET" in said.err
    assert main(["shop", "--store", str(store)]) == 0
    assert "till" not in capsys.readouterr().err
    assert main(["till", "--store", str(store)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("TILL_THAT_IS_NOT_SET")) == ("", 1)


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_an_error_says_the_name_of_its_source_once(config, store, shop, capsys, arguments):
    config.write_text(shop.toml(relation="gone"))
    assert main([*arguments, "--store", str(store)]) == 1
    assert capsys.readouterr().err.count("shop:") == 1


def test_a_paused_source_is_left_alone_unless_it_is_named(config, store, shop, capsys):
    main(["--store", str(store)])
    opened = open_store(store)
    state.change(opened, "shop", paused=True)
    opened.close()
    capsys.readouterr()
    assert main(["--store", str(store)]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "shop: paused, so it is left alone. Name it to read it once.\n")
    assert main(["shop", "--store", str(store)]) == 0
    assert capsys.readouterr().out == "shop: Nothing new.\n"
    opened = open_store(store)
    assert state.state_of(opened, "shop").paused
    opened.close()


def test_what_is_asked_again_is_told_with_the_reason(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    said: list[str] = []
    settings = Loki(kind="loki", name="lines", url=url, query='{a="b"}', retries=1)
    with Reader(settings, tmp_path / "spool", said.append) as reader, pytest.raises(SourceError):
        reader.check()
    assert [why.endswith("and correct `url`.") for why in said] == [True, False]
    assert said[1] == ""


def test_the_running_app_is_asked_to_sync(config, store, shop, capsys, monkeypatch):
    monkeypatch.setenv("ZONE_OF_THE_APP", "UTC")
    config.write_text(shop.toml(timezone="${ZONE_OF_THE_APP}"))
    stores = Stores(store.parent)
    scheduler = Scheduler(stores)
    app = Starlette(routes=[Mount("/internal", routes=routes(scheduler))])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    store.parent.mkdir(parents=True, exist_ok=True)
    owner.write(store, f"http://127.0.0.1:{port}")
    scheduler.start()
    try:
        # The command needs none of the app's secrets.
        monkeypatch.delenv("ZONE_OF_THE_APP")
        assert main(["shop", "--store", str(store)]) == 0
        said = capsys.readouterr()
        assert "The app is running, so it syncs it." in said.err
        assert said.out.startswith("shop: ")
        assert rows(stores.own()) == [("1", "login")]
        assert main(["nobody", "--store", str(store)]) == 2
        assert "There is: shop." in capsys.readouterr().err
        scheduler.watcher("shop").pause()
        shop.add((2, "logout", utc_now()))
        assert main(["--store", str(store)]) == 0
        assert "shop: paused, so it is left alone." in capsys.readouterr().err
        assert rows(stores.own()) == [("1", "login")]
        assert main(["shop", "--reconcile", "--store", str(store)]) == 0
        assert capsys.readouterr().out.startswith("shop: 1 record read: 1 row added")
        assert len(rows(stores.own())) == 2
        assert scheduler.watcher("shop").status.phase == "paused"
        assert state.state_of(stores.own(), "shop").paused
    finally:
        owner.remove(store)
        scheduler.stop()
        server.should_exit = True
        thread.join()
        stores.close()
