"""What each test costs, as a plugin of pytest that writes down which ones `make check` leaves to `make test`.

    .venv/bin/python -m pytest -n 0 -q -p tests.costs --ignore=tests/browser -m "not heavy or costly"

A test function is costly where its cases take more than MOST seconds of CPU on average, what they set up and the
processes that they start included. A module's fixture counts for the first test that asks for it: run again until
the list stays as it is. What the loop cannot do without is marked `loop` and stays.
"""

from __future__ import annotations

import resource
from collections import defaultdict
from pathlib import Path

import pytest

MOST = 0.06
# These say by themselves what the loop asks: what one of them costs depends on which came before.
PROMISES = "tests/promises/"
FILE = Path(__file__).with_name("costly.txt")
_HEAD = "# Written by tests/costs.py: test functions that make check leaves to make test for what they cost."
_taken: dict[str, list[float]] = defaultdict(list)


def costly() -> frozenset[str]:
    """The functions that were measured to cost more than a test of the loop may."""
    lines = FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []
    return frozenset(line for line in lines if line and not line.startswith("#"))


def function_of(nodeid: str) -> str:
    """The test function of a case."""
    return nodeid.split("[", 1)[0]


def _cpu() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    """Measure one case."""
    begun = _cpu()
    result = yield
    if item.get_closest_marker("loop") is None and not item.nodeid.startswith(PROMISES):
        _taken[function_of(item.nodeid)].append(_cpu() - begun)
    return result


def pytest_sessionfinish():
    """Write down what was found; functions that were not run keep what was found before."""
    found = {name for name, taken in _taken.items() if sum(taken) > MOST * len(taken)}
    kept = {name for name in costly() - _taken.keys() if (FILE.parent.parent / name.split("::")[0]).exists()}
    FILE.write_text("\n".join([_HEAD, *sorted(found | kept)]) + "\n", encoding="utf-8")
