"""Prometheus, and what answers as it does (Thanos, Mimir, VictoriaMetrics): what a person says of one.

What reads with it is imported when a connection is opened, in the process that reads.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data.mapping import Mapping
from data.sources import samples
from data.sources.pull import Pull
from data.sources.sample import Sample
from data.sources.settings import Span
from data.sources.web import Listed, Web

STEP = timedelta(seconds=60)


class Asked(BaseModel):
    """One question in PromQL. `name`: what its series are called, for those that have no name left; `step`:
    how far its samples lie apart.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    query: Annotated[str, Field(min_length=1)]
    name: str | None = None
    step: Annotated[Span, Field(ge=timedelta(seconds=1))] = STEP


class Prometheus(Web):
    """`series`: selectors whose series are read as they are; `queries`: questions whose answers are.

    `step`: how far the samples of `series` lie apart; `delay`: how old a sample must be to change no more.
    """

    kind: Literal["prometheus"]
    series: Listed = ()
    queries: tuple[Asked, ...] = ()
    step: Annotated[Span, Field(ge=timedelta(seconds=1))] = STEP
    delay: Span = timedelta(seconds=30)
    every: Span = timedelta(seconds=60)
    history: Span = timedelta(days=15)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.series and not self.queries:
            raise ValueError("name `series`, such as ['up', '{job=\"api\"}'], or `queries`")
        return self

    def asked(self) -> tuple[Asked, ...]:
        """Every question that a sync asks."""
        return (*(Asked(query=each, step=self.step) for each in self.series), *self.queries)

    def proposed(self, seen: Sample) -> Mapping | None:
        """Samples have one form."""
        return samples.mapping(self.name, "Prometheus", seen)

    def open(self) -> Pull:
        """Make the connection, without yet asking for anything."""
        from data.sources.prometheus_pull import PrometheusPull  # noqa: PLC0415  the app has no use for it

        return PrometheusPull(self)
