"""Files handed to the running app, which owns the store, and its progress shown as if it were ours."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from data.ingest import State, Wish
from data.owner import Owner
from data.sources.opening import SourceError
from data.ticker import Ticker

POLL_SECONDS = 0.3
TIMEOUT_SECONDS = 30
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
    jobs = _ask(owner, "POST", "/internal/load", form)["jobs"]
    try:
        return max(_follow(owner, job) for job in jobs)
    except KeyboardInterrupt:
        for job in jobs:
            _ask(owner, "DELETE", f"/internal/load/{job}")
        print("Stopping after this batch.", file=sys.stderr)
        return 130


def _follow(owner: Owner, job_id: str) -> int:
    ticker: Ticker | None = None
    while True:
        job = _ask(owner, "GET", f"/internal/load/{job_id}")
        ticker = ticker or Ticker(job["name"])
        if job["state"] in _ENDED:
            ticker.clear()
            print(job["error"] or job["sentence"], file=sys.stderr if job["error"] else sys.stdout)
            return _ENDED[job["state"]]
        ticker.show(State(**{key: job[key] for key in State.__dataclass_fields__}))
        time.sleep(POLL_SECONDS)


def _ask(owner: Owner, method: str, path: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
    body = json.dumps(form).encode() if form is not None else None
    headers = {"Authorization": f"Bearer {owner.token}", "Content-Type": "application/json"}
    # The address is our own app's, from a file that only this user can write.
    request = Request(  # noqa: S310
        owner.url.rstrip("/") + path, body, headers, method=method
    )
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read() or b"{}")
    except HTTPError as error:
        said = error.read().decode("utf-8", "replace")[:300]
        raise SourceError(
            f"The running app (process {owner.pid}) refused the files: {said or error.reason}."
        ) from error
    except (URLError, OSError, ValueError) as error:
        raise SourceError(
            f"The store is in use by process {owner.pid}, which does not answer at {owner.url}. "
            "Stop it and load again."
        ) from error
