"""Runs every benchmark in a process of its own and prints one table: ours, the reference, the budget."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.report import Line, read, table

HERE = Path(__file__).resolve().parent
# In the order of what a newcomer waits for first. Each is stopped after so many seconds, all after TOGETHER.
LIMITS = {
    "load": 420,
    "board": 240,
    "measures": 420,
    "tenant": 240,
    "funnel": 420,
    "retention": 420,
    "page": 240,
    "refresh": 120,
    "churn": 180,
    "customers": 480,
    "users": 300,
    "kill": 180,
    "sql": 240,
    "collector": 180,
    "elasticsearch": 240,
}
TOGETHER = 20 * 60
BIG_LIMIT = 4 * 3600


def main() -> None:
    """Run all, or those named on the command line; fail if one failed, not if a budget is missed."""
    chosen = sys.argv[1:] or [name for name in LIMITS if (HERE / f"{name}.py").exists()]
    begun, lines, failed = time.monotonic(), [], []
    for name in chosen:
        print(f"── {name}", flush=True)
        found, problem = run(name, begun + TOGETHER)
        lines += found
        failed += [f"{name}: {problem}"] if problem else []
    print(f"\n{table(lines)}\n\n{len(lines)} measurements in {(time.monotonic() - begun) / 60:.1f} minutes")
    if failed:
        raise SystemExit("\n".join(failed))


def run(name: str, until: float) -> tuple[list[Line], str]:
    """One benchmark's measurements, and why it failed if it did."""
    left = min(LIMITS.get(name, 300), max(1, round(until - time.monotonic())))
    limit = BIG_LIMIT if os.environ.get("BIG") == "1" else left
    command = ["timeout", "--signal=TERM", str(limit), sys.executable, "-m", f"bench.{name}"]
    lines: list[Line] = []
    with subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for printed in process.stdout:
            if line := read(printed):
                lines.append(line)
            print(printed, end="", flush=True)
    return lines, f"ended with {process.returncode}" if process.returncode else ""


if __name__ == "__main__":
    main()
