"""What docs/sources/sql.md shows can be written into tenantscope.toml, and it names every setting."""

from __future__ import annotations

import re
import tomllib

from data import config
from data.sources.settings import Settings
from data.sources.sql import Sql
from tests.conftest import ROOT

PAGE = (ROOT / "docs/sources/sql.md").read_text(encoding="utf-8")


def test_its_sections_are_read():
    sections = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    sources = config.parse(tomllib.loads("\n".join(sections)), "tenantscope.toml", {"DB_PASSWORD": "hunter2"})
    assert [(each.name, each.table) for each in sources] == [
        ("product", None),
        ("billing", "subscriptions"),
        ("companies", "tenants"),
    ]


def test_it_names_every_setting_of_its_own():
    own = Sql.model_fields.keys() - Settings.model_fields.keys() - {"kind"}
    assert own <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
