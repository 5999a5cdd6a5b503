"""Which fields an index pattern has, of which kind where: what holds the time, and what is at odds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.sources.elastic_client import Connection, Refusal

if TYPE_CHECKING:
    from data.sources.elasticsearch import Elasticsearch

DATES = frozenset({"date", "date_nanos"})
INGESTED = "event.ingested"
_FAMILIES = (
    DATES,
    frozenset("keyword text constant_keyword wildcard match_only_text version".split()),
    frozenset(
        "long integer short byte double float half_float scaled_float unsigned_long counted_keyword".split()
    ),
    frozenset(("object", "nested", "flattened", "passthrough")),
)
Kinds = Mapping[str, Sequence[str]]  # a kind, and the indices that have it, none named where all have


@dataclass(frozen=True)
class Fields:
    """What there is: the indices, the kinds of each field, the field of the time and that of the cursor."""

    indices: tuple[str, ...]
    kinds: Mapping[str, Kinds]
    time: str
    cursor: str

    @property
    def timed(self) -> bool:
        """Whether the time is a date, so that documents can be found by it."""
        return bool(self.kinds.get(self.time))

    @property
    def where(self) -> str:
        """The indices in words."""
        named = ", ".join(self.indices[:3]) + (", …" if len(self.indices) > 3 else "")
        return f"{len(self.indices):,} {'index' if len(self.indices) == 1 else 'indices'} ({named})"

    def order(self, name: str) -> dict[str, str]:
        """How a field is compared over indices that keep it in different precision."""
        return {"numeric_type": "date_nanos"} if set(self.kinds.get(name, ())) >= DATES else {}


def look(link: Connection, settings: Elasticsearch) -> Fields:
    """The fields that reading needs; raises Refusal where there is no index, or a date is none everywhere."""
    named = {settings.time, settings.cursor or INGESTED}
    indices, kinds = _caps(link, ",".join(sorted(named)))
    if not indices:
        raise Refusal(
            f"No index is called {', '.join(settings.index)}. Correct `index`; a * stands for any text."
        )
    time = settings.time
    if time in kinds and not set(kinds[time]) & DATES:
        kinds = {name: kind for name, kind in kinds.items() if name != time}
    cursor = settings.cursor or (INGESTED if set(kinds.get(INGESTED, ())) & DATES else time)
    if settings.cursor is not None and time in kinds and not set(kinds.get(cursor, ())) & DATES:
        raise Refusal(f"`cursor` is {cursor}, which is no date. {_dates(link)}")
    for name in {time, cursor} & kinds.keys():
        if odd := set(kinds[name]) - DATES:
            _refuse_mixture(name, kinds[name], sorted(odd))
    return Fields(tuple(indices), kinds, time, cursor)


def no_time(link: Connection, settings: Elasticsearch) -> Refusal:
    """Why nothing can be read by time, and by which field it could."""
    return Refusal(
        f"{settings.time} is no date in {', '.join(settings.index)}, so that nothing can be "
        f"read by time. {_dates(link)}"
    )


def odd_ones(link: Connection) -> str:
    """The fields that are of different kinds in different indices; '' if there are none."""
    _, kinds = _caps(link, "*")
    odd = {name: each for name, each in kinds.items() if len({_family(kind) for kind in each}) > 1}
    if not odd:
        return ""
    said = "; ".join(f"{name} is {_spread(odd[name])}" for name in sorted(odd)[:3])
    more = f"; and {len(odd) - 3:,} more" if len(odd) > 3 else ""
    return f"Of several kinds: {said}{more}. Each value is kept as its document has it."


def _refuse_mixture(name: str, kinds: Kinds, odd: list[str]) -> None:
    there = [index for kind in odd for index in kinds[kind]]
    raise Refusal(
        f"{name} is {_spread(kinds)}. Leave {', '.join(there[:3]) or 'the others'} out of "
        "`index`, or index it anew with a date."
    )


def _spread(kinds: Kinds) -> str:
    parts = [
        f"{kind} in {', '.join(where[:2])}{', …' if len(where) > 2 else ''}" for kind, where in kinds.items()
    ]
    return " and ".join(parts)


def _dates(link: Connection) -> str:
    _, kinds = _caps(link, "*")
    dates = sorted(name for name, each in kinds.items() if set(each) & DATES)
    if not dates:
        return "There is no date field: map one as `date`, and index the documents anew."
    return f"Date fields are {', '.join(dates[:8])}: name one as `time`."


def _family(kind: str) -> str | int:
    return next((n for n, family in enumerate(_FAMILIES) if kind in family), kind)


def _caps(link: Connection, fields: str) -> tuple[list[str], dict[str, Kinds]]:
    found = link.ask("GET", f"/{link.path}/_field_caps", fields=fields)
    kinds: dict[str, Kinds] = {}
    for name, each in (found.get("fields") or {}).items():
        mapped: dict[str, Any] = {kind: about for kind, about in each.items() if kind != "unmapped"}
        if mapped and not any(about.get("metadata_field") for about in mapped.values()):
            kinds[str(name)] = {kind: about.get("indices") or [] for kind, about in mapped.items()}
    return [str(index) for index in found.get("indices") or []], kinds
