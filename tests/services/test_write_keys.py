"""Write keys, on every database: made and revoked by admins, kept as hashes, known without a query."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, select

from service.access import LOCAL, NotAllowed, Principal
from service.write_keys import WriteKeys, table
from tests.services.conftest import NOW


@pytest.fixture
def keys(metadata) -> WriteKeys:
    return WriteKeys(metadata, clock=lambda: NOW)


def test_a_key_is_shown_once_and_known_by_its_hash(keys, url):
    made, text = keys.create(LOCAL, " backend ", None)
    assert (made.name, made.tenant, made.author, made.created_at) == ("backend", None, "local", NOW)
    assert text.startswith(f"tsk_{made.id}_")
    assert keys.allows(text) == made
    engine = create_engine(url)
    with engine.connect() as connection:
        (kept,) = connection.execute(select(table)).all()
    engine.dispose()
    assert not any(text.split("_", 2)[2] in str(cell) for cell in kept)


def test_a_key_of_one_tenant_says_which(keys):
    made, text = keys.create(LOCAL, "browser", "acme_eu")
    assert keys.allows(text).tenant == "acme_eu"
    assert keys.all(LOCAL) == (made,)


@pytest.mark.parametrize("change", [str.upper, lambda text: text[:-1], lambda text: text + "x", lambda text: text[4:],
                                    lambda text: "", lambda text: text.replace("tsk", "sk"), lambda text: text.rpartition("_")[0]])  # fmt: skip
def test_no_other_text_is_a_key(keys, change):
    _, text = keys.create(LOCAL, "backend", None)
    assert keys.allows(change(text)) is None


def test_a_revoked_key_is_none_at_once_here_and_soon_elsewhere(opened):
    here, there = WriteKeys(opened(fresh_seconds=0)), WriteKeys(opened(fresh_seconds=0))
    made, text = here.create(LOCAL, "backend", None)
    there.refresh()
    assert there.allows(text) == made
    here.revoke(LOCAL, made.id)
    assert here.allows(text) is None
    assert there.allows(text) == made
    there.refresh()
    assert there.allows(text) is None


def test_a_request_asks_no_database(keys, metadata):
    made, text = keys.create(LOCAL, "backend", None)
    metadata.close()
    metadata.read = metadata.write = None
    assert keys.allows(text) == made


def test_keys_are_for_admins(keys):
    narrow = Principal("nia", frozenset({"acme"}))
    for attempt in (
        lambda: keys.all(narrow),
        lambda: keys.create(narrow, "mine", "acme"),
        lambda: keys.revoke(narrow, "x"),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.parametrize(
    ("name", "tenant"), [("", None), ("x" * 81, None), ("x", ""), ("x", "y" * 201), ("\x07", None)]
)
def test_a_key_needs_a_name_and_a_tenant_that_can_be_read(keys, name, tenant):
    with pytest.raises(ValueError, match=r"a (name|tenant)"):
        keys.create(LOCAL, name, tenant)
