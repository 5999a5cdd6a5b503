"""A cohort from a file: whom a CSV lists, by its head."""

from __future__ import annotations

import pytest

from ui.cohort_file import NoList, Read, paired, read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("user_id,tenant_id\nann,acme\nbob,globex\nann,acme\n", Read("person", (("acme", "ann"), ("globex", "bob")))),
        ("Tenant ID,Person\nacme, ann \nacme,\n", Read("person", (("acme", "ann"),))),
        ("unit,tenant_id,more\nann,,x\n", Read("person", (("", "ann"),))),
        ("user_id\nann\n\nbob\n", Read("person", (), frozenset({"ann", "bob"}))),
        ("tenant\nacme\nglobex\nacme\n", Read("tenant", (("acme", "acme"), ("globex", "globex")))),
        ("\ufefftenant_id\nacme\n", Read("tenant", (("acme", "acme"),))),
        ('user_id,tenant_id\n"a,b",acme\n', Read("person", (("acme", "a,b"),))),
    ],
)  # fmt: skip
def test_a_list_is_read_by_its_head(text, found):
    assert read(text.encode()) == found


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "names the columns"),
        (b"name\nx\n", "names the columns"),
        (b"\xff\xfe\x00", "no CSV file in UTF-8"),
    ],
)
def test_what_is_no_list_says_what_it_lacks(content, says):
    with pytest.raises(NoList, match=says):
        read(content)


def test_who_has_no_tenant_is_everybody_of_that_id():
    everybody = [("acme", "ann"), ("globex", "ann"), ("globex", "bob")]
    found = Read("person", (), frozenset({"ann", "zoe"}))
    assert paired(found, everybody) == (("acme", "ann"), ("globex", "ann"))
    assert paired(Read("person", (("acme", "bob"),)), everybody) == (("acme", "bob"),)
