"""SQL beside a module."""

from __future__ import annotations

import pytest

from analytics.sql import blocks, parse_blocks


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
