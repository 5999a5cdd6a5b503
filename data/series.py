"""Which samples are of one series: told by the name, the place and the labels as the store keeps them, so
that it matters neither how they came in nor what lay beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

from data import dialect

PLACE = ("tenant_id", "name", "service", "host")


def number(columns: Mapping[str, str], attributes: str) -> str:
    """The number of a row's series, in SQL. `columns`: what fills the columns of the row, those at least that
    place it; migration 0004 says the same of rows that are there.
    """
    place = ", ".join(f"coalesce({columns[name]}, '')" if name in columns else "''" for name in PLACE)
    return f"cast(md5_number_lower(concat_ws(chr(31), {place}, {labels(attributes)})) >> 1 as bigint)"


def labels(attributes: str) -> str:
    """Labels as one text, in SQL: in the order of their names; 1 and 1.0 are one number."""
    pairs = f"map_entries(coalesce(({attributes})::json, '{{}}')::map(varchar, json))"
    number = f"json_type(e.value) in ({_NUMBERS})"
    value = f"case when {number} then e.value::double::varchar else e.value->>'$' end"
    said = f"[e.key || chr(30) || ({value}) for e in {pairs} if json_type(e.value) <> 'NULL']"
    return f"array_to_string(list_sort({said}), chr(31))"


_NUMBERS = ", ".join(dialect.text(kind) for kind in ("UBIGINT", "BIGINT", "HUGEINT", "DOUBLE"))
