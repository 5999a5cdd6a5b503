"""The configuration: what it may say, and a sentence for every mistake in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

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
        ("[[source]]", "there is no key 'source'. A source begins with [[sources]]."),
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
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text, SHOP_WORD="geheim")
    assert says in str(error.value)
    assert str(error.value).startswith("tenantscope.toml")
    assert "geheim" not in str(error.value)
