"""A sample is known when it comes again, whatever else came with it."""

from __future__ import annotations

import json

import pytest

from data.ingest import Wish, ingest, propose


def sample(minute: int, value: float, **labels: object) -> dict[str, object]:
    at = f"2026-02-01T10:{minute:02}:00Z"
    return {
        "occurred_at": at,
        "name": "queue",
        "value": value,
        "unit": "",
        "service": "w",
        "host": "h",
        "labels": labels,
    }


@pytest.fixture
def load(store, tmp_path):
    def of(*samples: dict[str, object]) -> tuple[int, int]:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.ndjson"
        path.write_text("".join(json.dumps(each) + "\n" for each in samples))
        counts = ingest(store, propose(path, "queues", Wish(table="metrics"))).counts
        return counts.rows, counts.duplicates

    return of


def test_labels_that_few_of_a_batch_have_make_no_other_series(load):
    mine = sample(1, 3, pod="a", zone="eu", shard=2)
    assert load(mine) == (1, 0)
    others = [sample(n, n, **{f"label_{n}": "x"}) for n in range(10, 30)]
    assert load(*others, mine) == (20, 1)


def test_the_order_of_labels_and_how_a_number_is_written_make_no_other_series(load):
    assert load(sample(1, 3, pod="a", shard=2)) == (1, 0)
    assert load(sample(1, 3, shard=2.0, pod="a")) == (0, 1)


def test_another_value_of_a_label_is_another_series(load):
    assert load(sample(1, 3, pod="a"), sample(1, 3, pod="b"), sample(1, 3)) == (3, 0)


def test_labels_are_told_apart_where_their_texts_run_together(load):
    assert load(sample(1, 3, a="b", c="d"), sample(1, 3, a="bc=d"), sample(1, 3, a="b,c=d")) == (3, 0)
