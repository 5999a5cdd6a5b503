"""Who looks after tenants: what the outreach names goes before the data, whatever is asked of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.metadata import MetadataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.question import Question
    from data.store import Store
    from service.outreach import Outreach
    from service.stores import Stores

LOG = logging.getLogger("tenantscope.looked_after")


@dataclass
class LookedAfter:
    """Tells each store whom the outreach of its company names, before it is asked."""

    stores: Stores
    outreach: Callable[[bool], Outreach]

    def tell(self, store: Store, question: Question) -> Question:
        """The question as it is, of a store that knows who looks after whom."""
        try:
            store.look_after(self.outreach(self.stores.is_demo(store)).owners())
        except MetadataError as error:
            # Nobody is left without an answer: who was named before is still named.
            LOG.warning("%s", error)
        return question
