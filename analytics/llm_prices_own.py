"""Prices that a company sets itself: of a model, a provider, a tenant's contract, a tier, from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from hashlib import blake2b

ALWAYS = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class OwnPrice:
    """What calls cost that it fits; what it leaves '' fits every call.

    `model` may end in `*`. `per_million` is dollars a million tokens by kind, `each` dollars a piece; where a
    kind is not there, the one that it is part of counts. `discount` takes a share off the table's price
    instead. `valid_until` is not in it.
    """

    model: str
    provider: str = ""
    tenant: str = ""
    tier: str = ""
    valid_from: datetime = ALWAYS
    valid_until: datetime = END
    per_million: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    each: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    discount: Decimal | None = None

    def fits(self, provider: str, model: str, tenant: str, tier: str) -> bool:
        """Whether it speaks of calls like this one, whenever they were."""
        return (
            fnmatchcase(model.lower(), self.model.lower())
            and self.provider.lower() in ("", provider.lower())
            and self.tenant in ("", tenant)
            and self.tier in ("", tier)
        )

    def holds(self, at: datetime) -> bool:
        """Whether it is in force."""
        return self.valid_from <= at < self.valid_until

    @property
    def rank(self) -> tuple[object, ...]:
        """Of two that fit, the greater is taken: what is of one tenant, one provider, one model, one tier;
        then the later one.
        """
        exact = not self.model.endswith("*")
        return (
            bool(self.tenant), bool(self.provider), exact, len(self.model), bool(self.tier), self.valid_from,
        )  # fmt: skip

    @property
    def version(self) -> str:
        """Its name in `price_version`: since when, and a mark that changes with all it says."""
        since = "always" if self.valid_from == ALWAYS else f"{self.valid_from:%Y-%m-%d}"
        said = (
            self.model, self.provider, self.tenant, self.tier, str(self.valid_from), str(self.valid_until),
            sorted((kind, str(usd.normalize())) for kind, usd in self.per_million.items()),
            sorted((kind, str(usd.normalize())) for kind, usd in self.each.items()), str(self.discount),
        )  # fmt: skip
        return f"own/{since}/{blake2b(repr(said).encode(), digest_size=4).hexdigest()}"
