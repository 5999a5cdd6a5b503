"""The store in one DuckDB file: a cursor a query, a bounded number at a time, each with a deadline."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import pyarrow as pa

from analytics.scope import ALL_TENANTS, Grain, Scope, Tenants, covers
from analytics.view import Mark, QueryCancelled, QueryTimeout, ScopeTooWide, View
from analytics.zones import naive
from data import ledger, limits, migrations
from data.cancel import current
from data.deadline import deadline
from data.door import Known, prelude
from data.frames import fetched, in_arrow, to_frame
from data.keys import registry
from data.store import Clock, DiskFull, Receipt, Rows, StoreError, StoreTaken

if TYPE_CHECKING:
    import pandas as pd

    from data.admin import Admin

Found = TypeVar("Found")
Fetch = Callable[[duckdb.DuckDBPyConnection], Found]
DEADLINE_SECONDS = 30.0
# Questions are few texts with ever other values, and parsing takes a third of what a small one takes.
PARSED_STATEMENTS = 256
# `sql()` plans a statement twice, which costs a page more than the copy that this warns of.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)
_OWNER = re.compile(r"\(PID (\d+)\)")


class DuckStore:
    """One DuckDB file, owned by this process."""

    def __init__(
        self, path: Path | None, *, clock: Clock, memory_limit: int | None, threads: int | None
    ) -> None:
        self.path, self.clock = path, clock
        self.deadline_seconds = DEADLINE_SECONDS
        self.write_lock = threading.RLock()
        self._memory = memory_limit or limits.memory()
        self._threads = threads or limits.cores()
        self._slots = threading.BoundedSemaphore(self._threads)
        self._versions: dict[str, int] = {}
        self._known, self._owners, self._told = Known({}), dict[str, str](), 0
        self._statements: dict[str, duckdb.Statement | str] = {}
        self._connection = self._open()

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = connect(self.path)
        _configure(connection, self.path, self._memory, self._threads)
        migrations.prepare(connection, self.path, naive(self.clock()))
        ledger.interrupt_loads(connection, naive(self.clock()))
        self._learn(connection)
        return connection

    @property
    def tenants(self) -> Tenants:
        """The store sees everybody."""
        return ALL_TENANTS

    @property
    def admin(self) -> Admin:
        """Reading everything, and the jobs. Never handed to a page."""
        from data.admin import Admin  # noqa: PLC0415  admin builds on this class

        return Admin(self)

    def view(self, tenants: Tenants) -> View:
        """The store as these tenants see it; any wider scope is refused."""
        return TenantView(self, tenants)

    def append(self, table: str, rows: Rows, source: str = "api", timezone: str | None = None) -> Receipt:
        """Add rows to a table: see `data.store.Store.append`."""
        from data.append import append  # noqa: PLC0415  append builds on this class

        return append(self, table, rows, source, timezone)

    def versions(self, tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """The version of each table; it grows whenever the table changes."""
        told = {"tenants": self._told}
        return tuple((name, self._versions[name] + told.get(name, 0)) for name in tables)

    def look_after(self, owners: Mapping[str, str]) -> None:
        """Say who looks after tenants, whatever the data say: see `data.store.Store.look_after`."""
        with self.write_lock:
            if owners != self._owners:
                self._owners = dict(owners)
                self._known = replace(self._known, owners=self._owners)
                self._told += 1

    def frame(
        self,
        scope: Scope,
        sql: str,
        *,
        grain: Grain | None = None,
        week_start: str = "monday",
        before: Scope | None = None,
        marks: Mapping[str, Mark] | None = None,
        **values: object,
    ) -> pd.DataFrame:
        """The rows that the SQL finds in the scope, times in the scope's zone."""
        how = {"grain": grain, "week_start": week_start, "before": before, "marks": marks}
        text, parameters = self._scoped(scope, sql, values, **how)
        return to_frame(self.read(text, parameters), scope.timezone)

    def arrow(
        self,
        scope: Scope,
        sql: str,
        *,
        grain: Grain | None = None,
        week_start: str = "monday",
        before: Scope | None = None,
        marks: Mapping[str, Mark] | None = None,
        **values: object,
    ) -> pa.Table:
        """The rows that the SQL finds in the scope, times in UTC."""
        how = {"grain": grain, "week_start": week_start, "before": before, "marks": marks}
        text, parameters = self._scoped(scope, sql, values, **how)
        return self.read(text, parameters, in_arrow)

    def _scoped(
        self, scope: Scope, sql: str, values: dict[str, object], **how: Any
    ) -> tuple[str, dict[str, object]]:
        """The statement behind the door, and all its parameters."""
        text, parameters = prelude(scope, sql, self._known, **how)
        taken = sorted(parameters.keys() & values.keys())
        if taken:
            raise ValueError(f"{', '.join(taken)} is the scope's own; name your value otherwise")
        return text, parameters | values

    def read(
        self,
        sql: str,
        parameters: dict[str, object],
        fetch: Fetch[Found] = fetched,
    ) -> Found:
        """Run one statement on a cursor of its own, within the limits of time and number."""
        try:
            return self._read(sql, parameters, fetch)
        except duckdb.FatalException:
            self.reopen()
            return self._read(sql, parameters, fetch)

    def _read(self, sql: str, parameters: dict[str, object], fetch: Fetch[Found]) -> Found:
        switch = current()
        with self._slot(lambda: switch.cancelled):
            # A connection shared by threads gave silently wrong rows; a cursor is a connection of its own.
            cursor = self._connection.cursor()
            watch = deadline(self.deadline_seconds, cursor.interrupt)
            try:
                with watch as state, switch.watching(cursor.interrupt):
                    try:
                        return fetch(cursor.execute(self._parsed(sql), parameters))
                    except duckdb.InterruptException as error:
                        if state.passed and not switch.cancelled:
                            raise QueryTimeout(
                                f"The question took longer than {self.deadline_seconds:g} s. "
                                "Choose a shorter window or fewer tenants."
                            ) from error
                        raise QueryCancelled("The question is no longer wanted.") from error
            finally:
                cursor.close()  # only now, when nobody interrupts it any more

    def _parsed(self, sql: str) -> duckdb.Statement | str:
        """The statement as the engine's parser reads it; the texts that came first are forgotten first."""
        found = self._statements.get(sql)
        if found is None:
            statements = self._connection.cursor().extract_statements(sql)
            found = self._statements[sql] = statements[0] if len(statements) == 1 else sql
            while len(self._statements) > PARSED_STATEMENTS:
                self._statements.pop(next(iter(self._statements)), None)
        return found

    @contextmanager
    def _slot(self, cancelled: Callable[[], bool]) -> Generator[None]:
        while not self._slots.acquire(timeout=0.1):
            if cancelled():
                raise QueryCancelled("The question is no longer wanted.")
        try:
            if cancelled():
                raise QueryCancelled("The question is no longer wanted.")
            yield
        finally:
            self._slots.release()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the file, for jobs."""
        return self._connection.cursor()

    @contextmanager
    def transaction(self, cursor: duckdb.DuckDBPyConnection, *, learn: bool = True) -> Generator[None]:
        """All of the block or nothing, under the one writer's lock; without `learn` answers stay good until
        the next change that is learnt.
        """
        with self.write_lock:
            self._require_space()
            cursor.execute("begin")
            try:
                yield
                cursor.execute("commit")
            except duckdb.FatalException:
                raise
            except BaseException as error:
                with suppress(duckdb.TransactionException):  # none is left where the commit failed
                    cursor.execute("rollback")
                if self.path is not None and limits.is_full(error):
                    raise _full(self.path) from None
                raise
            if learn:
                self._learn(cursor)

    def learn(self) -> None:
        """See what was written without being learnt."""
        with self.write_lock:
            cursor = self.cursor()
            try:
                self._learn(cursor)
            finally:
                cursor.close()

    def _require_space(self) -> None:
        if self.path is None:
            return
        free, enough = limits.free_bytes(self.path.absolute())
        if not enough:
            raise DiskFull(self.path, free)

    def _learn(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Read what the door and the caches must know: versions, keys, tables with rows to claim."""
        tables = cursor.execute("select name, version, tenantless from control.tables").fetchall()
        keys = cursor.execute("select table_name, key, type, first_at, last_at from control.keys").fetchall()
        claimable: frozenset[str] = frozenset()
        # A result that is left half read keeps its transaction open, and no checkpoint can be made beside it.
        if cursor.execute("select 1 from raw.identities where tenant_id <> '' limit 1").fetchall():
            claimable = frozenset(
                name for name, _, tenantless in tables if tenantless and name in _WITH_ACTOR
            )
        self._known = Known(registry(keys), claimable, self._owners)
        self._versions = {name: version for name, version, _ in tables}

    def checkpoint(self) -> bool:
        """Write the log into the file and merge what lies apart; False where a batch is being staged."""
        with self.write_lock:
            cursor = self.cursor()
            try:
                cursor.execute("reset global max_vacuum_tasks").fetchall()
                cursor.execute("checkpoint").fetchall()
            except duckdb.TransactionException:
                return False
            finally:
                cursor.execute("set global max_vacuum_tasks = 0").fetchall()
        return True

    def reopen(self) -> None:
        """Open the file anew after the engine gave up on it; no committed row is lost."""
        with self.write_lock:
            if self.path is None:
                raise StoreError("The in-memory store failed, and what was in it is gone. Use a file.")
            self._connection.close()
            self._connection = self._open()

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        with self.write_lock:
            self._connection.close()


class TenantView:
    """A store as some tenants see it; it refuses any scope that is wider, whoever built it."""

    def __init__(self, store: DuckStore, tenants: Tenants) -> None:
        if not isinstance(tenants, type(ALL_TENANTS)) and not tenants:
            raise ScopeTooWide("A view needs at least one tenant.")
        self._store, self._tenants = store, tenants

    @property
    def tenants(self) -> Tenants:
        """Whose rows this view may read."""
        return self._tenants

    def frame(
        self,
        scope: Scope,
        sql: str,
        *,
        grain: Grain | None = None,
        week_start: str = "monday",
        before: Scope | None = None,
        marks: Mapping[str, Mark] | None = None,
        **values: object,
    ) -> pd.DataFrame:
        """The rows that the SQL finds in the scope, times in the scope's zone."""
        return self._store.frame(
            self._within(scope),
            sql,
            grain=grain,
            week_start=week_start,
            before=before and self._within(before),
            marks=marks,
            **values,
        )

    def arrow(
        self,
        scope: Scope,
        sql: str,
        *,
        grain: Grain | None = None,
        week_start: str = "monday",
        before: Scope | None = None,
        marks: Mapping[str, Mark] | None = None,
        **values: object,
    ) -> pa.Table:
        """The rows that the SQL finds in the scope, times in UTC."""
        return self._store.arrow(
            self._within(scope),
            sql,
            grain=grain,
            week_start=week_start,
            before=before and self._within(before),
            marks=marks,
            **values,
        )

    def versions(self, tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """The version of each table."""
        return self._store.versions(tables)

    def _within(self, scope: Scope) -> Scope:
        if not covers(self._tenants, scope.tenants):
            raise ScopeTooWide("The scope asks for tenants that you may not see.")
        return scope


_WITH_ACTOR = ("events", "runs", "llm_calls", "logs", "spans", "errors")


def connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    """A connection that owns the file; raises StoreTaken where another process has it."""
    try:
        return duckdb.connect(
            ":memory:" if path is None else str(path), config={"python_enable_replacements": "false"}
        )
    except duckdb.IOException as error:
        if path is not None and limits.is_full(error):
            raise _full(path) from None
        if path is None or "lock" not in str(error):
            raise StoreError(f"The store could not be opened: {error}") from error
        owner = _OWNER.search(str(error))
        raise StoreTaken(path, int(owner[1]) if owner else None) from None


def _full(path: Path) -> DiskFull:
    return DiskFull(path, limits.free_bytes(path.absolute())[0])


def _configure(connection: duckdb.DuckDBPyConnection, path: Path | None, memory: int, threads: int) -> None:
    settings: dict[str, object] = {
        "TimeZone": "UTC",
        "memory_limit": f"{memory // 1_000_000}MB",
        "threads": threads,
        # A checkpoint rewrites the tails of all tables, so many small batches pay for few of them.
        "checkpoint_threshold": "256MB",
        # Merging short row groups takes seconds in one thread; `checkpoint` does it when it is asked to.
        "max_vacuum_tasks": 0,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if path is not None:
        free, _ = limits.free_bytes(path.absolute())
        settings |= {"temp_directory": f"{path}.tmp", "max_temp_directory_size": f"{free // 2_000_000}MB"}
    for key, value in settings.items():
        connection.execute(f"set global {key} = $value", {"value": value})
