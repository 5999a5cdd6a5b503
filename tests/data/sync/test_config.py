"""The configuration: what it may say, and a sentence for every mistake in it."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest
from sqlalchemy import make_url

from data import config
from data.config import ConfigError

GOOD = """
[[sources]]
name = "shop"
kind = "sql"
url = "postgresql://reader:${SHOP_WORD}@db/shop"
relation = "product_events"
cursor = "created_at"
every = "1m"
history = "30d"
tenant = "acme"
[sources.map]
user_id = "customer"
"""


def load(tmp_path, text: str, **environment: str):
    path = tmp_path / "tenantscope.toml"
    path.write_text(text)
    return config.load(path, environment)


def test_a_source_with_its_secret_from_the_environment(tmp_path):
    source = load(tmp_path, GOOD, SHOP_WORD="geheim").source("shop")
    assert source.url.get_secret_value() == "postgresql://reader:geheim@db/shop"
    assert (source.every, source.history) == (timedelta(minutes=1), timedelta(days=30))
    assert [(column, origin.text()) for column, origin in source.columns()] == [
        ("user_id", "customer"),
        ("tenant_id", "'acme'"),
    ]
    assert "geheim" not in repr(source)


def test_no_file_is_no_sources(tmp_path):
    assert config.load(tmp_path / "tenantscope.toml").sources == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sources = 3", "write every source under a line [[sources]]"),
        ("[[source]]", "there is no key 'source'. A source begins with [[sources]], a price with [[prices]]"),
        ("[[sources", "is not TOML"),
        ("[[sources]]\nname = 'a'", "source 1 (a) has no `kind`. Choose one of "),
        ("[[sources]]\nname = 'a'\nkind = 'oracle'", "has the kind 'oracle', which is unknown. Choose one of "),
        (GOOD.replace("relation", "relatoin"), "sql has no key 'relatoin'. Did you mean relation?"),
        (GOOD.replace("name = ", "#"), "source 1: sql needs `name`."),
        (GOOD.replace("1m", "often"), "every: write a span of time such as 30s, 5m, 12h or 90d."),
        (GOOD.replace('cursor = "', 'table = "orders"\ncursor = "'), "table: there is no 'orders'; choose one of events"),
        (GOOD.replace('tenant = "', 'timezone = "Berlin"\n#'), "did you mean 'Europe/Berlin'?"),
        (GOOD + GOOD, "two sources are named 'shop'. Give each its own name."),
        (GOOD.replace("SHOP_WORD", "NOWHERE"), "url needs the environment variable NOWHERE, which is not set."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_what_is_allowed(tmp_path, text, says):
    said = fault(tmp_path, text)
    assert says in said
    assert said.startswith("tenantscope.toml")
    assert "geheim" not in said
    assert said.endswith((".", "?"))
    assert not said.endswith(("?.", ".."))


def fault(tmp_path, text: str) -> str:
    """The one thing that is wrong, with the file or with a source."""
    try:
        (said,) = load(tmp_path, text, SHOP_WORD="geheim").problems.values()
    except ConfigError as error:
        return str(error)
    return said


@pytest.mark.parametrize(
    ("broken", "label"),
    [
        (GOOD.replace("shop", "till").replace("SHOP_WORD", "NOWHERE"), "till"),
        (GOOD.replace("name = ", "#"), "source 1"),
    ],
)
def test_a_broken_source_leaves_the_others_as_they_are(tmp_path, broken, label):
    found = load(tmp_path, broken + GOOD, SHOP_WORD="geheim")
    assert [each.name for each in found.sources] == ["shop"]
    assert list(found.problems) == [label]
    with pytest.raises(ConfigError) as error:
        found.source(label)
    assert str(error.value) == found.problems[label]


def test_a_broken_source_and_a_good_one_of_its_name_are_two_of_one_name(tmp_path):
    with pytest.raises(ConfigError, match="two sources are named 'shop'"):
        load(tmp_path, GOOD.replace("SHOP_WORD", "NOWHERE") + GOOD, SHOP_WORD="geheim")


def test_a_source_is_added_beside_a_broken_one_but_not_broken_itself(tmp_path):
    path = tmp_path / "tenantscope.toml"
    path.write_text(GOOD)
    till = GOOD.replace("shop", "till").replace("SHOP_WORD", "TILL_WORD")
    with pytest.raises(ConfigError, match="environment variable TILL_WORD, which is not set"):
        config.add(till, path, {"SHOP_WORD": "geheim"})
    assert path.read_text() == GOOD
    assert config.add(till, path, {"TILL_WORD": "geheim"}).name == "till"
    assert [each.name for each in config.load(path, {"TILL_WORD": "geheim"}).sources] == ["till"]


@pytest.mark.parametrize(
    ("url", "word", "user", "password"),
    [
        ("postgresql://reader:${WORD}@db/shop", "p@ss/w#1", "reader", "p@ss/w#1"),
        ("postgresql://reader:${WORD}@db/shop", "50%:off?", "reader", "50%:off?"),
        ("postgresql://reader:${WORD}@db/shop", "p%40ss", "reader", "p@ss"),
        ("postgresql://reader:${WORD}@db/shop", "geheim", "reader", "geheim"),
        ("postgresql://${WORD}@db/shop", "reader:p@ss/w#1", "reader", "p@ss/w#1"),
        ("postgresql://${WORD}@db/shop", "reader:geheim", "reader", "geheim"),
    ],
)
def test_a_secret_of_any_characters_stands_in_an_address(url, word, user, password):
    made = make_url(config.filled(url, "url", {"WORD": word}))
    assert (made.username, made.password, made.host, made.database) == (user, password, "db", "shop")


@pytest.mark.parametrize(
    "text", ["${WORD}", "sqlite:///${WORD}", "http://db/${WORD}?who=a@b", "Bearer ${WORD}"]
)
def test_a_variable_anywhere_else_is_written_as_it_is(text):
    assert config.filled(text, "url", {"WORD": "p@ss/w#1"}) == text.replace("${WORD}", "p@ss/w#1")


def test_a_fault_keeps_nothing_of_what_it_is_of():
    form = tomllib.loads(GOOD.replace('every = "1m"', 'every = "soon"'))
    with pytest.raises(ConfigError) as fault:
        config.parse(form, "tenantscope.toml", {"SHOP_WORD": "geheim"})
    assert (fault.value.__cause__, fault.value.__context__) == (None, None)
