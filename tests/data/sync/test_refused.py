"""What a source has and no row came of: refused records, and those that no sync can find."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.mapping import MappingError
from data.sync import state
from tests.data.sync.shop import NOW, Shop, engine_of, rows

pytestmark = pytest.mark.usefixtures("forked_readers")


def refused(store) -> list[tuple[str, str]]:
    """What is in quarantine, by its key."""
    found = store.admin.frame("select key, reason from control.quarantine order by key")
    return list(found.itertuples(index=False, name=None))


def odd(shop: Shop, n: int, at: str = "2026-03-01 10:00:00 broken") -> None:
    shop.run(f"insert into product_events values ({n}, 'odd', 'u', 'acme', '{at}')")


def test_what_was_mended_at_the_source_comes_in_when_it_is_counted(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(hours=3)))
    odd(shop, 2)
    engine.sync()
    assert store.admin.loads()["sentence"].tolist() == [
        "2 records read: 1 row added. 1 could not be read (1 x created_at is not a time)."
    ]
    assert "1 hour still differs, as records of them could not be read" in engine.reconcile().sentence
    shop.run("update product_events set created_at = '2026-03-01 10:00:00' where id = 2")
    assert engine.reconcile().sentence.endswith(
        "1 hour differed and was read again; 1 row added, 1 of them from quarantine."
    )
    assert engine.reconcile().sentence.endswith("the source and the store agree.")
    assert (rows(store), refused(store)) == ([("1", "login"), ("2", "odd")], [])


def test_a_row_whose_record_cannot_be_read_any_more_stays_and_its_hour_differs(shop, store, clock, tmp_path):
    shop.add(*[(n, "5", NOW - timedelta(hours=n, minutes=1)) for n in (1, 2, 3)])
    said = {"table": "runs", "map": {"duration_ms": "event_type"}, "mutable": True}
    changing = engine_of(shop, store, clock, tmp_path, **said)
    changing.sync()
    shop.add((4, "5", NOW - timedelta(hours=2, minutes=30)))  # what makes the hour differ, so that it is read
    held = "select run_id, duration_ms::int from raw.runs order by 1"
    for kind, row, differs in (
        ("broken", ["2", 5], True),
        ("broken", ["2", 5], True),
        ("7", ["2", 7], False),
    ):
        shop.run(f"update product_events set event_type = '{kind}' where id = 2")
        assert ("1 hour still differs" in changing.reconcile().sentence) == differs
        assert store.admin.frame(held).values.tolist()[:3] == [["1", 5], row, ["3", 5]]
    assert changing.reconcile().sentence.endswith("the source and the store agree.")
    changing.reader.close()


def test_an_hour_that_differs_for_another_reason_is_read_again_once(shop, store, clock, tmp_path):
    shop.run("create table twice as select * from product_events")
    shop.run("insert into twice values (7, 'login', 'u', 'acme', '2026-03-01 08:00:00')")
    shop.run("insert into twice values (7, 'login', 'u', 'acme', '2026-03-01 08:01:00')")
    doubled = engine_of(shop, store, clock, tmp_path, relation="twice", id="id")
    doubled.sync()
    strange = "1 hour still differs, though all that the source gave of them is in"
    said = [doubled.reconcile().sentence for _ in range(2)]
    doubled.reader.close()
    assert [strange in each for each in said] == [True, True]
    assert ["read again" in each for each in said] == [True, False]


def test_a_record_that_is_refused_again_takes_the_place_of_its_older_line(shop, store, clock, tmp_path):
    shop.add((1, "login", NOW))
    odd(shop, 2)
    odd(shop, 3)
    whole = engine_of(
        shop, store, clock, tmp_path, snapshot=True, cursor=None, map={"occurred_at": "created_at"}
    )
    whole.sync()
    shop.run("update product_events set user_id = 'v' where id = 2")
    shop.run("delete from product_events where id = 3")
    whole.sync()
    whole.reader.close()
    found = store.admin.quarantine()
    assert found["text"].str.contains('"user_id":"v"').tolist() == [True]
    (load,) = store.admin.loads()[["lines", "rows", "duplicates", "quarantined", "sentence"]].values.tolist()
    assert load[:4] == [5, 1, 2, 2]
    assert load[4].startswith("5 records read: 1 row added, 2 known already. 2 could not be read")


def test_records_without_a_time_are_counted_and_never_said_to_agree(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(hours=3)))
    shop.run(
        "insert into product_events values (2, 'lost', 'u', 'acme', null), (3, 'lost', 'u', 'acme', null)"
    )
    stay_out = "2 records have no time or no id, so they stay out."
    assert engine.sync().sentence == f"1 record read: 1 row added. {stay_out}"
    assert engine.reconcile().sentence.endswith(f": what has a time is the same there and here. {stay_out}")
    assert engine.sync().sentence.endswith(stay_out)
    shop.run("update product_events set created_at = '2026-03-01 09:30:00' where created_at is null")
    assert engine.reconcile().counts.rows == 2
    assert engine.reconcile().sentence.endswith("the source and the store agree.")
    assert state.state_of(store, "shop").timeless == 0


def test_rows_without_an_id_are_counted_where_all_is_read(shop, store, clock, tmp_path):
    shop.run("create table loose (id integer, event_type text, created_at text)")
    shop.run(
        "insert into loose values (1, 'login', '2026-03-01 09:00:00'), (null, 'lost', '2026-03-01 09:00:00')"
    )
    whole = engine_of(shop, store, clock, tmp_path, relation="loose", cursor=None, id="id", snapshot=True)
    assert whole.sync().sentence == "All 1 records were read. 1 record has no time or no id, so it stays out."
    whole.reader.close()


def test_quarantine_says_what_a_field_holds_and_what_it_may(shop, store, clock, tmp_path):
    shop.add((1, "zzz", NOW - timedelta(hours=1)))
    runs = engine_of(shop, store, clock, tmp_path, table="runs", map={"status": "event_type"})
    runs.sync()
    runs.reader.close()
    (found,) = store.admin.quarantine()[["reason", "value"]].values.tolist()
    assert found == [
        "event_type is not the end of a run "
        "(success, failed, cancelled, timeout, or another word for one of these)",
        "zzz",
    ]


def test_what_is_missing_is_named_as_the_configuration_says_it(shop, store, clock, tmp_path):
    shop.add((1, "login", NOW))
    untimed = engine_of(
        shop, store, clock, tmp_path, snapshot=True, cursor=None, table="logs", map={"occurred_at": ""}
    )
    with pytest.raises(MappingError, match=r'Name one: `map = { occurred_at = "FIELD" }`\.$'):
        untimed.sync()
    untimed.reader.close()
