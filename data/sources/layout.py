"""Which fields of a source get a column in a batch, and of which kind each is as an attribute."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from data.mapping import Mapping, Rule
from data.sources import lanes, scan
from data.sources.fields import Field
from data.sources.sample import Sample
from data.tables import TABLES

KINDS = {"text": scan.STRING, "number": scan.NUMBER, "truth": scan.BOOLEAN}
WIDEST = 64
# A field that fewer records have gets no column of its own in a batch; it travels in `rest`.
COMMON = 0.7


@dataclass(frozen=True)
class Layout:
    """What a batch's table looks like: a column a field; `kinds`: those that most records have, as
    attributes.
    """

    mapping: Mapping
    fields: tuple[Field, ...]
    kinds: dict[str, str]

    def column(self, path: str) -> str:
        """The column of a field in the table that was read."""
        return f"f{self._number(path)}"

    def read(self, path: str, kind: int) -> str | None:
        """The column of what a field was read as (lanes.MOMENT, lanes.DURATION), where it was."""
        number = self._number(path)
        letter = "t" if kind == lanes.MOMENT else "d"
        return f"{letter}{number}" if self.fields[number].valued == kind else None

    def _number(self, path: str) -> int:
        return next(k for k, each in enumerate(self.fields) if each.path == path)

    def attributes(self, rule: Rule) -> list[str]:
        """The fields with a column that are attributes of a rule's rows."""
        if not TABLES[rule.table].has_attributes:
            return []
        own, anywhere = rule.fields(), self.mapping.fields()
        if rule.carries is None:
            return [path for path in self.kinds if path not in own]
        kept = {path for path in self.kinds if path in rule.carries or path not in anywhere}
        return [path for path in self.kinds if path in kept - own]


def layout(mapping: Mapping, sample: Sample) -> Layout:
    """Give a column to every mapped field, and to those that most records have."""
    mapped = mapping.fields()
    many = COMMON * sample.records
    scalars = [seen for seen in sample.fields.values() if seen.kind != "list" and seen.count >= many]
    common = sorted(scalars, key=lambda seen: -seen.count)
    chosen = {seen.path for seen in common if seen.path in mapped}
    others = [seen.path for seen in common if seen.path not in mapped]
    chosen |= {*others[: WIDEST - len(chosen)]}
    # The engine's structs have no empty keys, and tell none apart by case: such fields travel in `rest`.
    alike = Counter(path.casefold() for path in sample.fields)
    kinds = {
        path: seen.kind
        for path, seen in sample.fields.items()
        if path in chosen and path and alike[path.casefold()] == 1
    }
    paths = dict.fromkeys([*mapped, *kinds])
    return Layout(mapping, tuple(_field(mapping, path, kinds.get(path)) for path in paths), kinds)


def _field(mapping: Mapping, path: str, kind: str | None) -> Field:
    own = KINDS[kind] if kind else 0
    if path not in mapping.fields():
        return Field(path, own, own)
    valued = _valued(mapping, path)
    # What fills a column in every row is needed nowhere else; what is an attribute of some rows keeps its
    # kind there.
    everywhere = all(path in rule.fields() for rule in mapping.rules)
    return Field(path, scan.ANY, scan.ANY if everywhere else own, valued)


def _valued(mapping: Mapping, path: str) -> int:
    """What the columns that a field fills are to be read as, while the record is at hand."""
    filled = [
        (rule, column) for rule in mapping.rules for column, o in rule.columns.items() if o.field == path
    ]
    if any(TABLES[rule.table].columns[column] == "TIMESTAMP" for rule, column in filled):
        return lanes.MOMENT
    return lanes.DURATION if any(column == "duration_ms" for _, column in filled) else 0
