"""Who has the store open: a small file beside it, by which a command finds the running app."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from data.store import StoreError


@dataclass(frozen=True)
class Owner:
    """The process that owns a store, where it answers, and the secret that shows a command is this user's."""

    pid: int
    url: str
    token: str


def path_for(store: Path) -> Path:
    """The file beside the store that names its owner."""
    return store.with_name(f"{store.name}.owner.json")


def write(store: Path, url: str) -> Owner:
    """Say that this process owns the store and answers at `url`; only this user may read the token."""
    owner = Owner(os.getpid(), url, secrets.token_urlsafe(32))
    target = path_for(store)
    target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(owner), file)
    return owner


def read(store: Path) -> Owner | None:
    """The store's owner, if a living process wrote the file."""
    try:
        owner = Owner(**json.loads(path_for(store).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return owner if alive(owner.pid) else None


def remove(store: Path) -> None:
    """Say that nobody owns the store any more."""
    path_for(store).unlink(missing_ok=True)


def alive(pid: int) -> bool:
    """Whether a process of this id runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ask(
    owner: Owner, method: str, path: str, form: Mapping[str, object] | None = None, *, timeout: float = 30
) -> dict[str, Any]:
    """Have the running app do something; gives its answer. Raises StoreError with what the app says."""
    request = Request(  # noqa: S310  the address is our own app's, from a file only this user may write
        owner.url.rstrip("/") + path,
        data=None if form is None else json.dumps(form).encode(),
        headers={"Authorization": f"Bearer {owner.token}", "Content-Type": "application/json"},
        method=method,
    )
    try:
        # The app is on this machine, whatever proxy leads elsewhere.
        with build_opener(ProxyHandler({})).open(request, timeout=timeout) as answer:
            return json.loads(answer.read())
    except HTTPError as error:
        raise StoreError(_said(error.read())) from error
    except (OSError, ValueError) as error:
        raise StoreError(
            f"The running app (process {owner.pid}) does not answer at {owner.url}. "
            f"Stop it with `kill {owner.pid}` and try again."
        ) from error


def _said(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return "The running app refused. Its own output says why."
