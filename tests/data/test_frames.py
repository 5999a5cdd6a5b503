"""Rows become the same frame whether they came as arrays or through Arrow."""

from __future__ import annotations

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from data.frames import Arrays, fetched, in_arrow, to_frame

PLAIN = "select * from (values (1::bigint, 'a', 1.5::double, true, timestamp '2026-07-01', 3){}) as t(a, b, c, d, e, f)"
ROWS = {
    "whole": PLAIN.format(""),
    "with gaps": PLAIN.format(", (null, null, null, null, null, null)"),
    "only gaps": "select null::bigint as a, null::varchar as b, null::double as c, null::boolean as d, null::timestamp as e",
    "none": f"{PLAIN.format('')} where a > 1",
    "money": "select 0.1::decimal(38, 9) as a, 12345678901234567890.123456789::decimal(38, 9) as b",
    "money with gaps": f"select * from ({PLAIN.format(', (null, null, null, null, null, null)')}), (values (0.1::decimal(18, 9)), (null)) as m(money)",
    "no money": "select 0.1::decimal(18, 9) as a, 'x' as b, timestamp '2026-07-01' as c, 1::bigint as d where false",
    "beyond numbers": "select 'nan'::double as a, '-inf'::double as b, null::double as c",
}
OTHER = {
    "lists of rows with money": f"select 0.1::decimal(18, 9) as money, {', '.join(f'{n} as c{n}' for n in range(20))}",
    "lists": "select [1, 2] as a",
    "columns of one name": "select 1 as a, 2 as a",
}


@pytest.fixture(scope="module")
def cursor():
    opened = duckdb.connect()
    yield opened
    opened.close()


@pytest.mark.filterwarnings("ignore:Arrow output")
@pytest.mark.parametrize("sql", ROWS.values(), ids=ROWS.keys())
def test_arrays_and_arrow_make_one_frame(cursor, sql):
    arrays, table = fetched(cursor.execute(sql)), in_arrow(cursor.execute(sql))
    assert isinstance(arrays, Arrays)
    found, expected = to_frame(arrays, "Asia/Kathmandu"), to_frame(table, "Asia/Kathmandu")
    pd.testing.assert_frame_equal(found, expected)
    # None and NaN are equal above, and are not the same to who reads them.
    assert [*map(repr, found.itertuples())] == [*map(repr, expected.itertuples())]


@pytest.mark.filterwarnings("ignore:Arrow output")
@pytest.mark.parametrize("sql", OTHER.values(), ids=OTHER.keys())
def test_what_an_array_would_change_comes_through_arrow(cursor, sql):
    assert isinstance(fetched(cursor.execute(sql)), pa.Table)
