"""Why nothing can be read of a file or a source."""

from __future__ import annotations


class SourceError(Exception):
    """A file that cannot be loaded at all, or a source that cannot be read; the text says what to do."""


class Untold(SourceError):
    """A relation in which nothing tells one row from another; `columns` are what it has."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        there = ", ".join(columns)
        super().__init__(f'Nothing tells the rows apart. Name what does: id = "…". There is {there}.')
        self.columns = columns


def unnamed(error: object, name: str) -> str:
    """What is wrong with a source, without its name in front: whoever shows it says the name."""
    return str(error).removeprefix(f"{name}: ")
