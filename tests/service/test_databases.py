"""A database's table becomes a source: seen, chosen, written into the configuration, read as chosen."""

from __future__ import annotations

import os
import tomllib
from datetime import timedelta

import pytest

from data import config
from data.config import ConfigError
from data.mapping import Origin
from data.sources import sql_schema, sql_section
from data.sources.refusal import SourceError, Untold
from data.store import utc_now
from data.sync import mapped
from data.sync.engine import Engine
from data.sync.reader import Reader
from service import databases
from service.access import NotAllowed, Principal
from service.house import House
from service.remap import remapped
from tests.data.sync.shop import Shop

pytestmark = pytest.mark.usefixtures("forked_readers")

ADMIN, GUEST = Principal("local", admin=True), Principal("guest")


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path / "shop.sqlite")
    made.add((1, "login", utc_now() - timedelta(hours=1)))
    return made


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("TENANTSCOPE_CONFIG", str(tmp_path / "tenantscope.toml"))
    opened = House.over(tmp_path / "var")
    yield opened
    opened.close()


@pytest.fixture
def url(shop, monkeypatch):
    monkeypatch.setenv("SHOP", str(shop.path))
    return "sqlite:///${SHOP}"


def read_as(text, tmp_path):
    """The mapping by which a section is read on a machine where none was kept."""
    (source,) = config.parse(tomllib.loads(text), "tenantscope.toml", os.environ)
    pull = source.open()
    try:
        texts, key, time = pull.sample(5), pull.key, pull.time
    finally:
        pull.close()
    return mapped.propose(source, texts, key, tmp_path / "nothing kept", time).mapping


def test_a_table_is_read_as_it_was_chosen(house, url, tmp_path):
    assert [each.name for each in databases.tables(ADMIN, url)] == ["product_events"]
    found = databases.propose(ADMIN, url, "product_events", "UTC")
    text = sql_section.section(found, "shop", url, ["id", "event_type", "org_id", "created_at"])
    databases.add(ADMIN, house, text, remapped(found.mapping, "org_id", "user_id"))

    (source,) = config.load().sources
    assert source.query == "SELECT id, event_type, org_id, created_at FROM product_events"
    house.scheduler.stop()
    store = house.stores.create_own()
    with Reader(source, tmp_path / "spool") as reader:
        Engine(source, reader, lambda: store, house.stores.var / "mappings", utc_now).sync()
    kept = store.admin.frame("select event_type, user_id, tenant_id from raw.events")
    assert kept.to_dict("records") == [{"event_type": "login", "user_id": "acme", "tenant_id": ""}]
    assert "${SHOP}" in config.path().read_text()


def test_a_second_source_of_the_same_name_is_refused_and_the_file_stays(house, url):
    found = databases.propose(ADMIN, url, "product_events", "UTC")
    text = sql_section.section(found, "shop", url, [name for name, _ in found.columns])
    databases.add(ADMIN, house, text, None)
    before = config.path().read_text()
    with pytest.raises(ConfigError, match="two sources are named 'shop'"):
        databases.add(ADMIN, house, text, None)
    assert config.path().read_text() == before


def test_a_copied_section_means_what_was_chosen(house, url, shop, tmp_path):
    shop.run(
        'create table lines (id integer primary key, "Customer \\No\\" text, "say ""what""" text, sold_at text)'
    )
    shop.run("insert into lines values (?, ?, ?, ?)", [(1, "acme", "sold", "2026-03-01 09:00:00")])
    found = databases.propose(ADMIN, url, "lines", "UTC")
    chosen = remapped(remapped(found.mapping, "Customer \\No\\", "tenant_id"), 'say "what"', "event_type")
    every = [name for name, _ in found.columns]
    text = sql_section.section(found, "lines", url, every, chosen)
    assert tomllib.loads(text)["sources"][0]["map"] == {
        "tenant_id": "Customer \\No\\",
        "event_type": 'say "what"',
    }
    assert read_as(text, tmp_path).rules[0].columns == chosen.rules[0].columns | {"event_id": Origin("id")}


def test_times_without_a_zone_are_said_until_one_is_named(house, url, shop):
    shop.run("create table zoned (id integer primary key, created_at text)")
    shop.run("insert into zoned values (?, ?)", [(1, "2026-03-01T09:00:00Z")])
    found = [
        databases.propose(ADMIN, url, table, zone).unzoned
        for table, zone in (("product_events", None), ("product_events", "UTC"), ("zoned", None))
    ]
    assert found == [True, False, False]


def test_a_person_says_what_a_row_is(house, url, tmp_path):
    found = databases.propose(ADMIN, url, "product_events", "UTC", table="logs")
    assert found.table == "logs"
    assert {column: origin.field for column, origin in found.mapping.rules[0].columns.items()} == {
        "occurred_at": "created_at",
        "tenant_id": "org_id",
        "user_id": "user_id",
    }
    every = [name for name, _ in found.columns]
    text = sql_section.section(found, "shop", url, every, found.mapping)
    assert tomllib.loads(text)["sources"][0]["table"] == "logs"
    assert [rule.table for rule in read_as(text, tmp_path).rules] == ["logs"]


@pytest.mark.parametrize(("cursor", "proposed"), [("created_at", False), ("updated_at", True)])
def test_whether_rows_change_is_proposed_and_a_person_may_say_otherwise(url, shop, cursor, proposed):
    shop.run(f"create table jobs (id integer primary key, event_type text, {cursor} text)")
    shop.run("insert into jobs values (?, ?, ?)", [(1, "login", "2026-03-01T09:00:00Z")])
    found = databases.propose(ADMIN, url, "jobs", None)
    every = [name for name, _ in found.columns]
    texts = [sql_section.section(found, "jobs", url, every, mutable=said) for said in (None, False, True)]
    sources = [config.parse(tomllib.loads(text), "tenantscope.toml", os.environ)[0] for text in texts]
    assert [source.mutable for source in sources] == [proposed, False, True]


def test_a_column_that_shall_fill_nothing_stands_in_a_copied_section(house, url, tmp_path):
    found = databases.propose(ADMIN, url, "product_events", "UTC")
    chosen = remapped(found.mapping, "org_id", "attribute")
    every = [name for name, _ in found.columns]
    text = sql_section.section(found, "shop", url, every, chosen)
    assert tomllib.loads(text)["sources"][0]["map"] == {"tenant_id": ""}
    assert "tenant_id" not in read_as(text, tmp_path).rules[0].columns


def test_a_section_of_which_nothing_was_changed_says_nothing_of_columns(house, url):
    found = databases.propose(ADMIN, url, "product_events", "UTC")
    every = [name for name, _ in found.columns]
    assert "map" not in sql_section.section(found, "product_events", url, every, found.mapping)


def test_a_terminal_lists_and_proposes_with_variables_in_the_address(shop, capsys):
    variables = {"SHOP": str(shop.path)}
    assert sql_schema.main(["sqlite:///${SHOP}"], variables) == 0
    assert "product_events" in capsys.readouterr().out
    assert sql_schema.main(["sqlite:///${SHOP}", "product_events"], variables) == 0
    (said,) = tomllib.loads(capsys.readouterr().out)["sources"]
    assert (said["url"], said["relation"]) == ("sqlite:///${SHOP}", "product_events")


def test_a_variable_that_is_not_set_is_named_on_a_terminal(capsys):
    assert sql_schema.main(["sqlite:///${SHOP}"], {}) == 1
    assert capsys.readouterr().err == ("The address needs the environment variable SHOP, which is not set.\n")


def test_help_says_how_a_database_is_looked_into(capsys):
    with pytest.raises(SystemExit) as ended:
        sql_schema.main(["--help"], {})
    assert ended.value.code == 0
    assert "usage: python -m data.sources.sql_schema [-h] [URL] [RELATION]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("relation", "name"),
    [
        ("Order Lines", "Order_Lines"),
        ('shop."a.b"', "shop._a.b"),
        ("events", "events"),
        ("Größe", "Gr_e"),
        ("売上", "database"),
    ],
)
def test_a_source_is_named_after_its_table_in_letters_that_are_allowed(house, url, relation, name):
    assert sql_schema.source_name(relation) == name
    found = databases.propose(ADMIN, url, "product_events", "UTC")
    databases.add(ADMIN, house, sql_section.section(found, name, url, [n for n, _ in found.columns]), None)
    assert [source.name for source in config.load().sources] == [name]


def test_a_name_with_other_letters_is_refused_in_words(house, url):
    found = databases.propose(ADMIN, url, "product_events", "UTC")
    text = sql_section.section(found, "Order Lines", url, [name for name, _ in found.columns])
    with pytest.raises(ConfigError, match=r"name: write letters, digits, _ \. and - only, a letter or digit"):
        databases.add(ADMIN, house, text, None)


def test_a_password_that_was_typed_is_never_written(house, shop):
    found = databases.propose(ADMIN, f"sqlite:///{shop.path}", "product_events", "UTC")
    text = sql_section.section(
        found, "shop", "postgresql://reader:geheim@db/shop", [n for n, _ in found.columns]
    )
    assert "geheim" not in text


@pytest.mark.parametrize(
    "step",
    [
        lambda house, url: databases.tables(GUEST, url),
        lambda house, url: databases.propose(GUEST, url, "product_events", None),
        lambda house, url: databases.add(GUEST, house, "", None),
    ],
)
def test_nobody_but_an_admin_looks_into_a_database(house, url, step):
    with pytest.raises(NotAllowed):
        step(house, url)


def test_a_person_says_what_tells_the_rows_of_a_view_apart(url, shop):
    shop.run("create view seen as select org_id as who, event_type as what, created_at from product_events")
    with pytest.raises(Untold) as refused:
        databases.propose(ADMIN, url, "seen", "UTC")
    assert refused.value.columns == ("who", "what", "created_at")
    found = databases.propose(ADMIN, url, "seen", "UTC", ids=("who", "created_at"))
    assert 'id = ["who", "created_at"]' in found.toml


def test_an_address_whose_password_has_an_at_says_how_to_write_it():
    with pytest.raises(SourceError, match="write @ as %40"):
        databases.tables(ADMIN, "postgresql://reader:p@ss/w@db.example/app")


def test_the_variables_that_the_app_does_not_have(monkeypatch):
    monkeypatch.setenv("THERE", "x")
    assert databases.missing('url = "postgresql://${THERE}:${NOT_THERE}@${NOT_THERE}/x"') == ["NOT_THERE"]
