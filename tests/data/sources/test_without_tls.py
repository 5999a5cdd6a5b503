"""What is said where TLS is spoken to a server that speaks none."""

from __future__ import annotations

import socket
import threading

import pytest

from data.sources.elasticsearch import Elasticsearch
from data.sources.loki import Loki
from data.sources.refusal import SourceError
from data.sources.sql import Sql


@pytest.fixture
def plain():
    """The port of a server that answers every question with one text, in the open."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    link, _ = server.accept()
                except OSError:
                    return
                with link:
                    asked = link.recv(4096)
                    # PostgreSQL is asked for TLS in eight bytes of its own, before TLS begins.
                    link.sendall(b"N" if len(asked) == 8 else b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def elasticsearch(port: int) -> Elasticsearch:
    return Elasticsearch(
        kind="elasticsearch", name="a", url=f"https://127.0.0.1:{port}", index="logs", retries=0
    )


def loki(port: int) -> Loki:
    return Loki(kind="loki", name="a", url=f"https://127.0.0.1:{port}", query='{a="b"}', retries=0)


def postgresql(port: int) -> Sql:
    url = f"postgresql://me:hunter2@127.0.0.1:{port}/app?sslmode=require"
    return Sql.model_validate({"kind": "sql", "name": "a", "url": url, "relation": "events"})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            elasticsearch,
            "https://127.0.0.1:{} answers without TLS. Write http:// in `url`, or turn TLS on there.",
        ),
        (loki, "https://127.0.0.1:{} answers without TLS. Write http:// in `url`, or turn TLS on there."),
        (
            postgresql,
            "PostgreSQL at 127.0.0.1:{} answers without TLS. Turn it on there, or leave TLS out at the end of "
            "`url`: sslmode=disable.",
        ),
    ],
)
def test_that_it_answers_without_tls_is_said(plain, settings, says):
    pull = settings(plain).open()
    with pytest.raises(SourceError) as refusal:
        pull.check()
    pull.close()
    assert str(refusal.value).removeprefix("a: ") == says.format(plain)
