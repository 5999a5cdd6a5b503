"""The running app's part of `python -m data.reprice`: it owns the store, so it does the work."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from data.reprice import run, wish_of
from data.store import StoreError
from service.stores import Stores


def routes(stores: Stores) -> list[Route]:
    """`POST /reprice` with what the command was asked; whoever mounts it has checked the token."""

    async def reprice(request: Request) -> JSONResponse:
        store = stores.own()
        try:
            wish = wish_of(await request.json())
            if store is None:
                raise StoreError("There is no store of your own yet. Load a file first.")
            sentence = await run_in_threadpool(run, store, wish)
        except (StoreError, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=409)
        return JSONResponse({"sentence": sentence})

    return [Route("/reprice", reprice, methods=["POST"])]
