"""Sync sources from a terminal: `python -m data.sync [NAME…]`.

While the app runs it owns the store; then it is asked to sync, and its progress is shown.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from data import config, owner, places
from data.config import Config, ConfigError
from data.mapping import MappingError
from data.owner import Owner, ask
from data.sources.refusal import SourceError, unnamed
from data.sources.settings import Settings
from data.store import Store, StoreError, open_store, path_of, utc_now
from data.sync import bar, mapped
from data.sync.engine import Engine, Stopped
from data.sync.reader import Reader
from data.terminal import stoppable

DONE, FAILED, REFUSED, STOPPED = 0, 1, 2, 130
POLL_SECONDS = 0.3


def main(arguments: Sequence[str] | None = None) -> int:
    """Sync the sources named on the command line, or all; gives the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        said = config.load(asked.config)
        problems = () if asked.names else tuple(said.problems.values())
        for problem in problems:
            print(problem, file=sys.stderr)
        chosen = _chosen(said, asked.names, check=asked.check)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return REFUSED
    code = _sync(chosen, asked) if chosen else DONE
    return max(code, REFUSED if problems else DONE)


def _chosen(said: Config, names: Sequence[str], *, check: bool) -> list[Settings]:
    """The sources that are meant; none only where those that there are cannot be used. Raises ConfigError."""
    chosen = [said.source(name) for name in names] or [
        each for each in said.sources if each.enabled and (check or not each.on_demand)
    ]
    if not chosen and not said.problems:
        raise ConfigError(
            f"{said.path.name} names no source to sync. docs/sources/README.md says how to write one."
        )
    for each in chosen if not check else ():
        if each.on_demand:
            raise ConfigError(f"{each.name} is asked when somebody opens a trace, so nothing is synced.")
    return chosen


def _sync(chosen: Sequence[Settings], asked: argparse.Namespace) -> int:
    try:
        if asked.check:
            return _check(chosen, _var(asked.store))
        path = path_of(asked.store)
        running = owner.read(path) if path is not None else None
        if running is not None:
            return _hand_over(running, chosen, again=asked.reconcile)
        return _here(chosen, asked.store, again=asked.reconcile)
    except StoreError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data.sync",
        description="Read what is new in the sources of tenantscope.toml, and go on with their history.",
        epilog="Exit code: 0 synced, 1 one of them failed, 2 the configuration or part of it cannot be used, "
        "130 stopped.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="sources; all that are enabled if left out")
    parser.add_argument(
        "--check", action="store_true", help="try whether each source answers, and read nothing"
    )
    parser.add_argument(
        "--reconcile", action="store_true", help="count against the source too, and read again what differs"
    )
    parser.add_argument("--config", type=Path, help=f"the configuration (default: {config.path().name})")
    parser.add_argument(
        "--store", default=str(places.var() / places.OWN), help="the store's file or URL (%(default)s)"
    )
    return parser


def _var(store: str) -> Path:
    path = path_of(store)
    return path.parent if path is not None else places.var()


def _check(chosen: Sequence[Settings], var: Path) -> int:
    worst = DONE
    for settings in chosen:
        with Reader(settings, var / "spool" / f".check-{settings.name}") as reader:
            try:
                print(f"{settings.name}: {reader.check()}")
                for note in _notes(settings, reader, var):
                    print(f"  {note}")
            except SourceError as error:
                print(f"{settings.name}: {unnamed(error, settings.name)}", file=sys.stderr)
                worst = FAILED
    return worst


def _notes(settings: Settings, reader: Reader, var: Path) -> Sequence[str]:
    """What is good to know of how the source would be mapped; raises SourceError where it cannot be."""
    texts = reader.sample(mapped.SAMPLE)
    try:
        found = mapped.propose(settings, texts, reader.key, var / "mappings", reader.time) if texts else None
    except MappingError as error:
        raise SourceError(str(error)) from error
    return found.notes if found else ()


def _here(chosen: Sequence[Settings], url: str, *, again: bool) -> int:
    store = open_store(url)
    try:
        return max(_one(store, settings, _var(url), again=again) for settings in chosen)
    finally:
        store.close()


def _one(store: Store, settings: Settings, var: Path, *, again: bool) -> int:
    ticker = bar.Bar(settings.name)
    with Reader(settings, var / "spool" / settings.name) as reader, stoppable() as stopped:
        engine = Engine(
            settings, reader, lambda: store, var / "mappings", utc_now, ticker.show, lambda: bool(stopped)
        )
        try:
            said = engine.sync().sentence
            said = f"{said} {engine.reconcile().sentence}" if again else said
        except (SourceError, MappingError) as error:
            ticker.clear()
            print(f"{settings.name}: {unnamed(error, settings.name)}", file=sys.stderr)
            return FAILED
        except Stopped:
            ticker.clear()
            print(f"{settings.name}: stopped; the next sync goes on from here.", file=sys.stderr)
            return STOPPED
    ticker.clear()
    print(f"{settings.name}: {said}")
    return DONE


def _hand_over(running: Owner, chosen: Sequence[Settings], *, again: bool) -> int:
    print(f"The app is running, so it syncs {'them' if len(chosen) > 1 else 'it'}.", file=sys.stderr)
    before = {each["name"]: each["synced_at"] for each in ask(running, "GET", "/internal/sync")["sources"]}
    for settings in chosen:
        ask(running, "POST", "/internal/sync", {"name": settings.name, "again": again})
    return max(_follow(running, settings.name, before.get(settings.name)) for settings in chosen)


def _follow(running: Owner, name: str, before: str | None) -> int:
    ticker, began = bar.Bar(name), False
    while True:
        found = ask(running, "GET", "/internal/sync")["sources"]
        now = next((each for each in found if each["name"] == name), None)
        if now is None:
            print(f"{name}: the app's configuration has no such source any more.", file=sys.stderr)
            return FAILED
        began = began or now["phase"] == "syncing"
        if now["phase"] == "failing" and began:
            ticker.clear()
            print(f"{name}: {unnamed(now['error'], name)}", file=sys.stderr)
            return FAILED
        if now["phase"] in ("waiting", "paused") and now["synced_at"] != before:
            ticker.clear()
            print(f"{name}: {now['sentence']}")
            return DONE
        if now["progress"]:
            ticker.show(bar.progress_of(now["progress"]))
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
