"""What the running app holds open: the stores, the loader, the answers, the metadata, the tenants' names."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from data.places import ALIASES, metadata_url, var
from service.annotations import Annotations, DemoStory
from service.ask import Ask
from service.churn import Churn
from service.cohorts import Cohorts
from service.collector import Collector
from service.loading import Loading
from service.looked_after import LookedAfter
from service.metadata import Metadata
from service.noted import Noted
from service.noted import Sources as NoteSources
from service.notes import Notes
from service.outreach import Outreach
from service.presenting import Aliases, key_in, masking
from service.saved import Shelf
from service.scheduler import Scheduler
from service.sources import Sources
from service.stores import Stores
from service.tenant_names import TenantNames

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.store import Store


@dataclass(frozen=True)
class House:
    """One per process: opened by the app's start, closed by its end."""

    stores: Stores
    loading: Loading
    scheduler: Scheduler
    ask: Ask
    tenant_names: TenantNames
    sources: Sources
    metadata: Metadata
    own_annotations: Annotations
    demo_annotations: Annotations
    own_outreach: Outreach
    demo_outreach: Outreach
    own_notes: Notes
    demo_notes: Notes
    shelf: Shelf
    cohorts: Cohorts
    collector: Collector
    churn: Churn
    aliases: Callable[[], Aliases]

    @classmethod
    def over(cls, folder: Path) -> House:
        """The house over a folder; its files are opened when they are first needed."""
        stores, metadata = Stores(folder), Metadata(metadata_url(folder))
        shelf = Shelf(metadata)
        cohorts = Cohorts(shelf)
        own, demo = Outreach(metadata), Outreach(metadata, demo=True)
        churn = Churn(stores, lambda is_demo: demo if is_demo else own)
        owners = LookedAfter(stores, lambda is_demo: demo if is_demo else own)
        marks = Annotations(metadata), Annotations(metadata, demo=True, told=DemoStory(stores.demo))
        notes = Notes(metadata), Notes(metadata, demo=True)
        written = [NoteSources(*each) for each in zip(notes, (own, demo), marks, strict=True)]
        noted = Noted(stores, lambda is_demo: written[is_demo])
        return cls(
            stores,
            Loading(stores),
            Scheduler(stores),
            Ask(
                choose=cohorts.choose,
                tell=lambda store, question: noted.tell(
                    store, churn.tell(store, owners.tell(store, question))
                ),
                masking=masking,
            ),
            TenantNames(),
            Sources(),
            metadata,
            *marks,
            own,
            demo,
            *notes,
            shelf,
            cohorts,
            Collector(stores, metadata),
            churn,
            # Made by the first who presents, as a key is a file.
            cache(lambda: Aliases(key_in(folder / ALIASES))),
        )

    @property
    def uploads(self) -> Path:
        """Where uploaded files lie until they are loaded."""
        return self.stores.var / "uploads"

    def store(self, *, demo: bool) -> Store:
        """The store that a page looks at: one's own where there is one, unless the demo is asked for."""
        return self.stores.store(demo=demo)

    def annotations(self, *, demo: bool) -> Annotations:
        """What happened, beside the numbers of the store that a page looks at."""
        own = self.stores.has_own and not demo
        return self.own_annotations if own else self.demo_annotations

    def outreach(self, *, demo: bool) -> Outreach:
        """What was done about the tenants of the store that a page looks at."""
        own = self.stores.has_own and not demo
        return self.own_outreach if own else self.demo_outreach

    def notes(self, *, demo: bool) -> Notes:
        """What was written about the tenants of the store that a page looks at."""
        own = self.stores.has_own and not demo
        return self.own_notes if own else self.demo_notes

    def close(self) -> None:
        """Stop what runs, write what is pending, let go of the files."""
        self.scheduler.stop()
        self.loading.close()
        self.ask.close()
        self.stores.close()
        self.metadata.close()


_lock = threading.Lock()
_open: House | None = None


def house() -> House:
    """The house of this process, opened by whoever needs it first."""
    global _open  # noqa: PLW0603
    with _lock:
        if _open is None:
            _open = House.over(var())
        return _open


def close_house() -> None:
    """Close the house, if it was opened."""
    global _open  # noqa: PLW0603
    with _lock:
        if _open is not None:
            _open.close()
        _open = None
