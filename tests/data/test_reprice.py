"""A window is priced anew by command: both prices are kept, nothing else changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analytics.llm_cost import PRICE_VERSION
from data import owner, prices
from data.reprice import main, run, wish_of
from data.repricing import Wish, reprice
from data.store import open_store
from tests.data.conftest import table, tuples

CALLS = table("""
    call_id  occurred_at           tenant_id  provider   model     input_tokens  output_tokens  cost_usd
    a        2026-02-01T10:00:00Z  acme       openai     gpt-4o    1000          100            -
    b        2026-02-02T10:00:00Z  globex     openai     gpt-4o    1000          100            -
    c        2026-02-02T10:00:00Z  acme       openai     gpt-4o    1000          100            0.004
    d        2026-02-03T10:00:00Z  acme       in-house   quarry-9  1000          100            -
    e        2026-02-04T10:00:00Z  acme       in-house   other     1000          100            -
""")  # fmt: skip
OWN = """
[[prices]]
model = "gpt-4o"
tenant = "acme"
input = 1
output = 1
[[prices]]
model = "quarry-9"
input = 2
output = 2
"""
HELD = "select call_id, cost_usd::varchar, price_version from raw.llm_calls order by call_id"
KEPT = "select call_id, price_version, cost_usd::varchar from raw.llm_price_history order by all"
USD = {"before": "0.003500000", "own": "0.001100000"}


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("TENANTSCOPE_CONFIG", str(tmp_path / "tenantscope.toml"))
    monkeypatch.setenv("TENANTSCOPE_VAR", str(tmp_path))
    return tmp_path / "tenantscope.toml"


@pytest.fixture
def filled(store, own):
    """Calls that were priced by the table; own prices came later."""
    store.append("llm_calls", CALLS, source="api")
    own.write_text(OWN)
    return store


def costs(store) -> dict[str, str | None]:
    return {row[0]: row[1] for row in tuples(store.admin.frame(HELD))}


def test_what_changes_keeps_its_former_price(filled):
    before = filled.versions(("llm_calls", "llm_price_history"))
    found = reprice(filled, Wish(), prices.current())
    assert (found.looked, found.changed, found.first_priced, found.unpriced, found.reported) == (
        5,
        2,
        1,
        1,
        1,
    )
    assert (found.before, found.after) == (Decimal("0.0035"), Decimal("0.0033"))
    versions = {row[0]: row[2] for row in tuples(filled.admin.frame(HELD))}
    assert costs(filled) == {
        "a": USD["own"], "b": USD["before"], "c": "0.004000000", "d": "0.002200000", "e": None}  # fmt: skip
    assert versions["a"].startswith("own/always/")
    assert (versions["b"], versions["c"], versions["e"]) == (PRICE_VERSION, "reported", "")
    kept = tuples(filled.admin.frame(KEPT))
    assert kept == [
        ("a", PRICE_VERSION, USD["before"]),
        # The reported call now has the own price beside it too.
        ("c", PRICE_VERSION, USD["before"]),
        ("c", versions["a"], USD["own"]),
        ("d", "", None),
    ]
    after = filled.versions(("llm_calls", "llm_price_history"))
    assert all(new > old for (_, old), (_, new) in zip(before, after, strict=True))


def test_pricing_again_changes_nothing_more(filled):
    reprice(filled, Wish(), prices.current())
    kept = tuples(filled.admin.frame(KEPT))
    again = reprice(filled, Wish(), prices.current())
    assert (again.changed, tuples(filled.admin.frame(KEPT))) == (0, kept)


def test_a_price_that_was_withdrawn_gives_way_and_all_three_are_known(filled, own):
    reprice(filled, Wish(), prices.current())
    own.unlink()
    found = reprice(filled, Wish(), prices.current())
    assert found.changed == 2
    assert costs(filled) == {
        "a": USD["before"], "b": USD["before"], "c": "0.004000000", "d": None, "e": None}  # fmt: skip
    assert [row[0] for row in tuples(filled.admin.frame(KEPT))].count("a") == 2


@pytest.mark.parametrize(
    ("form", "changed"),
    [
        ({"start": "2026-02-02"}, {"d"}),
        ({"end": "2026-02-02"}, {"a"}),
        ({"start": "2026-02-01T10:00:01Z", "end": "2026-02-03"}, set()),
        ({"model": "GPT-4o"}, {"a"}),
        ({"provider": "in-house"}, {"d"}),
        ({"tenant": "globex"}, set()),
        ({"unpriced": True}, {"d"}),
        ({"preview": True}, set()),
    ],
)
def test_only_what_was_asked_for_changes(filled, form, changed):
    before = costs(filled)
    run(filled, wish_of(form))
    assert {name for name, usd in costs(filled).items() if usd != before[name]} == changed


def test_the_command_says_what_became_of_the_calls(own, tmp_path, capsys):
    path = tmp_path / "tenantscope.duckdb"
    assert main(["--store", str(path)]) == 1
    assert "There is no store" in capsys.readouterr().err
    store = open_store(path)
    store.append("llm_calls", CALLS)
    store.close()
    own.write_text(OWN)
    assert main(["--store", str(path), "--preview"]) == 0
    assert (
        "Looked at 5 calls: 2 would change, from $0.003500 to $0.003300; 1 of them" in capsys.readouterr().out
    )
    assert main(["--store", str(path), "--from", "2026-02-01", "--until", "2026-03-01"]) == 0
    said = capsys.readouterr().out
    assert "  quarry-9: 1 calls, $0.000000 -> $0.002200" in said
    assert "1 calls still have no price" in said
    assert main(["--store", str(path), "--from", "soon"]) == 2
    assert main(["--store", str(path), "--from", "2026-02-02", "--until", "2026-02-02"]) == 2
    assert owner.read(path) is None
