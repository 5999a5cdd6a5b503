"""Asks every panel of every board on the demo company; fails if one fails or has nothing to show.

Prints one line each: id, rows and milliseconds, with tabs between them.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pages
from analytics.board import Board, Panel
from analytics.churn import learnt
from analytics.churn_kept import Known, Standing
from analytics.churn_questions import OfLosses
from analytics.request import Request
from analytics.scope import Scope
from analytics.view import View
from data.places import var
from data.store import Store, StoreError
from service.access import LOCAL
from service.stores import Stores


def boards() -> Iterator[Board]:
    """Every board that a page holds, in the order of the pages' names."""
    for module in pkgutil.walk_packages(pages.__path__, "pages."):
        held = vars(importlib.import_module(module.name)).values()
        yield from (value for value in held if isinstance(value, Board))


def ask(panel: Panel, view: View, page: Scope, losses: Known) -> tuple[int, float]:
    """How many rows the panel has to show, and the milliseconds of all that it asks."""
    question = panel.question
    if isinstance(question, OfLosses):
        question = replace(question, told=losses)
    begun = time.perf_counter()
    scope = panel.scope(page)
    frame = question(view, scope)
    if panel.trend is not None:
        panel.trend(view, scope)
    taken_ms = (time.perf_counter() - begun) * 1000
    return int(frame[panel.value].notna().sum()), taken_ms


def newest(store: Store) -> Scope:
    """The scope of a page that opens when the newest row has just arrived."""
    return LOCAL.scope(Request(), store.admin.tables()["last_at"].max().to_pydatetime())


def noted(store: Store, page: Scope) -> Known:
    """As the night would have learnt it, and somebody put off calling one tenant."""
    trained = learnt(store, page, [], None)
    until = page.present + timedelta(days=14)
    rests = Standing(trained.said[0].tenant_id, "snoozed", "", "On holiday", "local", page.present, until)
    return Known("panels", 1, trained, (rests,))


def main() -> int:
    """Ask them all; 1 if one has nothing to show."""
    stores = Stores(var())
    try:
        store = stores.demo()
        view, page = LOCAL.view(store), newest(store)
        losses = noted(store, page)
        blank = 0
        for board in boards():
            for panel in board.panels:
                rows, taken_ms = ask(panel, view, page, losses)
                blank += rows == 0
                print(f"{panel.id}\t{rows}\t{taken_ms:.0f}", flush=True)
    finally:
        stores.close()
    return min(blank, 1)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StoreError as error:
        sys.exit(str(error))
