"""A query of a person's own: one select, as far as its text tells. What a database lets its account do is the
guard behind it.
"""

from __future__ import annotations

import re

_BEGINS = ("select", "with", "values", "table", "(")
# What may hold a semicolon without ending a statement; `/*!` is a comment that MySQL executes.
_QUIET = re.compile(
    r"""'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*(?!!).*?\*/""",
    re.DOTALL,
)


def one(query: str) -> str:
    """The query without what ends it; raises ValueError where it is not a single select."""
    text = query.strip()
    bare = _QUIET.sub(lambda found: " " if found[0][:2] in ("--", "/*") else "''", text)
    while bare.rstrip().endswith(";") and text.endswith(";"):
        text, bare = text[:-1].rstrip(), bare.rstrip()[:-1]
    if "/*!" in bare or ";" in bare:
        raise ValueError("query: write a single select, without a semicolon inside")
    if not bare.lower().lstrip().startswith(_BEGINS):
        raise ValueError("query: it must be a select, as a source is only read")
    if re.search(r"\binto\s+(outfile|dumpfile)\b|\bfor\s+(update|share)\b", bare, re.IGNORECASE):
        raise ValueError("query: leave out INTO and FOR UPDATE, as a source is only read")
    return text
