"""Loads in the app: one at a time in a thread of their own, whoever asked for them, the page or a command."""

from __future__ import annotations

import logging
import queue
import secrets
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from data.ingest import Outcome, Proposal, State, Wish, ingest, propose
from data.landing import latest
from data.mapping import Mapping, MappingError, column_of
from data.preview import FieldSample, Preview, preview
from data.sources.refusal import SourceError
from data.store import StoreError

if TYPE_CHECKING:
    from starlette.requests import Request

    from service.stores import Stores

__all__ = ["FieldSample", "Job", "LoadRequest", "Loading", "Preview", "Wish", "routes"]

LOG = logging.getLogger("tenantscope.loading")
KEPT = 200
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class LoadRequest:
    """A file to load. `name` is how a person knows it; `remove`: it is our own copy, to be deleted
    afterwards.
    """

    path: Path
    name: str = ""
    wish: Wish = field(default_factory=Wish)
    remove: bool = False


@dataclass(frozen=True)
class Job:
    """A load as seen from outside: waiting, loading, done, cancelled, refused (the file cannot be loaded as
    it is) or failed.
    """

    id: str
    name: str
    state: str = "waiting"
    counts: State = field(default_factory=State)
    sentence: str = ""
    error: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "cancelled", "refused", "failed")

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        times = {
            key: moment and moment.isoformat()
            for key, moment in (("first_at", self.first_at), ("last_at", self.last_at))
        }
        return asdict(self) | times


class Loading:
    """Previews and loads files; loads never run in the thread of a request."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._cancelled: set[str] = set()
        self._lock = threading.Lock()
        self._queue: queue.Queue[tuple[str, LoadRequest] | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    @property
    def folder(self) -> Path:
        """Where mappings are kept, by source."""
        return self.stores.var / "mappings"

    def preview(
        self, path: Path, name: str | None = None, mapping: Mapping | None = None, wish: Wish | None = None
    ) -> Preview:
        """How a file would be loaded; raises SourceError or MappingError with the step to take."""
        wish = wish or Wish(mapping=mapping)
        return preview(propose(path, name, wish, self.folder), latest(self.stores.clock()))

    def start(self, request: LoadRequest) -> str:
        """Put a load in the line; gives its id."""
        job_id = secrets.token_hex(8)
        with self._lock:
            self._jobs[job_id] = Job(job_id, request.name or request.path.name)
            ended = [each.id for each in self._jobs.values() if each.ended]
            for old in ended[:-KEPT]:
                del self._jobs[old]
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="loading", daemon=True)
                self._thread.start()
        self._queue.put((job_id, request))
        return job_id

    def job(self, job_id: str) -> Job:
        """A load by its id; raises KeyError."""
        with self._lock:
            return self._jobs[job_id]

    def jobs(self) -> tuple[Job, ...]:
        """All loads since the start, newest first."""
        with self._lock:
            return tuple(reversed(self._jobs.values()))

    def cancel(self, job_id: str) -> None:
        """Stop a load after the batch it is at; what is in stays in."""
        with self._lock:
            if job_id in self._jobs and not self._jobs[job_id].ended:
                self._cancelled.add(job_id)

    def close(self) -> None:
        """Stop all loads and wait for the batch that is being written."""
        with self._lock:
            self._cancelled.update(self._jobs)
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join(timeout=TIMEOUT_SECONDS)

    def _work(self) -> None:
        while (each := self._queue.get()) is not None:
            job_id, request = each
            try:
                self._load(job_id, request)
            except (SourceError, MappingError) as error:
                self._change(job_id, state="refused", error=str(error))
            except StoreError as error:
                self._change(job_id, state="failed", error=str(error))
            except Exception:
                LOG.exception("A load failed.")
                self._change(
                    job_id,
                    state="failed",
                    error="The load failed for a reason of our own; the app's log says which.",
                )
            finally:
                if request.remove:
                    request.path.unlink(missing_ok=True)

    def _load(self, job_id: str, request: LoadRequest) -> None:
        if job_id in self._cancelled:
            self._change(job_id, state="cancelled", sentence="Stopped before it began.")
            return
        self._change(job_id, state="loading")
        proposal = propose(request.path, request.name or None, request.wish, self.folder)
        if proposal.problems:
            raise MappingError(" ".join(proposal.problems))
        outcome = self._into_store(job_id, proposal)
        self._change(
            job_id,
            state=outcome.state,
            sentence=outcome.sentence,
            first_at=outcome.first_at and outcome.first_at.replace(tzinfo=UTC),
            last_at=outcome.last_at and outcome.last_at.replace(tzinfo=UTC),
            counts=outcome.counts,
        )

    def _into_store(self, job_id: str, proposal: Proposal) -> Outcome:
        def progress(counts: State) -> None:
            self._change(job_id, counts=counts)

        return ingest(
            self.stores.create_own(), proposal, progress=progress, cancelled=lambda: job_id in self._cancelled
        )

    def _change(self, job_id: str, **changes: Any) -> None:
        with self._lock:
            if job_id in self._jobs:
                self._jobs[job_id] = replace(self._jobs[job_id], **changes)
                if self._jobs[job_id].ended:
                    self._cancelled.discard(job_id)


def wish_of(form: dict[str, Any]) -> Wish:
    """What a command says about its files, from the wire; raises MappingError."""
    columns = [column_of(str(text)) for text in form.get("map") or ()]
    mapping = Mapping.from_dict(form["mapping"]) if form.get("mapping") else None
    return Wish(form.get("table"), tuple(columns), form.get("source"), form.get("timezone"), mapping)


def routes(loading: Loading) -> list[Route]:
    """Where a command hands its files over; whoever mounts these has checked loopback and the token."""

    async def start(request: Request) -> JSONResponse:
        try:
            form = await request.json()
            wish = wish_of(form)
            named = [
                (Path(path), name)
                for path, name in zip(form["files"], form.get("names") or form["files"], strict=True)
            ]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        own = bool(form.get("remove"))
        jobs = [
            await run_in_threadpool(loading.start, LoadRequest(path, Path(name).name, wish, remove=own))
            for path, name in named
        ]
        return JSONResponse({"jobs": jobs}, status_code=202)

    async def show(request: Request) -> JSONResponse:
        try:
            return JSONResponse(loading.job(request.path_params["job"]).to_dict())
        except KeyError:
            return JSONResponse({"error": "There is no such load."}, status_code=404)

    async def cancel(request: Request) -> JSONResponse:
        loading.cancel(request.path_params["job"])
        return JSONResponse({}, status_code=202)

    return [
        Route("/load", start, methods=["POST"]),
        Route("/load/{job}", show, methods=["GET"]),
        Route("/load/{job}", cancel, methods=["DELETE"]),
    ]
