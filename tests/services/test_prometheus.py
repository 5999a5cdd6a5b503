"""A real Prometheus as a source: what it has is what comes in, once, and rates of it are its own rates."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from data.sources.prometheus import Prometheus
from data.sources.refusal import SourceError
from data.sources.scrape import Scrape
from data.store import open_store
from data.sync import state
from data.sync.engine import Engine
from data.sync.reader import Reader

pytestmark = pytest.mark.heavy
STEP = 2
RATE = """
    with deltas as (
        select occurred_at, value - lag(value) over (partition by series order by occurred_at) as more
        from raw.metrics where name = 'node_cpu_seconds_total'
    )
    select sum(case when more >= 0 then more end) / $seconds as rate
    from deltas where occurred_at > $start and occurred_at <= $stop
"""


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "store.duckdb")
    yield opened
    opened.close()


@pytest.fixture
def engine(prometheus, store, tmp_path):
    opened: list[Engine] = []

    def of(**said) -> Engine:
        form = {"kind": "prometheus", "name": "prom", "url": prometheus, "history": "1h", "delay": "1s"}
        source = Prometheus.model_validate(form | {"step": f"{STEP}s", "retries": 0} | said)
        reader = Reader(source, tmp_path / "spool")
        opened.append(Engine(source, reader, lambda: store, tmp_path / "mappings", lambda: datetime.now(UTC)))
        return opened[-1]

    yield of
    for each in opened:
        each.reader.close()


@pytest.fixture
def scraped(prometheus) -> str:
    """A server that has scraped often enough for a rate."""
    while not ask(prometheus, "count_over_time(up{job='node'}[1m]) > 9"):
        time.sleep(0.2)
    return prometheus


def ask(url: str, query: str, **more) -> list[dict]:
    kind = "query_range" if "step" in more else "query"
    return httpx.get(f"{url}/api/v1/{kind}", params={"query": query} | more).json()["data"]["result"]


def row(store, sql: str, **values) -> tuple:
    return tuple(store.admin.frame(sql, **values).iloc[0])


def test_it_has_scraped_itself_and_the_machine(prometheus):
    found = {each["metric"]["job"]: each["value"][1] for each in ask(prometheus, "up")}
    assert found == {"prometheus": "1", "node": "1"}


def test_it_says_which_it_is_and_how_much_there_is(prometheus, engine):
    said = engine(series=["up", "node_boot_time_seconds"]).reader.check()
    assert said.startswith("Prometheus 2.")
    assert said.endswith("answers; 2 questions have 3 series now.")


def test_what_comes_in_is_what_it_has_and_comes_once(scraped, engine, store):
    """Against the server's own answer for the same range; a second process that reads all anew adds nothing old."""
    one = engine(series=['{job="node"}'])
    one.sync()
    first, last = row(store, "select epoch(min(occurred_at)), epoch(max(occurred_at)) from raw.metrics")
    theirs = ask(scraped, '{job="node"}', start=first, end=last, step=STEP)
    before = row(store, "select count(*)::int, count(distinct series)::int from raw.metrics")
    assert before == (sum(len(each["values"]) for each in theirs), len(theirs))
    one.reader.close()
    again = one.sync().counts
    many, different = row(
        store, "select count(*)::int, count(distinct (name, series, occurred_at))::int from raw.metrics"
    )
    assert (many, different) == (before[0] + again.rows, many)
    assert again.known >= before[0]
    assert state.state_of(store, "prom").mark_at > datetime.now(UTC) - timedelta(seconds=30)


def test_a_rate_of_our_rows_is_its_own_rate(scraped, engine, store):
    engine(series=["node_cpu_seconds_total"]).sync()
    last = row(store, "select epoch(max(occurred_at)) from raw.metrics")[0]
    start, stop = (datetime.fromtimestamp(at, UTC).replace(tzinfo=None) for at in (last - 4 * STEP, last))
    ours = row(store, RATE, start=start, stop=stop, seconds=4 * STEP)[0]
    # Asked for the samples that we have, from the first to the last, it has nothing to extrapolate.
    query = f"sum(rate(node_cpu_seconds_total[{4 * STEP}s:{STEP}s]))"
    theirs = float(ask(scraped, query, time=last)[0]["value"][1])
    assert ours > 0
    assert ours == pytest.approx(theirs, rel=1e-9)
    kind, unit, service = row(
        store, "select any_value(kind), any_value(unit), any_value(service) from raw.metrics"
    )
    assert (kind, unit, service) == ("counter", "s", "node")


def test_a_histogram_comes_in_as_its_cumulative_counts(scraped, engine, store):
    engine(series=['prometheus_http_request_duration_seconds_bucket{handler="/api/v1/query"}']).sync()
    found = store.admin.frame(
        """select attributes.le::varchar as le, max_by(value, occurred_at) as value, any_value(kind) as kind
        from raw.metrics group by 1 order by try_cast(le as double)"""
    )
    assert set(found.kind) == {"histogram"}
    assert "+Inf" in set(found["le"])
    assert found.value.is_monotonic_increasing


def test_a_question_with_a_name_of_its_own(scraped, engine, store):
    engine(queries=[{"query": "sum by (job) (up)", "name": "targets_up", "step": "2s"}]).sync()
    found = "select distinct name, kind, value, service from raw.metrics order by service"
    assert list(store.admin.frame(found).itertuples(index=False, name=None)) == [
        ("targets_up", "gauge", 1.0, "node"),
        ("targets_up", "gauge", 1.0, "prometheus"),
    ]


def test_an_endpoint_is_looked_at_once_a_sync(prometheus, store, tmp_path):
    source = Scrape.model_validate({"kind": "scrape", "name": "itself", "url": f"{prometheus}/metrics"})
    with Reader(source, tmp_path / "spool") as reader:
        one = Engine(source, reader, lambda: store, tmp_path / "mappings", lambda: datetime.now(UTC))
        first, second = one.sync().counts.rows, one.sync().counts.rows
    assert min(first, second) > 300
    found = "select count(*)::int, count(distinct occurred_at)::int, min(service), count(*) filter (kind = 'histogram') > 0 from raw.metrics"
    assert row(store, found) == (first + second, 2, "itself", True)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("up{", "the question 'up{' cannot be answered (bad_data: "),
        ("sum(up)", "gives series without a name. Say `name` under it in `queries`."),
        ("'a word'", "cannot be answered (bad_data: "),
    ],
)
def test_a_question_that_cannot_be_is_refused_with_what_to_do(scraped, engine, query, says):
    with pytest.raises(SourceError) as refused:
        engine(queries=[{"query": query, "step": "1s"}]).sync()
    assert says in str(refused.value)
