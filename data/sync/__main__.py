"""Sync sources from a terminal: `python -m data.sync [NAME…]`.

While the app runs it owns the store; then it is asked to sync, and its progress is shown.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from data import config, owner, places
from data.config import Config, ConfigError
from data.mapping import MappingError
from data.owner import Owner, ask
from data.sources.refusal import SourceError, unnamed
from data.sources.settings import Settings
from data.store import Store, StoreError, open_store, path_of, utc_now
from data.sync import bar, mapped, state
from data.sync.engine import Engine, Stopped
from data.sync.reader import Reader
from data.terminal import stoppable

DONE, FAILED, REFUSED, STOPPED = 0, 1, 2, 130
POLL_SECONDS = 0.3
NEVER = ("off", "on demand")
NO_SOURCE = "{} names no source to sync. docs/sources/README.md says how to write one."
ON_DEMAND = "{} is asked when somebody opens a trace, so nothing is synced."


def main(arguments: Sequence[str] | None = None) -> int:
    """Sync the sources named on the command line, or all; gives the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        path = path_of(asked.store)
        running = owner.read(path) if path is not None and not asked.check else None
        # The app has read the configuration with the secrets of its own environment.
        return _hand_over(running, asked) if running is not None else _alone(asked)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except StoreError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return STOPPED


def _alone(asked: argparse.Namespace) -> int:
    """Check or sync in this process. Raises ConfigError or StoreError."""
    said = config.load(asked.config)
    problems = () if asked.names else tuple(said.problems.values())
    for problem in problems:
        print(problem, file=sys.stderr)
    chosen = _chosen(said, asked.names, check=asked.check)
    code = (_check(chosen, _var(asked.store)) if asked.check else _here(chosen, asked)) if chosen else DONE
    return max(code, REFUSED if problems else DONE)


def _chosen(said: Config, names: Sequence[str], *, check: bool) -> list[Settings]:
    """The sources that are meant; none only where those that there are cannot be used. Raises ConfigError."""
    chosen = [said.source(name) for name in names] or [
        each for each in said.sources if each.enabled and (check or not each.on_demand)
    ]
    if not chosen and not said.problems:
        raise ConfigError(NO_SOURCE.format(said.path.name))
    for each in chosen if not check else ():
        if each.on_demand:
            raise ConfigError(ON_DEMAND.format(each.name))
    return chosen


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


def _here(chosen: Sequence[Settings], asked: argparse.Namespace) -> int:
    store = open_store(asked.store)
    try:
        known = {} if asked.names else state.states(store)
        paused = {each.name for each in chosen if each.name in known and known[each.name].paused}
        _left_alone(paused)
        codes = [
            _one(store, each, _var(asked.store), again=asked.reconcile)
            for each in chosen
            if each.name not in paused
        ]
        return max(codes, default=DONE)
    finally:
        store.close()


def _left_alone(paused: Iterable[str]) -> None:
    for name in sorted(paused):
        print(f"{name}: paused, so it is left alone. Name it to read it once.", file=sys.stderr)


def _one(store: Store, settings: Settings, var: Path, *, again: bool) -> int:
    ticker = bar.Bar(settings.name)
    with Reader(settings, var / "spool" / settings.name, ticker.waits) as reader, stoppable() as stopped:
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


def _hand_over(running: Owner, asked: argparse.Namespace) -> int:
    """Have the app sync. Raises ConfigError or StoreError."""
    found = ask(running, "GET", "/internal/sync")
    phases = {each["name"]: each["phase"] for each in found["sources"]}
    for name in asked.names:
        _check_named(name, phases, found["error"])
    left = () if asked.names else [name for name, phase in phases.items() if phase == "paused"]
    _left_alone(left)
    names = asked.names or [name for name, phase in phases.items() if phase not in (*NEVER, "paused")]
    problem = "" if asked.names else found["error"]
    if problem:
        print(problem, file=sys.stderr)
    elif not names and not left:
        raise ConfigError(NO_SOURCE.format("The app's configuration"))
    if names:
        print(f"The app is running, so it syncs {'them' if len(names) > 1 else 'it'}.", file=sys.stderr)
    form = {"again": asked.reconcile}
    until = {name: ask(running, "POST", "/internal/sync", form | {"name": name})["until"] for name in names}
    codes = [_follow(running, name, until[name]) for name in names]
    return max([*codes, REFUSED if problem else DONE])


def _check_named(name: str, phases: Mapping[str, str], problem: str) -> None:
    """Whether the app can sync this source; raises ConfigError."""
    if name not in phases:
        there = (
            f"The app's configuration has no source {name!r}. There is: {', '.join(phases) or 'none yet'}."
        )
        raise ConfigError(problem or there)
    if phases[name] == "on demand":
        raise ConfigError(ON_DEMAND.format(name))
    if phases[name] == "off":
        raise ConfigError(f"{name} is switched off by `enabled = false`. Take that line out, and sync again.")


def _follow(running: Owner, name: str, until: int) -> int:
    ticker = bar.Bar(name)
    while True:
        found = ask(running, "GET", "/internal/sync")["sources"]
        now = next((each for each in found if each["name"] == name), None)
        if now is None:
            print(f"{name}: the app's configuration has no such source any more.", file=sys.stderr)
            return FAILED
        if now["ended"] < until - 2:
            until = 1  # it began anew, as its part of the configuration has changed
        if now["ended"] >= until:
            ticker.clear()
            failed = bool(now["error"])
            said = unnamed(now["error"], name) if failed else now["sentence"]
            print(f"{name}: {said}", file=sys.stderr if failed else sys.stdout)
            return FAILED if failed else DONE
        if now["progress"]:
            ticker.show(bar.progress_of(now["progress"]))
        ticker.waits(now["waits"])
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
