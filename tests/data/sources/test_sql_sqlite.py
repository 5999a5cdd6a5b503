"""A SQLite file as a source, where a time is any text: read by windows, counted, and never written to."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import orjson
import pytest

from data.sources.pull import Bounds, Window
from data.sources.refusal import SourceError
from data.sources.sql import Sql
from data.sources.sql_pull import SqlPull

ROWS = [
    (1, "2026-03-01 10:00:00", "space"),
    (2, "2026-03-01T10:30:00Z", "zulu"),
    (3, "2026-03-01T12:15:00.5+02:00", "offset"),
    (4, "2026-03-01 10:59:59.999999", "last of the hour"),
    (5, "2026-03-01", "a day"),
    (6, "2026-03-01 10:00:00 broken", "broken"),
    (7, None, "no time"),
    (8, "n/a", "no time either"),
]


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


@pytest.fixture
def pull(tmp_path):
    with sqlite3.connect(tmp_path / "shop.sqlite") as connection:
        connection.execute(
            'create table "My Visits" (id integer primary key, created_at text, "what %s" text)'
        )
        connection.executemany('insert into "My Visits" values (?, ?, ?)', ROWS)
    made = []

    def make(**said):
        how = {"kind": "sql", "name": "shop", "url": f"sqlite:///{tmp_path}/shop.sqlite", "relation": "My Visits", "timezone": "UTC", "page": 2}  # fmt: skip
        made.append(SqlPull(Sql(**how | {"table": "events"} | said)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def ids(pull: SqlPull, window: Window) -> list[int]:
    return sorted(orjson.loads(line)["id"] for page in pull.read(window) for line in page.lines.splitlines())


def test_a_window_holds_the_times_of_every_form_that_lie_in_it(pull):
    assert ids(pull(), Window(utc(2026, 3, 1, 10), utc(2026, 3, 1, 11), "time")) == [1, 2, 3, 4]
    assert ids(pull(), Window(utc(2026, 3, 1, 11), utc(2026, 3, 1, 12), "time")) == []
    assert ids(pull(), Window(utc(2026, 3, 1), utc(2026, 3, 1, 10), "time")) == [5, 6]


def test_what_cannot_be_read_as_a_time_comes_with_what_is_new(pull):
    assert ids(pull(), Window(utc(2026, 3, 1, 10), utc(2026, 3, 1, 11))) == [1, 2, 3, 4, 8]


def test_rows_are_counted_by_hour_in_utc(pull):
    found = pull().counts(Window(utc(2026, 3, 1), utc(2026, 3, 2), "time"))
    assert found == {utc(2026, 3, 1, 10): 4, utc(2026, 3, 1): 2}
    found = pull(timezone="Asia/Kolkata").counts(Window(utc(2026, 2, 1), utc(2026, 3, 2), "time"))
    assert found == {
        utc(2026, 2, 28, 18): 2,
        utc(2026, 3, 1, 4): 1,
        utc(2026, 3, 1, 5): 1,
        utc(2026, 3, 1, 10): 2,
    }


def test_the_oldest_and_the_newest_and_those_without_a_time(pull):
    assert pull().bounds() == Bounds(utc(2026, 3, 1), utc(2026, 3, 1, 10, 59, 59, 999_999), 2)


def test_the_mark_is_said_only_when_it_is_certain(pull):
    marks = [page.upto for page in pull().read(Window(utc(2026, 3, 1), utc(2026, 3, 2)))]
    newest = utc(2026, 3, 1, 10, 59, 59, 999_999)
    assert marks == [utc(2026, 2, 28), utc(2026, 2, 28), utc(2026, 2, 28), newest, None]


def test_times_without_a_zone_are_refused_where_nobody_named_one(pull):
    with pytest.raises(SourceError, match=r"^shop: The times in created_at carry no time zone.*timezone = "):
        pull(timezone=None).check()


def test_a_look_says_what_is_there(pull):
    version = sqlite3.sqlite_version
    assert pull().check() == (
        f"SQLite {version} answers; My Visits has 8 rows. It is read on by created_at, told apart by id."
    )


def test_a_wrong_name_is_answered_with_those_that_are_alike(pull):
    with pytest.raises(
        SourceError,
        match=r"^shop: SQLite has no such table or view as Visits. There is My Visits. Correct `relation`; ",
    ):
        pull(relation="Visits").check()
    with pytest.raises(
        SourceError, match=r"There is no column 'moved' for `cursor`. There is id, created_at, what %s."
    ):
        pull(cursor="moved").check()


def test_a_file_that_is_not_there_is_not_made(pull, tmp_path):
    with pytest.raises(SourceError, match="cannot be opened"):
        pull(url=f"sqlite:///{tmp_path}/other.sqlite").check()
    assert not (tmp_path / "other.sqlite").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"url": "oracle://me:hunter2@host/db"}, "oracle is not read from"),
        ({"url": "sqlite://"}, "name the file"),
        ({"query": "select 1"}, "either `relation`"),
        ({"relation": None, "query": "drop table x"}, "it must be a select"),
        ({"snapshot": True, "cursor": "created_at"}, "needs no `cursor`"),
        ({"timeout": "1h"}, "from 1s to 9m"),
    ],
)
def test_settings_that_cannot_be_are_refused_without_their_password(pull, said, words):
    with pytest.raises(ValueError, match=words) as found:
        pull(**said)
    assert "hunter2" not in str([error["msg"] for error in found.value.errors()])
