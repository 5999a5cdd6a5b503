"""Calls of models cost what they cost when they land, by whichever way they come."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.llm_cost import PRICE_VERSION
from data import config, prices
from data.config import ConfigError
from data.ingest import Wish, ingest, propose
from data.mapping import Origin
from tests.data.conftest import table, tuples

FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
HELD = "select call_id, cost_usd, price_version from raw.llm_calls order by call_id"
BESIDE = "select call_id, price_version, cost_usd from raw.llm_price_history order by all"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A configuration and a folder of one's own."""
    monkeypatch.setenv("TENANTSCOPE_CONFIG", str(tmp_path / "tenantscope.toml"))
    monkeypatch.setenv("TENANTSCOPE_VAR", str(tmp_path))
    return tmp_path / "tenantscope.toml"


CALLS = table("""
    call_id  occurred_at           tenant_id  provider   model     input_tokens  output_tokens  cost_usd  service_tier  cache_write_tokens  cache_write_1h_tokens
    a        2026-02-01T10:00:00Z  acme       openai     gpt-4o    1000          100            -         -             -                   -
    b        2026-02-01T10:00:00Z  acme       openai     gpt-4o    1000          100            -         batch         -                   -
    c        2026-02-01T10:00:00Z  acme       openai     gpt-4o    1000          100            0.004     -             -                   -
    d        2026-02-01T10:00:00Z  acme       in-house   quarry-9  1000          100            -         -             -                   -
    e        2026-02-01T10:00:00Z  acme       openai     gpt-4o    -             -              -         -             -                   -
    f        2026-02-01T10:00:00Z  -          anthropic  claude-sonnet-4-6  -    -              -         -             3000                1000
""")  # fmt: skip


def test_a_reported_cost_stays_and_the_price_stands_beside_it(store, own):
    store.append("llm_calls", CALLS)
    assert tuples(store.admin.frame(HELD)) == [
        ("a", Decimal("0.0035"), PRICE_VERSION),
        ("b", Decimal("0.00175"), PRICE_VERSION),
        ("c", Decimal("0.004"), "reported"),
        ("d", None, ""),
        ("e", None, ""),
        ("f", Decimal("0.0135"), PRICE_VERSION),
    ]
    assert tuples(store.admin.frame(BESIDE)) == [("c", PRICE_VERSION, Decimal("0.0035"))]
    store.append("llm_calls", CALLS)
    assert store.admin.frame("select count(*) as n from raw.llm_price_history")["n"][0] == 1


def test_a_count_that_nobody_can_have_paid_keeps_no_other_call_out(store, own):
    huge = {"call_id": "z", "input_tokens": 2**53 - 1, "output_tokens": 2**62}
    receipt = store.append("llm_calls", [CALLS[0], CALLS[0] | huge])
    assert receipt.accepted == 2
    assert [row[:2] for row in tuples(store.admin.frame(HELD))] == [("a", Decimal("0.0035")), ("z", None)]


def test_own_prices_hold_from_the_next_row_on(store, own):
    own.write_text('[[prices]]\nmodel = "quarry-*"\ninput = 1.1\noutput = "2"\n')
    store.append("llm_calls", CALLS[3:4])
    own.write_text('[[prices]]\nmodel = "quarry-*"\ntenant = "acme"\nvalid_from = 2026-01-01\ninput = 5\n')
    store.append("llm_calls", [CALLS[3] | {"call_id": "later", "output_tokens": 0}])
    costs = dict(zip(*store.admin.frame(HELD)[["call_id", "cost_usd"]].values.T, strict=True))
    assert costs == {"d": Decimal("0.0013"), "later": Decimal("0.005")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('model = "m"\nimput = 1', "price 1: there is no key 'imput'. Did you mean input?"),
        ("input = 1", "price 1: it needs `model`"),
        ('model = "m"', "price 1: it needs either prices or a discount."),
        ('model = "m"\ninput = 1\ndiscount = 0.5', "price 1: it needs either prices or a discount."),
        ('model = "m"\ninput = -1', "price 1: input must be a number from 0 on."),
        ('model = "m"\ndiscount = 20', "price 1: discount is a share of 1: write 0.2 for 20 % off."),
        ('model = "m"\ninput = 1\nvalid_from = "soon"', "price 1: valid_from must be a day"),
        ('model = "m"\ninput = 1\nvalid_from = 2026-02-01\nvalid_until = 2026-02-01', "price 1: valid_until must"),
        ("model = 7\ninput = 1", "price 1: model must be a text in quotes."),
    ],
)  # fmt: skip
def test_an_own_price_with_a_fault_says_so_and_the_others_hold(own, text, said):
    own.write_text(f'[[prices]]\n{text}\n[[prices]]\nmodel = "good"\ninput = 1\n')
    found = config.load()
    assert said in found.problems["price 1"]
    assert [each.model for each in found.prices] == ["good"]


def test_prices_that_are_no_list_are_refused(own):
    own.write_text('[prices]\nmodel = "m"\n')
    with pytest.raises(ConfigError, match="with two brackets"):
        config.load()


TABLE = [
    {
        "id": "openai", "name": "OpenAI", "api_pattern": "x", "model_match": {"starts_with": "gpt-"},
        "models": [{"id": "gpt-9", "match": {"equals": "gpt-9"}, "prices": {"input_mtok": "7"}}],
    }
]  # fmt: skip


def test_a_table_is_taken_by_command_and_by_nothing_else(own, tmp_path, capsys):
    fetched = tmp_path / "table.json"
    fetched.write_text(json.dumps(TABLE))
    assert prices.main(["--file", str(fetched)]) == 0
    assert "1 models of 1 providers" in capsys.readouterr().out
    rates = prices.current().rates(model="gpt-9", provider="openai", at=FEBRUARY)
    assert rates.of["input"] == Decimal("0.000007")
    fetched.write_text("[]")
    assert prices.main(["--file", str(fetched)]) == 2
    assert "What was there before stays." in capsys.readouterr().err
    assert prices.current().table_version == rates.version
    assert prices.main(["--shipped"]) == 0
    assert prices.current().table_version == PRICE_VERSION


def test_a_production_trace_of_azure_costs_what_it_costs_by_hand(store, own, shared: Path):
    path = shared / "data/llm/azure_llm_code_2023.csv"
    if not path.exists():
        pytest.skip(f"no recorded file {path}")
    wish = Wish(
        "llm_calls", (("model", Origin(constant="gpt-4o")), ("provider", Origin(constant="openai"))), timezone="UTC"
    )  # fmt: skip
    outcome = ingest(store, propose(path, None, wish))
    assert outcome.counts.rows == 8_819
    summed = "select sum(cost_usd) as usd, sum(input_tokens)::bigint, sum(output_tokens)::bigint, count(cost_usd) from raw.llm_calls"
    # 18,059,974 x 2.50 and 245,896 x 10 by million
    assert tuples(store.admin.frame(summed)) == [(Decimal("47.608895"), 18_059_974, 245_896, 8_819)]


@pytest.mark.parametrize(
    ("names", "row", "tokens"),
    [
        # OpenAI's names: what was cached is inside of the prompt, also where some rows do not tell it.
        ("prompt_tokens,completion_tokens,cached_tokens", "1000,100,600", (400, 600, 100)),
        ("prompt_tokens,completion_tokens,cached_tokens", "1000,100,", (1000, None, 100)),
        ("input_tokens,output_tokens,cached_input_tokens", "1000,100,600", (400, 600, 100)),
        # Anthropic's and our own: beside it.
        ("input_tokens,output_tokens,cache_read_input_tokens", "400,100,600", (400, 600, 100)),
        ("input_tokens,output_tokens,cache_read_tokens", "400,100,600", (400, 600, 100)),
        ("ContextTokens,GeneratedTokens", "1000,100", (1000, None, 100)),
        ("Request tokens,Response tokens", "1000,100", (1000, None, 100)),
        # More than the whole: a sender that counts them beside all the same loses no token below nothing.
        ("prompt_tokens,completion_tokens,cached_tokens", "400,100,600", (0, 600, 100)),
    ],
)
def test_a_trace_with_columns_of_other_names_counts_no_token_twice(store, tmp_path, names, row, tokens):
    path = tmp_path / "trace.csv"
    path.write_text(f"TIMESTAMP,{names},deployment\n2026-02-20T18:16:01Z,{row},openai/gpt-4o\n")
    ingest(store, propose(path, None, Wish()))
    held = "select input_tokens, cache_read_tokens, output_tokens, cost_usd from raw.llm_calls"
    ((*found, usd),) = tuples(store.admin.frame(held))
    assert tuple(found) == tokens
    fresh, read, came = (each or 0 for each in tokens)
    assert usd == (fresh * Decimal("2.5") + read * Decimal("1.25") + came * 10) / 1_000_000


def test_a_trace_that_names_no_model_says_how_to_name_one(tmp_path):
    path = tmp_path / "trace.csv"
    path.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2026-02-20T18:16:01Z,1000,100\n")
    told = propose(path, None, Wish()).notes
    assert [note for note in told if "model" in note] == [
        "No field names the model, so these calls have no price. "
        "Name one: --map model=FIELD, or 'gpt-4o' for all."
    ]
