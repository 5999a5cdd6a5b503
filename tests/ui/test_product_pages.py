"""The boards of product analytics, as the address narrows them."""

from __future__ import annotations

from analytics.filters import field
from analytics.request import Request


def test_a_page_narrowed_to_a_visitor_shows_the_whole_of_its_way(app):
    crawler = "anon_c0009_1"
    narrowed = Request(window="7d", where=field("anonymous_id") == crawler)
    at = app("product/acquisition.py", scope=narrowed.text())
    assert not at.exception
    suspicious, trail = (table.value for table in at.dataframe[-2:])
    assert suspicious["anonymous_id"].tolist() == [crawler]
    assert trail["page"].tolist() == [f"/customers/{n}" for n in range(25, 49)]
    assert set(trail["visitor"]) == {crawler}
