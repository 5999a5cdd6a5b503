"""Who looks at what, from where, and when: read anew on every run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from streamlit.runtime.scriptrunner import get_script_run_ctx

from analytics.request import compared_scope
from analytics.scope import snap
from service.access import LOCAL, Principal
from service.house import House, house
from service.presenting import Presenting
from ui import address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from analytics.question import Question
    from analytics.request import Request
    from analytics.scope import Scope
    from analytics.view import View
    from data.store import Store
    from service.annotations import Annotations
    from service.ask import Answer


@dataclass(frozen=True)
class Visit:
    """One run of a page: the person, what the address says, the store it is asked of, and the moment."""

    principal: Principal
    request: Request
    store: Store
    now: datetime
    session: str
    house: House

    @property
    def view(self) -> View:
        """The store as this person may see it."""
        return self.principal.view(self.store)

    @property
    def has_own(self) -> bool:
        """Whether there is anything but the demo company."""
        return self.house.stores.has_own

    @property
    def demo(self) -> bool:
        """Whether this is the demo company."""
        return self.request.demo or not self.has_own

    def tenants(self) -> Mapping[str, str]:
        """The tenants that this person may choose from: id -> name."""
        names = by_name(self)
        presenting = self.principal.presenting
        return names if presenting is None else presenting.names(names)

    @property
    def annotations(self) -> Annotations:
        """What happened, beside the numbers of this store."""
        return self.house.annotations(demo=self.demo)

    def ask(self, question: Question, scope: Scope) -> Future[Answer]:
        """The answer to a question of this page, now or later."""
        return self.house.ask.start(self.store, self.principal, scope, question, self.session)

    def again(self) -> Visit:
        """The same page with the rights that the person has by now, for what a later click fetches.

        It asks under a name of its own: what the next run no longer wants may still be wanted here.
        """
        now, presenting = who(), self.principal.presenting
        if presenting is not None:
            # A file is made outside of every run, where no address says that somebody presents.
            now = replace(now, admin=False, presenting=presenting)
        return replace(self, principal=now, session=f"{self.session}:later")

    def before(self, scope: Scope, *, own: bool = False) -> Scope | None:
        """What the page compares a scope with; None where it does not compare.

        A panel with a window of its own stands beside the one before that, whatever the page stands beside.
        """
        before = compared_scope(self.request, scope)
        return scope.previous() if own and before is not None else before

    def scope(self) -> Scope:
        """The scope of the page; raises NotAllowed for what is others', SearchError for a search."""
        scope = self.principal.scope(self.request, self.now)
        self.house.cohorts.check(self.principal, scope.where)
        return scope


def by_name(visit: Visit) -> Mapping[str, str]:
    """The tenants of this person by their own names, whoever presents."""
    return visit.house.tenant_names.of(visit.store, visit.view, visit.now)


def who() -> Principal:
    """The person at the browser; without sign-in, the one at this machine.

    Who presents sees no page of admins, which names whatever was loaded.
    """
    request = address.current()
    if not request.presenting:
        return LOCAL
    return replace(LOCAL, admin=False, presenting=Presenting(house().aliases(), frozenset(request.named)))


# What refreshes itself moves on by the steps of a short window, however long its own is.
LIVE = timedelta(hours=1)


def visit(*, live: bool = False) -> Visit:
    """This run."""
    request, here = address.current(), house()
    now = datetime.now(UTC)
    context = get_script_run_ctx()
    return masked(
        Visit(
            principal=who(),
            request=request,
            store=here.store(demo=request.demo),
            now=snap(now, LIVE if live else request.length_at(now)),
            session=context.session_id if context else "",
            house=here,
        )
    )


def masked(found: Visit) -> Visit:
    """The same with aliases where an address names tenants by their ids while somebody presents."""
    presenting, asked = found.principal.presenting, found.request.tenants
    if presenting is None or not asked:
        return found
    hidden = by_name(found).keys() - presenting.named
    tenants = tuple(presenting.aliases.of("tenant_id", each) if each in hidden else each for each in asked)
    return replace(found, request=replace(found.request, tenants=tenants))
