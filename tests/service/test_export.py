"""Frames as files: no cell runs, every type stays, names say what and when."""

from __future__ import annotations

import io
from decimal import Decimal

import pandas as pd
import pytest

from service import export

FRAME = pd.DataFrame(
    {
        "tenant": ["=cmd|' /C calc'!A0", "Acme, Inc.", None],
        "-name": ["@x", "\tx", "plain"],
        "executions": [-1, 2, 3],
        "cost_usd": [Decimal("-0.50"), Decimal("1.25"), None],
        "bucket": pd.date_range("2026-01-01", periods=3, freq="D", tz="Europe/Berlin"),
    }
)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_would_start_a_formula_is_shown_and_not_run(start):
    assert export.defused(f"{start}1+1") == f"'{start}1+1"
    assert export.defused(f"a{start}") == f"a{start}"


def test_a_csv_holds_every_row_with_its_numbers_as_they_are():
    assert export.csv(FRAME).decode().split("\r\n") == [
        "tenant,'-name,executions,cost_usd,bucket",
        "'=cmd|' /C calc'!A0,'@x,-1,-0.50,2026-01-01 00:00:00+01:00",
        '"Acme, Inc.",\'\tx,2,1.25,2026-01-02 00:00:00+01:00',
        ",plain,3,,2026-01-03 00:00:00+01:00",
        "",
    ]


def test_a_parquet_file_reads_back_as_the_same_frame():
    back = pd.read_parquet(io.BytesIO(export.parquet(FRAME)))
    pd.testing.assert_frame_equal(back, FRAME, check_dtype=False)
    assert str(back["bucket"].dtype.tz) == "Europe/Berlin"


def test_a_file_is_named_after_its_panel_and_its_window():
    assert export.file_name("Executions <over> time", "2026-01-05", "2026-01-12", "csv") == (
        "executions-over-time_2026-01-05_2026-01-12.csv"
    )
    assert export.file_name("…", "2026-01-05", "2026-01-12", "csv").startswith("panel_")
