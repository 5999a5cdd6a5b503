"""Models of losses in the running app: learnt once a night, kept beside the store, told to pages.

A page never learns: it is told what the last night came to. Each night is a file of its own, numbers and
words alone; the newest are kept.
"""

from __future__ import annotations

import json
import logging
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.churn import HeldOut, Treatment, learnt
from analytics.churn_kept import Known, Standing, from_dict, to_dict
from analytics.churn_questions import OfLosses
from analytics.scope import Scope
from data.places import MODELS
from data.store import utc_now
from service.metadata import MetadataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.churn import Trained
    from analytics.question import Question
    from data.store import Store
    from service.outreach import Outreach
    from service.stores import Stores

LOG = logging.getLogger("tenantscope.churn")
# From this hour (UTC) on a new day's model is due, and so many nights are kept.
NIGHT_HOUR, NIGHTS = 2, 30
DAY = timedelta(days=1)


@dataclass
class Churn:
    """What is known of losses, of one's own company and of the demo's."""

    stores: Stores
    outreach: Callable[[bool], Outreach]
    _kept: dict[Path, Trained] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, store: Store, question: Question) -> Question:
        """The question with what is known, where it asks for that; any other as it is."""
        return replace(question, told=self.known(store)) if isinstance(question, OfLosses) else question

    def known(self, store: Store) -> Known:
        """What the last night came to, and how the outreach stands."""
        demo = self.stores.is_demo(store)
        path = self._newest(demo=demo)
        number = int(path.stem) if path else 0
        outreach = self.outreach(demo)
        try:
            said, share, changes = outreach.latest(), outreach.hold_out, outreach.version
        except MetadataError as error:
            # Risks are told without them; the page of outreach says the same.
            LOG.warning("%s", error)
            said, share, changes = {}, None, (0, 0)
        standings = tuple(
            Standing(
                each.tenant,
                each.state,
                each.owner,
                each.note,
                each.author,
                each.changed_at,
                each.snoozed_until,
            )
            for each in said.values()
        )
        key = f"{'demo' if demo else 'own'}-{number}-{changes[0]}-{changes[1]}"
        return Known(key, number, self._read(path), standings, share.share if share else 0.0)

    def is_due(self, store: Store, now: datetime) -> bool:
        """Whether a new night has begun since the last model; at once where there is none."""
        trained = self.known(store).trained
        shift = timedelta(hours=NIGHT_HOUR)
        return trained is None or (trained.as_of - shift).date() < (now.astimezone(UTC) - shift).date()

    def nightly(self, now: datetime | None = None) -> None:
        """Learn anew for each store that is due."""
        moment = now or utc_now()
        own = self.stores.own()
        for store in (own, self.stores.demo()):
            if store is not None and self.is_due(store, moment) and _has_rows(store):
                self.learn(store, moment)

    def learn(self, store: Store, now: datetime) -> Trained:
        """Learn from all that is known by now, and keep it as the next night."""
        demo = self.stores.is_demo(store)
        outreach = self.outreach(demo)
        treatments = [
            Treatment(each.tenant, each.state, each.changed_at)
            for each in outreach.all()
            if each.state != "open"
        ]
        hold_out = outreach.hold_out
        left = HeldOut(hold_out.share, hold_out.changed_at) if hold_out and hold_out.share else None
        moment = now.replace(second=0, microsecond=0)
        trained = learnt(store, Scope(moment - DAY, moment, now=moment), treatments, left)
        self._keep(trained, demo=demo)
        LOG.info("%s", getattr(trained.outcome, "sentence", "") or trained.outcome)
        return trained

    def _folder(self, *, demo: bool) -> Path:
        return self.stores.var / MODELS / ("demo" if demo else "own")

    def _newest(self, *, demo: bool) -> Path | None:
        return max(self._folder(demo=demo).glob("*.json"), default=None)

    def _read(self, path: Path | None) -> Trained | None:
        if path is None:
            return None
        with self._lock:
            if path not in self._kept:
                try:
                    read = from_dict(json.loads(path.read_text(encoding="utf-8")))
                except (OSError, ValueError, KeyError, TypeError):
                    # Of another release, or broken: the next night writes a new one.
                    LOG.warning("The model %s cannot be read: it is learnt anew tonight.", path.stem)
                    return None
                self._kept = {kept: value for kept, value in self._kept.items() if kept.parent != path.parent}
                self._kept[path] = read
            return self._kept[path]

    def _keep(self, trained: Trained, *, demo: bool) -> None:
        folder, newest = self._folder(demo=demo), self._newest(demo=demo)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{(int(newest.stem) if newest else 0) + 1:08}.json"
        arriving = path.with_suffix(".arriving")
        arriving.write_text(json.dumps(to_dict(trained)), encoding="utf-8")
        arriving.rename(path)
        for old in sorted(folder.glob("*.json"))[:-NIGHTS]:
            with suppress(FileNotFoundError):
                old.unlink()


def _has_rows(store: Store) -> bool:
    tables = store.admin.tables()
    return bool(tables.loc[tables["name"] == "tenants", "rows"].sum() or tables["rows"].sum())
