"""Databases and Prometheus for the tests that need one; and the metadata on every database they may lie in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from service.metadata import Metadata
from tests.services.served import served

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL."""
    with served("postgres.sh") as url:
        yield url


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """The URL of a MariaDB with an empty database."""
    with served("mariadb.sh") as url:
        yield url


@pytest.fixture(scope="session")
def prometheus() -> Iterator[str]:
    """The URL of a Prometheus that has scraped itself and a node exporter."""
    with served("prometheus.sh", ports=2) as url:
        yield url


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
def metadata(url, opened, laid_out) -> Metadata:
    """Metadata that look again only after a change of their own."""
    if url.startswith("sqlite:"):
        shutil.copy(laid_out, url.removeprefix("sqlite:///"))
    return opened(fresh_seconds=1e9)
