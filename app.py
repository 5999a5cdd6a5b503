"""The app: Streamlit and our own routes in one ASGI application, and what runs beside them.

Start it with `make run`, `uvicorn app:app` or `streamlit run app.py`.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import shutil
import threading
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from analytics import funnel_kernel
from data import owner
from data.places import OWN
from data.store import StoreError
from service import backup, billing, closing, collector_routes, loading, repricing, scheduler
from service.doors import LoopbackOnly, SecurityHeaders, TokenOnly
from service.house import close_house, house
from service.plain_links import PlainLinks
from service.upkeep import Job, Upkeep
from ui import navigation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

ROOT = Path(__file__).resolve().parent
LOG = logging.getLogger("tenantscope")
WARM = ("pandas", "plotly.graph_objects", "ui.render")

commands = TokenOnly()


async def healthz(_request: Request) -> JSONResponse:
    """Whether the process answers."""
    return JSONResponse({"ok": True})


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, object]]:
    """Opens the stores, lets commands hand their work over, keeps the demo alive; closes all of it."""
    # Addresses name tenants, so requests are not written to the log.
    logging.getLogger("uvicorn.access").disabled = True
    here = house()
    for module in WARM:
        importlib.import_module(module)
    navigation.screens()
    try:
        here.metadata.prepare()
    except StoreError as error:
        # The rows are there without them; the pages that need them say the same.
        LOG.warning("%s", error)
    own = here.stores.var / OWN
    own.parent.mkdir(parents=True, exist_ok=True)
    try:
        here.stores.store()
        keys = owner.write(
            own, os.environ.get("TENANTSCOPE_URL") or f"http://127.0.0.1:{os.environ.get('PORT', '8501')}"
        )
        # What was uploaded and never loaded in the life before this one.
        shutil.rmtree(here.uploads, ignore_errors=True)
        routes = [
            *loading.routes(here.loading),
            *backup.routes(here.stores),
            *repricing.routes(here.stores),
            *billing.routes(here.stores),
            *scheduler.routes(here.scheduler),
        ]
        commands.open(Starlette(routes=routes), keys.token)
        here.collector.open()
        here.scheduler.start()
    except StoreError as error:
        # The page says the same; whoever owns the store keeps its hand-over file.
        LOG.warning("%s", error)
        keys = None
    # Nobody's first funnel waits for its compiled loops to be read, and no start waits for a funnel.
    threading.Thread(target=funnel_kernel.warm, name="compiled", daemon=True).start()
    losses = Job("losses are learnt from", here.churn.nightly, 600, due_at=time.monotonic() + 30)
    months = Job("billing months are closed", closing.Nightly(here.stores), 600)
    upkeep = Upkeep(here.stores, losses, months)
    upkeep.start()
    # What is imported stays: the collector need not walk it again. What the caches hold it walks seldom, as
    # that stops everybody for a tenth of a second; young garbage goes as before, the rest in quiet moments.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 50)
    try:
        yield {}
    finally:
        # At exit DuckDB's binding takes what is still frozen for a leak, and says so at length.
        gc.unfreeze()
        await here.collector.close()
        upkeep.stop()
        if keys is not None:
            owner.remove(own)
        close_house()


app = st.App(
    ROOT / "ui" / "main.py",
    routes=[
        Route("/healthz", healthz),
        Mount("/internal", app=commands),
        *collector_routes.routes(lambda: house().collector),
    ],
    middleware=[Middleware(LoopbackOnly), Middleware(SecurityHeaders), Middleware(PlainLinks)],
    lifespan=lifespan,
)
