"""KQL: what each form means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics.filters import field
from analytics.search import EVERYTHING, SearchError, parse

NOW = datetime(2026, 1, 8, 14, 30, tzinfo=UTC)

text = field("*")
level, status, message = field("level"), field("status"), field("message")
duration, occurred = field("duration_ms"), field("occurred_at")


@pytest.mark.parametrize(
    ("search", "means"),
    [
        ("", EVERYTHING),
        ("  \n", EVERYTHING),
        ("*", EVERYTHING),
        ("*:*", EVERYTHING),
        ("level:error", level == "error"),
        ("level : error", level == "error"),
        ('level:"error"', level == "error"),
        ("LEVEL:error", field("LEVEL") == "error"),
        ("level:ERROR", level == "ERROR"),
        ("level:error and duration_ms > 5000", (level == "error") & (duration > 5000)),
        ('tenant_id:"acme" AND level:error', (field("tenant_id") == "acme") & (level == "error")),
        ("level:error or level:warn", (level == "error") | (level == "warn")),
        (
            "level:a or level:b and level:c",
            (level == "a") | ((level == "b") & (level == "c")),
        ),
        ("(level:a or level:b) and level:c", ((level == "a") | (level == "b")) & (level == "c")),
        ("not level:error", ~(level == "error")),
        ('cohort:"Power users"', field("cohort").in_cohort("Power users")),
        ("not cohort: Power users", ~field("cohort").in_cohort("Power users")),
        ("attributes.cohort: b", field("attributes.cohort") == "b"),
        ("not not level:error", level == "error"),
        ("not (level:a and level:b)", ~((level == "a") & (level == "b"))),
        ("level:a and not level:b", (level == "a") & ~(level == "b")),
        # values
        ("status:(500 or 502)", status.isin([500, 502])),
        ("level:(error or warn)", level.isin(["error", "warn"])),
        ("tags:(a and not b)", (field("tags") == "a") & ~(field("tags") == "b")),
        ("tags:(a or b and c)", (field("tags") == "a") | ((field("tags") == "b") & (field("tags") == "c"))),
        ("not level:(error or warn)", ~level.isin(["error", "warn"])),
        ("status:400 401", status.isin(["400 401", 400, 401])),
        ("workflow_name: Daily sync", field("workflow_name").isin(["Daily sync", "Daily", "sync"])),
        ("cache_hit:true", field("cache_hit") == True),  # noqa: E712
        ('cache_hit:"true"', field("cache_hit") == "true"),
        ("status:404", status == 404),
        ('status:"404"', status == "404"),
        ("status:-5", status == -5),
        ("status:0.5", status == 0.5),
        ("release:007", field("release") == "007"),
        ("release:1.10", field("release") == "1.10"),
        ("release:1.0", field("release").isin(["1.0", 1.0])),
        ("commit:12e45", field("commit") == "12e45"),
        ("id:99999999999999999999", field("id") == "99999999999999999999"),
        ("user_id:null", ~field("user_id").exists()),
        ('user_id:""', field("user_id") == ""),
        # whether there is a value
        ("user_id:*", field("user_id").exists()),
        ("not user_id:*", ~field("user_id").exists()),
        ('user_id:"*"', field("user_id") == "*"),
        ("_exists_:user_id", field("user_id").exists()),
        # wildcards
        ("workflow_id:wf_*", field("workflow_id").like("wf_*")),
        ("workflow_id:*_1*", field("workflow_id").like("*_1*")),
        ('workflow_id:"wf_*"', field("workflow_id") == "wf_*"),
        (r"workflow_id:a\*b", field("workflow_id") == "a*b"),
        (r"workflow_id:a\*b*", field("workflow_id").matches(r"a\*b.*")),
        ("workflow_id:wf?1", field("workflow_id") == "wf?1"),
        ("attributes.http.*:x", field("attributes.http.*") == "x"),
        # prose: a word somewhere in the text, in any case
        ("message:timeout", message.contains("timeout")),
        ("message:timeout*", message.contains("timeout")),
        ("message:*timeout*", message.contains("timeout")),
        ("message:connection refused", message.contains("connection") | message.contains("refused")),
        ('message:"connection refused"', message.contains("connection refused")),
        ("message:(a and b)", message.contains("a") & message.contains("b")),
        ("message:time*out", message.matches("(?i).*time.*out.*")),
        ("message:404", message.contains("404")),
        ('message:""', message == ""),
        ("timeout", text.contains("timeout")),
        ("connection lost", text.contains("connection") | text.contains("lost")),
        ('"connection lost"', text.contains("connection lost")),
        ("timeout and not retry", text.contains("timeout") & ~text.contains("retry")),
        ("*:timeout", text.contains("timeout")),
        ('"100% a_b"', text.contains("100% a_b")),
        # comparisons
        ("duration_ms >= 3", duration >= 3),
        ("duration_ms<3", duration < 3),
        ("duration_ms:>=3", duration >= 3),
        ("duration_ms: <= 3", duration <= 3),
        ('price > "5"', field("price") > "5"),
        ("price > -1.50", field("price") > -1.5),
        ("name >= m", field("name") >= "m"),
        ("price:[1 TO 5]", field("price").between(1, 5)),
        ("price:[1 TO 5}", (field("price") >= 1) & (field("price") < 5)),
        ("price:{1 TO 5]", (field("price") > 1) & (field("price") <= 5)),
        ("price:[10 TO *]", field("price") >= 10),
        ("price:{* TO 10}", field("price") < 10),
        ("price:[* TO *]", field("price").exists()),
        ('name:["a b" TO "c d"]', field("name").between("a b", "c d")),
        # words that only look like signs
        ("path:/health", field("path") == "/health"),
        ("url:https://example.com:80/a?b=c", field("url") == "https://example.com:80/a?b=c"),
        ("note:[error]", field("note") == "[error]"),
        ("note:a-b+c!", field("note") == "a-b+c!"),
        (r"note:\and", field("note") == "and"),
        (r"note:rock \and roll", field("note").isin(["rock and roll", "rock", "and", "roll"])),
        (r"note:\not", field("note") == "not"),
        (r"note:a\:b\(c\)", field("note") == "a:b(c)"),
        (r"note:\u00e9t\u00E9", field("note") == "été"),
        (r'note:"\ud83d\ude00"', field("note") == "😀"),
        (r'note:"a\"b\\c\td\n"', field("note") == 'a"b\\c\td\n'),
        (r'note:"C:\Windows"', field("note") == r"C:\Windows"),
        (r"note:a\ b", field("note") == "a b"),
        ("note:android or note:oregon", (field("note") == "android") | (field("note") == "oregon")),
        ('"a field":x', field("a field") == "x"),
    ],
)
def test_a_search_means_a_filter(search, means):
    assert parse(search, now=NOW) == means


@pytest.mark.parametrize(
    ("search", "at", "problem", "expected"),
    [
        ("level:", 6, "ends too early", "a value after 'level:'"),
        ("level:error and", 15, "ends too early", "something to search for"),
        ("and level:error", 0, "'and' does not fit", "something to search for"),
        ("level:error or or level:warn", 15, "'or' does not fit", "something to search for"),
        ("level:and", 6, "'and' does not fit", "a value after 'level:'"),
        (":error", 0, "':' does not fit", "something to search for"),
        ("level:error level:warn", 12, "Nothing joins 'level'", "`and` or `or` between them"),
        ('level:"a" level:"b"', 10, "'level' does not fit", "`and`, `or` or the end"),
        ("a level:error", 2, "Nothing joins 'level'", "`and` or `or` between them"),
        ("(level:error", 12, "ends too early", "a closing )"),
        ("level:error)", 11, "closes nothing", "a ( before it"),
        ("level:()", 7, "')' does not fit", "a value"),
        ("()", 1, "')' does not fit", "something to search for"),
        ('message:"timeout', 8, "has no end", 'a closing "'),
        ("items:{name:x}", 6, "not nested", "items.inner: value"),
        ("level:a < b", 8, "'<' does not fit", "`and`, `or` or the end"),
        ("duration >", 10, "ends too early", "a value after >"),
        ("duration > 5*", 11, "neither over nor under", "a value without wildcards"),
        (r"path:C:\Windows", 7, "escapes nothing", r"\\ for a backslash"),
        ("level:error\\", 11, "escapes nothing", r"\\ for a backslash"),
        (r"note:\u12", 7, "something else", "four digits"),
        (r"note:\ud83d", 5, "half a character", "both halves"),
        ("not", 3, "ends too early", "something to search for"),
        ('""', 0, "nothing between these quotes", "a word or a phrase"),
        ('"":x', 0, "no field", "the name of a field"),
        ("attributes.:x", 0, "no field", "the name of a field"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_would_fit(search, at, problem, expected):
    with pytest.raises(SearchError) as refused:
        parse(search, now=NOW)
    assert refused.value.position == at
    assert problem in refused.value.problem
    assert expected in refused.value.expected
    assert str(refused.value) == f"{refused.value.problem}: expected {refused.value.expected}"
