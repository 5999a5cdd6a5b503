"""The Streamlit script: who is it, what may they see, navigation, page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import streamlit as st

from data.store import StoreError
from service import upkeep
from service.metadata import MetadataError
from ui import address, context, navigation, presenting, saved, sidebar, theme

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

LOG = logging.getLogger("tenantscope.ui")


def main() -> None:
    """One run."""
    with upkeep.busy():
        theme.dress()
        address.carrier()
        draw(navigation.navigate(context.who()))


def draw(page: Page) -> None:
    """The page and what stands beside it; what goes wrong is said in its place."""
    try:
        sidebar.draw(context.visit(), page.url_path)
        saved.dialogs(context.visit())
        presenting.banner(context.visit())
        page.run()
    except StoreError as error:
        what = (
            "The metadata cannot be read"
            if isinstance(error, MetadataError)
            else "The store cannot be opened"
        )
        st.error(str(error), title=what, icon=":material/lock:")
    except Exception:
        LOG.exception("a page failed")
        st.error(
            "Reload the page; if it stays, the app's log says why.",
            title="This page failed",
            icon=":material/error:",
        )


main()
