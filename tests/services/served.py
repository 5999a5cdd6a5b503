"""Servers of others, real ones: each started by its script for the tests that need it, and gone with them."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import ROOT

NOT_INSTALLED = 3


def free_port() -> str:
    """A port on loopback that nobody has, in words of a command."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextmanager
def served(script: str, *words: str, ports: int = 1) -> Iterator[str]:
    """The URL of an empty server; it ends with the tests, also with those that are killed."""
    server = subprocess.Popen(
        [ROOT / "scripts" / script, "run", *words, *(free_port() for _ in range(ports))],
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
