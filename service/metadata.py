"""The app's own metadata: one SQLite file or PostgreSQL by URL, brought up to date, read through a cache.

A subject is what changes together, such as the annotations: a module beside this one with its tables on
`schema`, a row in `versions`, and a migration that makes both.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError
from sqlalchemy.types import TypeDecorator

from analytics.zones import EARLIEST, LATEST
from data.beside import snapshot
from data.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import URL, Connection, Dialect, Engine

LOG = logging.getLogger("tenantscope.metadata")
MIGRATIONS = Path(__file__).with_name("migrations")
WRITE_IT_AS = "postgresql+psycopg://user:password@host/database or sqlite:///file.sqlite"

# A change made by this process is seen at once, one made by another after so long.
FRESH_SECONDS = 1.0
# After the database did not answer, nobody waits for it again so soon.
RETRY_SECONDS = 5.0
# Any number, as long as every release takes the same: one process at a time changes the layout.
LAYOUT_LOCK = 7_340_281

T = TypeVar("T")

schema = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

versions = Table(
    "versions",
    schema,
    Column("subject", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, in UTC on the way in and on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """SQLite keeps no zone, so what goes in is in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """PostgreSQL answers in the zone of its session."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class MetadataError(StoreError):
    """Something about the metadata that a person can mend; the text says how."""


class NewerMetadata(MetadataError):
    """The metadata were written by a newer release."""

    def __init__(self, name: str, found: str, known: str, *, file: bool) -> None:
        back = (
            "restore a backup made before the upgrade: `python -m data.backup --restore FILE`"
            if file
            else "restore a dump made before the upgrade with `pg_restore`"
        )
        super().__init__(
            f"{name} has layout {found}; this release knows up to {known}. Install the release that "
            f"wrote it, or {back}."
        )


@dataclass(frozen=True)
class Known:
    """What was read of a subject, of which version it is, and when that was last looked at."""

    value: Any
    version: int
    checked: float


class Metadata:
    """The metadata's database; opened by whoever needs it first, shared by all threads."""

    def __init__(
        self, url: str, *, fresh_seconds: float = FRESH_SECONDS, migrations: Path = MIGRATIONS
    ) -> None:
        self._url = checked(url)
        self._fresh, self._migrations = fresh_seconds, migrations
        self._engine = engine_of(self._url)
        self._writer = self._engine.execution_options(writing=True)
        self._lock = threading.Lock()
        self._ready = False
        self._failed: tuple[float, MetadataError] | None = None
        self._known: dict[str, Known] = {}
        self._written: dict[str, float] = {}

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for a server."""
        return Path(self._url.database or "") if self._url.get_backend_name() == "sqlite" else None

    @property
    def name(self) -> str:
        """What to call it in a sentence: no path, no host, no password."""
        return self.file.name if self.file else "The metadata database"

    def read(self, subject: str, load: Callable[[Connection], T]) -> T:
        """What `load` makes of a subject's rows: read again when they have changed, else as it was."""
        self.prepare()
        began = time.monotonic()
        known = self._known.get(subject)
        if known and known.checked > max(began - self._fresh, self._written.get(subject, 0.0)):
            return known.value
        try:
            with self._answering(), self._engine.connect() as connection:
                version = connection.scalar(select(versions.c.version).where(versions.c.subject == subject))
                same = known is not None and known.version == version
                value = known.value if known is not None and same else load(connection)
        except MetadataError as error:
            if known is None:
                raise
            # Pages keep reading what they have; whoever writes is told.
            LOG.warning("%s", error)
            value, version = known.value, known.version
        self._known[subject] = Known(value, version or 0, began)
        return value

    def version(self, subject: str) -> int:
        """The version of a subject as it was read last, which grows with every change; 0 before that."""
        known = self._known.get(subject)
        return known.version if known else 0

    @contextmanager
    def write(self, subject: str) -> Iterator[Connection]:
        """One transaction that changes a subject: all of it or nothing, and everybody reads anew."""
        self.prepare()
        try:
            with self._answering(), self._writer.begin() as connection:
                # First of all, so that writers of one subject wait for each other.
                counted = update(versions).where(versions.c.subject == subject)
                if connection.execute(counted.values(version=versions.c.version + 1)).rowcount != 1:
                    raise LookupError(f"no migration has made the subject {subject!r}")
                yield connection
        finally:
            self._written[subject] = time.monotonic()

    def prepare(self) -> None:
        """Connect, make the tables or lead older ones to today's layout. Raises MetadataError."""
        if self._ready:
            return
        with self._lock:
            if self._ready:
                return
            if self._failed and time.monotonic() - self._failed[0] < RETRY_SECONDS:
                raise self._failed[1]
            try:
                with self._answering():
                    self._migrate()
            except MetadataError as error:
                self._failed = (time.monotonic(), error)
                raise
            self._ready = True

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _migrate(self) -> None:
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        scripts = ScriptDirectory(str(self._migrations))
        known = scripts.get_current_head() or ""
        with self._alone(), self._writer.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
            connection.rollback()
            if found == known:
                return
            if found and found not in {each.revision for each in scripts.walk_revisions()}:
                raise NewerMetadata(self.name, found, known, file=self.file is not None)
            if found and self.file:
                kept = self.file.with_name(f"{self.file.stem}.layout-{found}{self.file.suffix}")
                kept.write_bytes(snapshot(self.file))
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(self._migrations).replace("%", "%%"))
            command.upgrade(config, "head")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process changes the layout meanwhile."""
        if self.file:
            folder = os.open(self.file.parent, os.O_RDONLY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield
            finally:
                os.close(folder)
            return
        with self._engine.begin() as guard:
            guard.execute(select(func.pg_advisory_xact_lock(LAYOUT_LOCK)))
            yield

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Says what to do where the database does not answer; faults of ours stay what they are."""
        try:
            yield
        except (OperationalError, InterfaceError, DatabaseError) as error:
            if type(error) not in {OperationalError, InterfaceError, DatabaseError}:
                raise
            raise MetadataError(self._advice(error.orig)) from error

    def _advice(self, reason: object) -> str:
        if self.file:
            return (
                f"{self.name} cannot be used: {reason}. See that the disk has room and that the app may "
                "write to its folder, or put a backup in its place: `python -m data.backup --restore FILE`."
            )
        return (
            "The metadata database does not answer. See that PostgreSQL runs and that TENANTSCOPE_METADATA "
            f"names it with a user who may sign in: {WRITE_IT_AS.partition(' ')[0]}."
        )


def checked(text: str) -> URL:
    """The URL of a database that this release can use; a refusal never repeats it, for its password."""
    try:
        url = make_url(text)
        backend, driver = url.get_backend_name(), url.drivername.partition("+")[2]
    except (ArgumentError, ValueError):
        raise MetadataError(
            f"TENANTSCOPE_METADATA is no URL of a database: write it as {WRITE_IT_AS}."
        ) from None
    if backend == "sqlite" and url.database and driver in {"", "pysqlite"}:
        return url
    if backend == "postgresql" and driver in {"", "psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    raise MetadataError(f"TENANTSCOPE_METADATA names no database for metadata: write it as {WRITE_IT_AS}.")


def engine_of(url: URL) -> Engine:
    """The engine of a URL; values stay out of the log, since texts of people are among them."""
    if url.get_backend_name() == "postgresql":
        # A connection that the server dropped is noticed before it is used.
        patience = {"connect_timeout": 5}
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=patience)
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:
    # The driver would begin transactions where it likes, and none before a change of the layout.
    connection.isolation_level = None
    with closing(connection.cursor()) as cursor:
        cursor.execute("pragma busy_timeout = 10000")
        cursor.execute("pragma journal_mode = wal")
        cursor.execute("pragma foreign_keys = on")


def _on_begin(connection: Connection) -> None:
    # A reader that becomes a writer half-way would be refused where another was quicker.
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("begin immediate" if writing else "begin")


def worded(what: str, text: object, longest: int) -> str:
    """A text of people as every database keeps it: not empty, not too long, with signs that can be seen."""
    if not isinstance(text, str):
        raise TypeError(f"{what} is a text, not {type(text).__name__}")
    said = text.strip()
    if not 1 <= len(said) <= longest:
        raise ValueError(f"{what} has 1 to {longest} characters, not {len(said)}")
    if not all(sign.isprintable() or sign in "\n\t" for sign in said):
        raise ValueError(f"{what} holds a sign that cannot be shown: leave it out")
    return said


def instant(moment: datetime) -> datetime:
    """A moment as every database keeps it: aware, in UTC, in years that people live in."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a timezone: pass an aware datetime, as with tzinfo=UTC")
    if not EARLIEST < moment.year < LATEST:
        raise ValueError(f"a moment lies between the years {EARLIEST} and {LATEST}")
    return moment.astimezone(UTC)
