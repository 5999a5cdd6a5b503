"""The compiled reading of JSON agrees with Python's own, whatever the record."""

from __future__ import annotations

import json
import re

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.sources.fields import Field, Read, Records, read
from tests.examples import examples

# An engine takes longer to begin than all that is asked of it here.
ENGINE = duckdb.connect()
KEYS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\\"), max_size=6)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=6)


def records(*texts: str) -> Records:
    blobs = [text.encode() for text in texts]
    ends = np.cumsum([len(blob) + 1 for blob in blobs]) - 1
    starts = ends - [len(blob) for blob in blobs]
    return Records(
        b"\n".join(blobs) + b"\n",
        starts.astype(np.int64),
        ends.astype(np.int64),
        np.arange(1, len(blobs) + 1),
    )


def rows(found: Read, columns: str) -> list[tuple]:
    """What was read, in the order of the records."""
    with ENGINE.cursor() as connection:
        connection.register("usual", found.usual).register("others", found.others)
        both = "(select * from usual union all select * from others)"
        return connection.execute(f"select {columns} from {both} order by n").fetchall()


def flat(value: dict, prefix: str | None = None) -> tuple[dict, dict]:
    """The rule, said as simply as possible: dotted keys, numbers as DOUBLE, big integers as text, lists apart."""
    scalars, lists = {}, {}
    for key, item in value.items():
        path = key if prefix is None else f"{prefix}.{key}"
        if isinstance(item, dict) and item:
            inner, inner_lists = flat(item, path)
            scalars |= inner
            lists |= inner_lists
        elif isinstance(item, (dict, list)):
            lists[path] = item
        elif isinstance(item, bool | str):
            scalars[path] = item
        elif isinstance(item, int):
            scalars[path] = float(item) if abs(item) <= 2**53 else str(item)
        elif item is not None:
            # An exponent of three digits may be more than a DOUBLE holds.
            scalars[path] = repr(item) if re.search(r"e[+-]\d{3}", repr(item)) else item
    return scalars, lists


def clashes(value: dict) -> bool:
    """Whether two ways through the record lead to the same dotted key; which of them wins is not promised."""
    paths: list[str] = []

    def walk(inner: dict, prefix: str | None) -> None:
        for key, item in inner.items():
            path = key if prefix is None else f"{prefix}.{key}"
            paths.append(path)
            if isinstance(item, dict) and item:
                walk(item, path)

    walk(value, None)
    return len(paths) != len(set(paths))


@settings(max_examples=examples(300), deadline=None)
@given(OBJECTS.filter(lambda value: not clashes(value)), st.sampled_from([None, 1]), st.booleans())
def test_rest_and_lists_hold_what_python_finds(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found = read(records(text), [])
    assert found.bad == ()
    (row,) = rows(found, "rest::varchar, lists::varchar")
    scalars, lists = flat(value)
    assert json.loads(row[0] or "{}") == scalars
    assert json.loads(row[1] or "{}") == lists


@settings(max_examples=examples(200), deadline=None)
@given(OBJECTS.filter(lambda value: not clashes(value)), st.integers(0, 400))
def test_a_record_cut_anywhere_is_refused(value, at):
    text = json.dumps(value)
    cut = text[: at % len(text)]
    found = read(records(cut), [])
    assert rows(found, "n") == []
    assert len(found.bad) + found.blank == 1


@settings(max_examples=examples(300), deadline=None)
@given(st.text('{}[]",:\\ntrueflsabc0123456789.-+eE \t', max_size=40))
def test_what_python_refuses_is_refused(text):
    def refuse(word):
        raise ValueError(word)

    try:
        good = isinstance(json.loads(text, parse_constant=refuse), dict)
    except ValueError:
        good = False
    assert rows(read(records(text), []), "n") == ([(1,)] if good else [])


@pytest.mark.parametrize(
    ("text", "asked", "rest"),
    [
        ('{"a":{"b":"x"}}', "x", None),
        ('{"a.b":"x"}', "x", None),
        ('{"a":{"b":1}}', "1", None),
        ('{"a":{"b":null}}', None, None),
        ('{"a":{"b":"q\\"\\u00e9\\ud83d\\ude00"}}', 'q"é😀', None),
        ('{"a":{"b":"one"},"a":{"b":"two"}}', "two", None),
        ('{"a":{"b":{"c":"x"}}}', None, '{"a.b.c":"x"}'),
        ('{"a":{"c":12345678901234567890}}', None, '{"a.c":"12345678901234567890"}'),
        ('{"a":{"c":9007199254740993}}', None, '{"a.c":"9007199254740993"}'),
        ('{"a":{"c":9007199254740992}}', None, '{"a.c":9007199254740992.0}'),
        ('{"wrap":{"a.b":"x","z":true}}', "x", '{"z":true}'),
    ],
)
def test_a_field_that_is_asked_for(text, asked, rest):
    found = read(records(text), [Field("a.b")], unwraps=("wrap",))
    assert rows(found, "f0, rest") == [(asked, rest)]


def test_many_records_keep_their_numbers_and_their_texts():
    texts = [json.dumps({"a": n, "b": "x" * (n % 50)}) if n % 7 else "{" for n in range(5000)]
    found = read(records(*texts), [Field("a"), Field("b")])
    read_rows = rows(found, "n, f0, f1")
    assert read_rows == [(n + 1, str(n), "x" * (n % 50)) for n in range(5000) if n % 7]
    assert found.texts([n for n, _, _ in read_rows]).to_pylist() == [texts[n] for n in range(5000) if n % 7]
    assert [line for line, _, _ in found.bad] == [n + 1 for n in range(0, 5000, 7)]
