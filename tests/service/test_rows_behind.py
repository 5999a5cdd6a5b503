"""The rows behind a number are kept as long as everything that they are read from stays as it is."""

from __future__ import annotations

from analytics.question import Behind
from service.rows import CountBehind, RowsBehind


def test_rows_of_a_group_are_as_old_as_what_the_group_is_read_from():
    behind = Behind("runs", by=("person.role", "plan"), groups=(("admin", "pro"),))
    for question in (RowsBehind(behind, 10), CountBehind(behind)):
        assert question.tables == ("runs", "people", "identities", "subscriptions", "tenants")
    assert RowsBehind(Behind("ai_queries"), 10).tables == ("llm_calls", "tenants")
