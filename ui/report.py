"""The customer view as a document to send: what it says, asked anew with the rights of whoever clicks.

It speaks of the 30 days up to the end of the page's window, of one customer, and leaves out what is not for
the customer: its peers, its people, what was written of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from analytics import customers, failures, onboarding, timeline, usage_limits, value
from analytics.query import Query
from analytics.settings import AT_LIMIT, NEAR_LIMIT, SIGNUPS
from service import export
from service.presenting import HIDDEN
from ui import empty, report_pdf
from ui import format as say
from ui.labels import missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.question import Question
    from analytics.scope import Scope
    from ui.context import Visit

DAYS = timedelta(days=30)
MOST_WORKFLOWS, MOST_CAUSES, MOST_HAPPENED = 5, 8, 14
OUTCOMES = Query(("succeeded", "failed", "success_rate"))
BY_DAY = replace(OUTCOMES, measures=("succeeded", "failed"), grain="day")
WORKFLOWS = Query(("executions",), by=("workflow_name",), limit=MOST_WORKFLOWS, other=True)

FIRST_STEPS = frozenset(event.lower() for events in (SIGNUPS, *onboarding.STEPS.values()) for event in events)

Records = list[dict[str, Any]]


@dataclass(frozen=True)
class Day:
    """What succeeded and failed on a day."""

    label: str
    succeeded: int
    failed: int


@dataclass(frozen=True)
class Report:
    """All that the document says, in words and numbers as they stand in it; a customer and its window."""

    customer: str
    known: str
    window: str
    made: str
    headline: str
    figures: tuple[tuple[str, str, str], ...]  # a number, what it is, what it means
    days: tuple[Day, ...]
    workflows: tuple[tuple[str, str, float], ...]  # name, how many, share
    usage: str
    share: float | None
    ahead: tuple[str, ...]
    causes: tuple[tuple[str, str, str, str], ...]  # how often, what, where, what helps
    happened: tuple[tuple[str, str, str], ...]  # when, kind, what

    @property
    def verdict(self) -> str:
        """What its limits call the use of the plan."""
        share = self.share or 0.0
        return "bad" if share >= AT_LIMIT else "warn" if share >= NEAR_LIMIT else "good"


def button(visit: Visit, tenant: str) -> None:
    """One click, one file; made when it is asked for."""
    name = visit.tenants().get(tenant, tenant)
    day = f"{visit.now:%Y-%m-%d}"
    st.download_button(
        "PDF to send",
        data=file(visit, tenant),
        file_name=export.file_name(f"{name} report", f"{visit.now - DAYS:%Y-%m-%d}", day, "pdf"),
        mime="application/pdf",
        key="report_pdf",
        icon=":material/picture_as_pdf:",
        on_click="ignore",
        help="What the customer got done in the 30 days up to the end of the window, its failures with what "
        "helps, its plan and what happened. Without notes, people and peers; filters are taken off.",
    )


def file(visit: Visit, tenant: str) -> Callable[[], bytes]:
    """The document, made with the rights of then; a refusal is a page that says so, as nothing else could."""

    def made() -> bytes:
        try:
            return report_pdf.drawn(of(visit.again(), tenant))
        except Exception as error:  # noqa: BLE001  the page says what to do
            return report_pdf.refusal(f"This document was not made. {empty.reason(error)[1]}")

    return made


def of(visit: Visit, tenant: str) -> Report:
    """What there is to say of a tenant. Raises NotAllowed."""
    page = visit.principal.scope(replace(visit.request, tenants=(tenant,), search="", where=None), visit.now)
    scope = replace(page, start=page.end - DAYS)
    waiting = {question: visit.ask(question, scope) for question in QUESTIONS}
    found = {question: answer.result().frame.to_dict("records") for question, answer in waiting.items()}
    total = found[OUTCOMES][0]
    use = found[usage_limits.plan_usage][0]
    return Report(
        customer=visit.tenants().get(tenant, tenant),
        known=known(found[customers.known], scope),
        window=f"{say.span(scope.start, scope.end, scope.timezone)} ({scope.timezone})",
        made=f"{say.moment(visit.now, scope.timezone)} ({scope.timezone})",
        headline=f"You've automated {say.number(total['succeeded'])} tasks in 30 days",
        figures=figures(total, found[value.saved][0]),
        days=tuple(
            Day(f"{each['bucket'].day} {each['bucket']:%b}", int(each["succeeded"]), int(each["failed"]))
            for each in found[BY_DAY]
        ),
        workflows=workflows(found[WORKFLOWS]),
        usage=usage(use),
        share=None if missing(use["share"]) else float(use["share"]),
        ahead=tuple(str(each["said"]) for each in found[usage_limits.upsell]),
        causes=causes(found[failures.causes], total["failed"]),
        happened=news(found[timeline.newest], scope),
    )


QUESTIONS: tuple[Question, ...] = (
    OUTCOMES, BY_DAY, WORKFLOWS, value.saved, usage_limits.plan_usage, usage_limits.upsell, failures.causes,
    timeline.newest, customers.known,
)  # fmt: skip


def news(rows: Records, scope: Scope) -> tuple[tuple[str, str, str], ...]:
    """What happened, the newest first; that it is not shown where somebody presents."""
    told = tuple(
        (say.moment(each["happened_at"], scope.timezone, scope.now), str(each["kind"]), str(each["what"]))
        for each in list(filter(is_news, rows))[:MOST_HAPPENED]
    )
    if not told and any(each["what"] == HIDDEN for each in rows):
        return (("", "", "Not shown while names are masked."),)
    return told


def is_news(row: dict[str, Any]) -> bool:
    """Whether a line of the timeline is for the customer: failures stand by their causes.

    What is hidden tells nothing.
    First steps are done by everybody who joins, and read as if the customer itself had just begun.
    """
    step = str(row["what"]).partition(",")[0].lower() in FIRST_STEPS
    told = row["kind"] != "failure" and row["what"] != HIDDEN
    return told and not (row["kind"] == "event" and step)


def known(rows: Records, scope: Scope) -> str:
    """Plan pro · customer since March 2025, where that is known."""
    if not rows:
        return ""
    row, said = rows[0], list[str]()
    said += [f"Plan {row['plan']}"] if row["plan"] else []
    if not missing(row["created_at"]):
        said.append(
            f"customer since {cast('datetime', row['created_at']).astimezone(scope.end.tzinfo):%B %Y}"
        )
    return " · ".join(said)


def figures(total: dict[str, Any], worth: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """The three numbers under the headline."""
    ended = (
        f"{say.number(total['succeeded'])} of {say.number(total['succeeded'] + total['failed'])} executions"
    )
    rate = "–" if missing(total["success_rate"]) else say.number(total["success_rate"], "ratio")
    return (
        (say.number(worth["hours_saved"], "hours"), "saved", "what the tasks would have taken by hand"),
        (rate, "successful", ended),
        (say.number(total["failed"]), "failed", "with what helps further down"),
    )


def workflows(rows: Records) -> tuple[tuple[str, str, float], ...]:
    """The workflows that run most, and all others together."""
    total = sum(each["executions"] for each in rows) or 1
    return tuple(
        (
            "All others" if each["is_other"] else str(each["workflow_name"]) or "Without a name",
            say.number(each["executions"]),
            each["executions"] / total,
        )
        for each in rows
        if each["executions"]
    )


def usage(use: dict[str, Any]) -> str:
    """What was used of the plan."""
    if missing(use["share"]):
        return f"{say.number(use['executions'])} executions used; they are not limited" * bool(
            use["executions"]
        )
    used, limit = say.number(use["executions"]), say.number(use["limit"])
    return f"{used} of {limit} executions used in the billing month ({say.number(use['share'], 'ratio')})"


def causes(rows: Records, failed: int) -> tuple[tuple[str, str, str, str], ...]:
    """The causes with the most failures, and all others in one, so that they add up to what failed."""
    told = tuple(cause(each) for each in rows[:MOST_CAUSES])
    rest = failed - sum(each["failures"] for each in rows[:MOST_CAUSES])
    if rest <= 0:
        return told
    return (*told, (say.number(rest), "All other causes", "", "Each of them happened less often."))


def cause(row: dict[str, Any]) -> tuple[str, str, str, str]:
    """What failed in plain words: what the failure said, its code, where, and what helps."""
    code, message = str(row["cause"]), str(row["message"])
    said = message if code in message or message == code or not message else f"{message} ({code})"
    where = " · ".join(filter(None, (str(row["connector"]), str(row["workflow"]))))
    if code == HIDDEN and where:
        # Whoever presents hides what failures said: what is left is where.
        said, where = where, ""
    return say.number(row["failures"]), said or code, where, str(row["remedy"])
