"""Files handed to the running app, which owns the store, and its progress shown as if it were ours."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from data.ingest import State, Wish
from data.owner import Owner, ask
from data.sources.opening import SourceError
from data.store import StoreError
from data.ticker import Ticker

POLL_SECONDS = 0.3
_ENDED = {"done": 0, "failed": 1, "cancelled": 130}


def load(owner: Owner, files: list[tuple[Path, str]], wish: Wish) -> int:
    """Have the running app load the files; gives the exit code. Ctrl-C stops the load there, too."""
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
        return max(_follow(owner, job) for job in jobs)
    except KeyboardInterrupt:
        for job in jobs:
            ask(owner, "DELETE", f"/internal/load/{job}")
        print("Stopping after this batch.", file=sys.stderr)
        return 130


def _follow(owner: Owner, job_id: str) -> int:
    ticker: Ticker | None = None
    while True:
        job = ask(owner, "GET", f"/internal/load/{job_id}")
        ticker = ticker or Ticker(job["name"])
        if job["state"] in _ENDED:
            ticker.clear()
            print(job["error"] or job["sentence"], file=sys.stderr if job["error"] else sys.stdout)
            return _ENDED[job["state"]]
        ticker.show(State(**job["counts"]))
        time.sleep(POLL_SECONDS)
