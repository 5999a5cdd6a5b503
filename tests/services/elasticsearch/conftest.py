"""Servers that speak as Elasticsearch does: two real ones, a small double, and one that errs on demand."""

from __future__ import annotations

import hashlib
import json
import shutil
import ssl
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from tests.services.elasticsearch.scripted import Scripted
from tests.services.served import served

# The real ones take seconds to start: what needs one is left out of `make check`.
REAL = [pytest.param(name, marks=pytest.mark.heavy) for name in ("elasticsearch_8", "elasticsearch_9")]


@dataclass(frozen=True)
class Server:
    """A server to read from: its URL, and a way to fill it."""

    url: str

    def client(self, **settings: Any) -> Elasticsearch:
        """The official client; a test closes it by `with`."""
        return Elasticsearch(self.url, **settings)

    def load(self, index: str, documents: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Write documents with their ids, so that a search finds them at once."""
        with self.client() as client:
            bulk(
                client,
                ({"_index": index, "_id": id_, "_source": source} for id_, source in documents),
                refresh=True,
            )


@pytest.fixture(scope="session")
def elasticsearch_8() -> Iterator[Server]:
    """A real node of the line before the newest."""
    with served("elasticsearch.sh", "8") as url:
        yield Server(url)


@pytest.fixture(scope="session")
def elasticsearch_9() -> Iterator[Server]:
    """A real node of the newest line."""
    with served("elasticsearch.sh", "9") as url:
        yield Server(url)


@pytest.fixture(scope="session")
def double() -> Iterator[Server]:
    """A small program that answers as one does, on machines without Java too."""
    with served("elasticsearch.sh", "double") as url:
        yield Server(url)


@dataclass(frozen=True)
class OpenSearch(Server):
    """A server that the official client of Elasticsearch refuses."""

    def load(self, index: str, documents: Iterable[tuple[str, dict[str, Any]]]) -> None:
        pairs = (({"index": {"_index": index, "_id": id_}}, source) for id_, source in documents)
        body = "".join(f"{json.dumps(line)}\n" for pair in pairs for line in pair)
        with httpx.Client(base_url=self.url, headers={"content-type": "application/x-ndjson"}) as client:
            assert not client.post("/_bulk?refresh=true", content=body).raise_for_status().json()["errors"]


@pytest.fixture(scope="session")
def opensearch() -> Iterator[OpenSearch]:
    """A small program that answers as OpenSearch does."""
    with served("elasticsearch.sh", "opensearch") as url:
        yield OpenSearch(url)


@pytest.fixture(scope="session")
def scripted_server() -> Iterator[Scripted]:
    """The server behind `scripted`, started once."""
    server = Scripted()
    yield server
    server.close()


@pytest.fixture
def scripted(scripted_server) -> Scripted:
    """A server that errs on demand, empty and without a script."""
    scripted_server.reset()
    return scripted_server


@pytest.fixture(params=["scripted", "double", *REAL])
def server(request) -> Server:
    """Every server there is, one after the other."""
    found = request.getfixturevalue(request.param)
    return found if isinstance(found, Server) else Server(found.url)


@pytest.fixture(params=REAL)
def real(request) -> Server:
    """Every real server."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def index() -> str:
    """The name of an index that no other test has."""
    return f"logs-{uuid4().hex}"


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate of 127.0.0.1."""

    path: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.path.read_text())).hexdigest()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Certificate:
    """A certificate that nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip(
            "no openssl to make a certificate with: install it (apt install openssl, brew install openssl)"
        )
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(folder / "own.pem", folder / "own.key")
    words = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = ["openssl", "req", *words.split(), "-out", made.path, "-keyout", made.key]
    subprocess.run(command, check=True, capture_output=True)
    return made


@pytest.fixture
def scripted_tls(certificate) -> Iterator[Scripted]:
    """The server that errs on demand, behind TLS."""
    server = Scripted(certificate.path, certificate.key)
    yield server
    server.close()
