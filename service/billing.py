"""Billing from a terminal: `python -m service.billing --close`, `python -m service.billing --month 2026-10`.

While the app runs it owns the store; then it does the work.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from analytics import usage
from analytics.scope import Scope
from analytics.usage_calendar import read_month
from analytics.usage_plans import put_in_force
from data import config, owner, places
from data.config import ConfigError
from data.config_plans import PLANS
from data.store import Store, StoreError, open_store
from service import export
from service.access import LOCAL
from service.closing import close, lines_due, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from service.stores import Stores

DONE, FAILED, REFUSED = 0, 1, 2
SECONDS = 3600.0
WHO = "a command"
# Clocks are ahead of UTC by less, and months are shorter.
AROUND, LONGEST = timedelta(days=2), timedelta(days=32)


def main(arguments: Sequence[str] | None = None) -> int:
    """Say what is due, close it, or write a month's lines as CSV; gives the exit code."""
    asked = vars(_parser().parse_args(arguments))
    form = {key: said for key, said in asked.items() if key != "store" and said}
    try:
        sys.stdout.write(_run(Path(asked["store"]), form))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service.billing",
        description="Say which billing months can be closed, close them, or write the lines of a month.",
        epilog="Exit code: 0 done, 1 failed on the way, 2 nothing was done.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--close", action="store_true", help="close what is due; a closed month stays so")
    what.add_argument("--month", metavar="2026-10", help="every line of this billing month as CSV")
    parser.add_argument("--by", metavar="NAME", help=f"who closes ({WHO})")
    parser.add_argument("--store", default=str(places.var() / places.OWN), help="the store (%(default)s)")
    return parser


def _run(path: Path, form: Mapping[str, Any]) -> str:
    if form.get("month"):
        read_month(str(form["month"]))  # what cannot be read is refused before anybody is asked
    if not path.exists():
        raise StoreError(f"There is no store {path.name} yet. Load a file first: `python -m data.load FILE`.")
    running = owner.read(path)
    if running is not None:
        return str(owner.ask(running, "POST", "/internal/billing", form, timeout=SECONDS)["text"])
    said = config.load()
    if PLANS in said.problems:
        # A bill by other billing days than the company's own would be wrong for good.
        raise ConfigError(said.problems[PLANS])
    put_in_force(said.sold)
    store = open_store(path)
    try:
        return run(store, form, datetime.now(UTC))
    finally:
        store.close()


def run(store: Store, form: Mapping[str, Any], now: datetime) -> str:
    """What the command prints. Raises ValueError for a month that cannot be read."""
    if form.get("month"):
        return lines_of(store, str(form["month"]), now)
    who = replace(LOCAL, name=str(form.get("by") or WHO))
    if not form.get("close"):
        return f"{told(lines_due(who, store, now))}\n"
    count = close(who, store, now)
    return f"{count:,} line{' was' if count == 1 else 's were'} closed.\n"


def lines_of(store: Store, month: str, now: datetime) -> str:
    """Every line of a billing month, of all tenants, as CSV headed by the names of the columns."""
    first = datetime.combine(read_month(month), time(), UTC)
    if first - AROUND > now:
        raise ValueError(f"{month} has not begun: choose an earlier month.")
    found = usage.months(store, Scope(first - AROUND, first + LONGEST + AROUND, now=now))
    return export.csv(found[found["month"] == f"{first:%Y-%m}"].reset_index(drop=True)).decode()


def routes(stores: Stores) -> list[Route]:
    """`POST /billing` with what the command was asked; whoever mounts it has checked the token."""

    async def billing(request: Request) -> JSONResponse:
        store = stores.own()
        try:
            form = await request.json()
            if store is None:
                raise StoreError("There is no store of your own yet. Load a file first.")
            text = await run_in_threadpool(run, store, form, datetime.now(UTC))
        except (StoreError, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=409)
        return JSONResponse({"text": text})

    return [Route("/billing", billing, methods=["POST"])]


if __name__ == "__main__":
    sys.exit(main())
