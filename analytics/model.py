"""The model: the measures and dimensions that a question can be put together from, as data.

A measure is counted over the rows of a source: a table, or rows that are made of one (an AI query is made of
the calls of one request). Its SQL speaks of one row as `r`; `{actor}` in it is the person of that row.
A name in double quotes is out of the door's sight: `tenant."plan"` does not ask for the plan of the moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Literal, TypeVar

from analytics.question import Unit
from analytics.thresholds import Good, Thresholds

_Named = TypeVar("_Named", "Source", "Measure", "Dimension")
ATTRIBUTES = ("attributes.", "properties.", "labels.")

Kind = Literal["rows", "values", "sum", "min", "max", "distinct", "quantile"]
# How many values there are: a dozen or two, some thousands, or about as many as rows.
Size = Literal["few", "some", "many"]


class UnknownMeasure(LookupError):
    """No measure has this name."""


class UnknownDimension(LookupError):
    """No dimension has this name."""


class NotGroupable(ValueError):
    """The rows of a measure do not have this dimension: never numbers without it."""

    def __init__(self, measure: str, dimension: str) -> None:
        super().__init__(
            f"{measure} cannot be grouped by {dimension}: take one of the two away, or ask them apart"
        )
        self.measure, self.dimension = measure, dimension


@dataclass(frozen=True)
class Source:
    """Rows that measures are counted over: a table, or rows that `sql` makes of its relation `{rows}`.

    `key` are the columns that tell two rows of one moment apart. `fields` are the columns of made rows; a
    table has those that the store gives it.
    """

    name: str
    label: str
    table: str
    definition: str
    key: tuple[str, ...]
    sql: str = ""
    fields: tuple[str, ...] = ()
    with_anonymous: bool = False
    with_attributes: bool = True


@dataclass(frozen=True)
class Part:
    """An aggregate of `of`, some SQL over a row, over the rows of a source that fulfil a condition.

    "rows" counts them, "values" those that have one, "distinct" different ones; a quantile has a `share`.
    """

    source: str
    kind: Kind
    of: str = ""
    condition: str = ""
    share: float = 0.5


@dataclass(frozen=True)
class Aggregate:
    """A value of aggregates: `{0}` in it is the first part's. Where no row is, every part is NULL.

    `of_rows` is the same, shorter, for groups that rows have made; empty where it would be no shorter.
    """

    parts: tuple[Part, ...]
    value: str
    of_rows: str = ""


@dataclass(frozen=True)
class Ratio:
    """One measure by another; nothing where the denominator is nothing."""

    numerator: str
    denominator: str


@dataclass(frozen=True)
class Share:
    """A measure's part of its sum over all the groups of a bucket."""

    of: str


@dataclass(frozen=True)
class PerHour:
    """A measure by the hours of the window, or of the bucket."""

    of: str


@dataclass(frozen=True)
class Measure:
    """A number that can be asked for, and what it means."""

    name: str
    label: str
    unit: Unit
    definition: str
    formula: Aggregate | Ratio | Share | PerHour
    good: Good = "none"
    thresholds: Thresholds | None = None
    additive: bool = False


@dataclass(frozen=True)
class Dimension:
    """Something to group by: which sources have it, and how it is read from their row `r`."""

    name: str
    label: str
    definition: str
    sources: tuple[str, ...]
    unit: Unit = "text"
    sql: str = ""
    size: Size = "some"

    @property
    def expression(self) -> str:
        """The SQL of its value."""
        return self.sql or f"r.{self.name}"


@dataclass(frozen=True)
class Model:
    """All that can be asked."""

    sources: Mapping[str, Source]
    measures: Mapping[str, Measure]
    dimensions: Mapping[str, Dimension]

    def measure(self, name: str) -> Measure:
        """The measure of that name."""
        if name in self.measures:
            return self.measures[name]
        raise UnknownMeasure(f"there is no measure {name!r}{_meant(name, self.measures)}")

    def dimension(self, name: str) -> Dimension:
        """The dimension of that name; an attribute is one without being declared."""
        if name in self.dimensions:
            return self.dimensions[name]
        if name.startswith(ATTRIBUTES) and len(name) > len(name.partition(".")[0]) + 1:
            return attribute(name, self.sources.values())
        for table, prefix in (("tenants", "tenant.attributes."), ("people", "person.attributes.")):
            if name.startswith(prefix) and name != prefix:
                return of_lookup(name, table, self.dimensions[f"{prefix.partition('.')[0]}.name"].sources)
        raise UnknownDimension(
            f"there is no dimension {name!r}{_meant(name, self.dimensions)}; "
            "a field of your own is attributes.NAME"
        )

    def parts(self, measure: Measure) -> tuple[Part, ...]:
        """The aggregates that a measure is made of, those of its measures included."""
        formula = measure.formula
        if isinstance(formula, Aggregate):
            return formula.parts
        if isinstance(formula, Ratio):
            two = (self.measure(formula.numerator), self.measure(formula.denominator))
            return (*self.parts(two[0]), *self.parts(two[1]))
        return self.parts(self.measure(formula.of))


def quoted(name: str) -> str:
    """A name as SQL reads it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A constant of our own as SQL reads it."""
    return "'" + value.replace("'", "''") + "'"


def attribute(name: str, sources: Iterable[Source]) -> Dimension:
    """An attribute as a dimension: every table that has attributes has it, perhaps on no row."""
    key = name.partition(".")[2]
    having = tuple(source.name for source in sources if source.with_attributes and not source.sql)
    return Dimension(name, key, f"The attribute {key} of the row.", having, sql=f"r.{quoted(name)}")


def of_lookup(name: str, table: str, sources: tuple[str, ...]) -> Dimension:
    """An attribute of a tenant or of a person as a dimension."""
    key = name.partition(".attributes.")[2]
    alias = {"tenants": "tenant", "people": "person"}[table]
    definition = f"The attribute {key} of the row's {alias}."
    return Dimension(name, f"{alias.capitalize()} {key}", definition, sources, sql=f"{alias}.{quoted(name)}")


@cache
def model() -> Model:
    """The model: what the modules of `analytics.measures` declare."""
    package = import_module("analytics.measures")
    modules = [import_module(f"analytics.measures.{each.name}") for each in iter_modules(package.__path__)]
    return Model(
        _by_name([each for module in modules for each in getattr(module, "SOURCES", ())]),
        _by_name([each for module in modules for each in getattr(module, "MEASURES", ())]),
        _by_name([each for module in modules for each in getattr(module, "DIMENSIONS", ())]),
    )


def _by_name(declared: list[_Named]) -> Mapping[str, _Named]:
    found: dict[str, _Named] = {}
    for each in declared:
        if each.name in found:
            raise ValueError(f"two {type(each).__name__.lower()}s are named {each.name}: rename one of them")
        found[each.name] = each
    return MappingProxyType(found)


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f": did you mean {close[0]!r}?" if close else ""
