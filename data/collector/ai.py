"""Calls of AI models among spans, by OpenTelemetry's names for them, old and new; and what people said to
models, which is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.sources.ai_usage import dollars
from data.sources.otlp import Record

MODEL = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name")
ANSWER = ("gen_ai.response.id", "llm.response.id")
PROVIDER = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system")
OPERATION = ("gen_ai.operation.name", "llm.request.type")
INPUT = (
    "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens",
    "llm.token_count.prompt",
)  # fmt: skip
OUTPUT = (
    "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens",
    "llm.token_count.completion",
)  # fmt: skip
CACHE_READ = (
    "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.details.cache_read_tokens", "llm.token_count.prompt_details.cache_read",
)  # fmt: skip
CACHE_WRITE = (
    "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.details.cache_write_tokens", "llm.token_count.prompt_details.cache_write",
)  # fmt: skip
TOTAL = ("gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total")
REASONING = (
    "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens", "llm.token_count.completion_details.reasoning",
)  # fmt: skip
# Kinds of tokens with prices of their own, and what senders call them.
OF_THEIR_OWN = (
    ("input_audio_tokens", ("gen_ai.usage.audio.input_tokens", "llm.token_count.prompt_details.audio")),
    ("input_image_tokens", ("gen_ai.usage.image.input_tokens",)),
    ("output_audio_tokens", ("gen_ai.usage.audio.output_tokens", "llm.token_count.completion_details.audio")),
    ("output_image_tokens", ("gen_ai.usage.image.output_tokens",)),
)
# What libraries say of spans that only hold calls.
HOLDING = ("openinference.span.kind", "traceloop.span.kind")
CALLING = frozenset(("", "llm", "embedding"))
# Operations that call a model; what an agent, a tool or a workflow used is told by the calls inside it.
CALLS = frozenset(
    ("", "chat", "text_completion", "completion", "generate_content", "embeddings", "embedding")
)
SAID = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.retrieval.documents",
    "gen_ai.retrieval.query.text",
    "gen_ai.event.content",
    "llm.input_messages",
    "llm.output_messages",
    "llm.prompts",
    "llm.completions",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "input.value",
    "output.value",
)
# Log records and events of spans that say nothing but what was said.
SAYING = frozenset(
    ("gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message")
) | {"gen_ai.choice", "gen_ai.content.prompt", "gen_ai.content.completion"}
# Keys that were asked about before and hold nothing of the kind.
_HARMLESS: set[str] = set()
_MOST = 10_000


def says(key: str) -> bool:
    """Whether an attribute holds what was said to a model or by it."""
    return any(key == name or key.startswith(f"{name}.") for name in SAID)


def without_content(record: Record) -> Record:
    """A record without what was said to models."""
    if record.get("event_name") in SAYING or record.get("name") in SAYING:
        record = {key: each for key, each in record.items() if key not in ("body", "content", "message")}
    if not record.keys() <= _HARMLESS:
        record = {key: each for key, each in record.items() if not says(key)}
        if len(_HARMLESS) < _MOST:
            _HARMLESS.update(record)
    if events := record.get("events"):
        record = record | {"events": [without_content(event) for event in events]}
    return record


def call_of(span: Record) -> Record | None:
    """The call of a model that a span is: columns of `llm_calls`; None where it is none.

    `input_tokens` leaves out what was read from a cache or written to it, `reasoning_tokens` is part of
    `output_tokens`.
    """
    model = _text(span, MODEL)
    operation = _text(span, OPERATION)
    provider = _text(span, PROVIDER)
    if _text(span, HOLDING).lower() not in CALLING or operation not in CALLS:
        return None
    if not model or not (provider or _count(span, INPUT) is not None):
        return None
    read, write = _count(span, CACHE_READ) or 0, _count(span, CACHE_WRITE) or 0
    given, output = _count(span, INPUT), _count(span, OUTPUT)
    failed = span["status.code"] == "error" or bool(span.get("error.type"))
    call: Record = {
        # The id of the provider's answer, so that a call is one row whether spans tell it or its body.
        "call_id": _text(span, ANSWER) or f"{span['trace_id']}-{span['span_id']}",
        "operation": operation,
        "provider": provider,
        "model": model,
        "input_tokens": _fresh(given, read + write, output, _count(span, TOTAL)),
        "cache_read_tokens": read,
        "cache_write_tokens": write,
        "output_tokens": output,
        "reasoning_tokens": _count(span, REASONING),
        "status": "failed" if failed else "success",
        "error_type": _text(span, ("error.type", "exception.type")),
        "tool": _text(span, ("gen_ai.tool.name",)),
        "feature": _text(span, ("feature", "ai.feature", "app.feature")),
        "command": _text(span, ("command", "ai.command", "app.command")),
    }
    more = {name: found for name, names in OF_THEIR_OWN if (found := _count(span, names))}
    cost = dollars(span.get("gen_ai.usage.cost"))
    return call | more | ({} if cost is None else {"cost_usd": cost})


def _fresh(given: int | None, cached: int, output: int | None, total: int | None) -> int | None:
    """The input without its cached tokens. Senders differ on whether it holds them: their total tells, and
    where there is none it does, as OpenTelemetry has it, unless it is too small for that.
    """
    if given is None or not cached:
        return given
    beside = total is not None and total == given + cached + (output or 0)
    return given if beside or given < cached else given - cached


def _text(span: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((found for name in names if isinstance(found := span.get(name), str) and found), "")


def _count(span: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        found = span.get(name)
        if isinstance(found, (int, float)) and not isinstance(found, bool) and 0 <= found < 2**53:
            return int(found)
    return None
