"""Why nothing can be read of a file or a source."""

from __future__ import annotations


class SourceError(Exception):
    """A file that cannot be loaded at all, or a source that cannot be read; the text says what to do."""
