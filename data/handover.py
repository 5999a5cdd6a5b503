"""Files handed to the running app, which owns the store, and its progress shown as if it were ours."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from data.ingest import Outcome, State, Wish
from data.owner import Owner, ask
from data.sources.refusal import SourceError
from data.store import StoreError
from data.ticker import Ticker

POLL_SECONDS = 0.3


def load(owner: Owner, files: list[tuple[Path, str]], wish: Wish) -> list[Outcome]:
    """Have the running app load the files, and say what became of them. Ctrl-C stops the load there, too."""
    print(f"The app is running, so it loads {'them' if len(files) > 1 else 'it'}.", file=sys.stderr)
    form = {
        "files": [str(path.absolute()) for path, _ in files],
        "names": [name for _, name in files],
        "table": wish.table,
        "map": [f"{column}={origin.text()}" for column, origin in wish.columns],
        "source": wish.source,
        "timezone": wish.timezone,
        "mapping": wish.mapping.to_dict() if wish.mapping else None,
    }
    try:
        jobs = ask(owner, "POST", "/internal/load", form)["jobs"]
    except StoreError as error:
        raise SourceError(str(error)) from error  # nothing is loaded yet
    try:
        return [_follow(owner, job) for job in jobs]
    except KeyboardInterrupt:
        for job in jobs:
            ask(owner, "DELETE", f"/internal/load/{job}")
        print("The app stops after this batch.", file=sys.stderr)
        raise


def _follow(owner: Owner, job_id: str) -> Outcome:
    ticker: Ticker | None = None
    while True:
        job = ask(owner, "GET", f"/internal/load/{job_id}")
        ticker = ticker or Ticker(job["name"])
        counts = State(**job["counts"])
        if job["state"] not in ("waiting", "loading"):
            ticker.clear()
            print(job["error"] or job["sentence"], file=sys.stderr if job["error"] else sys.stdout)
            return Outcome(job_id, job["state"], counts, job["sentence"] or job["error"])
        ticker.show(counts)
        time.sleep(POLL_SECONDS)
