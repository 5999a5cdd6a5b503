"""The prices that hold now: the company's own, and the table, as installed or as it was fetched last.

`python -m data.prices` says which table that is; `--refresh` fetches today's, `--file` takes one from a file.
Nothing else ever fetches prices.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import httpx2 as http
from genai_prices.data_snapshot import DataSnapshot
from genai_prices.types import (
    _providers_from_raw,  # pyright: ignore[reportPrivateUsage]  nothing else reads what is published
)

from analytics.llm_cost import PRICE_VERSION, PriceList
from data import config, places
from data.config import ConfigError

TABLE = "prices.json"
URL = "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices/new_data/v2/data.json"
MOST = 64 << 20
SECONDS = 30.0


class TableError(ValueError):
    """A table of prices that cannot be used; the text says what to do."""


def current() -> PriceList:
    """The prices to use from now on: read anew when the configuration or the table has changed."""
    own, fetched = config.path(), places.var() / TABLE
    return _held(own, _stamp(own), fetched, _stamp(fetched))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=4)
def _held(own: Path, _own: object, fetched: Path, there: object) -> PriceList:
    try:
        prices = config.load(own).prices
    except ConfigError:
        prices = ()  # the Sources page says what is wrong with the file
    if there is None:
        return PriceList(prices)
    try:
        table, version = read(fetched.read_bytes())
    except (TableError, OSError):
        return PriceList(prices)
    return PriceList(prices, table, version)


def read(text: bytes) -> tuple[DataSnapshot, str]:
    """A table as genai-prices publishes it, and the name of its prices. Raises TableError."""
    try:
        form = json.loads(text)
        providers = _providers_from_raw(form)
    except (ValueError, TypeError) as error:
        raise TableError(
            f"This is no table of prices as genai-prices publishes it ({type(error).__name__}). "
            "Fetch it anew with `python -m data.prices --refresh`."
        ) from error
    if not providers or not any(each.models for each in providers):
        raise TableError("This table of prices has no model in it. What was there before stays.")
    return DataSnapshot(providers, from_auto_update=True), (
        f"genai-prices/{blake2b(text, digest_size=4).hexdigest()}"
    )


def keep(text: bytes) -> str:
    """Take a table from now on; gives the name of its prices. Raises TableError."""
    table, version = read(text)
    target = places.var() / TABLE
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f"{TABLE}.new")
    new.write_bytes(text)
    new.replace(target)  # nobody reads half of it
    models = sum(len(each.models) for each in table.providers)
    return f"{version}: {models:,} models of {len(table.providers)} providers"


def _fetch(url: str) -> bytes:
    try:
        with http.stream("GET", url, timeout=SECONDS, follow_redirects=True) as answer:
            answer.raise_for_status()
            text = b""
            for piece in answer.iter_bytes():
                text += piece
                if len(text) > MOST:
                    raise TableError("What came is larger than any table of prices. Name another --url.")
            return text
    except http.HTTPError as error:
        raise TableError(
            f"The table could not be fetched ({type(error).__name__}). Try again, or fetch it elsewhere and "
            "take it with --file."
        ) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Say which prices hold, or take others; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m data.prices",
        description="Say by which prices AI calls are priced, or take today's. Calls that are priced already "
        "stay as they are until `python -m data.reprice`.",
    )
    parser.add_argument("--refresh", action="store_true", help="fetch today's table")
    parser.add_argument("--url", default=URL, help="where to fetch it (%(default)s)")
    parser.add_argument("--file", type=Path, help="take this table instead of fetching one")
    parser.add_argument(
        "--shipped", action="store_true", help="go back to the table of the installed package"
    )
    asked = parser.parse_args(arguments)
    try:
        if asked.shipped:
            (places.var() / TABLE).unlink(missing_ok=True)
        elif asked.file is not None:
            print(f"Taken {keep(asked.file.read_bytes())}.")
        elif asked.refresh:
            print(f"Taken {keep(_fetch(asked.url))}.")
    except OSError as error:
        print(f"The file cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    except TableError as error:
        print(error, file=sys.stderr)
        return 2
    held = current()
    shipped = " (as installed)" if held.table_version == PRICE_VERSION else ""
    print(f"AI calls are priced by {held.table_version}{shipped} and {len(held.own)} own prices.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
