"""Load files into the store: `python -m data.load FILE…`.

While the app runs it owns the store; then the files are handed to it, and it loads them.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from data import handover, owner, places
from data import mapping as mappings
from data.ingest import Outcome, Proposal, Wish, ingest, propose
from data.landing import latest
from data.mapping import MappingError
from data.preview import Preview, preview
from data.sources.refusal import SourceError
from data.store import StoreError, StoreTaken, open_store, path_of, utc_now
from data.tables import TABLES
from data.terminal import stoppable
from data.ticker import Ticker

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from data.store import Store

DONE, FAILED, REFUSED, STOPPED = 0, 1, 2, 130
REFUSALS = (SourceError, MappingError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the files named on the command line; gives the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        wish = Wish(
            asked.table,
            tuple(map(mappings.column_of, asked.map)),
            asked.source,
            asked.timezone,
            _mapping(asked.mapping),
        )
        with _spooled(asked.files) as files:
            if asked.preview:
                return _preview(files, wish, _var(asked.store))
            return _load(files, wish, asked.store)
    except REFUSALS as error:
        print(error, file=sys.stderr)
        return REFUSED
    except StoreTaken as error:
        print(error, file=sys.stderr)
        return REFUSED
    except StoreError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data.load",
        description="Load files into the store: NDJSON, JSON, CSV, TSV or Parquet, plain or packed with "
        "gzip, bzip2 or zstd.",
        epilog="Exit code: 0 loaded, 1 failed on the way, 2 nothing could be loaded, 130 stopped.",
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="files, patterns in quotes, or - for standard input"
    )
    parser.add_argument("--table", help=f"the table that each record becomes a row of: {', '.join(TABLES)}")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="fill a column from a field, or with a 'constant'; docs/tables.md has the columns of all tables",
    )
    parser.add_argument(
        "--source", help="the name that all files of this kind share; made from the file's name if left out"
    )
    parser.add_argument("--timezone", help="the zone of times that carry none, such as Europe/Berlin")
    parser.add_argument(
        "--mapping", metavar="TOML", type=Path, help="a saved mapping to use instead of a proposed one"
    )
    parser.add_argument("--preview", action="store_true", help="show what would be loaded, and load nothing")
    parser.add_argument(
        "--store", default=str(places.var() / places.OWN), help="the store's file or URL (%(default)s)"
    )
    return parser


def _var(store: str) -> Path:
    path = path_of(store)
    return path.parent if path is not None else places.var()


def _mapping(path: Path | None) -> mappings.Mapping | None:
    if path is None:
        return None
    try:
        return mappings.Mapping.from_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"The mapping {path} cannot be read: {error.strerror}.") from error


@contextmanager
def _spooled(named: Sequence[str]) -> Generator[list[tuple[Path, str]]]:
    """The files with their names; standard input and pipes are put into files of their own first."""
    files: list[tuple[Path, str]] = []
    with tempfile.TemporaryDirectory(prefix="tenantscope-") as folder:
        for name in named:
            if name == "-" or _is_pipe(name):
                spool = Path(folder) / str(len(files))
                with spool.open("wb") as file, ExitStack() as stack:
                    pipe = sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))
                    shutil.copyfileobj(pipe, file, 1 << 20)
                # What the shell calls a pipe says nothing about where the lines come from.
                ours = name == "-" or name.startswith(("/dev/", "/proc/"))
                files.append((spool, "stdin" if ours else Path(name).name))
                continue
            patterned = any(c in name for c in "*?[") and not os.path.lexists(name)
            found = sorted(glob(name, recursive=True)) if patterned else [name]  # noqa: PTH207  may be absolute
            if not found:
                raise SourceError(f"No file matches {name}.")
            files += [(Path(each), Path(each).name) for each in found]
        yield files


def _is_pipe(name: str) -> bool:
    try:
        return Path(name).is_fifo()
    except OSError:
        return False


def _preview(files: list[tuple[Path, str]], wish: Wish, var: Path) -> int:
    worst = DONE
    for path, name in files:
        shown = preview(propose(path, name, wish, var / "mappings"), latest(utc_now()))
        _show(shown)
        worst = REFUSED if shown.problems else worst
    return worst


def _show(shown: Preview) -> None:
    print(shown.sentence)
    by_path = {field.path: field for field in shown.fields}
    for rule in shown.mapping.rules:
        print(f"  {rule.table}" + (f"  (where {' and '.join(rule.needs)} are there)" if rule.needs else ""))
        width = max((len(column) for column in rule.columns), default=0)
        for column, origin in rule.columns.items():
            samples = (
                by_path[origin.field].samples if origin.constant is None and origin.field in by_path else ()
            )
            example = f"    e.g. {samples[0][:60]}" if samples else ""
            print(f"    {column:<{width}} <- {origin.text()}{example}")
    rest = [field.path for field in shown.fields if field.target in ("attributes", "lists")]
    if rest:
        print(
            f"  attributes: {', '.join(rest[:12])}"
            + (f" and {len(rest) - 12} more" if len(rest) > 12 else "")
        )
    for line, reason, _ in shown.rejects[:3]:
        print(f"  record {line}: {reason}")
    for text in (*shown.problems, *shown.notes):
        print(f"  {text}")


def _load(files: list[tuple[Path, str]], wish: Wish, url: str) -> int:
    path = path_of(url)
    proposals = [propose(each, name, wish, _var(url) / "mappings") for each, name in files]
    for proposal in proposals:
        _show(preview(proposal, latest(utc_now())))
        if proposal.problems:
            raise MappingError(f"{proposal.source.name} was not loaded. Nothing was loaded.")
    running = owner.read(path) if path is not None else None
    if running is not None:
        # The app owns the store's place even before the first row has made the file.
        return _exit_code(handover.load(running, files, wish))
    store = open_store(url)
    try:
        return _exit_code([_one(store, proposal) for proposal in proposals])
    finally:
        store.close()


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    """The same, whether the files were loaded here or by the running app."""
    states = {outcome.state for outcome in outcomes}
    for state, code in (("cancelled", STOPPED), ("failed", FAILED), ("refused", REFUSED)):
        if state in states:
            return code
    known = sum(outcome.counts.rows + outcome.counts.duplicates for outcome in outcomes)
    refused = sum(outcome.counts.quarantined for outcome in outcomes)
    return REFUSED if refused and not known else DONE


def _one(store: Store, proposal: Proposal) -> Outcome:
    ticker = Ticker(proposal.source.name)
    with stoppable() as stopped:
        outcome = ingest(store, proposal, progress=ticker.show, cancelled=lambda: bool(stopped))
    ticker.clear()
    print(outcome.sentence)
    return outcome


if __name__ == "__main__":
    gc.freeze()  # what was imported is not searched for garbage
    try:
        sys.exit(main())
    finally:
        gc.unfreeze()  # or DuckDB's binding takes it for a leak, and says so at length
