"""Price calls anew: `python -m data.reprice --from 2026-10-01`.

While the app runs it owns the store; then it does the work.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data import owner, places, prices
from data.repricing import Wish, reprice
from data.store import Store, StoreError, open_store

DONE, FAILED, REFUSED = 0, 1, 2
SECONDS = 3600.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Price calls anew from a terminal; gives the exit code."""
    asked = vars(_parser().parse_args(arguments))
    form = {key: said for key, said in asked.items() if key != "store" and said not in (None, False)}
    try:
        print(_run(Path(asked["store"]), form))
    except ValueError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except StoreError as error:
        print(error, file=sys.stderr)
        return FAILED
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data.reprice",
        description="Give AI calls the price that holds now. The price that they had is kept in "
        "llm_price_history; a cost that was reported stays.",
        epilog="Exit code: 0 done, 1 failed on the way, 2 nothing was done.",
    )
    parser.add_argument("--from", dest="start", metavar="DAY", help="calls from this day on, UTC (all)")
    parser.add_argument("--until", dest="end", metavar="DAY", help="calls before this day, UTC (all)")
    parser.add_argument("--model", help="calls of this model alone")
    parser.add_argument("--provider", help="calls of this provider alone")
    parser.add_argument("--tenant", help="calls of this tenant alone")
    parser.add_argument("--unpriced", action="store_true", help="calls without a price alone")
    parser.add_argument("--preview", action="store_true", help="say what would change, and change nothing")
    parser.add_argument("--store", default=str(places.var() / places.OWN), help="the store (%(default)s)")
    return parser


def _run(path: Path, form: Mapping[str, Any]) -> str:
    wish = wish_of(form)
    if not path.exists():
        raise StoreError(f"There is no store {path.name} yet. Load a file first: `python -m data.load FILE`.")
    running = owner.read(path)
    if running is not None:
        return str(owner.ask(running, "POST", "/internal/reprice", form, timeout=SECONDS)["sentence"])
    store = open_store(path)
    try:
        return run(store, wish)
    finally:
        store.close()


def run(store: Store, wish: Wish) -> str:
    """Price calls anew by the prices that hold now; says what became of them."""
    return reprice(store, wish, prices.current()).sentence(preview=wish.preview)


def wish_of(form: Mapping[str, Any]) -> Wish:
    """Which calls a person means; raises ValueError."""
    start, end = (_day(form.get(key)) for key in ("start", "end"))
    if start is not None and end is not None and end <= start:
        raise ValueError("--until must be later than --from; it is not in it.")
    return Wish(
        start,
        end,
        str(form.get("model") or ""),
        str(form.get("provider") or ""),
        str(form["tenant"]) if form.get("tenant") else None,
        unpriced=bool(form.get("unpriced")),
        preview=bool(form.get("preview")),
    )


def _day(said: object) -> datetime | None:
    if not said:
        return None
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        raise ValueError(f"{said} is no day. Write it like 2026-01-31.") from None
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)


if __name__ == "__main__":
    sys.exit(main())
