"""Members: who is in a cohort now, as a value that a filter can hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Unit = Literal["person", "tenant"]
UNITS: tuple[Unit, ...] = get_args(Unit)
# The field by which rows are asked for each kind of member.
FIELDS = {"person": "user_id", "tenant": "tenant_id"}


@dataclass(frozen=True, eq=False)
class Members:
    """The members of a cohort, each a person within a tenant, or a tenant; equal where these are the same.

    It is known by a digest of them, so that keys of caches stay small. `named` is the cohort as the filter
    named it.
    """

    named: str
    unit: Unit
    tenants: tuple[str, ...]
    units: tuple[str, ...]
    digest: str

    @classmethod
    def of(cls, named: str, unit: Unit, pairs: Iterable[tuple[str, str]]) -> Members:
        """The members of these pairs of a tenant and a unit."""
        found = sorted(set(pairs))
        digest = hashlib.blake2b(unit.encode(), digest_size=16)
        for tenant, member in found:
            # The length of the first keeps ("a", "bc") from being ("ab", "c").
            digest.update(f"{len(tenant)}:{tenant}{member}\0".encode())
        tenants, units = tuple(tenant for tenant, _ in found), tuple(member for _, member in found)
        return cls(named, unit, tenants, units, digest.hexdigest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Members) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __len__(self) -> int:
        return len(self.units)

    def __repr__(self) -> str:
        return f"Members({self.named!r}, {self.unit!r}, {len(self)} of them)"

    def _identity(self) -> tuple[str, str]:
        return self.named, self.digest
