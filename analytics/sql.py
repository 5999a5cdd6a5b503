"""The SQL that lies beside a module: `totals.sql` blocks, each after a line `-- name: totals`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

_NAME_LINE = re.compile(r"^-- name: (.*)$", re.MULTILINE)
_SETTING = re.compile(r'(\w+)\."(setting|number)\.(\w+)"')


def blocks(module_file: str) -> Mapping[str, str]:
    """The named blocks of the .sql file beside a module: `SQL = blocks(__file__)`."""
    path = Path(module_file).with_suffix(".sql")
    return MappingProxyType(parse_blocks(path.read_text(encoding="utf-8"), path.name))


def parse_blocks(text: str, file_name: str = "this text") -> dict[str, str]:
    """The blocks of a text by their names; what stands before the first name is a comment."""
    _before, *pairs = _NAME_LINE.split(text)
    found: dict[str, str] = {}
    for name_line, sql in zip(pairs[::2], pairs[1::2], strict=True):
        name = name_line.strip()
        if not name.isidentifier():
            raise ValueError(f"{file_name}: a block's name must be a plain word, not {name!r}")
        if name in found:
            raise ValueError(f"{file_name} names two blocks {name!r}")
        if not sql.strip():
            raise ValueError(f"{file_name}: the block {name!r} is empty")
        found[name] = sql.strip().removesuffix(";")
    if not found:
        raise ValueError(f"{file_name} has no block: begin each with a line '-- name: …'")
    return found


def with_fields(sql: str, **names: Sequence[str]) -> str:
    """The block with the first attribute of those named that a row has in place of `r."setting.page"`.

    `r."number.size"` is the same as a number.
    """
    read = {"setting": first_of, "number": first_number}
    return _SETTING.sub(lambda found: read[found[2]](found[1], names[found[3]]), sql)


def first_of(row: str, keys: Sequence[str]) -> str:
    """The first of these attributes that a row has, as text; the empty text where it has none."""
    texts = (f"nullif(cast({row}.{attribute(key)} as varchar), '')" for key in keys)
    return f"coalesce({', '.join(texts)}, '')"


def first_number(row: str, keys: Sequence[str]) -> str:
    """The first of these attributes that a row has as a number; nothing where it has none."""
    return f"coalesce({', '.join(f'try_cast({row}.{attribute(key)} as double)' for key in keys)})"


def attribute(key: str) -> str:
    """An attribute as a block names it, whatever its key holds."""
    return '"attributes.' + key.replace('"', '""') + '"'
