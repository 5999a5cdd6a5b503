"""Every SQL block reads through the door, and changes nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import analytics
from analytics import rows
from analytics.compose import Cut, compose
from analytics.measures.ai import GOOD_CALL
from analytics.measures.runs import FAILED, SLOW, SUCCEEDED, TIMED_OUT
from analytics.sql import parse_blocks
from data.contract import faults
from tests.promises.promises import Listening
from tests.promises.questions import COHORTS, QUERIES
from tests.promises.world import SCOPES

FOLDER = Path(analytics.__path__[0])
BLOCKS = {
    f"{file.relative_to(FOLDER).with_suffix('')}.{name}": sql
    for file in sorted(FOLDER.rglob("*.sql"))
    for name, sql in parse_blocks(file.read_text(encoding="utf-8"), file.name).items()
}


@pytest.mark.parametrize("sql", BLOCKS.values(), ids=BLOCKS.keys())
def test_a_block_keeps_to_the_door(sql):
    assert faults(sql) == ()


def test_there_are_blocks():
    assert "activity.totals" in BLOCKS


# What a success, a failure and a slow execution are is said by the measures, and so is what a good AI call is; a
# block repeats their words.
SAID_OF_RUNS = {words.replace("r.", "") for words in (FAILED, SUCCEEDED, TIMED_OUT, SLOW)}
SAID_OF_CALLS = {GOOD_CALL.replace("r.", "")}
OF_RUNS = re.compile(
    r"(?:\w+\.)?((?:status (?:not )?in \([^)]*\)|status\s*(?:=|<>|!=)\s*'[^']*'|duration_ms\s*>\s*\d+))"
)
# Subscriptions have a status too.
OF_SUBSCRIPTIONS = {"status in ('active', '')", "status not in ('active', '')", "status <> 'outside'"}


@pytest.mark.parametrize("sql", BLOCKS.values(), ids=BLOCKS.keys())
def test_a_block_says_how_an_execution_ended_in_the_words_of_the_measures(sql):
    assert {found[1] for found in OF_RUNS.finditer(sql)} <= SAID_OF_RUNS | SAID_OF_CALLS | OF_SUBSCRIPTIONS


def test_blocks_do_ask_how_executions_ended():
    assert any(found[1] in SAID_OF_RUNS for sql in BLOCKS.values() for found in OF_RUNS.finditer(sql))


@pytest.mark.parametrize(
    "sql",
    [
        "select * from runs",
        "from runs_history join tenants using (tenant_id)",
        "with failed as (from runs where status = 'failed'), n as (select count(*) as n from Failed) from n",
        "with recursive step as (select 1 as n union all select n + 1 from step where n < 5) from step",
        "select (select max(mrr_usd) from subscriptions) from calendar, range(3), unnest([1, 2])",
        "select * from (values (1), (2)) as t(n) where n in (select 1 from events)",
        "select count(*) filter (status = $status) from runs where occurred_at >= $since",
        "from runs union all by name from logs",
        "select 'raw.runs' as text from runs",
    ],
)
def test_what_reads_through_the_door_passes(sql):
    assert faults(sql) == ()


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select * from raw.runs", "reads `raw.runs`"),
        ("select * from main.runs", "reads `main.runs`"),
        ("from memory.raw.runs", "reads `memory.raw.runs`"),
        ("from Runs", "reads `Runs`"),
        ("select (select max(duration_ms) from raw.runs)", "reads `raw.runs`"),
        ("from runs where user_id in (from control.keys select key)", "reads `control.keys`"),
        ("from runs order by (select 1 from raw.logs)", "reads `raw.logs`"),
        ("from runs limit (select 1 from raw.logs)", "reads `raw.logs`"),
        ("from runs, lateral (select 1 from raw.logs)", "reads `raw.logs`"),
        ("from runs except from raw.runs", "reads `raw.runs`"),
        ("with a as (select 1 from raw.runs) from runs", "reads `raw.runs`"),
        ("select list_transform([1], lambda x: (select 1 from raw.runs)) from runs", "reads `raw.runs`"),
        ("from information_schema.tables", "reads `information_schema.tables`"),
        ("from 'secrets.csv'", "reads `secrets.csv`"),
        ("from 'https://example.org/rows.parquet'", "reads `https://example.org/rows.parquet`"),
        ("with a as (from b), b as (from runs) from a", "reads `b`"),
        ("with a as (from a) from a", "reads `a`"),
        ("select * from (with a as (from runs) from a), a", "reads `a`"),
        ("with runs as (select 1) from runs", "its own `runs` would hide"),
        ("with RUNS as (select 1) from runs", "its own `runs` would hide"),
        ("with a as (with calendar as (select 1) from calendar) from a", "its own `calendar` would hide"),
        ("from read_csv('x.csv')", "table function `read_csv`"),
        ("from runs, glob('*')", "table function `glob`"),
        ("from duckdb_settings()", "table function `duckdb_settings`"),
        ("from query('select 1')", "table function `query`"),
        ("from query_table(['raw.runs'])", "table function `query_table`"),
        ("from runs tablesample 10%", "it samples"),
        ("from runs using sample 5", "it samples"),
        ("from (from runs using sample 5)", "it samples"),
        ("from runs at (version => 3)", "rows of another version"),
        ("with x as (insert into runs values (1) returning *) from x", "it may only select, and has insert"),
        ("with x as (delete from runs returning *) from x", "it may only select, and has delete"),
        ("with x as (update runs set status = '' returning *) from x", "it may only select, and has update"),
        ("insert into runs values (1)", "not one readable select"),
        ("delete from runs", "not one readable select"),
        ("create table x as from runs", "not one readable select"),
        ("copy (from runs) to 'x'", "not one readable select"),
        ("attach 'x'", "not one readable select"),
        ("set memory_limit = '1TB'", "not one readable select"),
        ("describe runs", "reads from show ref"),
        ("from (summarize runs)", "reads from show ref"),
        ("from runs pivot (count(*) for status in ('failed'))", "reads from pivot"),
        ("select 1; select 2", "2 statements"),
        ("select", "not one readable select"),
        ("select now() from runs", "asks for `now`"),
        ("select current_date from runs", "asks for `current_date`"),
        ("from runs where random() < 0.5", "asks for `random`"),
        ("select current_setting('home_directory')", "asks for `current_setting`"),
    ],
)
def test_what_reads_past_the_door_is_refused(sql, says):
    assert says in " · ".join(faults(sql))


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select to_json(r) as row from runs as r", "the whole row `r`"),
        ("select R as row from runs as r", "the whole row `r`"),
        ("select runs as row from runs", "the whole row `runs`"),
        ("select (r).status from runs as r", "the whole row `r`"),
        ("select unnest(r) from runs as r", "the whole row `r`"),
        ("select (select list(x.r) from (select r) as x) from runs as r", "the whole row `r`"),
        ("select q from (select status from runs) as q", "the whole row `q`"),
        ("select status from runs as r order by r", "the whole row `r`"),
        ("select row(r.*) from runs as r", "many columns inside an expression"),
        ("select struct_pack(*columns(*)) from runs", "many columns inside an expression"),
        ("select columns(*) from runs", "many columns inside an expression"),
        ("select min(columns('tenant.*')) from runs", "many columns inside an expression"),
        ("select count(*) from runs as r where to_json(r.*) <> ''", "many columns inside an expression"),
        ("select #2 from runs", "names a column by its place"),
        ('select "tenant_id" from runs', "hides `tenant_id`"),
        ("select TENANT_ID from runs", "hides `tenant_id`"),
        ("with n as (select 1) from runs", "by a bare `from`"),
        ("with n as (select 1) from runs as r, n", "by a bare `from`"),
    ],
)
def test_what_the_door_would_not_see_is_refused(sql, says):
    assert says in " · ".join(faults(sql))


def test_a_column_called_as_another_querys_rows_is_a_column():
    sql = "with failed as (select status from runs), n as (select count(*) as failed from failed) select failed from n"
    assert faults(sql) == ()


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_composed_statement_keeps_to_the_door(query):
    grain = "day" if query.grain else None
    for compare in (False, True):
        assert faults(compose(query.plan, Cut(grain, query.order, query.limit, query.other, compare))) == ()


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_the_rows_behind_are_read_through_the_door(query):
    for measure in query.measures:
        behind = query.behind(measure)
        assert behind is not None
        assert faults(rows.count_sql(behind)) == faults(rows.newest_sql(behind)) == ()
    shown = replace(behind, by=query.by, groups=(("x",) * len(query.by),) if query.by else ())
    assert faults(rows.count_sql(shown)) == faults(rows.newest_sql(shown)) == ()


@pytest.mark.parametrize("question", COHORTS.values(), ids=COHORTS.keys())
def test_a_cohorts_statement_keeps_to_the_door(question, world):
    listening = Listening(world.everything)
    question(listening, SCOPES["a day"])
    # The cohort is one statement; the names of people are looked up by two more.
    assert len(listening.heard) == (3 if question.cohort.unit == "person" else 1)
    assert [faults(sql) for sql in listening.heard if faults(sql)] == []
