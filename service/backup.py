"""The running app's part of `python -m data.backup`: it owns the store, so it makes the copy."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from data.backup import back_up
from data.store import StoreError
from service.stores import Stores


def routes(stores: Stores) -> list[Route]:
    """`POST /backup` with `{"target": path}`; whoever mounts it has checked the token."""

    async def backup(request: Request) -> JSONResponse:
        target = Path(str((await request.json())["target"]))
        store = stores.own() or stores.demo()
        try:
            sentence = await run_in_threadpool(back_up, store, stores.var, target)
        except StoreError as error:
            return JSONResponse({"error": str(error)}, status_code=409)
        return JSONResponse({"sentence": sentence})

    return [Route("/backup", backup, methods=["POST"])]
