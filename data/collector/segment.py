"""Segment's calls -> rows: track and page are events, identify tells of a person, group of a tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from data.collector import forms
from data.collector.bodies import Malformed
from data.collector.events import COLUMNS, Refused, check_time, put
from data.collector.rows import Rows
from data.sources.otlp import Record

TENANTS = ("tenant_id", "tenantId", "groupId", "group_id", "organization_id", "account_id", "company_id")
_PERSON = {
    "name": ("name",),
    "email": ("email",),
    "role": ("role", "title"),
    "created_at": ("created_at", "createdAt"),
}
_TENANT = {
    "name": ("name",),
    "plan": ("plan",),
    "created_at": ("created_at", "createdAt"),
    "owner": ("owner",),
    "region": ("region",),
    "timezone": ("timezone",),
}


def take(body: bytes, rows: Rows, *, kind: str) -> None:
    """The rows of a batch, or of one call of a kind. Raises Malformed."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error}.") from error
    batch = found.get("batch") if kind == "batch" and isinstance(found, dict) else [found]
    if not isinstance(batch, list):
        raise Malformed("The body has no `batch`: send the calls as a list under that key.")
    shared = found.get("context") if kind == "batch" else None
    for index, call in enumerate(batch):
        try:
            _take(call, rows, kind, shared if isinstance(shared, dict) else {})
        except Refused as error:
            rows.refuse(index, str(error))
        except (TypeError, AttributeError, RecursionError):
            rows.refuse(index, "not a call as Segment's libraries send it")


def _take(call: Any, rows: Rows, kind: str, shared: Record) -> None:
    if not isinstance(call, dict):
        raise Refused("not an object")
    said = call.get("type") or kind
    if said not in CALLS:
        raise Refused(f"no call of a known kind: type is one of {', '.join(CALLS)}")
    context = shared | (call.get("context") or {})
    for name in ("timestamp", "originalTimestamp"):
        check_time(call.get(name))
    CALLS[said](call, context, rows)


def _event(call: Record, context: Record, rows: Rows) -> None:
    kind, properties = call.get("type"), call.get("properties") or {}
    name = call.get("event") if "event" in call else None if kind == "track" else kind
    if not name:
        raise Refused("a track call needs its `event`")
    if not (call.get("userId") or call.get("anonymousId")):
        raise Refused("a call needs userId or anonymousId")
    own = {
        "event_type": name,
        "event_id": call.get("messageId"),
        "occurred_at": _when(call),
        "tenant_id": _tenant(call, context, properties),
        "user_id": call.get("userId"),
        "anonymous_id": call.get("anonymousId"),
        "session_id": context.get("sessionId") or properties.get("session_id"),
    }
    page = {"name": call.get("name"), "category": call.get("category")} if kind in ("page", "screen") else {}
    more = forms.aside({**page, **properties}, COLUMNS)
    put(more | {"context": context or None} | _there(own), rows)


def _identify(call: Record, context: Record, rows: Rows) -> None:
    user, anonymous, traits = call.get("userId"), call.get("anonymousId"), call.get("traits") or {}
    if not (user or anonymous):
        raise Refused("an identify call needs userId or anonymousId")
    own = {"person_id": _text(user or anonymous), "tenant_id": _tenant(call, context, traits)}
    row = rows.add("people", _traits("people", _PERSON, traits) | _there(own))
    if user and anonymous:
        _alias(call, row, anonymous, rows)


def _alias_call(call: Record, context: Record, rows: Rows) -> None:
    user, previous = call.get("userId"), call.get("previousId")
    if not (user and previous):
        raise Refused("an alias call needs userId and previousId")
    own = {"person_id": _text(user), "alias": _text(previous), "since": _when(call)}
    rows.add("identities", _there(own | {"tenant_id": _tenant(call, context, {})}))


def _alias(call: Record, person: Record, alias: Any, rows: Rows) -> None:
    own = {name: person[name] for name in ("tenant_id", "person_id") if name in person}
    rows.beside("identities", own | _there({"alias": _text(alias), "since": _when(call)}))


def _group(call: Record, _context: Record, rows: Rows) -> None:
    if not call.get("groupId"):
        raise Refused("a group call needs its groupId")
    traits = _traits("tenants", _TENANT, call.get("traits") or {})
    rows.add("tenants", traits | {"tenant_id": _text(call["groupId"])})


CALLS: dict[str, Callable[[Record, Record, Rows], None]] = {
    "track": _event,
    "page": _event,
    "screen": _event,
    "identify": _identify,
    "group": _group,
    "alias": _alias_call,
}


def _traits(table: str, names: dict[str, tuple[str, ...]], traits: Record) -> Record:
    """What a table has columns for, and the rest beside them."""
    form = forms.Form(tuple(names.items()), frozenset(), frozenset((*forms.columns(table), *forms.NOT_SAID)))
    return form.row(dict(traits))


def _tenant(call: Record, context: Record, more: Record) -> str | None:
    for where in (call, context, more):
        for name in TENANTS:
            if said := where.get(name):
                return _text(said)
    return None


def _when(call: Record) -> Any:
    return call.get("timestamp") or call.get("originalTimestamp")


def _text(said: Any) -> str:
    if isinstance(said, (dict, list, bool)):
        raise Refused("an id is a text or a number")
    return str(said)


def _there(row: Record) -> Record:
    return {name: said for name, said in row.items() if said is not None and said != ""}


def answer(rows: Rows) -> bytes:
    """Segment's answer, with what became of the calls."""
    counts = {"accepted": rows.accepted, "rejected": rows.rejected, "tenant_overridden": rows.moved}
    errors = [{"index": index, "reason": reason} for index, reason in rows.shown]
    return orjson.dumps({"success": rows.rejected == 0 or rows.accepted > 0, **counts, "errors": errors})
