"""What a person says about a source in `tenantscope.toml`, whatever its kind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from analytics.zones import zone
from data.mapping import Mapping, MappingError, Origin
from data.sources.pull import Pull
from data.sources.sample import Sample
from data.tables import TABLES

_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _span(value: object) -> object:
    """`30s`, `5m`, `12h`, `90d` as a span of time."""
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]+)", value.strip()) if isinstance(value, str) else None
    if found is None or found[2] not in _UNITS:
        raise ValueError("write a span of time such as 30s, 5m, 12h or 90d")
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


Span = Annotated[timedelta, BeforeValidator(_span)]


class Settings(BaseModel):
    """One `[[sources]]` of the configuration; a kind of source adds its own keys.

    `map` fills columns from fields as `--map` does; `tenant` is the tenant of every record. `mutable`:
    records change at the source, and the newest form replaces the older one. `deletes`: what was removed
    there is removed here (`follow`) or stays (`keep`).
    """

    # Whether history is read by when records happened, not by the cursor that is their order otherwise.
    by_time: ClassVar[bool] = False
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
    # Asked when somebody looks at one of its records, and never synced.
    on_demand: ClassVar[bool] = False

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]{0,79}$")]
    enabled: bool = True
    every: Span = timedelta(seconds=30)
    overlap: Span = timedelta(minutes=5)
    history: Span = timedelta(days=90)
    reconcile: Span = timedelta(days=7)
    mutable: bool = False
    deletes: Literal["follow", "keep"] = "follow"
    table: str | None = None
    map: dict[str, str] = {}
    timezone: str | None = None
    tenant: str | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.table is not None and self.table not in TABLES:
            raise ValueError(f"table: there is no {self.table!r}; choose one of {', '.join(TABLES)}")
        if self.timezone is not None:
            zone(self.timezone)
        if self.every < timedelta(seconds=1):
            raise ValueError("every: at least 1s")
        return self

    def proposed(self, seen: Sample) -> Mapping | None:  # noqa: ARG002  a kind may look at it
        """The mapping of a source whose records have one form; None where they must be recognised."""
        return None

    def columns(self) -> tuple[tuple[str, Origin], ...]:
        """The columns that this source fills otherwise than proposed."""
        named = [(column, Origin.parse(text)) for column, text in self.map.items()]
        if self.tenant is not None:
            named.append(("tenant_id", Origin(constant=self.tenant)))
        return tuple(named)

    def open(self) -> Pull:
        """Make the connection, without yet asking for anything."""
        raise MappingError(f"{self.name}: this kind of source cannot be pulled from.")
