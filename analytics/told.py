"""Questions that the app tells something before they are asked: what it alone knows, and no table holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from analytics.forms import read_form
from analytics.question import Behind, Column, column_named

VERSION = 1


class Keyed(Protocol):
    """What the app knows; `key` tells it from what it knew before."""

    @property
    def key(self) -> str:
        """What answers to it are cached by."""
        ...


@dataclass(frozen=True)
class ToldQuestion:
    """A question, and what the app told it; nothing where it was not asked by the app."""

    told: Keyed | None = None
    kind: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    tables: ClassVar[tuple[str, ...]]
    additive: ClassVar[tuple[str, ...]] = ()
    filtered_by: ClassVar[frozenset[str]] = frozenset()

    @property
    def name(self) -> str:
        """What tells it from every other question: its kind, and what it was told."""
        said = "" if self.told is None else f":{self.told.key}"
        return f"{self.kind}:{json.dumps(self.to_dict())}{said}"

    @property
    def definition(self) -> str:
        """What the numbers mean, in one sentence."""
        return (type(self).__doc__ or "").partition("\n")[0]

    def column(self, name: str) -> Column:
        """The column of that name."""
        return column_named(self.kind, self.columns, name)

    def behind(self, name: str) -> Behind | None:  # noqa: ARG002  whatever the column
        """None: what it tells is of tenants, not of single rows."""
        return None

    def to_dict(self) -> dict[str, object]:
        """The JSON form: what was told is no part of it."""
        return {"version": VERSION}

    @classmethod
    def from_dict(cls, form: object) -> Self:
        """The question of a JSON form; a key that it does not know is refused."""
        read_form(cls.__name__, form, VERSION, ())
        return cls()
