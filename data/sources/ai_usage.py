"""What a provider's answer says was used -> disjoint buckets of tokens.

Providers count differently: OpenAI's and Gemini's input holds what came from a cache, Anthropic's and
Bedrock's does not; Gemini's and xAI's output leaves reasoning out. It is told here by the form of the answer,
and by its own total where it has one; nowhere else need anybody know.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

Record = dict[str, Any]
Said = Mapping[str, Any]
MOST = 2**53
TICKS = Decimal(10) ** 10  # xAI reports its costs in these parts of a dollar

# What is part of another bucket can be no more than it.
PARTS = (
    ("reasoning_tokens", "output_tokens"),
    ("cache_write_1h_tokens", "cache_write_tokens"),
    ("input_audio_tokens", "input_tokens"),
    ("input_image_tokens", "input_tokens"),
    ("cache_read_audio_tokens", "cache_read_tokens"),
    ("cache_read_image_tokens", "cache_read_tokens"),
    ("output_audio_tokens", "output_tokens"),
    ("output_image_tokens", "output_tokens"),
    ("input_video_tokens", "input_tokens"),
    ("output_video_tokens", "output_tokens"),
    ("citation_tokens", "output_tokens"),
    ("annotated_pages", "pages"),
)


def parts_of(said: Said, key: str) -> list[Said]:
    """The objects of a list."""
    found = said.get(key)
    each = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("Said", part) for part in each if isinstance(part, Mapping)]


def object_of(said: object, key: str) -> Said:
    """An object inside another; an empty one where there is none."""
    found = cast("Said", said).get(key) if isinstance(said, Mapping) else None
    return cast("Said", found) if isinstance(found, Mapping) else {}


def count(said: Said, *keys: str) -> int | None:
    """The first of these that is a count."""
    for key in keys:
        found = said.get(key)
        if isinstance(found, (int, float)) and not isinstance(found, bool) and 0 <= found < MOST:
            return int(found)
    return None


def dollars(said: object) -> str | None:
    """An amount as text, exact to a billionth; None where it is none."""
    if isinstance(said, bool) or not isinstance(said, (int, float, str)):
        return None
    try:
        found = Decimal(str(said))
    except ArithmeticError:
        return None
    return f"{found:.9f}" if found.is_finite() and 0 <= found < 10**8 else None


def used(body: Said) -> Record | None:
    """The buckets of an answer, and a cost that it reports; None where it says nothing of what was used."""
    for read in (
        _gemini,
        _bedrock,
        _anthropic,
        _chat,
        _responses,
        _cohere,
        _invoked,
        _ollama,
        _pages,
        _other,
    ):
        found = read(body)
        if found is not None:
            told = {key: value for key, value in (found | _reported(body)).items() if value is not None}
            return told | {part: min(told[part], told.get(whole, 0)) for part, whole in PARTS if part in told}
    return None


def _buckets(
    *,
    whole: int | None,
    read: int | None,
    written: int | None,
    output: int | None,
    reasoning: int | None,
    inside: bool = True,
) -> Record:
    """Input without its cached tokens; `inside`: it was counted with them."""
    cached = (read or 0) + (written or 0)
    fresh = whole - cached if whole is not None and inside and whole >= cached else whole
    return {
        "input_tokens": fresh, "cache_read_tokens": read, "cache_write_tokens": written,
        "output_tokens": output, "reasoning_tokens": reasoning,
    }  # fmt: skip


def _chat(body: Said) -> Record | None:
    """OpenAI's chat completions and embeddings, and all who speak like them."""
    usage = object_of(body, "usage")
    whole = count(usage, "prompt_tokens")
    if whole is None:
        return None
    went, came = object_of(usage, "prompt_tokens_details"), object_of(usage, "completion_tokens_details")
    read = count(went, "cached_tokens")
    if read is None:
        read = count(usage, "prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens")
    written = count(went, "cache_write_tokens", "cache_creation_tokens")
    if written is None:
        written = count(usage, "cache_creation_input_tokens")
    output, total = count(usage, "completion_tokens"), count(usage, "total_tokens")
    reasoning = count(came, "reasoning_tokens")
    if reasoning is None:
        reasoning = count(usage, "reasoning_tokens")
    cached = (read or 0) + (written or 0)
    shown = whole + (output or 0)
    thought = reasoning or 0
    cited = count(usage, "citation_tokens") or 0  # Perplexity's deep research, which bills thoughts apart too
    apart = thought > (output or 0) or (thought > 0 and total in (shown + thought, shown + thought + cached))
    if apart or cited:
        output = (output or 0) + thought + cited
    beside = cached > 0 and total is not None and total == whole + (output or 0) + cached
    found = _buckets(
        whole=whole, read=read, written=written, output=output, reasoning=reasoning, inside=not beside
    )
    cached_audio = count(object_of(went, "cached_tokens_details"), "audio_tokens") or 0
    audio, searches = count(went, "audio_tokens"), count(usage, "num_search_queries")
    return found | {
        "input_audio_tokens": audio - cached_audio if audio and audio >= cached_audio else audio,
        "cache_read_audio_tokens": cached_audio or None,
        "input_image_tokens": count(went, "image_tokens"),
        "output_audio_tokens": count(came, "audio_tokens"),
        "output_image_tokens": count(came, "image_tokens"),
        "web_searches": searches,
        "citation_tokens": cited or None,
        "audio_seconds": count(usage, "prompt_audio_seconds") or None,
    }


def _responses(body: Said) -> Record | None:
    """OpenAI's responses, images and transcriptions: input with what was cached, output with reasoning."""
    usage = object_of(body, "usage")
    whole = count(usage, "input_tokens")
    if whole is None:
        return None
    went = object_of(usage, "input_tokens_details") or object_of(usage, "input_token_details")
    came = object_of(usage, "output_tokens_details") or object_of(usage, "output_token_details")
    kept = object_of(went, "cached_tokens_details")
    audio, image = count(went, "audio_tokens"), count(went, "image_tokens")
    read_audio, read_image = count(kept, "audio_tokens"), count(kept, "image_tokens")
    found = _buckets(
        whole=whole,
        read=count(went, "cached_tokens", "cache_read_input_tokens"),
        written=count(went, "cache_write_tokens"),
        output=count(usage, "output_tokens"),
        reasoning=count(came, "reasoning_tokens"),
    )
    made = parts_of(body, "output")
    searches = count(object_of(object_of(body, "tool_usage"), "web_search"), "num_requests")
    if searches is None:  # Perplexity's
        searches = count(object_of(object_of(usage, "tool_calls_details"), "search_web"), "invocation")
    return found | {
        "input_audio_tokens": max(audio - (read_audio or 0), 0) if audio is not None else None,
        "input_image_tokens": max(image - (read_image or 0), 0) if image is not None else None,
        "cache_read_audio_tokens": read_audio,
        "cache_read_image_tokens": read_image,
        "output_audio_tokens": count(came, "audio_tokens"),
        "output_image_tokens": count(came, "image_tokens"),
        "web_searches": (searches if searches is not None else sum(map(_searches, made))) or None,
        "file_searches": sum(part.get("type") == "file_search_call" for part in made) or None,
    }


def _searches(part: Said) -> bool:
    """Whether a part of an answer is a search of the web; a page that is opened or looked through is none."""
    action = object_of(part, "action").get("type", "search")
    return part.get("type") == "web_search_call" and action == "search"


def _anthropic(body: Said) -> Record | None:
    """Anthropic's messages: what was cached is counted beside the input."""
    usage = object_of(body, "usage")
    fresh = count(usage, "input_tokens")
    own = body.get("type") == "message" or not usage.keys().isdisjoint(
        ("cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation")
    )
    if fresh is None or not own or "input_tokens_details" in usage or "prompt_tokens" in usage:
        return None
    hour = count(object_of(usage, "cache_creation"), "ephemeral_1h_input_tokens")
    minutes = count(object_of(usage, "cache_creation"), "ephemeral_5m_input_tokens")
    written = count(usage, "cache_creation_input_tokens")
    if written is None and (hour is not None or minutes is not None):
        written = (hour or 0) + (minutes or 0)
    # What compacting a long conversation took is billed and is in no other count.
    compacted = [each for each in parts_of(usage, "iterations") if each.get("type") == "compaction"]
    more = {name: sum(count(each, name) or 0 for each in compacted) for name in ANTHROPIC}
    found = _buckets(
        whole=fresh + more["input_tokens"],
        read=_more(count(usage, "cache_read_input_tokens"), more["cache_read_input_tokens"]),
        written=_more(written, more["cache_creation_input_tokens"]),
        output=_more(count(usage, "output_tokens"), more["output_tokens"]),
        reasoning=count(object_of(usage, "output_tokens_details"), "thinking_tokens", "reasoning_tokens"),
        inside=False,
    )
    said = {name: usage.get(name) for name in ("speed", "inference_geo")}
    return (
        found
        | {
            "cache_write_1h_tokens": hour or None,
            "web_searches": count(object_of(usage, "server_tool_use"), "web_search_requests") or None,
        }
        | {name: each for name, each in said.items() if isinstance(each, str)}
    )


ANTHROPIC = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")


def _more(said: int | None, extra: int) -> int | None:
    return said if not extra else (said or 0) + extra


def _gemini(body: Said) -> Record | None:
    """Gemini: the prompt holds what was cached, what was thought and what tools put in are counted beside."""
    usage = object_of(body, "usageMetadata") or object_of(body, "usage_metadata")
    whole = count(usage, "promptTokenCount", "prompt_token_count")
    if whole is None:
        return None
    tools = count(usage, "toolUsePromptTokenCount", "tool_use_prompt_token_count") or 0
    said = count(usage, "candidatesTokenCount", "candidates_token_count", "responseTokenCount")
    thought = count(usage, "thoughtsTokenCount", "thoughts_token_count")
    found = _buckets(
        whole=whole + tools,
        read=count(usage, "cachedContentTokenCount", "cached_content_token_count"),
        written=None,
        output=None if said is None and thought is None else (said or 0) + (thought or 0),
        reasoning=thought,
    )
    parts: Record = {}
    # Documents are read as the images that their pages are.
    for kind, names in (("audio", ("AUDIO",)), ("image", ("IMAGE", "DOCUMENT")), ("video", ("VIDEO",))):
        kept = _of_modality(usage, ("cacheTokensDetails", "cache_tokens_details"), names) or 0
        went = _of_modality(usage, WENT_IN, names)
        parts[f"input_{kind}_tokens"] = max(went - kept, 0) if went is not None else None
        parts[f"output_{kind}_tokens"] = _of_modality(usage, CAME_OUT, names)
        if kind != "video":
            parts[f"cache_read_{kind}_tokens"] = kept or None
    return found | parts | {"web_searches": _grounded(body) or None}


WENT_IN = (
    "promptTokensDetails", "prompt_tokens_details", "toolUsePromptTokensDetails",
    "tool_use_prompt_tokens_details",
)  # fmt: skip
CAME_OUT = ("candidatesTokensDetails", "candidates_tokens_details", "responseTokensDetails")


def _of_modality(usage: Said, keys: tuple[str, ...], modalities: tuple[str, ...]) -> int | None:
    parts = [part for key in keys for part in parts_of(usage, key)]
    counts = [
        count(part, "tokenCount", "token_count") for part in parts if part.get("modality") in modalities
    ]
    return sum(each or 0 for each in counts) if counts else None


def _grounded(body: Said) -> int:
    """Searches that grounded Gemini's answer: from Gemini 3 on each is paid, before that the prompt."""
    found = {
        str(query)
        for each in parts_of(body, "candidates")
        for about in (object_of(each, "groundingMetadata"), object_of(each, "grounding_metadata"))
        for query in cast(
            "list[object]", about.get("webSearchQueries") or about.get("web_search_queries") or ()
        )
        if query
    }
    model = str(body.get("modelVersion") or body.get("model_version") or "").rpartition("/")[2]
    return min(len(found), 1) if model.startswith(("gemini-1", "gemini-2")) else len(found)


def _bedrock(body: Said) -> Record | None:
    """Bedrock's converse, and Nova: what was cached is counted beside the input."""
    usage = object_of(body, "usage") or object_of(object_of(body, "metadata"), "usage")
    fresh = count(usage, "inputTokens")
    if fresh is None:
        return None
    kept = parts_of(usage, "cacheDetails")
    hour = sum(count(each, "inputTokens") or 0 for each in kept if each.get("ttl") == "1h")
    found = _buckets(
        whole=fresh,
        read=count(usage, "cacheReadInputTokens", "cacheReadInputTokenCount"),
        written=count(usage, "cacheWriteInputTokens", "cacheWriteInputTokenCount"),
        output=count(usage, "outputTokens"),
        reasoning=None,
        inside=False,
    )
    return found | {"cache_write_1h_tokens": hour or None}


def _invoked(body: Said) -> Record | None:
    """Bedrock's invoke_model, of models without another form: Titan, Llama; and what Bedrock adds itself."""
    added = object_of(body, "amazon-bedrock-invocationMetrics")
    if (fresh := count(added, "inputTokenCount")) is not None:
        return _buckets(
            whole=fresh,
            read=count(added, "cacheReadInputTokenCount"),
            written=count(added, "cacheWriteInputTokenCount"),
            output=count(added, "outputTokenCount"),
            reasoning=None,
            inside=False,
        )
    if (whole := count(body, "prompt_token_count")) is not None:
        output = count(body, "generation_token_count")
        return _buckets(whole=whole, read=None, written=None, output=output, reasoning=None)
    if (whole := count(body, "inputTextTokenCount")) is not None:
        output = sum(count(each, "tokenCount") or 0 for each in parts_of(body, "results"))
        return _buckets(whole=whole, read=None, written=None, output=output, reasoning=None)
    return None


def _cohere(body: Said) -> Record | None:
    """Cohere: what it bills."""
    usage = object_of(body, "usage") or object_of(body, "meta")
    billed = object_of(usage, "billed_units")
    if not billed:
        return None
    return _buckets(
        whole=count(billed, "input_tokens"),
        read=None,
        written=None,
        output=count(billed, "output_tokens"),
        reasoning=None,
    )


def _pages(body: Said) -> Record | None:
    """Mistral's reading of documents: paid by the page, more of those that it annotates."""
    read = count(object_of(body, "usage_info"), "pages_processed")
    if read is None:
        return None
    return {"pages": read, "annotated_pages": read if body.get("document_annotation") else None}


def _ollama(body: Said) -> Record | None:
    whole, output = count(body, "prompt_eval_count"), count(body, "eval_count")
    if whole is None and output is None:
        return None
    return _buckets(whole=whole, read=None, written=None, output=output, reasoning=None)


def _other(body: Said) -> Record | None:
    """Embeddings that say nothing but a total, and audio that is paid by its length."""
    usage = object_of(body, "usage")
    if listed := parts_of(body, "predictions"):  # Vertex' embeddings
        each = [
            count(object_of(object_of(part, "embeddings"), "statistics"), "token_count") for part in listed
        ]
        if None not in each:
            whole = sum(part or 0 for part in each)
            return _buckets(whole=whole, read=None, written=None, output=None, reasoning=None)
    if (total := count(usage, "total_tokens")) is not None:
        return _buckets(whole=total, read=None, written=None, output=None, reasoning=None)
    seconds = usage.get("seconds")
    if isinstance(seconds, (int, float)) and usage.get("type") == "duration":
        return {"audio_seconds": int(-(-seconds // 1))}
    return None


def _reported(body: Said) -> Record:
    """A cost that the answer reports: OpenRouter's, Perplexity's, xAI's, a gateway's."""
    usage = object_of(body, "usage")
    cost = usage.get("cost")
    if isinstance(cost, Mapping):
        cost = cast("Said", cost).get("total_cost")
    elif usage.get("is_byok") is True and cost is not None:
        beside = object_of(usage, "cost_details").get("upstream_inference_cost")
        parts = [dollars(cost), dollars(beside)]
        cost = str(sum(Decimal(part) for part in parts if part is not None))
    if cost is None and (ticks := count(usage, "cost_in_usd_ticks")) is not None:
        cost = str(Decimal(ticks) / TICKS)
    if cost is None:
        cost = body.get("response_cost")
    amount = dollars(cost)
    return {} if amount is None else {"cost_usd": amount}
