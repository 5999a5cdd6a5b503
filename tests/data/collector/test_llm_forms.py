"""Answers of providers in the shapes that they document, each to the billionth of a dollar by hand.

Beside each stand the amounts and the list prices, dollars a million tokens, then what is paid a piece.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.data.collector.sending import land, send
from tests.data.conftest import tuples

WHEN = "2026-02-03T10:00:00Z"
SONNET, NOVA = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-pro-v1:0"


def chat(model: str, went: int, came: int, total: int | None = None, **more: Any) -> dict[str, Any]:
    """A chat completion; what `usage` says more is given, all else goes around it."""
    usage = {
        "prompt_tokens": went, "completion_tokens": came, "total_tokens": total or went + came,
        **more.pop("usage", {}),
    }  # fmt: skip
    return {"object": "chat.completion", "model": model, "choices": [], "usage": usage, **more}


def responses(model: str, went: int, came: int, **more: Any) -> dict[str, Any]:
    usage = {
        "input_tokens": went, "output_tokens": came, "total_tokens": went + came, **more.pop("usage", {}),
    }  # fmt: skip
    return {"object": "response", "model": model, "output": [], "usage": usage, **more}


def message(model: str, went: int, came: int, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": went, "output_tokens": came, **more.pop("usage", {})}
    return {"type": "message", "role": "assistant", "model": model, "content": [], "usage": usage, **more}


def gemini(model: str, went: int, came: int, *, candidate: dict[str, Any] | None = None, **usage: Any):
    counts = {"promptTokenCount": went, "candidatesTokenCount": came, "totalTokenCount": went + came}
    return {"modelVersion": model, "candidates": [candidate or {}], "usageMetadata": counts | usage}


def converse(went: int, came: int, **usage: Any) -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": []}}, "stopReason": "end_turn",
        "usage": {"inputTokens": went, "outputTokens": came, "totalTokens": went + came, **usage},
    }  # fmt: skip


def modality(*parts: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"modality": name, "tokenCount": tokens} for name, tokens in parts]


SEARCHED = {"groundingMetadata": {"webSearchQueries": ["a secret", "another"], "groundingChunks": [{}]}}

# name, body, what the sender says, [(tokens, dollars a million)], [(pieces, dollars each)]
CASES: list[tuple[str, dict[str, Any], dict[str, str], list[tuple[int, str]], list[tuple[int, str]]]] = [
    # OpenAI: cached tokens are inside of the input, reasoning inside of the output.
    ("openai chat", chat("gpt-4o", 1000, 100, usage={"prompt_tokens_details": {"cached_tokens": 600}}), {},
     [(400, "2.5"), (600, "1.25"), (100, "10")], []),
    ("openai reasoning", chat("gpt-5", 1000, 500, usage={"completion_tokens_details": {"reasoning_tokens": 400}}),
     {}, [(1000, "1.25"), (500, "10")], []),
    ("openai priority", chat("gpt-5", 1000, 500, service_tier="priority"), {}, [(1000, "2.5"), (500, "20")], []),
    ("openai predicted", chat("gpt-4o", 1000, 300, usage={"completion_tokens_details": {
        "accepted_prediction_tokens": 10, "rejected_prediction_tokens": 90}}), {}, [(1000, "2.5"), (300, "10")], []),
    # Of what the web search did, opening pages and looking through them costs nothing.
    ("openai searches", responses("gpt-4o", 100, 10, output=[
        {"type": "web_search_call", "action": {"type": "search"}}, {"type": "web_search_call"},
        {"type": "web_search_call", "action": {"type": "open_page"}},
        {"type": "web_search_call", "action": {"type": "find_in_page"}},
        {"type": "file_search_call"}, {"type": "message"}]), {},
     [(100, "2.5"), (10, "10")], [(2, "0.01"), (1, "0.0025")]),
    ("openai counted searches", responses("gpt-4o", 100, 10, tool_usage={"web_search": {"num_requests": 3}}), {},
     [(100, "2.5"), (10, "10")], [(3, "0.01")]),
    ("openai realtime", {"type": "response.done", "response": {
        "object": "realtime.response", "model": "gpt-realtime", "status": "completed", "output": [],
        "usage": {"total_tokens": 300, "input_tokens": 200, "output_tokens": 100,
                  "input_token_details": {"text_tokens": 100, "audio_tokens": 100, "cached_tokens": 60,
                                          "cached_tokens_details": {"text_tokens": 40, "audio_tokens": 20}},
                  "output_token_details": {"text_tokens": 20, "audio_tokens": 80}}}}, {},
     [(60, "4"), (80, "32"), (60, "0.4"), (20, "16"), (80, "64")], []),
    ("openai transcript", {"text": "a secret", "usage": {
        "type": "tokens", "input_tokens": 1000, "input_token_details": {"text_tokens": 0, "audio_tokens": 1000},
        "output_tokens": 100, "total_tokens": 1100}}, {"model": "gpt-4o-transcribe", "provider": "openai"},
     [(1000, "6"), (100, "10")], []),
    ("openai whisper", {"text": "a secret", "usage": {"type": "duration", "seconds": 60.2}},
     {"model": "whisper-1", "provider": "openai"}, [], [(61, "0.0001")]),
    ("openai batch of embeddings", {"custom_id": "c1", "error": None, "response": {"status_code": 200, "body": {
        "object": "list", "model": "text-embedding-3-large", "data": [{"embedding": [0.1]}],
        "usage": {"prompt_tokens": 10_000, "total_tokens": 10_000}}}}, {}, [(10_000, "0.065")], []),
    # Azure and Bedrock: batches cost half, by their own lists.
    ("azure batch", {"custom_id": "c2", "error": None, "response": {"status_code": 200, "body": chat(
        "gpt-4o-mini-2024-07-18", 1000, 100, prompt_filter_results=[])}}, {}, [(1000, "0.075"), (100, "0.3")], []),
    ("bedrock batch", {"recordId": "c3", "modelInput": {}, "modelOutput": message(
        "claude-sonnet-4-5-20250929", 1000, 100, id="msg_bdrk_2")}, {"model": SONNET},
     [(1000, "1.65"), (100, "8.25")], []),
    ("bedrock flex", converse(1000, 100) | {"serviceTier": {"type": "flex"}}, {"model": NOVA},
     [(1000, "0.4"), (100, "1.6")], []),
    ("bedrock priority", converse(1000, 100) | {"serviceTier": {"type": "priority"}}, {"model": NOVA},
     [(1000, "1.4"), (100, "5.6")], []),
    # Bedrock and Anthropic: cached tokens are beside the input.
    ("bedrock caching", converse(1000, 100, cacheReadInputTokens=5000, cacheWriteInputTokens=2000, cacheDetails=[
        {"ttl": "1h", "inputTokens": 1500}, {"ttl": "5m", "inputTokens": 500}]), {"model": SONNET},
     [(1000, "3.3"), (5000, "0.33"), (500, "4.125"), (1500, "6.6"), (100, "16.5")], []),
    ("bedrock stream", {"metadata": {"usage": {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100},
                                     "metrics": {"latencyMs": 12}}}, {"model": NOVA},
     [(1000, "0.8"), (100, "3.2")], []),
    ("bedrock invoked", {"generation": "a secret", "prompt_token_count": 1000, "generation_token_count": 100,
                         "stop_reason": "stop"}, {"model": "meta.llama3-1-8b-instruct-v1:0"},
     [(1000, "0.22"), (100, "0.22")], []),
    ("anthropic caching", message("claude-opus-4-6", 50, 400, usage={
        "cache_read_input_tokens": 20_000, "cache_creation_input_tokens": 3000,
        "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 1000},
        "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 5, "code_execution_requests": 1}}), {},
     [(50, "5"), (20_000, "0.5"), (2000, "6.25"), (1000, "10"), (400, "25")], [(2, "0.01")]),
    ("anthropic batch", message("claude-sonnet-4-5", 1000, 100, usage={"service_tier": "batch"}), {},
     [(1000, "1.5"), (100, "7.5")], []),
    # A model whose batches the table does not know.
    ("anthropic older batch", message("claude-opus-4-1-20250805", 1000, 100, usage={"service_tier": "batch"}), {},
     [(1000, "7.5"), (100, "37.5")], []),
    ("anthropic in the us", message("claude-opus-4-6", 1000, 100, usage={
        "service_tier": "standard", "inference_geo": "us"}), {}, [(1000, "5.5"), (100, "27.5")], []),
    ("anthropic anywhere", message("claude-opus-4-6", 1000, 100, usage={"inference_geo": "global"}), {},
     [(1000, "5"), (100, "25")], []),
    # What compacting took is in no other count; the message itself is in both.
    ("anthropic compaction", message("claude-opus-4-6", 1000, 100, usage={"iterations": [
        {"type": "compaction", "input_tokens": 5000, "output_tokens": 500},
        {"type": "message", "input_tokens": 1000, "output_tokens": 100}]}), {}, [(6000, "5"), (600, "25")], []),
    ("vertex claude", message("claude-sonnet-4-5@20250929", 1000, 100, id="msg_vrtx_1"), {},
     [(1000, "3"), (100, "15")], []),
    # Gemini: cached tokens are inside of the prompt, thoughts and what tools put in beside.
    ("gemini everything", gemini(
        "gemini-2.5-flash", 10_000, 100, cachedContentTokenCount=4000, thoughtsTokenCount=300,
        toolUsePromptTokenCount=500, totalTokenCount=10_900,
        promptTokensDetails=modality(("TEXT", 7000), ("AUDIO", 3000)),
        cacheTokensDetails=modality(("TEXT", 3000), ("AUDIO", 1000)),
        toolUsePromptTokensDetails=modality(("TEXT", 200), ("AUDIO", 300))), {},
     # text: 7000 + 200 - 3000, audio: 3000 + 300 - 1000
     [(4200, "0.3"), (2300, "1"), (3000, "0.03"), (1000, "0.1"), (400, "2.5")], []),
    ("gemini's python", {"model_version": "gemini-2.5-flash", "candidates": [], "usage_metadata": {
        "prompt_token_count": 1000, "candidates_token_count": 100, "total_token_count": 1100,
        "prompt_tokens_details": [{"modality": "AUDIO", "token_count": 900}, {"modality": "TEXT", "token_count": 100}],
    }}, {}, [(100, "0.3"), (900, "1"), (100, "2.5")], []),
    # Until Gemini 2.5 a grounded prompt is paid, from 3 on each search.
    ("gemini 2.5 grounded", gemini("gemini-2.5-flash", 1000, 100, candidate=SEARCHED), {},
     [(1000, "0.3"), (100, "2.5")], [(1, "0.035")]),
    ("gemini 3 grounded", gemini("gemini-3-flash-preview", 1000, 100, candidate=SEARCHED), {},
     [(1000, "0.5"), (100, "3")], [(2, "0.014")]),
    ("gemini picture", gemini("gemini-2.5-flash-image", 10, 1290, candidatesTokensDetails=modality(("IMAGE", 1290))),
     {}, [(10, "0.3"), (1290, "30")], []),
    ("gemini document", gemini("gemini-2.5-flash", 1000, 100, promptTokensDetails=modality(
        ("DOCUMENT", 800), ("TEXT", 200))), {}, [(1000, "0.3"), (100, "2.5")], []),
    ("gemini live", {"usageMetadata": {
        "promptTokenCount": 1000, "responseTokenCount": 100, "totalTokenCount": 1100,
        "promptTokensDetails": modality(("AUDIO", 600), ("VIDEO", 400)),
        "responseTokensDetails": modality(("AUDIO", 100))}}, {"model": "gemini-live-2.5-flash"},
     [(600, "3"), (400, "3"), (100, "12")], []),
    # Past 200,000 tokens in, what was cached counted too, all of them cost more.
    ("gemini long", gemini("gemini-2.5-pro", 200_001, 100, cachedContentTokenCount=100_000), {},
     [(100_001, "2.5"), (100_000, "0.25"), (100, "15")], []),
    # Others who speak as OpenAI does.
    ("mistral", chat("mistral-large-latest", 1000, 100), {}, [(1000, "2"), (100, "6")], []),
    ("mistral's ears", chat("voxtral-small-latest", 10, 100, 1610, usage={"prompt_audio_seconds": 60}), {},
     [(10, "0.1"), (100, "0.3")], [(1, "0.004")]),
    ("mistral's eyes", {"model": "mistral-ocr-latest", "pages": [], "usage_info": {"pages_processed": 12}}, {},
     [], [(12, "0.002")]),
    ("mistral's notes", {"model": "mistral-ocr-latest", "pages": [], "usage_info": {"pages_processed": 12},
                         "document_annotation": "{}"}, {}, [], [(12, "0.003")]),
    ("groq", chat("llama-3.3-70b-versatile", 1000, 100, x_groq={"id": "req_1"}, service_tier="on_demand"), {},
     [(1000, "0.59"), (100, "0.79")], []),
    ("deepseek", chat("deepseek-chat", 1000, 100, usage={"prompt_cache_hit_tokens": 600, "prompt_cache_miss_tokens": 400,
        "prompt_tokens_details": {"cached_tokens": 600}}), {}, [(400, "0.27"), (600, "0.07"), (100, "1.1")], []),
    ("xai", chat("grok-4-0709", 1000, 100, 1500, usage={"prompt_tokens_details": {"cached_tokens": 600},
        "completion_tokens_details": {"reasoning_tokens": 400}}), {}, [(400, "3"), (600, "0.75"), (500, "15")], []),
    ("xai reported", chat("grok-4-0709", 1000, 100, usage={"cost_in_usd_ticks": 123_400_000}), {}, [], [(1, "0.01234")]),
    ("moonshot", chat("kimi-k2-0905-preview", 1000, 100, usage={"cached_tokens": 600}), {},
     [(400, "0.6"), (600, "0.15"), (100, "2.5")], []),
    ("perplexity", chat("sonar", 1000, 100), {}, [(1000, "1"), (100, "1")], [(1, "0.012")]),
    # Thoughts and quotations are billed beside the answer, also where they are fewer.
    ("perplexity's research", chat("sonar-deep-research", 1000, 1000, usage={
        "citation_tokens": 500, "num_search_queries": 7, "reasoning_tokens": 900}), {},
     [(1000, "2"), (1000, "8"), (900, "3"), (500, "2")], [(7, "0.005")]),
    ("openrouter", chat("anthropic/claude-sonnet-4.5", 1000, 100, id="gen-9", provider="Anthropic", usage={
        "prompt_tokens_details": {"cached_tokens": 600}}), {}, [(400, "3"), (600, "0.3"), (100, "15")], []),
    ("litellm", chat("claude-sonnet-4-5", 1000, 100, usage={"prompt_tokens_details": {"cached_tokens": 600},
        "cache_read_input_tokens": 600, "cache_creation_input_tokens": 200}), {},
     [(200, "3"), (600, "0.3"), (200, "3.75"), (100, "15")], []),
    ("cohere", {"id": "co-2", "finish_reason": "COMPLETE", "message": {}, "usage": {
        "billed_units": {"input_tokens": 1000, "output_tokens": 100}, "tokens": {"input_tokens": 1500}}},
     {"model": "command-r-plus-08-2024"}, [(1000, "2.5"), (100, "10")], []),
    ("voyage", {"object": "list", "data": [{"object": "embedding", "embedding": [0.1]}], "model": "voyage-3",
                "usage": {"total_tokens": 1000}}, {}, [(1000, "0.06")], []),
    ("cloudflare", {"success": True, "result": {"response": "a secret", "usage": {
        "prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}}},
     {"model": "gpt-4o-mini"}, [(1000, "0.15"), (100, "0.6")], []),
]  # fmt: skip


@pytest.fixture(scope="module")
def landed(held, tmp_path_factory):
    sent = [
        send("llm", body, said={"feature": name, "occurred_at": WHEN, **said})
        for name, body, said, _, _ in CASES
    ]
    assert [each.said["errors"] for each in sent] == [[]] * len(CASES)
    land(held, tmp_path_factory.mktemp("spool"), *sent)
    found = held.admin.frame("select feature, cost_usd from raw.llm_calls")
    return dict(tuples(found)), held


@pytest.mark.parametrize(("name", "tokens", "pieces"), [(name, *rest) for name, _, _, *rest in CASES])
def test_each_shape_costs_what_its_list_prices_say(landed, name, tokens, pieces):
    by_the_list = sum((amount * Decimal(usd) for amount, usd in tokens), Decimal(0)) / 1_000_000
    assert landed[0][name] == by_the_list + sum(amount * Decimal(usd) for amount, usd in pieces)


def test_every_body_is_one_call_and_nothing_that_was_said_is_kept(landed):
    held = landed[1].admin.frame("select * from raw.llm_calls")
    assert len(held) == len(CASES)
    assert "a secret" not in held.to_csv()
