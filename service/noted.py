"""What questions about notes are told: what people wrote, noted of a risk, and marked on charts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from analytics import notes as asked
from analytics.notes import Note, Written
from service import annotations, notes, outreach
from service.metadata import MetadataError

if TYPE_CHECKING:
    from analytics.question import Question
    from data.store import Store
    from service.annotations import Annotation, Annotations
    from service.notes import Notes
    from service.outreach import Change, Outreach
    from service.stores import Stores

LOG = logging.getLogger("tenantscope.noted")
OUTREACH = "outreach"
T = TypeVar("T")


@dataclass(frozen=True)
class Sources:
    """Where people write about the tenants of one company."""

    notes: Notes
    outreach: Outreach
    annotations: Annotations


@dataclass
class Noted:
    """What was written about the tenants of one's own company, and of the demo's."""

    stores: Stores
    sources: Callable[[bool], Sources]
    _kept: dict[bool, Written] = field(default_factory=dict)

    def tell(self, store: Store, question: Question) -> Question:
        """The question with what was written, where it asks for that; any other as it is."""
        if not isinstance(question, asked.Notes | asked.Timeline):
            return question
        return replace(question, told=self.written(demo=self.stores.is_demo(store)))

    def written(self, *, demo: bool) -> Written:
        """All that people wrote; put together anew when something of it has changed."""
        of = self.sources(demo)
        wrote, did, marked = _read(of.notes.all), _read(of.outreach.all), _read(of.annotations.written)
        subjects = (notes.SUBJECT, outreach.SUBJECT, annotations.SUBJECT)
        counted = "-".join(str(of.notes.metadata.version(each)) for each in subjects)
        key = f"{'demo' if demo else 'own'}-{counted}-{len(wrote)}-{len(did)}-{len(marked)}"
        known = self._kept.get(demo)
        if known is None or known.key != key:
            own = [each for each in marked if each.kind == "note" and each.tenant]
            others = [each for each in marked if each not in own]
            listed = (*map(_wrote, wrote), *map(_did, did), *map(_marked, own))
            known = self._kept[demo] = Written(key, listed, tuple(map(_marked, others)))
        return known


def _read(read: Callable[[], Iterable[T]]) -> tuple[T, ...]:
    """What is there; nothing where the metadata cannot be read, as the page says elsewhere."""
    try:
        return tuple(read())
    except MetadataError as error:
        LOG.warning("%s", error)
        return ()


def _wrote(each: notes.Note) -> Note:
    state = "" if each.kind != "task" else asked.OPEN if each.done_at is None else asked.DONE
    return Note(each.tenant, each.kind, each.text, each.author, each.written_at, state, each.due_at)


def _did(each: Change) -> Note:
    said = each.state.capitalize() + (f": {each.note}" if each.note else "")
    return Note(each.tenant, OUTREACH, said, each.author, each.changed_at)


def _marked(each: Annotation) -> Note:
    return Note(each.tenant, each.kind, each.text, each.author, each.start)
