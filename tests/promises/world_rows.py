"""What rows of some tables have of their own, so that every question finds something in the small world."""

from __future__ import annotations

from collections.abc import Callable


def priced(table: str, owner: str, i: int) -> dict[str, object]:
    """Some calls came with a cost, and prices stand beside many of them."""
    if table == "llm_price_history":
        return {"call_id": f"{owner}-llm_calls-{i}"}
    return {"price_version": "reported"} if table == "llm_calls" and i % 4 == 1 else {}


def of_a_lead(row: dict[str, object], owner: str, i: int) -> dict[str, object]:
    """A lead that is scored twice, then becomes an opportunity and every other time is won."""
    number, place = divmod(i, 20)
    told = {4: "lead_scored", 9: "lead_scored", 0: "opportunity_created", 5: "deal_won" if number % 2 else ""}
    if not told.get(place) or row["event_type"] not in ("message_ingested", "opened"):
        return {}
    lead = number if told[place] == "lead_scored" else number - 1
    attributes = {**row["attributes"], "score": float(i * 37 % (97 - len(owner)))}
    return {
        "event_type": told[place],
        "entity_id": f"{owner or 'nobody'} lead {lead}",
        "attributes": attributes,
    }


def written(row: dict[str, object], i: int) -> dict[str, object]:
    """A note, a task or a contact of a CRM; its text and its author are among the attributes of every event."""
    kinds = {13: ("note_added", "task_created", "call_logged")[i // 20 % 3]}
    kind = kinds.get(i % 20) if row["event_type"] in ("message_ingested", "opened") else None
    return {} if kind is None else {"event_type": kind}


def _executed(row: dict[str, object], i: int) -> dict[str, object]:
    """What an execution has of its own: some take over 5 s, some are batch jobs, some were touched by hand."""
    took = row["duration_ms"]
    return {
        "duration_ms": None if took is None else took * 100,
        "kind": "job" if i % 6 == 4 else row["kind"],
        "attributes": {**row["attributes"], "items": i % 90, "human_intervention": i % 5 == 1},
    }


def _called(row: dict[str, object], i: int) -> dict[str, object]:
    """Some model calls score leads, and most are of models that have a price."""
    known = {0: "gpt-4o", 2: "gpt-4o-mini"}.get(i % 3)
    sold = {} if known is None else {"provider": "openai", "model": known}
    return {"feature": "lead_scoring" if i % 4 == 1 else row["feature"], **sold}


OF_ITS_OWN: dict[str, Callable[[dict[str, object], int], dict[str, object]]] = {
    "runs": _executed,
    "llm_calls": _called,
}


def seen_by_browser(whose: str, i: int) -> dict[str, object]:
    """What an event of a website carries: where it came from, and what was measured on which page."""
    times = ("lcp_ms", "inp_ms", "socket_connect_ms", "first_widget_ms", "socket_latency_ms")
    return {
        **{name: (i * 7919 % (1000 + len(whose))) / 8 for name in times},
        "cls": (i * 31 % (90 + len(whose))) / 300,
        **{name: f"{whose} {name} {i % 3}" for name in ("campaign", "page", "country")},
        "user_agent": f"{whose} crawler",
    }
