"""The page of churn: by which segment its panels tell of losses and lifetimes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics.churn_questions import WAITING, OfLosses
from analytics.losses import LossRate
from analytics.segments import COHORT, KNOWN, OWN, PLAN, fields, label
from analytics.stays import LostOf, Stays, StaysAt
from ui import address, context, outreach, parts, render

if TYPE_CHECKING:
    from analytics.board import Board, Panel, Row
    from analytics.scope import Scope
    from ui.context import Visit

# What of the address is this page's.
SEGMENT = "segment"
WIDTH = 260
FOLLOW = (Stays, StaysAt, LostOf, LossRate)


def show(board: Board) -> None:
    """The part of the board that the address names, asked of its segment."""
    request, presenting = address.current(), context.who().presenting is not None
    part = parts.chosen(board, request.choice(parts.PART))
    shown = parts.of_board(
        of_segment(board, segment_of(request.choice(SEGMENT), presenting=presenting)), part
    )

    def above(visit: Visit, scope: Scope) -> None:
        outreach.above(visit, scope)
        parts.choose(board, part)
        if any(isinstance(panel.question, OfLosses) for panel in shown.panels):
            waiting(visit)
        if any(isinstance(panel.question, FOLLOW) for panel in shown.panels):
            choose(visit, scope)

    render.show(shown, above=above)


def waiting(visit: Visit) -> None:
    """Why no risk is told yet: of a company that was loaded a minute ago nothing is learnt."""
    if visit.house.churn.known(visit.store).trained is None:
        st.caption(f":material/hourglass_top: {WAITING}")


def segment_of(chosen: str, *, presenting: bool) -> str:
    """The segment that was chosen; plans where none was. What programs call a field may name a customer."""
    if chosen in KNOWN or (chosen.startswith(OWN) and chosen != OWN and not presenting):
        return chosen
    return PLAN


def of_segment(board: Board, by: str) -> Board:
    """The board whose panels that tell of plans tell of another segment."""

    def chosen(panel: Panel) -> Panel:
        asked = panel.question
        if not isinstance(asked, FOLLOW) or asked.by == COHORT:
            return panel
        return replace(panel, question=replace(asked, by=by))

    def row(each: Row) -> Row:
        return replace(each, panels=tuple(chosen(panel) for panel in each.panels))

    return replace(board, rows=tuple(row(each) for each in board.rows))


def choose(visit: Visit, scope: Scope) -> None:
    """A choice of one segment; drawn from the address, which a choice changes."""
    presenting = visit.principal.presenting is not None
    options = dict(KNOWN)
    if not presenting:
        # Without filters: what may be chosen does not change with what is chosen.
        found = visit.ask(fields, replace(scope, where=None))
        if found.exception() is None:
            frame = found.result().frame
            keys = frame.loc[frame["choices"] > 1, "key"]
            options |= {f"{OWN}{key}": label(f"{OWN}{key}") for key in keys}
    by = segment_of(visit.request.choice(SEGMENT), presenting=presenting)
    options.setdefault(by, label(by))
    names, key = list(options), "w_segment"
    st.session_state[key] = by
    st.selectbox(
        "Losses and lifetimes by",
        names,
        key=key,
        width=WIDTH,
        format_func=options.__getitem__,
        help="Plans, what the tenant's row says, and the fields of its own that were loaded with it.",
        on_change=lambda: address.choose(segment=st.session_state[key] or ""),
    )
