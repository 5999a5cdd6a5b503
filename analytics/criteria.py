"""Criteria of cohorts: what somebody did, or is, as frozen values, each with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from analytics import filters
from analytics.during import EVER, During, length
from analytics.filters import Filter
from analytics.steps import Step, check_lengths, check_steps

MOST_LISTED = 100_000
_LONGEST_ID = 1_000


class Criterion:
    """What makes somebody a member; `word` stands for its class in JSON."""

    word: ClassVar[str]

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The criteria that it is made of; none where it says all itself."""
        return ()

    def sentence(self) -> str:
        """What it asks for, after "who"."""
        raise NotImplementedError

    @property
    def asked(self) -> tuple[Step, ...]:
        """The steps that it asks whether they were done."""
        return ()

    def walk(self) -> Iterator[Criterion]:
        """Itself and all that it is made of."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class AllOf(Criterion):
    """Each of the parts holds."""

    word = "and"
    of: tuple[Criterion, ...]

    def __post_init__(self) -> None:
        _check_parts(self.of)

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """All of them."""
        return self.of

    def sentence(self) -> str:
        """Each, one after the other."""
        return " and ".join(_nested(part, AnyOf) for part in self.of)


@dataclass(frozen=True)
class AnyOf(Criterion):
    """At least one of the parts holds."""

    word = "or"
    of: tuple[Criterion, ...]

    def __post_init__(self) -> None:
        _check_parts(self.of)

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """All of them."""
        return self.of

    def sentence(self) -> str:
        """Each, one after the other."""
        return " or ".join(_nested(part, AllOf) for part in self.of)


@dataclass(frozen=True)
class NoneOf(Criterion):
    """The part does not hold, of anybody who is known."""

    word = "not"
    part: Criterion

    def __post_init__(self) -> None:
        _check_parts((self.part,))

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The one."""
        return (self.part,)

    def sentence(self) -> str:
        """That it is not so."""
        return f"are not among those who {_nested(self.part, AllOf, AnyOf)}"


@dataclass(frozen=True)
class Did(Criterion):
    """Did something so often: at least, at most, or both; at most 0 times is not at all."""

    word = "did"
    step: Step
    at_least: int | None = 1
    at_most: int | None = None
    during: During = EVER

    def __post_init__(self) -> None:
        check_steps("what was done", self.step)
        low, high = self.at_least, self.at_most
        for number in (low, high):
            if number is not None and (type(number) is not int or not 0 <= number < 10**9):
                raise ValueError("how often is a whole number, 0 or more")
        if high is None and not low:
            raise ValueError("say how often at least, or at most: everybody did it 0 times or more")
        if high is not None and (low or 0) > high:
            raise ValueError(f"nobody does something at least {low} and at most {high} times")

    @property
    def asked(self) -> tuple[Step, ...]:
        """The one."""
        return (self.step,)

    def sentence(self) -> str:
        """did export at least 3 times in the last 30 days"""
        low, high, what = self.at_least or 0, self.at_most, self.step.name
        if high == 0:
            return f"did not do {what}{self.during.sentence()}"
        if high is None:
            often = "" if low == 1 else f" at least {low} times"
        else:
            said = f"exactly {low}" if low == high else f"{low} to {high}" if low else f"at most {high}"
            often = f" {said} time{'' if high == 1 else 's'}"
        return f"did {what}{often}{self.during.sentence()}"


@dataclass(frozen=True)
class First(Criterion):
    """Did something for the first time in all history."""

    word = "first"
    step: Step
    during: During = EVER

    def __post_init__(self) -> None:
        check_steps("what was done first", self.step)

    @property
    def asked(self) -> tuple[Step, ...]:
        """The one."""
        return (self.step,)

    def sentence(self) -> str:
        """did export for the first time in the last 7 days"""
        return f"did {self.step.name} for the first time{self.during.sentence()}"


@dataclass(frozen=True)
class Stopped(Criterion):
    """Did something, and then no more for so long; before that in the `active` time, or ever."""

    word = "stopped"
    step: Step
    quiet: timedelta
    active: timedelta | None = None

    def __post_init__(self) -> None:
        check_steps("what was stopped", self.step)
        check_lengths(self.quiet, self.active)

    @property
    def asked(self) -> tuple[Step, ...]:
        """The one."""
        return (self.step,)

    def sentence(self) -> str:
        """did export, but not in the last 14 days"""
        before = f" in the {length(self.active)} before" if self.active else ""
        return f"did {self.step.name}{before}, but not in the last {length(self.quiet)}"


@dataclass(frozen=True)
class Restarted(Criterion):
    """Did something, then not for so long, and again since."""

    word = "restarted"
    step: Step
    recent: timedelta
    quiet: timedelta

    def __post_init__(self) -> None:
        check_steps("what was restarted", self.step)
        check_lengths(self.recent, self.quiet)

    @property
    def asked(self) -> tuple[Step, ...]:
        """The one."""
        return (self.step,)

    def sentence(self) -> str:
        """did export again in the last 7 days, after none for 14 days"""
        again = f"again in the last {length(self.recent)}"
        return f"did {self.step.name} {again}, after none for {length(self.quiet)}"


@dataclass(frozen=True)
class Has(Criterion):
    """Is of a tenant, or a person, with such properties; one of the two, two are two criteria."""

    word = "has"
    where: Filter

    def __post_init__(self) -> None:
        names = filters.fields(self.where)
        if not any(all(name.startswith(of) for name in names) for of in ("tenant.", "person.")):
            raise ValueError(
                "a property is the tenant's or the person's: its name begins with tenant. or person."
            )

    @property
    def of_person(self) -> bool:
        """Whether it asks for the person."""
        return all(name.startswith("person.") for name in filters.fields(self.where))

    def sentence(self) -> str:
        """are those whose tenant plan is pro"""
        return f"are those whose {filters.sentence(self.where)}"


@dataclass(frozen=True)
class Listed(Criterion):
    """Is one of these: pairs of a tenant and a person of it, or of a tenant twice."""

    word = "listed"
    members: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        pairs = tuple(sorted({(str(tenant), str(unit)) for tenant, unit in self.members}))
        if len(pairs) > MOST_LISTED:
            raise ValueError(f"a list has at most {MOST_LISTED:,} members")
        if any(not unit or len(unit) > _LONGEST_ID or len(tenant) > _LONGEST_ID for tenant, unit in pairs):
            raise ValueError(f"a member is named by an id of 1 to {_LONGEST_ID:,} characters")
        object.__setattr__(self, "members", pairs)

    def sentence(self) -> str:
        """are on a list"""
        return "are on a list that was made once"


def _nested(part: Criterion, *loose: type[Criterion]) -> str:
    return f"({part.sentence()})" if isinstance(part, loose) else part.sentence()


def _check_parts(parts: tuple[object, ...]) -> None:
    if not parts or not all(isinstance(part, Criterion) for part in parts):
        raise ValueError("and, or and not take at least one criterion")
