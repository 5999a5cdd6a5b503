"""What a benchmark has to say: one line a measurement, with its budget."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

MARK = "bench: "


@dataclass(frozen=True)
class Line:
    """One measurement: what, ours against the reference, and whether the budget is met (None: no budget)."""

    what: str
    ours: str
    reference: str = ""
    ratio: float | None = None
    budget: str = ""
    met: bool | None = None
    cause: str = ""

    def say(self) -> None:
        """Print the line so that `make bench` can read it from this process's output."""
        print(MARK + json.dumps(asdict(self)), flush=True)


def read(printed: str) -> Line | None:
    """The measurement in a printed line, if it is one."""
    return Line(**json.loads(printed.removeprefix(MARK))) if printed.startswith(MARK) else None


def table(lines: list[Line]) -> str:
    """The measurements as one table of text."""
    head = ("what", "ours", "reference", "ratio", "budget", "")
    rows = [head, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    drawn = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    causes = [f"{line.what}: {line.cause}" for line in lines if line.cause]
    return "\n".join([drawn[0], "  ".join("-" * width for width in widths), *drawn[1:], *causes])


def _cells(line: Line) -> tuple[str, ...]:
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    verdict = {True: "met", False: "MISSED", None: ""}[line.met]
    return (line.what, line.ours, line.reference, ratio, line.budget, verdict)


def median_ms(runs: Mapping[str, Callable[[], object]], repeat: int = 7) -> dict[str, float]:
    """The median milliseconds of each."""
    return {name: statistics.median(taken) for name, taken in _in_turns(runs, lambda _: repeat).items()}


def least_ms(runs: Mapping[str, Callable[[], object]], budget_ms: float = 300) -> dict[str, float]:
    """The least milliseconds of each: what it costs by itself. Fast ones are repeated more often."""
    taken = _in_turns(runs, lambda first_ms: max(5, min(40, round(budget_ms / max(first_ms, 1)))))
    return {name: min(values) for name, values in taken.items()}


def _in_turns(
    runs: Mapping[str, Callable[[], object]], repeat: Callable[[float], int]
) -> dict[str, list[float]]:
    """The milliseconds of each, in turns, so that a busy moment of the machine falls on all alike."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    turn = turns = 1
    while turn <= turns:
        # Each goes first as often as last: the one after a large query finds colder caches.
        for name, run in list(runs.items())[:: 1 if turn % 2 else -1]:
            begun = time.perf_counter()
            run()
            taken[name].append((time.perf_counter() - begun) * 1000)
        if turn == turns == 1:  # the first turn reads the file
            turns += repeat(sum(values.pop() for values in taken.values()))
        turn += 1
    return taken
