"""Servers of others, real ones, each started for the tests that need it; and the metadata on every database."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from service.metadata import Metadata
from tests.conftest import ROOT

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOT_INSTALLED = 3


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL; it ends with the tests, also with those that are killed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = subprocess.Popen(
        [ROOT / "scripts/postgres.sh", "run", port],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = server.stdout.readline().strip()
    if not url:
        _, said = server.communicate()
        assert server.returncode == NOT_INSTALLED, said
        pytest.skip(said)
    yield url
    server.communicate()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> Iterator[str]:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/metadata.sqlite"
        return
    server = request.getfixturevalue("postgres")
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("drop schema public cascade; create schema public")
    yield server


@pytest.fixture
def opened(url) -> Iterator[Callable[..., Metadata]]:
    """Opens the metadata, as often as a test likes: each time as another process would."""
    held: list[Metadata] = []

    def open_(**settings) -> Metadata:
        held.append(Metadata(url, **settings))
        return held[-1]

    yield open_
    for metadata in held:
        metadata.close()


@pytest.fixture
def metadata(opened) -> Metadata:
    """Metadata that look again only after a change of their own."""
    return opened(fresh_seconds=1e9)
