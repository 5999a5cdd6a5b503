"""Panels on a page: what they say, how they compare, what their menu opens, and why they are empty."""

from __future__ import annotations

import io
import os
import shutil

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics.filters import field
from analytics.request import Request
from data.store import open_store
from service.access import Principal
from service.house import close_house
from tests.ui.boards import WINDOW, runs
from tests.ui.looking import HANGS_SECONDS, said
from ui import context, downloads, panel_menu, questions, rows


def page() -> None:
    from tests.ui.boards import BOARD  # noqa: PLC0415  the function is run as a script of its own
    from ui import address, render  # noqa: PLC0415

    address.carrier()
    render.show(BOARD)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The store that the board is drawn from."""
    file = tmp_path_factory.mktemp("stored") / "demo.duckdb"
    store = open_store(file)
    store.append("runs", runs())
    store.close()
    return file


@pytest.fixture
def board(stored, tmp_path, monkeypatch):
    """The board over the week: `board(request)` gives the page after its first run."""
    shutil.copy(stored, tmp_path)
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))

    def run(request: Request = WINDOW, **state: object) -> AppTest:
        at = AppTest.from_function(page, default_timeout=HANGS_SECONDS)
        at.query_params["scope"] = request.text()
        for name, value in state.items():
            at.session_state[name] = value
        return at.run()

    yield run
    close_house()


def texts(at) -> str:
    return "\n".join(each.value for each in (*at.markdown, *at.caption, *at.header))


def charts(at) -> dict[str, str]:
    """The sentence of each chart."""
    alts = [chart.proto.alt for chart in at.get("plotly_chart")]
    return dict(alt.split(": ", 1) for alt in alts)


def test_every_panel_is_drawn_and_none_fails(board):
    at = board()
    assert not at.exception
    assert not at.error
    assert charts(at)["Ranking"] == "acme 3, globex 1."
    assert [each.value for each in at.header] == [":blue[3] of :blue[4] went well"]


def test_a_number_is_compared_with_the_window_before(board):
    at = board()
    count = next(metric for metric in at.metric if metric.label == "Count")
    assert (count.value, count.delta, count.proto.delta_description) == ("4", "3", "vs prior 7 d")


def test_a_rate_of_few_is_compared_with_nothing_and_says_of_how_many(board):
    rate = next(metric for metric in board().metric if metric.label == "Rate :small[:gray[3\u00a0of\u00a04]]")
    assert (rate.value, rate.delta, rate.proto.delta_description) == ("75.0%", "too few to compare", "")
    assert "Of 4 succeeded or failed." in rate.proto.help
    assert any(":gray-badge[4 succeeded or failed]" in each.value for each in board().subheader)


def test_a_page_that_does_not_compare_asks_for_nothing_else(board):
    at = board(Request(window=WINDOW.window, compare=False))
    count = next(metric for metric in at.metric if metric.label == "Count")
    assert (count.value, count.delta) == ("4", "")


def test_a_line_has_the_window_before_beside_it(board):
    lines = [spec for chart in board().get("plotly_chart") if "Line:" in (spec := chart.proto.alt)]
    assert len(lines) == 1
    spec = next(chart.proto.spec for chart in board().get("plotly_chart") if "Line:" in chart.proto.alt)
    assert '"previous"' in spec


def test_the_title_of_a_panel_is_a_heading_that_a_link_leads_to(board):
    anchors = {each.value: each.proto.anchor for each in board().subheader}
    assert anchors["Ranking :gray[:material/ads_click:]"] == "try-ranking"


def test_a_panel_without_rows_says_why_and_offers_ways_out(board):
    at = board()
    assert "No such failure" in texts(at)
    assert "Nothing of the kind from 5 Jan, 00:00 to 12 Jan, 00:00." in texts(at)
    # The last 30 days would be those of today, in which nothing happened.
    assert "Show last 30 days" not in [button.label for button in at.button]
    next(button for button in at.button if button.label.endswith("to 11 Jan")).click().run()
    assert said(at)["window"] == "2025-12-13~2026-01-11"


def test_the_colours_of_a_heat_map_are_named_beside_its_title(board):
    grid = next(each.value for each in board().subheader if each.value.startswith("Grid"))
    assert ":green-badge[good over 95.0%] :orange-badge[warn] :red-badge[bad under 90.0%]" in grid
    assert grid.endswith("numbers in %]]")


def test_rows_that_the_filters_took_away_are_named_as_such(board):
    at = board(Request(window=WINDOW.window, where=field("action_type") == "gone"))
    assert "fits connector is gone" in texts(at)
    next(button for button in at.button if button.label == "Clear filters").click().run()
    assert "where" not in said(at)


def test_rows_outside_the_window_are_named_with_the_way_there(board):
    at = board(Request(window="2026-02-01~2026-02-02"))
    assert "No executions from 1 Feb, 00:00 to 3 Feb, 00:00. The newest is from 8 Jan, 11:00." in texts(at)


def opened(action, name="ranking"):
    return {panel_menu.OPENED: (f"try.{name}", action, 0)}


def test_the_rows_behind_a_number_are_as_many_as_were_counted(board):
    at = board(**opened(panel_menu.ROWS))
    assert not at.exception
    assert "**4 rows**" in texts(at)
    behind = at.dataframe[-1].value
    assert sorted(behind["tenant"]) == ["acme", "acme", "acme", "globex"]


def test_the_rows_behind_are_newest_first_and_their_columns_have_labels(board):
    at = board(**opened(panel_menu.ROWS))
    table = at.dataframe[-1]
    assert table.value["occurred_at"].is_monotonic_decreasing
    assert "attributes" not in table.value.columns
    labels = {name: how.get("label") for name, how in table_config(table).items()}
    assert labels["occurred_at"] == "When"
    assert labels["action_type"] == "Connector"
    assert all(labels.get(name) not in (None, name) for name in table.value.columns)


def table_config(table) -> dict[str, dict]:
    import json  # noqa: PLC0415

    return json.loads(table.proto.columns)


def test_more_rows_than_fit_are_turned_page_by_page_and_counted(board, monkeypatch):
    monkeypatch.setattr(rows, "MOST", 3)
    at = board(**opened(panel_menu.ROWS))
    assert "**4 rows**, newest first: 1 to 3" in texts(at)
    shown = at.dataframe[-1].value["run_id"].tolist()
    ways = {button.label: button.disabled for button in at.button if button.label in ("Newer", "Older")}
    assert ways == {"Newer": True, "Older": False}
    at.session_state[panel_menu.OPENED] = ("try.ranking", panel_menu.ROWS, 0)
    next(button for button in at.button if button.label == "Older").click().run()
    assert "**4 rows**, newest first: 4 to 4" in texts(at)
    assert [*shown, *at.dataframe[-1].value["run_id"]] == ["4", "3", "2", "1"]
    at.session_state[panel_menu.OPENED] = ("try.ranking", panel_menu.ROWS, 0)
    next(button for button in at.button if button.label == "Newer").click().run()
    assert "newest first: 1 to 3" in texts(at)


def test_the_query_is_shown_with_its_scope(board):
    at = board(**opened(panel_menu.QUERY))
    assert at.code[0].value.startswith("-- rows of all tenants\n-- from 2026-01-05 00:00:00")
    assert "from runs as r" in at.code[0].value


def test_the_link_leads_to_the_panel_in_its_scope(board):
    link = board(**opened(panel_menu.LINK)).code[0].value
    assert link.endswith("#try-ranking")
    assert "2026-01-05~2026-01-11" in link.replace("%7E", "~")


def test_the_menu_opens_once(board):
    at = board(**opened(panel_menu.QUERY))
    assert at.code
    at.run()
    assert not at.code


@pytest.fixture
def asked(board):
    """A panel of the board as it stands on the page, without the page."""
    from tests.ui.boards import found  # noqa: PLC0415

    def ask(name: str):
        board()
        visit = context.visit()
        visit = context.replace(visit, request=WINDOW)
        panel = found(name)
        return questions.ask(visit, panel, questions.asks_of(visit, panel, visit.scope()))

    return ask


def test_a_file_holds_what_is_drawn(asked):
    file = downloads.made(asked("ranking"), "csv", downloads.numbers)()
    assert pd.read_csv(io.BytesIO(file))[["Tenant id", "Executions"]].to_numpy().tolist() == [
        ["acme", 3],
        ["globex", 1],
    ]


def test_a_csv_has_the_labels_and_units_of_the_screen_and_parquet_the_names_of_programs(asked):
    numbers = pd.read_csv(io.BytesIO(downloads.made(asked("table"), "csv", downloads.numbers)()))
    assert [*numbers.columns] == [
        "Tenant id", "Tenant", "Executions", "Success rate (0 to 1)", "Succeeded or failed", "Complete"
    ]  # fmt: skip
    rows = pd.read_csv(io.BytesIO(downloads.made(asked("ranking"), "csv", downloads.behind)()))
    assert {"When", "Tenant", "Tenant id", "Connector", "Duration (ms)", "Error message"} <= {*rows.columns}
    names = pd.read_parquet(io.BytesIO(downloads.made(asked("ranking"), "parquet", downloads.behind)()))
    assert {"occurred_at", "tenant", "tenant_id", "action_type", "duration_ms"} <= {*names.columns}


def test_a_file_of_the_rows_behind_holds_all_of_them_and_runs_none(asked):
    file = downloads.made(asked("ranking"), "csv", downloads.behind)()
    found = pd.read_csv(io.BytesIO(file))
    assert len(found) == 4
    assert "'=token expired" in found["Error message"].tolist()


def test_a_parquet_file_holds_the_same(asked):
    file = downloads.made(asked("ranking"), "parquet", downloads.behind)()
    assert len(pd.read_parquet(io.BytesIO(file))) == 4


def test_a_file_is_made_with_the_rights_of_the_click(asked, monkeypatch):
    panel = asked("ranking")
    monkeypatch.setattr(context, "LOCAL", Principal("guest", frozenset({"globex"})))
    found = pd.read_csv(io.BytesIO(downloads.made(panel, "csv", downloads.behind)()))
    assert set(found["Tenant id"]) == {"globex"}
    numbers = pd.read_csv(io.BytesIO(downloads.made(panel, "csv", downloads.numbers)()))
    assert set(numbers["Tenant id"]) == {"globex"}


def test_a_refused_file_is_one_line_that_says_so(asked, monkeypatch):
    panel = asked("ranking")
    monkeypatch.setattr(context, "LOCAL", Principal("guest", frozenset()))
    file = downloads.made(panel, "csv", downloads.behind)().decode()
    assert file == "This file was not made: guest may not see any tenant yet: an admin can grant some\n"


def test_an_opened_row_has_all_its_fields_each_by_its_label_and_in_its_unit(board):
    at = board(**opened(panel_menu.ROW, "table"))
    assert dict(at.table[0].value.to_numpy().tolist()) == {
        "Tenant id": "acme",
        "Tenant": "acme",
        "Executions": "3",
        "Success rate": "66\\.7%",
        "Succeeded or failed": "3",
    }


def test_a_row_is_unfolded_into_what_has_a_value():
    row = {
        "run_id": "1",
        "error_code": "",
        "duration_ms": float("nan"),
        "attributes": '{"attempt": 3, "key": "k-1"}',
    }
    assert rows.unfolded(row) == {"run_id": "1", "attributes.attempt": 3, "attributes.key": "k-1"}
