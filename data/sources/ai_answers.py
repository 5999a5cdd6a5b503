"""Answers of AI providers as they are -> calls: columns and attributes of `llm_calls`.

An answer may come bare, in an envelope that says whose it is, as a line of a batch's output, or in pieces of
a stream. What was said in it is left behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from analytics.llm_cost import USED
from data.sources.ai_usage import Record, Said, dollars, object_of, parts_of, used

INSIDE = ("response", "body", "message", "modelOutput", "result")
# Pieces of streams that say nothing of a call.
SILENT = ("content_block", "ping", "message_stop", "response.", "error.")
NEITHER = 'no answer of a known AI provider: send the answer\'s body as it came, or {"response": …} around it'


class NoAnswer(ValueError):
    """What is no answer of a provider; the text says what to send."""


def calls(documents: Iterable[object]) -> list[tuple[int, Record | NoAnswer]]:
    """The calls of documents that came together, each with the number of its document: pieces of one answer
    are one call, and its last words count.
    """
    found: list[tuple[int, Record | NoAnswer]] = []
    places: dict[str, int] = {}
    open_call: Record | None = None
    for number, document in enumerate(documents):
        try:
            said = call_of(document, open_call)
        except NoAnswer as error:
            found.append((number, error))
            continue
        if said is None:
            continue
        open_call = said
        identity = str(said.get("call_id") or "")
        if identity in places:
            first, earlier = found[places[identity]]
            found[places[identity]] = (first, joined(cast("Record", earlier), said))
            continue
        if identity:
            places[identity] = len(found)
        found.append((number, said))
    return found


def joined(earlier: Record, later: Record) -> Record:
    """Two pieces of one call: counts grow while it goes on, and what is said last counts."""
    most = {
        name: max(earlier.get(name) or 0, later.get(name) or 0)
        for name in USED
        if name in earlier or name in later
    }
    first = {name: earlier[name] for name in ("occurred_at",) if name in earlier}
    return earlier | {key: said for key, said in later.items() if said not in (None, "")} | most | first


def call_of(document: object, open_call: Record | None = None) -> Record | None:
    """The call of one document; None where it says nothing of one. Raises NoAnswer.

    `open_call`: the call that pieces without an id belong to.
    """
    if not isinstance(document, Mapping):
        raise NoAnswer(str(document) if isinstance(document, ValueError) else NEITHER)
    body = cast("Said", document)
    kind = str(body.get("type") or "")
    if kind == "message_start":
        return call_of(object_of(body, "message"))
    if kind == "message_delta":
        return _goes_on(body, open_call)
    if kind.startswith("response.") and object_of(body, "response"):
        ended = kind in ("response.completed", "response.incomplete", "response.failed", "response.done")
        return call_of(object_of(body, "response")) if ended else None
    if kind.startswith(SILENT) and "usage" not in body:
        return None
    return _opened(body) or _answer(body)


def _goes_on(piece: Said, open_call: Record | None) -> Record | None:
    """What a later piece of an Anthropic stream says of its call: all that was used so far."""
    if open_call is None:
        raise NoAnswer("a piece of a stream without its beginning: send all of its events together")
    usage = {"type": "message", "usage": {"input_tokens": 0, **object_of(piece, "usage")}}
    more = used(usage) or {}
    stopped = object_of(piece, "delta").get("stop_reason")
    return {"call_id": open_call.get("call_id", ""), **more} | (
        {"finish_reason": stopped} if isinstance(stopped, str) else {}
    )


def _opened(document: Said) -> Record | None:
    """The answer in an envelope or a line of a batch, with what that says."""
    result = object_of(document, "result")
    if "custom_id" in document and result:  # Anthropic's batches
        inner = object_of(result, "message") or object_of(result, "error")
        found = _answer(inner or result)
        return found | {"batch": True, "custom_id": str(document["custom_id"])}
    key = next((key for key in INSIDE if _holds_answer(object_of(document, key))), None)
    if key is None or used(document) is not None:
        return None
    inner = object_of(document, key)
    if "status_code" in inner:  # OpenAI's batches
        found = _answer(object_of(inner, "body"))
        told = {"batch": True, "custom_id": str(document.get("custom_id", ""))}
        return found | told | _failed_by(inner)
    batched = key == "modelOutput" or ("key" in document and key == "response")
    return _answer(inner) | ({"batch": True} if batched else {}) | _said_around(document, key)


def _holds_answer(inner: Said) -> bool:
    return "error" in inner or "status_code" in inner or used(inner) is not None or _is_piece(inner)


def _failed_by(answer: Said) -> Record:
    code = answer.get("status_code")
    return {"status": "failed"} if isinstance(code, int) and code >= 400 else {}


def _said_around(envelope: Said, inside: str) -> Record:
    """What an envelope says: columns, and plain values as attributes; what was asked is left behind."""
    more = object_of(envelope, "attributes")
    plain = (str, int, float, bool)
    said: Record = {
        key: value for key, value in (*more.items(), *envelope.items()) if isinstance(value, plain)
    }
    said.pop(inside, None)
    for name in ("recordId", "key"):
        if name in said:
            said["custom_id"] = said.pop(name)
    if "cost_usd" in said:
        said["cost_usd"] = dollars(said["cost_usd"])
    return {key: value for key, value in said.items() if value not in (None, "")}


def _answer(body: Said) -> Record:
    """The call that a bare answer is of. Raises NoAnswer."""
    told = used(body)
    error = object_of(body, "error") or (object_of(body, "errors") if "errors" in body else {})
    if told is None and not error and not _is_piece(body):
        raise NoAnswer(NEITHER)
    model = next((said for key in ("model", "modelVersion", "model_version", "modelId")
                  if isinstance(said := body.get(key), str) and said), "")  # fmt: skip
    found: Record = {
        "call_id": _text(body, "id", "responseId", "response_id") or _amazon(body),
        "provider": provider_of(body, model),
        "model": model,
        "operation": operation_of(body),
        "status": "failed" if error or body.get("status") == "failed" else "success",
        "occurred_at": _text(body, "createTime") or _moment(body),
        "error_type": _fault(error),
        "finish_reason": _finish(body),
        "service_tier": _tier(body),
        "duration_ms": _duration(body),
    }
    return {key: said for key, said in found.items() if said not in ("", None)} | (told or {})


def _is_piece(body: Said) -> bool:
    return body.get("object") == "chat.completion.chunk"


def _text(said: Said, *keys: str) -> str:
    for key in keys:
        found = said.get(key)
        if isinstance(found, (str, int)) and not isinstance(found, bool) and found != "":
            return str(found)
    return ""


def _fault(error: Said) -> str:
    """The kind of an error: in words where there are any."""
    words = (said for key in ("code", "type", "status") if isinstance(said := error.get(key), str) and said)
    return next(words, _text(error, "code"))


def _amazon(body: Said) -> str:
    return _text(object_of(body, "ResponseMetadata"), "RequestId")


def _moment(body: Said) -> int | float | str | None:
    """When the answer says that it was begun."""
    for key in ("created", "created_at"):
        found = body.get(key)
        if isinstance(found, (int, float)) and not isinstance(found, bool) and found > 10**8:
            return found
        if isinstance(found, str) and found[:2] == "20":
            return found
    return None


def _duration(body: Said) -> float | None:
    latency = object_of(body, "metrics").get("latencyMs")
    latency = object_of(object_of(body, "metadata"), "metrics").get("latencyMs", latency)
    if isinstance(latency, (int, float)):
        return float(latency)
    took = body.get("total_duration")  # Ollama's, in nanoseconds
    return took / 1e6 if isinstance(took, int) and "eval_count" in body else None


def _finish(body: Said) -> str:
    """Why it ended: `length` and `max_tokens` mean that it was cut off."""
    first = (*parts_of(body, "choices"), *parts_of(body, "candidates"), {})[0]
    cut = object_of(body, "incomplete_details").get("reason")
    return (
        _text(body, "stop_reason", "stopReason", "finish_reason")
        or _text(first, "finish_reason", "finishReason")
        or (cut if isinstance(cut, str) else "")
    )


def _tier(body: Said) -> str:
    usage = object_of(body, "usage")
    inner = object_of(body, "serviceTier").get("type")
    traffic = _text(object_of(body, "usageMetadata"), "serviceTier", "trafficType").lower()
    return (
        _text(body, "service_tier")
        or _text(usage, "service_tier")
        or (inner if isinstance(inner, str) else "")
        or traffic.removeprefix("on_demand_")
    )


def operation_of(body: Said) -> str:
    """What was asked for, by the name that OpenTelemetry has for it."""
    listed = parts_of(body, "data")
    if not {"embedding", "embeddings", "predictions"}.isdisjoint(body) or (
        listed and "embedding" in listed[0]
    ):
        return "embeddings"
    if listed and not {"b64_json", "url"}.isdisjoint(listed[0]):
        return "image_generation"
    if "usage_info" in body:
        return "ocr"
    if body.get("object") == "text_completion":
        return "text_completion"
    if "candidates" in body:
        return "generate_content"
    return "transcription" if isinstance(body.get("text"), str) and "usage" in body else "chat"


# How the makers of models begin their names.
MAKERS = (
    ("claude", "anthropic"), ("gemini", "google"), ("grok", "x-ai"), ("deepseek", "deepseek"),
    ("mistral", "mistral"),
    ("gpt-", "openai"), ("o1", "openai"), ("o3", "openai"), ("o4", "openai"), ("chatgpt", "openai"),
    ("text-embedding-", "openai"), ("whisper-1", "openai"), ("tts-", "openai"), ("sonar", "perplexity"),
    ("command", "cohere"), ("embed-", "cohere"), ("rerank-", "cohere"), ("voyage", "voyageai"),
    ("codestral", "mistral"), ("ministral", "mistral"), ("voxtral", "mistral"), ("pixtral", "mistral"),
    ("magistral", "mistral"), ("devstral", "mistral"), ("kimi", "moonshotai"), ("dall-e", "openai"),
)  # fmt: skip


def provider_of(body: Said, model: str) -> str:
    """Who answered, by what only this one says; else who makes the model; '' where nobody can know."""
    choices: list[Said] = parts_of(body, "choices")
    marked = "prompt_filter_results" in body or (choices and "content_filter_results" in choices[0])
    identity = str(body.get("id") or "")
    if marked or "content_filters" in body:
        return "azure"
    if identity.startswith("msg_bdrk_") or "amazon-bedrock-invocationMetrics" in body or _is_amazon(body):
        return "aws"
    if identity.startswith("msg_vrtx_") or "usageMetadata" in body or "usage_metadata" in body:
        return "google"
    if identity.startswith("gen-") and ("provider" in body or "cost" in object_of(body, "usage")):
        return "openrouter"
    if "x_groq" in body:
        return "groq"
    return maker_of(model)


def maker_of(model: str) -> str:
    """Who makes a model, by the beginning of its name; '' where that tells nothing."""
    return next((maker for begins, maker in MAKERS if model.lower().startswith(begins)), "")


def _is_amazon(body: Said) -> bool:
    usage = object_of(body, "usage") or object_of(object_of(body, "metadata"), "usage")
    return "inputTokens" in usage or "inputTextTokenCount" in body or "prompt_token_count" in body


def events_of(text: bytes) -> Iterator[bytes]:
    """The data of server-sent events, as providers stream their answers."""
    for line in text.replace(b"\r", b"").split(b"\n"):
        if line.startswith(b"data:") and (data := line[5:].strip()) not in (b"", b"[DONE]"):
            yield data
