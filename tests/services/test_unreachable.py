"""Metadata that cannot be reached: what a person is told, and what goes on without them."""

from __future__ import annotations

import logging
import socket
from datetime import timedelta

import psycopg
import pytest

from analytics.scope import Scope
from service.access import LOCAL
from service.annotations import Annotations
from service.metadata import Metadata, MetadataError
from tests.services.conftest import NOW

WEEK = Scope(NOW - timedelta(days=7), NOW, now=NOW)


@pytest.mark.parametrize(
    "url",
    [
        "postgres",
        "sqlite://",
        "sqlite+aiosqlite:///file.sqlite",
        "postgresql+asyncpg://me:hunter2@db/app",
        "mysql://me:hunter2@db/app",
        "postgres://me:hunter2@db/app",
        "postgresql://me:hunter2@db:port/app",
    ],
)
def test_another_database_is_refused_without_repeating_its_password(url):
    with pytest.raises(
        MetadataError, match="write it as postgresql\\+psycopg://user:password@host"
    ) as refusal:
        Metadata(url)
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_server_that_is_not_there_is_named_by_its_setting_alone():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    metadata = Metadata(f"postgresql://me:hunter2@127.0.0.1:{port}/app")
    with pytest.raises(
        MetadataError, match="See that PostgreSQL runs and that TENANTSCOPE_METADATA"
    ) as refusal:
        metadata.prepare()
    assert "hunter2" not in str(refusal.value)
    # Who comes next is told at once, instead of waiting for the same.
    with pytest.raises(MetadataError) as again:
        metadata.prepare()
    assert again.value is refusal.value
    metadata.close()


def test_a_file_that_is_no_database_is_named_with_the_way_out(tmp_path):
    (tmp_path / "metadata.sqlite").write_text("this was something else once, and long enough to be looked at")
    metadata = Metadata(f"sqlite:///{tmp_path}/metadata.sqlite")
    with pytest.raises(MetadataError, match=r"^metadata.sqlite cannot be used: .*data.backup --restore"):
        metadata.prepare()
    metadata.close()


def test_pages_keep_reading_what_they_know_while_the_server_is_away(postgres, caplog):
    server = postgres.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create database leaving")
    metadata = Metadata(f"{postgres.rpartition('/')[0]}/leaving", fresh_seconds=0)
    annotations = Annotations(metadata)
    made = annotations.add(LOCAL, kind="note", text="known", start=NOW - timedelta(hours=1))
    assert annotations.between(LOCAL, WEEK) == (made,)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop database leaving with (force)")
    with caplog.at_level(logging.WARNING, logger="tenantscope.metadata"):
        assert annotations.between(LOCAL, WEEK) == (made,)
    assert [record.getMessage().partition(".")[0] for record in caplog.records] == [
        "The metadata database does not answer"
    ]
    with pytest.raises(MetadataError, match="does not answer"):
        annotations.remove(LOCAL, made.id)
    metadata.close()
