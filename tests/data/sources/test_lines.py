"""Lines come in batches that fill row groups of the store, each with its own number."""

from __future__ import annotations

import pytest

from data.sources import lines
from data.sources.fields import text_of
from data.sources.opening import Opened


@pytest.fixture
def batches(tmp_path, monkeypatch):
    """How many lines each batch of a file has, for row groups of ten lines, and what the lines are."""
    monkeypatch.setattr(lines, "GROUP", 10)

    def read(content: bytes, size: int) -> tuple[list[int], list[tuple[int, str]]]:
        path = tmp_path / "app.ndjson"
        path.write_bytes(content)
        found = list(lines.batches(Opened(path), size))
        texts = [
            (int(number), text_of(batch.records, n))
            for batch in found
            for n, number in enumerate(batch.records.numbers)
        ]
        return [batch.lines for batch in found], texts

    return read


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Read a few bytes at a time."""
    monkeypatch.setattr("data.sources.opening.PIECE", 7)


def numbered(many: int, width: int) -> list[str]:
    return [f"{n:0{width}}" for n in range(1, many + 1)]


@pytest.mark.parametrize(
    ("many", "width", "size", "sizes"),
    [
        (100, 9, 1000, [40, 40, 20]),  # never more than four row groups
        (
            100,
            9,
            330,
            [30, 30, 40],
        ),  # as many as go into the size; the last few lines are no batch of their own
        (100, 99, 1000, [20, 20, 20, 20, 20]),  # two at the least
        (100, 999, 1000, [2] * 50),  # but not whatever it takes
        (5, 9, 1000, [5]),
        (0, 9, 1000, []),
    ],
)
def test_a_batch_is_whole_row_groups(batches, many, width, size, sizes):
    texts = numbered(many, width)
    found, read = batches("".join(f"{text}\n" for text in texts).encode(), size)
    assert found == sizes
    assert read == list(enumerate(texts, 1))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_line_ends_are_no_part_of_lines(batches, end, last):
    content = end.join(["one", "", "three", "Grüße 😀"]) + last
    found, read = batches(content.encode(), 1000)
    assert found == [4]
    assert [text for _, text in read] == ["one", "", "three", "Grüße 😀"]


def test_a_line_that_is_too_long_is_refused_without_being_held(batches, monkeypatch):
    monkeypatch.setattr(lines, "LONGEST", 50)
    found, read = batches(b"a\n" + b"x" * 500 + b"\nb\n" + b"y" * 60 + b"\nc\n" + b"z" * 900, 100)
    assert sum(found) == 6
    assert read == [(1, "a"), (3, "b"), (5, "c")]
