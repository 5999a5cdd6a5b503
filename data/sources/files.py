"""A file of any known form -> batches of records: NDJSON, JSON, CSV, TSV, Parquet, OTLP/JSON, plain or
compressed.

The form is told by the content; the name only serves to speak of the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from data.sources import ai_logs, columns, elements, lines, otlp, parquet
from data.sources.lines import BOM, Batch
from data.sources.opening import PARQUET, PIECE, Opened
from data.sources.refusal import SourceError

LOOK = 1 << 20
SAMPLE = 1000
NAMES = {
    "ndjson": "NDJSON",
    "json": "JSON",
    "columns": "CSV",
    "parquet": "Parquet",
    "otlp": "OTLP/JSON",
    "ai": "AI calls",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class FileSource:
    """One file to load. `check` first, then `read`."""

    path: Path
    name: str = ""
    form: str = field(default="", init=False)
    opened: Opened = field(init=False, repr=False)
    _table: columns.Table | None = field(default=None, init=False, repr=False)
    _where: elements.Where | None = field(default=None, init=False, repr=False)
    _inner: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        self.name = self.name or self.path.name

    @property
    def noun(self) -> str:
        """What the file has many of."""
        return "lines" if self.form == "ndjson" else "records"

    @property
    def format(self) -> str:
        """The file's form, as a person calls it."""
        if self.form == "columns" and self._table is not None and self._table.separator == "\t":
            return "TSV"
        return NAMES.get(self.form, "")

    def check(self) -> None:
        """Find out the file's form; raises SourceError with the step to take."""
        try:
            if self.path.is_dir():
                raise SourceError(
                    f"{self.name} is a folder. Name its files, for example '{self.name.rstrip('/')}/*.json'."
                )
            self.opened = Opened(self.path)
            head = self._head()
        except FileNotFoundError as error:
            raise SourceError(
                f"There is no file {self.name}. Check the name, and the folder you are in."
            ) from error
        except PermissionError as error:
            raise SourceError(f"{self.name} may not be read by this user.") from error
        except OSError as error:
            raise SourceError(f"{self.name} cannot be read: {error.strerror or error}.") from error
        self.form = self._form_of(head)

    def sample(self) -> list[str]:
        """The first records as JSON texts."""
        self.opened = Opened(self.path)
        for batch in self.batches(size=LOOK):
            many = min(SAMPLE, len(batch.records.starts))
            records = batch.records
            if many or batch.rejects:
                return [
                    bytes(records.buffer[records.starts[n] : records.ends[n]]).decode() for n in range(many)
                ]
        return []

    def read(self) -> Iterator[Batch]:
        """The file's records from its beginning, in bounded memory."""
        self.opened = Opened(self.path)
        return self.batches()

    def batches(self, size: int | None = None) -> Iterator[Batch]:
        """The records in batches of about `size` bytes."""
        size = size or lines.BATCH
        if self.form == "empty":
            return iter(())
        if self.form == "parquet":
            return parquet.batches(self.opened)
        if self.form == "columns" and self._table is not None:
            return columns.batches(self.opened, self._table, size)
        plain = (
            elements.batches(self.opened, self._where, size)
            if self._where
            else lines.batches(self.opened, size)
        )
        inside = {"otlp": otlp.batches, "ai": ai_logs.batches}.get(self.form)
        return plain if inside is None else inside(plain)

    def _head(self) -> bytes:
        head = b""
        for piece in self.opened.pieces():
            head += piece
            if len(head) >= LOOK:
                break
        return head[: LOOK + PIECE]

    def _form_of(self, head: bytes) -> str:
        if self.opened.head.startswith(PARQUET):
            return "parquet"
        if head.startswith(_UTF16):
            raise SourceError(f"{self.name} is UTF-16. Save it as UTF-8 and load it again.")
        text = head.removeprefix(BOM)
        if not text.strip():
            if self.opened.trouble:
                raise SourceError(
                    f"{self.name}: {self.opened.trouble}, and nothing before that could be read. "
                    "Copy it again."
                )
            return "empty" if not text else "ndjson"
        return self._json_form(head, text) or self._columns_form(text)

    def _json_form(self, head: bytes, text: bytes) -> str:
        """NDJSON if any of the first lines is a whole object; else an array or documents."""
        first = [line for line in text.split(b"\n", 200)[:200] if line.strip()]
        objects = [line for line in first if elements.is_record(line)]
        self._where = None
        where = elements.locate(head)
        if form := self._packed_form(text, objects, where, head):
            return form
        if len(objects) == 1 and len(first) == 1 and where is not None and where.in_array:
            self._where = where  # one line that wraps a list
            return "json"
        if objects and not (where is not None and where.in_array):
            return "ndjson"
        if where is None:
            return "ndjson" if any(line.lstrip().startswith(b"{") for line in first) else ""
        self._where = where
        return "json"

    def _packed_form(
        self, text: bytes, objects: list[bytes], where: elements.Where | None, head: bytes
    ) -> str:
        """The form of documents that hold records of a known kind, one a line or over many; '' for others."""
        if objects and otlp.is_otlp(json.loads(objects[0])):
            return "otlp"
        if any(ai_logs.is_ai(json.loads(line)) for line in objects):
            return "ai"
        if where is None:
            return ""
        whole = elements.Where(len(text) - len(text.lstrip()), in_array=False, indent=0)
        if not objects and otlp.is_otlp(_keys(text)):
            self._where = whole
            return "otlp"
        if ai_logs.is_ai(_first(text)):
            self._where = whole
        elif where.in_array and ai_logs.is_ai(_first(head[where.start :])):
            self._where = where
        return "ai" if self._where is not None else ""

    def _columns_form(self, text: bytes) -> str:
        junk = text.count(b"\0") > len(text) / 1000
        cut = text.rfind(b"\n") + 1 or len(text)
        self._table = None if junk else columns.look(text[:cut].decode("utf-8", "replace"))
        if self._table is not None:
            return "columns"
        packed = " inside its compression" if self.opened.packed else ""
        raise SourceError(
            f"{self.name} is neither JSON, NDJSON, CSV, TSV nor Parquet{packed}. "
            "Lines of free text have no fields: have your program log JSON, or convert the file first."
        )


def _first(text: bytes) -> object:
    """The JSON value that a text begins with; None where it is cut or none."""
    try:
        return json.JSONDecoder().raw_decode(text.decode("utf-8", "replace").lstrip())[0]
    except (ValueError, RecursionError):
        return None


def _keys(text: bytes) -> dict[str, None]:
    """The keys that a document may have at its top, judged by its first kilobyte."""
    return {sign: None for sign in otlp.SIGNS if f'"{sign}"'.encode() in text[:1024]}
