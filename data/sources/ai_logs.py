"""Files of AI calls -> one record a call: answers of providers, traces of agents, and what coding agents log.

Such logs say what a call used on every line that belongs to it; it is counted once. What was said is left
behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import orjson
import pyarrow as pa

from data.sources import ai_answers
from data.sources.ai_answers import NoAnswer, joined, maker_of
from data.sources.ai_usage import Record, Said, count, dollars, object_of, parts_of, used
from data.sources.fields import text_of
from data.sources.lines import Batch, Reject
from data.sources.parquet import of_texts

# What an answer has beside its counts; a line of a log that only quotes them is none.
BODY = (
    "choices", "candidates", "content", "output", "data", "embedding", "embeddings", "results", "generation",
    "usageMetadata", "object", "done",
)  # fmt: skip
# Of the observations of a trace, those that are calls; agents and spans repeat what calls inside them used.
CALLS = ("GENERATION", "EMBEDDING")
OBSERVED = (*CALLS, "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "GUARDRAIL")
CODING = "coding agent"  # the feature of their calls
CODEX = ("session_meta", "turn_context", "event_msg", "response_item")
AGENTS = {"claude": "anthropic", "codex": "openai", "gemini": "google"}
TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")


def kind_of(document: object) -> str:
    """What a JSON value of a file of AI calls is; '' where it is nothing of the kind."""
    if not isinstance(document, Mapping):
        return ""
    said = cast("Said", document)
    message = object_of(said, "message")
    signs = {
        "trace": object_of(said, "trace") and "observations" in said,
        "observation": said.get("type") in OBSERVED and "traceId" in said and "startTime" in said,
        "round": "round_id" in said and "input_tokens_total" in said,
        "agent": said.get("type") == "assistant" and "id" in message and object_of(message, "usage"),
        "codex": said.get("type") in CODEX and object_of(said, "payload"),
    }
    return next((kind for kind, is_there in signs.items() if is_there), "answer" if _is_answer(said) else "")


def _is_answer(said: Said) -> bool:
    inner = [object_of(said, key) for key in ai_answers.INSIDE]
    inner += [object_of(object_of(said, "response"), "body"), object_of(object_of(said, "result"), "message")]
    if any(used(each) is not None for each in inner):
        return True
    return used(said) is not None and not said.keys().isdisjoint(BODY)


@dataclass
class Reader:
    """Reads documents in their order; remembers what later ones belong to."""

    question: dict[str, str] = field(default_factory=dict[str, str])
    model: str = ""
    session: str = ""
    so_far: dict[str, int] = field(default_factory=dict[str, int])

    def calls(self, document: object) -> list[Record]:
        """The calls of one document, or pieces of them. Raises NoAnswer."""
        said = cast("Said", document)
        match kind_of(document):
            case "trace":
                found = list(_traced(said))
            case "observation":
                found = [_observed(said, {})]
            case "round":
                found = [self._round(said)]
            case "agent":
                found = [self._agent(said)]
            case "codex":
                found = [self._codex(said)]
            case "answer":
                found = [ai_answers.call_of(said)]
            case _:
                found = [self._other(document)]
        return [call for call in found if call is not None]

    def _other(self, document: object) -> None:
        """A line beside the calls: what a person asked begins a question. Raises NoAnswer."""
        if not isinstance(document, Mapping):
            raise NoAnswer(ai_answers.NEITHER)
        said = cast("Said", document)
        asked = said.get("type") == "user" and not said.get("isSidechain")
        if asked and _is_asked(object_of(said, "message")):
            self.question[_session(said)] = str(said.get("promptId") or said.get("uuid") or "")

    def _agent(self, line: Said) -> Record | None:
        """A line of a coding agent's log that holds an answer, or a part of one."""
        message, session = object_of(line, "message"), _session(line)
        if message.get("model") == "<synthetic>":
            return None  # what the agent says itself where no model answered
        found = ai_answers.call_of({"type": "message", **message}) or {}
        agent = line.get("agentId")
        return found | _filled(
            {
                "occurred_at": line.get("timestamp"),
                # A sub-agent with a log of its own works for one question, whichever that was.
                "request_id": self.question.get(session) or (f"{session}:{agent}" if agent else None),
                "session_id": session,
                "feature": CODING,
                "sidechain": line.get("isSidechain") or None,
                "project": str(line.get("cwd") or "").rpartition("/")[2],
                "release": line.get("version"),
            }
        )

    def _round(self, line: Said) -> Record:
        """A round of a coding agent: the whole input, and what of it was read from a cache."""
        session = str(line.get("session_id") or "")
        identity = str(line.get("round_id"))
        if line.get("first_input_event_type") == "user_message" or session not in self.question:
            self.question[session] = f"{session}:{line.get('round_index', identity)}"
        times = sorted(
            str(part.get("timestamp")) for part in parts_of(line, "timing_events") if "timestamp" in part
        )
        whole = count(line, "input_tokens_total") or 0
        read = count(line, "claude_cache_read_input_tokens", "prefix_tokens") or 0
        written = count(line, "claude_cache_creation_input_tokens") or 0
        named = str(line.get("provider") or "")
        tools = [str(part["tool_name"]) for part in parts_of(line, "tools") if part.get("tool_name")]
        return _filled(
            {
                "call_id": str(line.get("trace_key") or f"{session}:{identity}"),
                "provider": AGENTS.get(named, named),
                "model": line.get("model"),
                "operation": "chat",
                "status": "success",
                "feature": CODING,
                "tool": tools[0] if tools else "",
                "input_tokens": max(whole - read - written, 0),
                "cache_read_tokens": read,
                "cache_write_tokens": written,
                "output_tokens": count(line, "output_tokens"),
                "reasoning_tokens": count(line, "reasoning_output_tokens"),
                "occurred_at": times[0] if times else None,
                "duration_ms": _between(times[0], times[-1]) if times else None,
                "request_id": self.question[session],
                "session_id": session,
                "project": line.get("project"),
            }
        )

    def _codex(self, line: Said) -> Record | None:
        """Codex tells after each answer what it used, and what the session used so far; lines repeat it."""
        payload, kind = object_of(line, "payload"), line.get("type")
        if kind == "session_meta":
            self.session = str(payload.get("id") or "")
        if kind == "turn_context" and isinstance(payload.get("model"), str):
            self.model = str(payload["model"])
        if kind == "event_msg" and payload.get("type") == "user_message":
            self.question[self.session] = f"{self.session}:{line.get('timestamp')}"
        info = object_of(payload, "info")
        if kind != "event_msg" or payload.get("type") != "token_count":
            return None
        so_far = object_of(info, "total_token_usage")
        last = self._last(object_of(info, "last_token_usage"), so_far)
        whole, read = count(last, "input_tokens"), count(last, "cached_input_tokens") or 0
        if whole is None:
            return None
        mark = [count(so_far, name) for name in CODEX_COUNTS]
        told = {
            "call_id": f"{self.session}:{mark[0] or mark[1:] if so_far else line.get('timestamp')}",
            "provider": "openai",
            "model": self.model,
            "operation": "chat",
            "status": "success",
            "feature": CODING,
            "input_tokens": max(whole - read, 0),
            "cache_read_tokens": read,
            "output_tokens": count(last, "output_tokens"),
            "reasoning_tokens": count(last, "reasoning_output_tokens"),
            "occurred_at": line.get("timestamp"),
            "request_id": self.question.get(self.session),
            "session_id": self.session,
        }
        return _filled(told)

    def _last(self, last: Said, so_far: Said) -> Said:
        """What the answer itself used; where only the session's sum is told, what that grew by."""
        now = {name: said for name in CODEX_COUNTS if (said := count(so_far, name)) is not None}
        before, self.so_far = self.so_far, now or self.so_far
        if last or not now:
            return last
        begun_anew = any(now.get(name, 0) < said for name, said in before.items())
        grown = {name: said - (0 if begun_anew else before.get(name, 0)) for name, said in now.items()}
        return grown if any(grown.values()) else {}


CODEX_COUNTS = (
    "total_tokens", "input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens",
)  # fmt: skip


def _filled(said: Record) -> Record:
    return {key: value for key, value in said.items() if value not in (None, "")}


def _session(line: Said) -> str:
    return str(line.get("sessionId") or line.get("session_id") or "")


def _is_asked(message: Said) -> bool:
    """Whether a user's message was written by one, and is no result of a tool."""
    content = message.get("content")
    if isinstance(content, str):
        return bool(content)
    return bool(content) and not any(
        part.get("type") == "tool_result" for part in parts_of(message, "content")
    )


def _between(begin: str, end: str) -> float | None:
    try:
        took = datetime.fromisoformat(end) - datetime.fromisoformat(begin)
    except ValueError:
        return None
    return took.total_seconds() * 1000


def _traced(document: Said) -> Iterator[Record]:
    """The calls of a trace with its observations, which may be a text of their own."""
    trace, held = object_of(document, "trace"), document.get("observations")
    if isinstance(held, str):
        held = json.loads(held)
    for each in parts_of({"observations": held}, "observations"):
        found = _observed(each, trace)
        if found is not None:
            yield found


def _observed(each: Said, trace: Said) -> Record | None:
    """The call that an observation is of; None where it only holds calls, or tells nothing of one."""
    usage, failed = object_of(each, "usageDetails") or object_of(each, "usage"), each.get("level") == "ERROR"
    whole = count(usage, "input", "promptTokens", "input_tokens", "prompt_tokens")
    output = count(usage, "output", "completionTokens", "output_tokens", "completion_tokens")
    if not usage:
        whole, output = (
            count(each, "inputUsage", "promptTokens"),
            count(each, "outputUsage", "completionTokens"),
        )
    cost = dollars(each.get("totalCost"))
    paid = cost is not None and Decimal(cost) > 0
    if each.get("type") not in CALLS or not (whole or output or paid or failed):
        return None
    model = str(each.get("model") or "")
    read = _sum(usage, "cache_read", "cached")
    written = _sum(usage, "cache_creation", "cache_write")
    total = count(usage, "total")
    beside = (
        total is not None and read + written > 0 and total == (whole or 0) + (output or 0) + read + written
    )
    fresh = whole if whole is None or beside or whole < read + written else whole - read - written
    return _filled(
        {
            "call_id": each.get("id"),
            "provider": maker_of(model),
            "model": model,
            "operation": "embeddings" if each.get("type") == "EMBEDDING" else "chat",
            "status": "failed" if failed else "success",
            "feature": trace.get("name"),
            "input_tokens": fresh,
            "cache_read_tokens": read or None,
            "cache_write_tokens": written or None,
            "output_tokens": output,
            "reasoning_tokens": min(_sum(usage, "reasoning"), output or 0) or None,
            # What a tracer did not know the price of it shows as 0.
            "cost_usd": cost if paid else None,
            "occurred_at": each.get("startTime"),
            "duration_ms": _between(str(each.get("startTime")), str(each.get("endTime"))),
            "user_id": trace.get("userId"),
            "request_id": trace.get("id") or each.get("traceId"),
            "trace_id": trace.get("id") or each.get("traceId"),
            "session_id": trace.get("sessionId"),
            "environment": each.get("environment"),
            "observation": each.get("name"),
        }
    )


def _sum(usage: Said, *parts: str) -> int:
    """What the kinds of use with one of these in their names come to."""
    names = [key for key in usage if any(part in key for part in parts)]
    return sum(count(usage, name) or 0 for name in names)


def batches(documents: Iterable[Batch]) -> Iterator[Batch]:
    """The calls of a file, numbered from 1. A call that goes on over several lines is one record, also where
    it goes on in the next batch.
    """
    reader, number = Reader(), 1
    open_calls: dict[str, Record] = {}
    rejects: list[Reject] = []
    for batch in documents:
        rejects += batch.rejects
        found: dict[str, Record] = {}
        for n in range(len(batch.records.starts)):
            text = text_of(batch.records, n)
            try:
                for call in reader.calls(orjson.loads(text)) if text.strip() else ():
                    key = str(call.get("call_id") or f"#{len(found)}")
                    earlier = found.get(key) or open_calls.pop(key, None)
                    found[key] = call if earlier is None else joined(earlier, call)
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                reason = str(error) if isinstance(error, NoAnswer) else "not JSON of AI calls"
                rejects.append((int(batch.records.numbers[n]), reason, text))
        over = [call for key, call in open_calls.items() if not key.startswith("#")]
        over += [call for key, call in found.items() if key.startswith("#")]
        open_calls = {key: call for key, call in found.items() if not key.startswith("#")}
        if over:  # a first look needs calls to look at
            yield _batch(over, rejects, number)
            number, rejects = number + len(over), []
    if open_calls or rejects:
        yield _batch(list(open_calls.values()), rejects, number)


def _batch(calls: list[Record], rejects: list[Reject], number: int) -> Batch:
    texts = [orjson.dumps(_whole(call)).decode() for call in calls]
    unpacked = of_texts(pa.array(texts, pa.string()), number)
    return Batch(unpacked.records, tuple(rejects), len(texts) + len(rejects))


def _whole(call: Record) -> Record:
    """A call that tells any tokens tells all of them."""
    return dict.fromkeys(TOKENS, 0) | call if any(name in call for name in TOKENS) else call


def is_ai(document: Any) -> bool:
    """Whether a file in which this stands is of AI calls."""
    return kind_of(document) != ""
