"""What a filter by campaign keeps on a board of campaigns: their lines, as no signup names one itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from analytics.filters import And, Comparison, Filter, Not, Or, fields
from analytics.scope import Scope
from analytics.settings import CAMPAIGN_FIELDS

NAMES = frozenset({"campaign", *(f"attributes.{name}" for name in CAMPAIGN_FIELDS)})
OPERATORS = frozenset({"==", "!=", "in", "exists"})


@dataclass(frozen=True)
class Kept:
    """A scope without what its filter says of campaigns, and which of these that keeps."""

    scope: Scope
    parts: tuple[Filter, ...]

    def lines(self, found: pd.DataFrame) -> pd.DataFrame:
        """The rows of the campaigns that are kept; '' is none."""
        if not self.parts:
            return found
        kept = [all(holds(part, str(value)) for part in self.parts) for value in found["campaign"]]
        return found[kept].reset_index(drop=True)


def apart(scope: Scope) -> Kept:
    """What a filter says of campaigns apart from what else it asks for; by whatever name it calls them."""
    where = scope.where
    parts = where.parts if isinstance(where, And) else () if where is None else (where,)
    mine = tuple(part for part in parts if fields(part) <= NAMES and plain(part))
    rest = tuple(part for part in parts if part not in mine)
    other = And(rest) if len(rest) > 1 else rest[0] if rest else None
    return Kept(replace(scope, where=other), mine)


def plain(part: Filter) -> bool:
    """Whether a filter can be told of a campaign's name alone."""
    match part:
        case Comparison():
            return part.op in OPERATORS
        case And(parts) | Or(parts):
            return all(plain(each) for each in parts)
        case Not(inner):
            return plain(inner)
        case _:
            return False


def holds(part: Filter, campaign: str) -> bool:
    """Whether a campaign fulfils a filter; none is as a field that is missing."""
    match part:
        case And(parts):
            return all(holds(each, campaign) for each in parts)
        case Or(parts):
            return any(holds(each, campaign) for each in parts)
        case Not(inner):
            return not holds(inner, campaign)
        case Comparison():
            return compared(part, campaign)
        case _:
            raise TypeError(f"nothing is known of a filter {part!r}")


def compared(part: Comparison, campaign: str) -> bool:
    """One comparison; what is not a value is so also where there is none."""
    if part.op == "exists":
        return campaign != ""
    values = part.value if isinstance(part.value, tuple) else (part.value,)
    equal = campaign != "" and campaign in [str(value) for value in values]
    return equal != (part.op == "!=")
