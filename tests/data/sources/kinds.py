"""Kinds of file that people have, whole and broken, each with what must become of it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zlib
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

GOOD = '{"timestamp":"2026-01-08T14:30:00Z","level":"info","message":"up","tenant_id":"acme"}'
OTHER = '{"timestamp":"2026-01-08T14:31:00Z","level":"warn","message":"slow","tenant_id":"acme"}'
THIRD = '{"timestamp":"2026-01-08T14:32:00Z","level":"error","message":"down","tenant_id":"globex"}'
RUN = (
    '{"timestamp":"2026-01-08T14:30:00Z","level":"info","message":"Workflow executed successfully","user_id":"user_123",'
    '"tenant_id":"tenant_acme","workflow_id":"wf_456","service":"ipaas-api","meta":{"workflow_name":"Daily Sales Report",'
    '"action_type":"slack_message","duration":"1.2s","status":"success"}}'
)
CSV = "timestamp,event,user_id,tenant_id\n2026-01-08T14:30:00Z,login,u1,acme\n2026-01-08T14:31:00Z,logout,u1,acme\n"


@dataclass(frozen=True)
class Kind:
    """A file, and what must become of its lines; `says` stands in the sentence."""

    what: str
    name: str
    content: bytes
    rows: int
    quarantined: int = 0
    blank: int = 0
    duplicates: int = 0
    says: str = ""
    timezone: str | None = None


@dataclass(frozen=True)
class Refused:
    """A file of which nothing can be loaded, and what the refusal says."""

    what: str
    name: str
    content: bytes
    says: str


def lines(*texts: str, end: str = "\n") -> bytes:
    return "".join(f"{text}{end}" for text in texts).encode()


def parquet(rows: list[dict]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def frame(content: bytes) -> bytes:
    """A zstd file as the command-line tool writes it."""
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(content)
    return out.getvalue().to_pybytes()


def whole_lines(cut: bytes) -> int:
    """How many lines a cut gzip file still gives whole."""
    return zlib.decompressobj(wbits=31).decompress(cut).count(b"\n")


def zstd_lines(cut: bytes) -> int:
    """How many lines a cut zstd file still gives whole."""
    whole = b""
    # A piece that meets the cut gives nothing of itself, so what is before it is read again in smaller ones.
    for size in (4096, 1):
        stream = pa.CompressedInputStream(pa.BufferReader(cut), "zstd")
        assert stream.read(len(whole)) == whole
        try:
            while piece := stream.read(size):
                whole += piece
        except OSError:
            continue
        raise AssertionError("the file is not cut")
    return whole.count(b"\n")


def renamed(record: str, **changes: object) -> str:
    return json.dumps(json.loads(record) | changes)


HUGE = renamed(GOOD, message="x" * (1 << 20))
TOO_LONG = renamed(GOOD, message="x" * (17 << 20))
PRETTY = json.dumps([json.loads(GOOD), json.loads(OTHER)], indent=2)
MANY = lines(*(renamed(GOOD, message=f"line {n}") for n in range(3000)))
CUT = gzip.compress(MANY, 1)[:-40]
ZCUT = frame(MANY)[:-40]
PARQUET = parquet([json.loads(GOOD), json.loads(OTHER)])

KINDS = [
    Kind("one line a row", "a.ndjson", lines(GOOD, OTHER), 2, says="2 rows of a.ndjson are in (logs, 2026-01-08 14:30 to"),
    Kind("no line end at the end", "a.ndjson", lines(GOOD) + OTHER.encode(), 2),
    Kind("a log line that carries a run", "a.ndjson", lines(RUN), 1, says="1 row of a.ndjson is in (logs and runs,"),
    Kind("Windows line ends", "a.ndjson", lines(GOOD, OTHER, end="\r\n"), 2),
    Kind("a byte order mark", "a.ndjson", b"\xef\xbb\xbf" + lines(GOOD, OTHER), 2),
    Kind("blank lines", "a.ndjson", lines("", GOOD, "  ", OTHER, "\t"), 2, blank=3, says="3 lines were blank."),
    Kind("only blank lines", "a.ndjson", lines("", "", " "), 0, blank=3, says="3 lines were blank."),
    Kind("an empty file", "a.ndjson", b"", 0, says="a.ndjson is empty: there is nothing to load."),
    Kind("one malformed line", "a.ndjson", lines(GOOD, '{"timestamp": oops}', OTHER), 2, 1, says="1 × not JSON."),
    Kind("free text among JSON", "a.ndjson", lines(GOOD, "Traceback (most recent call last):", OTHER), 2, 1, says="not JSON"),
    Kind("cut in the middle", "a.ndjson", lines(GOOD, OTHER) + THIRD[:40].encode(), 2, 1, says="cut off: the text ends inside"),
    Kind("trailing comma", "a.ndjson", lines(GOOD, '{"timestamp":"2026-01-08T14:30:00Z","message":"x",}'), 1, 1, says="not JSON"),
    Kind("NaN", "a.ndjson", lines(GOOD, '{"timestamp":"2026-01-08T14:30:00Z","message":"x","n":NaN}'), 1, 1, says="not JSON"),
    Kind("single quotes", "a.ndjson", lines(GOOD, "{'timestamp':'2026-01-08T14:30:00Z'}"), 1, 1, says="not JSON"),
    Kind("a NUL byte", "a.ndjson", lines(GOOD) + b'{"timestamp":"2026-01-08T14:30:00Z","message":"a\0b"}\n', 1, 1, says="not JSON"),
    Kind("a run of NUL bytes", "a.ndjson", lines(GOOD) + b"\0" * 64 + b"\n" + lines(OTHER), 2, 1, says="not JSON"),
    Kind("an escaped NUL", "a.ndjson", lines(GOOD, renamed(OTHER, message="a\0b")), 2),
    Kind("a raw tab in a text", "a.ndjson", lines(GOOD, OTHER.replace("slow", "slo\tw")), 1, 1, says="not JSON"),
    Kind("a lone surrogate", "a.ndjson", lines(GOOD, OTHER.replace("slow", "\\ud800")), 1, 1, says="not JSON"),
    Kind("invalid UTF-8", "a.ndjson", lines(GOOD) + b'{"message":"\xff\xfe"}\n' + lines(OTHER), 2, 1, says="1 × not UTF-8"),
    Kind("Latin-1", "a.ndjson", lines(GOOD) + OTHER.replace("slow", "größe").encode("latin-1") + b"\n", 1, 1, says="not UTF-8"),
    Kind("a list, not an object", "a.ndjson", lines(GOOD, "[1, 2]"), 1, 1, says="not a JSON object"),
    Kind("a number, not an object", "a.ndjson", lines(GOOD, "42"), 1, 1, says="not a JSON object"),
    Kind("two objects on a line", "a.ndjson", lines(GOOD, GOOD + OTHER), 1, 1, says="not JSON"),
    Kind("nested 100 levels deep", "a.ndjson", lines(GOOD, '{"a":' * 100 + "1" + "}" * 100), 1, 1, says="nested deeper"),
    Kind("a line of 1 MB", "a.ndjson", lines(GOOD, HUGE), 2),
    Kind("a line of 17 MB", "a.ndjson", lines(GOOD, TOO_LONG, OTHER), 2, 1, says="longer than 16 MB"),
    Kind("no time", "a.ndjson", lines(GOOD, '{"message":"when?"}'), 1, 1, says="1 × no timestamp"),
    Kind("a time that is none", "a.ndjson", lines(GOOD, renamed(OTHER, timestamp="yesterday")), 1, 1, says="timestamp is not a time"),
    Kind("30 February", "a.ndjson", lines(GOOD, renamed(OTHER, timestamp="2026-02-30T00:00:00Z")), 1, 1, says="is not a time"),
    Kind("one time without zone", "a.ndjson", lines(GOOD, renamed(OTHER, timestamp="2026-01-08 14:30:00")), 1, 1, says="no time zone"),
    Kind("a time ahead", "a.ndjson", lines(GOOD, renamed(OTHER, timestamp="2099-01-01T00:00:00Z")), 1, 1, says="more than 5 minutes ahead"),
    Kind("year one", "a.ndjson", lines(GOOD, renamed(OTHER, timestamp="0001-01-01T00:00:00Z")), 1, 1, says="timestamp is before 1970"),
    Kind("epoch seconds", "a.ndjson", lines(renamed(GOOD, timestamp=1767882600)), 1, says="2026-01-08 14:30 to"),
    Kind("epoch milliseconds", "a.ndjson", lines(renamed(GOOD, timestamp=1767882600123)), 1, says="2026-01-08 14:30 to"),
    Kind("epoch nanoseconds as text", "a.ndjson", lines(renamed(GOOD, timestamp="1767882600123456789")), 1, says="2026-01-08 14:30"),
    Kind("times of a named zone", "a.ndjson", lines(renamed(GOOD, timestamp="2026-01-08 15:30:00")), 1, says="2026-01-08 14:30", timezone="Europe/Berlin"),
    Kind("a duration that is none", "a.ndjson", lines(RUN, RUN.replace("1.2s", "soon")), 1, 1, says="meta.duration is not a duration"),
    Kind("a negative duration", "a.ndjson", lines(RUN, RUN.replace("1.2s", "-20s")), 1, 1, says="meta.duration is not a duration"),
    Kind("an empty key", "a.ndjson", lines(GOOD[:-1] + ',"":3}'), 1),
    Kind("a run that has not ended", "a.ndjson", lines(RUN, RUN.replace("success", "running")), 2),
    Kind("the same line twice", "a.ndjson", lines(GOOD, GOOD), 2),
    Kind("an id twice", "a.ndjson", lines(*(renamed(GOOD, log_id="1", occurred_at="2026-01-08T14:30:00Z", message=m) for m in "ab")), 1, duplicates=1, says="1 line was there already."),
    Kind("two schemas in one file", "a.ndjson", lines(GOOD, RUN, '{"timestamp":"2026-01-08T14:30:00Z","speed":3,"tags":["a"]}'), 3),
    Kind("text where numbers were", "a.ndjson", lines(renamed(GOOD, n=1), renamed(GOOD, n=2), renamed(GOOD, n="three")), 3),
    Kind("a list where text was", "a.ndjson", lines(GOOD, renamed(OTHER, message=["a", "b"])), 2),
    Kind("gzip", "a.ndjson.gz", gzip.compress(lines(GOOD, OTHER)), 2),
    Kind("gzip in two parts", "a.gz", gzip.compress(lines(GOOD)) + gzip.compress(lines(OTHER)), 2),
    Kind("bzip2", "a.ndjson.bz2", bz2.compress(lines(GOOD, OTHER)), 2),
    Kind("zstd", "a.ndjson.zst", frame(lines(GOOD, OTHER)), 2),
    Kind("gzip, cut", "a.ndjson.gz", CUT, whole_lines(CUT), 1, says="its compressed data is cut off. Copy it again"),
    Kind("zstd, cut", "a.ndjson.zst", ZCUT, zstd_lines(ZCUT), 1, says="its compressed data is cut off or damaged. Copy it again"),
    Kind("gzip under another name", "a.csv", gzip.compress(lines(GOOD, OTHER)), 2),
    Kind("NDJSON called .csv", "a.csv", lines(GOOD, OTHER), 2),
    Kind("a JSON array", "a.json", f"[{GOOD},{OTHER}]".encode(), 2),
    Kind("a pretty JSON array", "a.json", PRETTY.encode(), 2),
    Kind("a JSON array, a line each", "a.json", f"[\n{GOOD},\n{OTHER}\n]\n".encode(), 2),
    Kind("a JSON array, cut", "a.json", PRETTY[:-30].encode(), 1, 1, says="it ends before its list does"),
    Kind("a JSON array with a bad element", "a.json", f'[{GOOD},{{"timestamp":}},{OTHER}]'.encode(), 2, 1, says="1 record was put in quarantine: 1 × not JSON"),
    Kind("a pretty array, one brace lost", "a.json", PRETTY.replace('"acme"\n  },', '"acme"\n  ', 1).encode(), 1, 1, says="cut off"),
    Kind("an empty JSON array", "a.json", b"[]", 0, says="a.json is empty"),
    Kind("an answer that wraps a list", "a.json", f'{{"took":3,"hits":{{"total":2,"hits":[{GOOD},{OTHER}]}}}}'.encode(), 2),
    Kind("one pretty object", "a.json", json.dumps(json.loads(GOOD), indent=4).encode(), 1),
    Kind("pretty objects one after another", "a.json", (json.dumps(json.loads(GOOD), indent=2) + "\n" + json.dumps(json.loads(OTHER), indent=2)).encode(), 2),
    Kind("CSV", "a.csv", CSV.encode(), 2, says="2 rows of a.csv are in (events,"),
    Kind("TSV", "a.tsv", CSV.replace(",", "\t").encode(), 2),
    Kind("semicolons", "a.csv", CSV.replace(",", ";").encode(), 2),
    Kind("CSV with Windows line ends and a mark", "a.csv", b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode(), 2),
    Kind("CSV with a short row", "a.csv", (CSV + "2026-01-08T14:32:00Z,login\n").encode(), 2, 1, says="1 × 2 cells where the header has 4"),
    Kind("CSV with a long row", "a.csv", (CSV + "2026-01-08T14:32:00Z,login,u1,acme,x\n").encode(), 2, 1, says="5 cells where the header has 4"),
    Kind("CSV with a line end in a cell", "a.csv", (CSV + '2026-01-08T14:32:00Z,"log\nin, again",u1,acme\n').encode(), 3),
    Kind("CSV with a stray quote", "a.csv", (CSV + '2026-01-08T14:32:00Z,"login,u1,acme\n' + CSV.split("\n")[1] + "\n").encode(), 3, 1, says="cells where the header has 4"),
    Kind("CSV with blanks around its cells", "a.csv", CSV.replace(",", " , ").encode(), 2),
    Kind("CSV, blank lines", "a.csv", (CSV + "\n\n").encode(), 2, blank=2),
    Kind("CSV, cut", "a.csv", CSV[:-12].encode(), 1, 1, says="2 cells where the header has 4"),
    Kind("CSV with a bad time", "a.csv", (CSV + "soon,login,u1,acme\n").encode(), 2, 1, says="timestamp is not a time"),
    Kind("CSV, the header alone", "a.csv", CSV.split("\n", maxsplit=1)[0].encode() + b"\n", 0, says="a.csv is empty"),
    Kind("CSV, not UTF-8", "a.csv", CSV.encode() + "2026-01-08T14:32:00Z,größe,u1,acme\n".encode("latin-1"), 2, 1, says="not UTF-8"),
    Kind("Parquet", "a.parquet", PARQUET, 2),
    Kind("Parquet called .json", "a.json", PARQUET, 2),
    Kind("OpenTelemetry logs", "a.json", json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1767882600000000000", "severityText": "INFO", "body": {"stringValue": "up"}}]}]}]}).encode(), 1),
]  # fmt: skip

REFUSED = [
    Refused("times without zone", "a.ndjson", lines(renamed(GOOD, timestamp="2026-01-08 14:30:00")), "carry no time zone (2026-01-08 14:30:00). Name the one they are in: --timezone"),
    Refused("no time at all", "a.ndjson", lines('{"message":"x","level":"info"}'), "No field holds a time for logs. Name one: --map occurred_at=FIELD."),
    Refused("free text", "a.log", b"May 4 12:00:01 web-1 sshd[12]: session opened\n" * 5, "neither JSON, NDJSON, CSV, TSV nor Parquet"),
    Refused("binary junk", "a.bin", bytes(range(256)) * 40, "neither JSON, NDJSON, CSV, TSV nor Parquet"),
    Refused("UTF-16", "a.csv", CSV.encode("utf-16"), "is UTF-16. Save it as UTF-8"),
    Refused("Parquet, cut", "a.parquet", PARQUET[:-100], "is no whole Parquet file"),
    Refused("gzip of nothing readable", "a.gz", gzip.compress(MANY)[:12], "its compressed data is cut off"),
]  # fmt: skip
