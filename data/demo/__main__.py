"""`python -m data.demo [STORE]`: make the demo company's store, or let it live on up to now."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from data import places
from data.demo import extend, last_moment
from data.store import StoreError, open_store, path_of


def main() -> int:
    """Fill or extend the store named on the command line and say what came in."""
    url = sys.argv[1] if len(sys.argv) > 1 else places.var() / places.DEMO
    path, now, began = path_of(url), datetime.now(UTC), time.perf_counter()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        store = open_store(url)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        added = extend(store, last_moment(store), now)
    finally:
        store.close()
    seconds = time.perf_counter() - began
    print(f"{sum(added.values()):,} rows of the demo company in {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
