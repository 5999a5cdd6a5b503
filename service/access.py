"""Who may see what: every view and every scope that a page gets is made here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.scope import ALL_TENANTS, AllTenants, Scope, Tenants, snap

if TYPE_CHECKING:
    from datetime import datetime

    from analytics.request import Request
    from analytics.view import View
    from data.store import Store
    from service.presenting import Presenting


class NotAllowed(PermissionError):
    """Nothing of what was asked for may be seen."""


@dataclass(frozen=True)
class Principal:
    """Somebody who asks: the tenants that they may see, whether the Sources page is theirs, and whether they
    share their screen, so that names are masked.
    """

    name: str
    tenants: Tenants = ALL_TENANTS
    admin: bool = False
    presenting: Presenting | None = None

    def view(self, store: Store) -> View:
        """The store as far as this person may see it."""
        allowed = self._some_tenants()
        return store.view(allowed)

    def sees(self, tenant: str) -> bool:
        """Whether what belongs to a tenant is this person's to see; what belongs to none is everybody's."""
        return not tenant or isinstance(self.tenants, AllTenants) or tenant in self.tenants

    @property
    def sees_all(self) -> bool:
        """Whether this person may see every tenant, and so speak to everybody."""
        return isinstance(self.tenants, AllTenants)

    def scope(self, request: Request, now: datetime) -> Scope:
        """The scope of what a browser asked for: the part of it that this person may see.

        Raises NotAllowed, and SearchError where the search cannot be read: never numbers without it.
        """
        if self.presenting is not None:
            request = self.presenting.asked(request)
        tick = snap(now, request.length_at(now))
        start, end = request.window_at(tick)
        return Scope(
            start=start,
            end=end,
            timezone=request.timezone,
            tenants=self._allowed(frozenset(request.tenants)),
            where=request.filter_at(tick),
            now=tick,
        )

    def _allowed(self, asked: frozenset[str]) -> Tenants:
        allowed = self._some_tenants()
        if not asked:
            return allowed
        seen = asked if isinstance(allowed, AllTenants) else asked & allowed
        if not seen:
            raise NotAllowed("none of these tenants is yours to see: choose another one")
        return seen

    def _some_tenants(self) -> Tenants:
        if isinstance(self.tenants, AllTenants) or self.tenants:
            return self.tenants
        raise NotAllowed(f"{self.name} may not see any tenant yet: an admin can grant some")


LOCAL = Principal("local", admin=True)
