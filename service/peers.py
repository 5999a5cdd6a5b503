"""Lending what peers come to: the one question about others that a person with some tenants may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.scope import ALL_TENANTS, AllTenants
from analytics.usage_peers import benchmark, peer_view

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    import pyarrow as pa

    from analytics.question import Question
    from analytics.scope import Scope, Tenants
    from analytics.usage_peers import PeerView
    from analytics.view import View
    from data.store import Store


def with_peers(question: Question, view: View, store: Store) -> View:
    """The view, with the quartiles of peers where the question is the one about them."""
    return WithPeers(view, store) if question is benchmark else view


class WithPeers:
    """A view of its own tenants, and of all others nothing but quartiles of five and more of them."""

    def __init__(self, view: View, store: Store) -> None:
        self._view = view
        # Whose figures a person knows are no peers: the rest could be worked out by taking them away.
        known = frozenset[str]() if isinstance(view.tenants, AllTenants) else view.tenants
        self.peer_quartiles: PeerView = peer_view(store.view(ALL_TENANTS), known)

    @property
    def tenants(self) -> Tenants:
        """Whose rows the view may read."""
        return self._view.tenants

    def frame(self, scope: Scope, sql: str, **how: Any) -> pd.DataFrame:
        """The rows of its own tenants."""
        return self._view.frame(scope, sql, **how)

    def arrow(self, scope: Scope, sql: str, **how: Any) -> pa.Table:
        """The same as an Arrow table."""
        return self._view.arrow(scope, sql, **how)

    def versions(self, tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """How often each of these tables has changed."""
        return self._view.versions(tables)
