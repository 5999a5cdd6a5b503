"""SQL beside a module."""

from __future__ import annotations

import pytest

from analytics.sql import blocks, first_number, parse_blocks, with_fields
from tests.analytics.table import rows as rows_of
from tests.analytics.table import window


def test_blocks_are_found_by_name(tmp_path):
    (tmp_path / "usage.sql").write_text(
        "-- What usage is.\n\n-- name: totals\nselect 1 as n -- one\n\n-- name: by_day\nselect 2 as n;\n",
        encoding="utf-8",
    )
    assert blocks(str(tmp_path / "usage.py")) == {"totals": "select 1 as n -- one", "by_day": "select 2 as n"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("select 1", "usage.sql has no block"),
        ("-- name: a\nselect 1\n-- name: a\nselect 2", "two blocks 'a'"),
        ("-- name: a\n\n-- name: b\nselect 2", "the block 'a' is empty"),
        ("-- name: two words\nselect 1", "a plain word, not 'two words'"),
    ],
)
def test_a_muddled_file_is_refused(text, says):
    with pytest.raises(ValueError, match=says):
        parse_blocks(text, "usage.sql")


def test_a_setting_stands_for_the_first_of_its_attributes_that_a_row_has(store):
    rows = [{"page": "/a", "url": "/b"}, {"url": "/b"}, {"page": ""}, {'od"d': "/c"}, {"page": 7, "ms": "12"}]
    store.append(
        "events",
        [
            {"event_id": str(n), "occurred_at": "2026-01-08T10:00:00Z", "attributes": each}
            for n, each in enumerate(rows)
        ],
    )
    sql = with_fields(
        'select r."setting.page" as page from events as r order by r.event_id', page=("page", "url", 'od"d')
    )
    day = window("2026-01-08", "2026-01-09")
    assert store.frame(day, sql)["page"].tolist() == ["/a", "/b", "", "/c", "7"]
    number = store.frame(
        day, f"select {first_number('r', ('ms', 'page'))} as n from events as r order by r.event_id"
    )
    assert rows_of(number) == [(None,), (None,), (None,), (None,), (12.0,)]
