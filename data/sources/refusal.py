"""Why nothing can be read of a file or a source."""

from __future__ import annotations


class SourceError(Exception):
    """A file that cannot be loaded at all, or a source that cannot be read; the text says what to do."""


def unnamed(error: object, name: str) -> str:
    """What is wrong with a source, without its name in front: whoever shows it says the name."""
    return str(error).removeprefix(f"{name}: ")
