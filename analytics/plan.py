"""What a query needs of the model: measures, dimensions, aggregates and sources that go together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.model import (
    ATTRIBUTES,
    Aggregate,
    Dimension,
    Measure,
    NotGroupable,
    Part,
    PerHour,
    Ratio,
    Share,
    Source,
    model,
)

_KINDS = {"usd": "decimal(38, 9)"}
LOOKUPS = {"tenant.": "tenants", "person.": "people"}


@dataclass(frozen=True)
class Plan:
    """The parts of one query: `parts` has each aggregate once, numbered by its place.

    `of_rows` says that the groups of the answer are only those that rows have made.
    """

    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]
    parts: tuple[Part, ...]
    sources: tuple[Source, ...]
    of_rows: bool = False

    @classmethod
    def of(cls, measures: Iterable[str], by: Iterable[str]) -> Plan:
        """The plan of some measures by some dimensions; raises where one does not go with another."""
        known = model()
        asked = tuple(known.measure(name) for name in measures)
        dimensions = tuple(known.dimension(name) for name in by)
        parts = tuple(dict.fromkeys(part for measure in asked for part in known.parts(measure)))
        sources = tuple(known.sources[name] for name in dict.fromkeys(part.source for part in parts))
        for dimension in dimensions:
            for source in sources:
                if source.name not in dimension.sources:
                    raise NotGroupable(_whose(source, asked), dimension.name)
        return cls(asked, dimensions, parts, sources)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it reads."""
        found = [source.table for source in self.sources]
        found += [table for prefix, table in LOOKUPS.items() if self.has(prefix)]
        if self.has_people:
            found.append("identities")
        if any(dimension.name == "plan" for dimension in self.dimensions):
            found.append("subscriptions")
        return tuple(dict.fromkeys(found))

    @property
    def has_people(self) -> bool:
        """Whether it asks who the person of a row is."""
        return self.has("person.") or any("{actor}" in part.of for part in self.parts)

    @property
    def on_the_clock(self) -> bool:
        """Whether a dimension is local time."""
        return any(dimension.expression.startswith("c.") for dimension in self.dimensions)

    @property
    def by_the_hour(self) -> bool:
        """Whether a measure is a rate by the hour."""
        return any(isinstance(measure.formula, PerHour) for measure in self.measures)

    def has(self, prefix: str) -> bool:
        """Whether the name of a dimension begins so."""
        return any(dimension.name.startswith(prefix) for dimension in self.dimensions)

    def parts_of(self, source: Source) -> tuple[tuple[int, Part], ...]:
        """The aggregates over one source, each with its place."""
        return tuple((place, part) for place, part in enumerate(self.parts) if part.source == source.name)

    def value(self, measure: Measure, *, side: str = "", hours: str = "1", window: str = "") -> str:
        """The SQL of a measure over the aggregates `p0` … of one side.

        `hours` are those of the window or bucket; over the rows of `window` shares sum up to one.
        """
        formula = measure.formula
        if isinstance(formula, Aggregate):
            columns = (f"r.p{self.parts.index(part)}{side}" for part in formula.parts)
            return ((self.of_rows and formula.of_rows) or formula.value).format(*columns)
        if isinstance(formula, PerHour):
            return f"({self._of(formula.of, side)})::double / nullif({hours}, 0)"
        if isinstance(formula, Ratio):
            quotient = (
                f"({self._of(formula.numerator, side)}) / nullif({self._of(formula.denominator, side)}, 0)"
            )
        else:
            whole = self._of(formula.of, side)
            quotient = f"({whole}) / nullif(sum({whole}) over ({window}), 0)"
        return f"({quotient})::{_KINDS.get(measure.unit, 'double')}"

    def denominator(self, measure: Measure, *, hours: str = "1", window: str = "") -> str:
        """The SQL of what a ratio or a share is a part of."""
        formula = measure.formula
        if isinstance(formula, Ratio):
            return self.value(model().measure(formula.denominator), hours=hours, window=window)
        assert isinstance(formula, Share)  # noqa: S101  the caller has looked
        kind = {**_KINDS, "count": "bigint"}.get(model().measure(formula.of).unit, "double")
        return f"(sum({self._of(formula.of, '')}) over ({window}))::{kind}"

    def _of(self, name: str, side: str) -> str:
        return self.value(model().measure(name), side=side)


def is_attribute(dimension: Dimension) -> bool:
    """Whether its values come from attributes, whose type only the store knows."""
    return dimension.name.startswith((*ATTRIBUTES, "tenant.attributes.", "person.attributes."))


def _whose(source: Source, measures: Iterable[Measure]) -> str:
    known = model()
    for measure in measures:
        if any(part.source == source.name for part in known.parts(measure)):
            return measure.label
    return source.label
