"""VARIANT against JSON text for attributes: what loading and asking cost, and whether they stay true.

Run by hand (`python -m bench.variant`); docs/adr/0006-attributes-as-variant.md holds the figures of one run.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from bench.report import Line, median_ms, table

ROWS = 2_000_000
HOSTILE = 20_000
KINDS = {"VARIANT": "::json::variant", "JSON text": "::json"}
ASKED = {
    "VARIANT": "attributes.{key}::varchar",
    "JSON text": "attributes ->> '$.{key}'",
}
KEYS = {
    "group by a text key": "region",
    "group by a number key": "attempt",
    "group by a key in 2 % of rows": "rare",
    "group by a key of mixed types": "mixed",
    "group by a key that no row has": "absent",
}
OBJECTS = """
    create table objects as
    select
        i,
        json_object(
            'region', ['eu', 'us', 'ap'][1 + (i % 3)::integer],
            'attempt', (i % 4)::double,
            'browser', 'browser ' || i % 11,
            'path', '/orders/' || i % 5000,
            'score', (i % 1000) / 7.0,
            'beta', i % 2 = 0,
            'mixed', if(i % 50 = 0, to_json('m' || i % 5), to_json(i % 5))
        )::varchar as always,
        if(i % 50 = 0, left(always, -1) || ',"rare":"r' || i % 7 || '"}', always) as o
    from range($n) as numbers(i)
"""


def main() -> None:
    """Measure both in a file each, then read hostile objects before and after a reopening."""
    with tempfile.TemporaryDirectory() as folder:
        print(table([*loaded(Path(folder)), *kept(Path(folder))]))


def loaded(folder: Path) -> list[Line]:
    """Load the same objects both ways, then ask both the same."""
    source = duckdb.connect(str(folder / "objects.duckdb"))
    source.execute(OBJECTS, {"n": ROWS})
    source.close()
    stores, seconds, sizes = {}, {}, {}
    for kind, cast in KINDS.items():
        path = folder / f"{cast.strip(':').replace('::', '-')}.duckdb"
        stores[kind] = duckdb.connect(str(path))
        stores[kind].execute(f"attach '{folder}/objects.duckdb' as source (read_only)")
        begun = time.perf_counter()
        stores[kind].execute(f"create table runs as select i, o{cast} as attributes from source.objects")
        stores[kind].execute("checkpoint")
        seconds[kind], sizes[kind] = time.perf_counter() - begun, path.stat().st_size
    ours, text = KINDS
    return [
        Line(
            f"load {ROWS:,} objects",
            f"{seconds[ours]:.1f} s",
            f"{seconds[text]:.1f} s",
            seconds[ours] / seconds[text],
        ),
        Line("file", f"{sizes[ours] / 1e6:.0f} MB", f"{sizes[text] / 1e6:.0f} MB", sizes[ours] / sizes[text]),
        *(asked(what, key, stores) for what, key in KEYS.items()),
    ]


def asked(what: str, key: str, stores: dict[str, duckdb.DuckDBPyConnection]) -> Line:
    """One question about one key, the same answer from both."""
    runs: dict[str, Callable[[], list[tuple[str | None, int]]]] = {}
    for kind, store in stores.items():
        text = f"select {ASKED[kind].format(key=key)} as k, count(*) from runs group by k"
        runs[kind] = lambda store=store, text=text: store.execute(text).fetchall()
    ours, text = (tally(run()) for run in runs.values())
    assert ours == text, (what, ours, text)
    taken = median_ms(runs, repeat=5)
    ms = [taken[kind] for kind in KINDS]
    return Line(what, f"{ms[0]:.0f} ms", f"{ms[1]:.0f} ms", ms[0] / ms[1])


def tally(rows: list[tuple[str | None, int]]) -> dict[str | None, int]:
    """Rows by value; whole numbers are equal with and without their `.0`."""
    return {value if value is None else value.removesuffix(".0"): count for value, count in rows}


def kept(folder: Path) -> list[Line]:
    """Objects that try every trap, read back after a checkpoint and a reopening."""
    objects = hostile(random.Random(7))  # noqa: S311
    path = str(folder / "hostile.duckdb")
    with duckdb.connect(path) as store:
        store.execute("create table kept (n bigint, attributes variant)")
        texts = [json.dumps(each) for each in objects]
        store.execute(
            "insert into kept select unnest(range($n)), unnest($texts)::json::variant",
            {"n": HOSTILE, "texts": texts},
        )
        before = read(store)
        store.execute("checkpoint")
    with duckdb.connect(path) as store:
        after = read(store)
    wrong = sum(left != right for left, right in zip(before, objects, strict=True))
    changed = sum(left != right for left, right in zip(before, after, strict=True))
    return [
        Line(f"{HOSTILE:,} hostile objects read back otherwise than put in", str(wrong), met=wrong == 0),
        Line("… changed by a checkpoint and a reopening", str(changed), met=changed == 0),
    ]


def read(store: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    """Every object, in order."""
    rows = store.execute("select attributes::json::varchar from kept order by n").fetchall()
    return [json.loads(text) for (text,) in rows]


def hostile(rng: random.Random) -> list[dict[str, object]]:
    """Flat objects as the store keeps them: odd keys, empty texts, extreme numbers, types that change."""
    keys = [
        "a",
        "a.b",
        "a.b.c",
        "A",
        "",
        " ",
        "'",
        '"',
        "\\",
        "$",
        "$.a",
        "a[0]",
        "0",
        "null",
        "é",
        "日本",
        "🙂",
        "x" * 300,
    ]
    values: list[object] = [
        "", "null", "true", "0", "1e400", "\u0001", "\n\t", "é", "🙂", "y" * 5000, '{"a":1}', "[1]",
        True, False, 0.0, -0.0, 1.0, -1.5, 1e-300, 1e300, 2.0**53, 0.1,
    ]  # fmt: skip
    return [{rng.choice(keys): rng.choice(values) for _ in range(rng.randrange(9))} for _ in range(HOSTILE)]


if __name__ == "__main__":
    main()
