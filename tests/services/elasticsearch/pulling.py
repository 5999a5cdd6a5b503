"""A source that reads a server, and documents for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from data.sources.elasticsearch import Elasticsearch
from data.sources.pull import Window

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
ALL = Window(BEGIN, BEGIN + timedelta(days=1))


def moment(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# Every moment is that of seven documents, so that pages end among documents of one moment.
DOCUMENTS = [(f"id-{n:04}", {"@timestamp": moment(n // 7), "n": n}) for n in range(500)]


def opened(server: Any, index: str | list[str], **said: Any):
    return Elasticsearch(
        **{
            "kind": "elasticsearch",
            "name": "logs",
            "url": server.url,
            "index": index,
            "page": 100,
            "retries": 3,
        }
        | said
    ).open()


def pulled(pull: Any, window: Window = ALL) -> list[dict[str, Any]]:
    return [json.loads(line) for page in pull.read(window) for line in page.lines.splitlines()]


def numbers(pull: Any, window: Window = ALL) -> list[int]:
    return [each["n"] for each in pulled(pull, window)]


QUESTIONS = {"check": lambda pull: pull.check(), "sample": lambda pull: pull.sample(5), "read": numbers}
