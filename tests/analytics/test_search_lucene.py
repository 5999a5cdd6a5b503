"""Lucene's query syntax: what each form means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics.filters import field
from analytics.search import EVERYTHING, SearchError, parse

NOW = datetime(2026, 1, 8, 14, 30, tzinfo=UTC)

text = field("*")
level, service, message = field("level"), field("service"), field("message")
a, b, c = text.contains("a"), text.contains("b"), text.contains("c")


@pytest.mark.parametrize(
    ("search", "means"),
    [
        ("", EVERYTHING),
        ("*:*", EVERYTHING),
        ("level:error", level == "error"),
        ("level: error", level == "error"),
        ('message:"connection lost"', message.contains("connection lost")),
        # what stands side by side is joined by OR
        ("a b", a | b),
        ("a OR b", a | b),
        ("a || b", a | b),
        ("a AND b", a & b),
        ("a && b", a & b),
        ("a AND b OR c", (a & b) | c),
        ("a OR b AND c", a | (b & c)),
        ("a b AND c", a | (b & c)),
        ("(a OR b) AND c", (a | b) & c),
        ("NOT a", ~a),
        ("!a", ~a),
        ("-a", ~a),
        ("NOT NOT a", a),
        ("a NOT b", a & ~b),
        ("a -b", a & ~b),
        ("-b a", a & ~b),
        ("a b -c", (a | b) & ~c),
        ("-a -b", ~a & ~b),
        ("+a b", a),
        ("+a +b", a & b),
        ("+a b -c", a & ~c),
        ("a AND NOT b", a & ~b),
        ("a AND -b", a & ~b),
        ("a OR NOT b", a | ~b),
        ("NOT a OR b", ~a | b),
        ("-a OR -b", ~a | ~b),
        ("-(a b)", ~(a | b)),
        # only capitals are operators
        ("a and b", a | text.contains("and") | b),
        # values of a field
        ("level:(error OR warn)", level.isin(["error", "warn"])),
        ("level:(error warn)", level.isin(["error", "warn"])),
        ("level:(+error -warn)", (level == "error") & ~(level == "warn")),
        ("level:(error AND NOT warn)", (level == "error") & ~(level == "warn")),
        ("level:((a OR b) AND c)", level.isin(["a", "b"]) & (level == "c")),
        (
            "level:error AND -service:(api OR worker)",
            (level == "error") & ~service.isin(["api", "worker"]),
        ),
        ("code:-5", field("code") == -5),
        (r"code:(\-5 OR 3)", field("code").isin([-5, 3])),
        ("code:(-5 OR 3)", ~(field("code") == 5) | (field("code") == 3)),
        ("code:404", field("code") == 404),
        ("hit:true", field("hit") == True),  # noqa: E712
        # wildcards, patterns, weights
        ("user_id:u_*", field("user_id").like("u_*")),
        ("user_id:u_?1", field("user_id").matches("u_.1")),
        (r"user_id:u\?1", field("user_id") == "u?1"),
        (r"user_id:u\*?", field("user_id").matches(r"u\*.")),
        ("message:time?out", message.matches("(?i).*time.out.*")),
        ("message:*time*", message.contains("time")),
        ("user_id:/u_[0-9]+/", field("user_id").matches("u_[0-9]+")),
        (r"path:/\/api\/v[12]/", field("path").matches("/api/v[12]")),
        ("message:/time(d-)?out/", message.matches("(?i).*(?:time(d-)?out).*")),
        ("message:/a b/", message.contains("/a") | text.contains("b/")),
        ("path:/health*", field("path").like("/health*")),
        ("path:/api/v1", field("path") == "/api/v1"),
        ("path:/api/v1/", field("path") == "/api/v1/"),
        ("path:/", field("path") == "/"),
        ("a^2 b", a | b),
        ('"a"^2.5 OR (b)^3', a | b),
        # whether there is a value
        ("_exists_:user_id", field("user_id").exists()),
        ("NOT _exists_:user_id", ~field("user_id").exists()),
        ("user_id:*", field("user_id").exists()),
        # ranges
        ("size:[1 TO 5]", field("size").between(1, 5)),
        ("size:{1 TO 5}", (field("size") > 1) & (field("size") < 5)),
        ("size:[1 TO 5}", (field("size") >= 1) & (field("size") < 5)),
        ("size:[10 TO *]", field("size") >= 10),
        ("size:{* TO 10]", field("size") <= 10),
        ("size:[* TO *]", field("size").exists()),
        ("size:(>=1 AND <5)", (field("size") >= 1) & (field("size") < 5)),
        ("size:>=10", field("size") >= 10),
        ("size:<10", field("size") < 10),
        ("size >= 10", field("size") >= 10),
        ("size:([1 TO 5] OR [8 TO 9])", field("size").between(1, 5) | field("size").between(8, 9)),
        # escapes
        (r"note:a\:b\+\-\!", field("note") == "a:b+-!"),
        (r'note:"a\"b\\c"', field("note") == 'a"b\\c'),
        (r"note:\u00e9", field("note") == "é"),
        (r"note:\AND", field("note") == "AND"),
        ("note:a+b-c!d&e|f/g", field("note") == "a+b-c!d&e|f/g"),
        (
            "time:2026-01-08T14:30:00.5Z",
            field("occurred_at") == datetime(2026, 1, 8, 14, 30, 0, 500_000, UTC),
        ),
    ],
)
def test_a_search_means_a_filter(search, means):
    assert parse(search, "lucene", now=NOW) == means


@pytest.mark.parametrize(
    ("search", "at", "problem", "expected"),
    [
        ("level:", 6, "ends too early", "a value after 'level:'"),
        ("level:error AND", 15, "ends too early", "something to search for"),
        ("AND a", 0, "'AND' does not fit", "something to search for"),
        ("a OR OR b", 5, "'OR' does not fit", "something to search for"),
        ("-", 1, "ends too early", "something to search for"),
        ("(a", 2, "ends too early", "a closing )"),
        ("a)", 1, "closes nothing", "a ( before it"),
        ("level:(a service:b)", 16, "':' does not fit", "AND or OR before another field"),
        ('"a', 0, "has no end", 'a closing "'),
        ("[1 TO 5]", 0, "belongs to a field", "a field before it"),
        ("size:[1 TO 5", 5, "begins no range", "a range such as [1 TO 5]"),
        ("size:[1, 5]", 5, "begins no range", "a range such as [1 TO 5]"),
        ("a]", 1, "']' does not fit", "something to search for"),
        ("size:[1* TO 5]", 6, "neither over nor under", "a value"),
        ("roam~", 4, "nearly the same", "wildcards"),
        ('"a b"~2', 5, "nearly the same", "wildcards"),
        ("a^", 1, "no weight", "a number after it"),
        ("a^b", 1, "no weight", "a number after it"),
        ("user_id:/a(/", 10, "cannot be used (this group has no end", "another pattern"),
        ("message:/a**/", 11, "cannot be used", "another pattern"),
        ("user_id:/(?=a)b/", 9, "cannot be used", "another pattern"),
        ("a\\", 1, "escapes nothing", "a character after it"),
        (r"note:\ud83d", 5, "half a character", "both halves"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_would_fit(search, at, problem, expected):
    with pytest.raises(SearchError) as refused:
        parse(search, "lucene", now=NOW)
    assert refused.value.position == at
    assert problem in refused.value.problem
    assert expected in refused.value.expected
