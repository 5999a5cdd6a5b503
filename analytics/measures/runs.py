"""Measures of executions.

Success is the status 'success', failure is 'failed' or 'timeout'; a cancelled run is neither.
"""

from __future__ import annotations

from analytics.aggregates import PERSON, count, distinct, mean, per_hour, percentile, ratio, share, total
from analytics.model import Aggregate, Measure, Part, Source
from analytics.settings import TOUCHED_FIELDS
from analytics.sql import first_of
from analytics.thresholds import Thresholds

FAILED = "r.status in ('failed', 'timeout')"
SUCCEEDED = "r.status = 'success'"
TIMED_OUT = "r.status = 'timeout'"
TOUCHED = f"lower({first_of('r', TOUCHED_FIELDS)}) not in ('', '0', 'false', 'no', 'none')"
SLOW = "r.duration_ms > 5000"  # over 5 s, the catalogue's limit
RATE = Thresholds(good=0.95, bad=0.90)

SOURCES = (Source("runs", "Executions", "runs", "Finished workflow runs, flows and jobs.", ("run_id",)),)

MEASURES = (
    count(
        "executions", "Executions", "Workflow runs that finished, cancelled ones included.", "runs", good="up"
    ),
    count("succeeded", "Succeeded", "Executions that ended in success.", "runs", SUCCEEDED, good="up"),
    count("failed", "Failed", "Executions that failed or ran into a timeout.", "runs", FAILED, good="down"),
    count(
        "finished",
        "Succeeded or failed",
        "Executions that ended in success or failure, cancelled ones left out.",
        "runs",
        f"({SUCCEEDED} or {FAILED})",
    ),
    count("cancelled", "Cancelled", "Executions that somebody cancelled.", "runs", "r.status = 'cancelled'"),
    count(
        "timeouts",
        "Timeouts",
        "Executions that ran into a timeout.",
        "runs",
        TIMED_OUT,
        good="down",
    ),
    ratio(
        "success_rate",
        "Success rate",
        "Successes / (successes + failures) of the executions.",
        "succeeded",
        "finished",
        good="up",
        thresholds=RATE,
    ),
    ratio(
        "failure_rate",
        "Failure rate",
        "Failures / (successes + failures).",
        "failed",
        "finished",
        good="down",
    ),
    share("execution_share", "Share of executions", "The group's executions / all executions.", "executions"),
    mean(
        "avg_duration_ms",
        "Average duration",
        "Mean duration of the executions that state one.",
        "runs",
        "r.duration_ms",
        "ms",
        good="down",
    ),
    percentile(
        "p50_duration_ms",
        "Median duration",
        "Half of the executions took no longer.",
        "runs",
        "r.duration_ms",
        "ms",
        0.5,
    ),
    percentile(
        "p95_duration_ms",
        "p95 duration",
        "95 of 100 executions took no longer.",
        "runs",
        "r.duration_ms",
        "ms",
        0.95,
    ),
    percentile(
        "p99_duration_ms",
        "p99 duration",
        "99 of 100 executions took no longer.",
        "runs",
        "r.duration_ms",
        "ms",
        0.99,
    ),
    Measure(
        "max_duration_ms",
        "Longest duration",
        "ms",
        "The longest of the executions took so long.",
        Aggregate((Part("runs", "max", "r.duration_ms"),), "{0}"),
        good="down",
    ),
    total(
        "execution_time_ms",
        "Execution time",
        "The sum of the executions' durations.",
        "runs",
        "r.duration_ms",
        "ms",
    ),
    share(
        "execution_time_share",
        "Share of execution time",
        "The group's execution time / all of it.",
        "execution_time_ms",
    ),
    count("slow_executions", "Slow executions", "Executions that took over 5 s.", "runs", SLOW, good="down"),
    ratio(
        "slow_share",
        "Share of slow executions",
        "Executions over 5 s / all executions.",
        "slow_executions",
        "executions",
        good="down",
    ),
    count(
        "failures_with_cause",
        "Failures with a cause",
        "Failures that name an error code.",
        "runs",
        f"{FAILED} and r.error_code <> ''",
    ),
    ratio(
        "cause_rate",
        "Failures with a cause",
        "Failures that name an error code / all failures.",
        "failures_with_cause",
        "failed",
        good="up",
        thresholds=Thresholds(good=0.90, bad=0.90),
    ),
    distinct(
        "active_tenants",
        "Active tenants",
        "Tenants with at least one execution.",
        "runs",
        "nullif(r.tenant_id, '')",
        good="up",
    ),
    distinct(
        "workflows_run", "Workflows run", "Different workflows that ran.", "runs", "nullif(r.workflow_id, '')"
    ),
    distinct(
        "run_users", "People with executions", "Different people whose executions finished.", "runs", PERSON
    ),
    count(
        "touched",
        "Touched by a person",
        "Executions that say that a person had to touch them.",
        "runs",
        TOUCHED,
        good="down",
    ),
    ratio(
        "intervention_rate",
        "Human intervention",
        "Executions that a person had to touch / all executions.",
        "touched",
        "executions",
        good="down",
    ),
    per_hour(
        "executions_per_hour",
        "Executions an hour",
        "Executions by the hours of the window.",
        "executions",
    ),
    per_hour(
        "failed_per_hour",
        "Failed executions an hour",
        "Failed executions by the hours of the window.",
        "failed",
        good="down",
    ),
    ratio(
        "executions_per_tenant",
        "Executions a tenant",
        "Executions / tenants with at least one.",
        "executions",
        "active_tenants",
        unit="number",
        good="up",
    ),
)
