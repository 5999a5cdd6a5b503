"""Budgets: what a month may cost, of AI by tenant, feature or model, of the platform by category."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from analytics.in_force import InForce
from analytics.settings import AI_BUDGET_USD, CATEGORY_BUDGETS_USD


@dataclass(frozen=True)
class Budget:
    """What a month may cost: all AI, or what is of a tenant, a feature and a model that it names.

    With a category it is one of the platform's costs; '' is all of them.
    """

    usd: Decimal
    tenant: str | None = None
    feature: str | None = None
    model: str | None = None
    category: str | None = None

    @property
    def label(self) -> str:
        """What it is for: AI · feature document_extraction · storage."""
        if self.category is not None:
            return self.category or "Platform"
        named = [("feature", self.feature), ("model", self.model), ("tenant", self.tenant)]
        return ", ".join(f"{name} {value}" for name, value in named if value) or "All AI"

    def holds(self, days: pd.DataFrame) -> pd.Series[bool]:
        """Which rows it is for."""
        found = pd.Series(True, days.index)  # noqa: FBT003  every row, to begin with
        named = {"tenant_id": self.tenant, "feature": self.feature, "model": self.model}
        for column, value in {**named, "category": self.category or None}.items():
            if value is not None:
                found &= days[column] == value
        return found


SHIPPED = (
    Budget(Decimal(AI_BUDGET_USD)),
    Budget(Decimal(sum(CATEGORY_BUDGETS_USD.values())), category=""),
    *(Budget(Decimal(usd), category=name) for name, usd in CATEGORY_BUDGETS_USD.items()),
)
_HELD: InForce[tuple[Budget, ...]] = InForce(SHIPPED)
in_force, put_in_force = _HELD.now, _HELD.put  # the budgets that months are held against
