"""The app as somebody sees it who may see one tenant and is no admin."""

from __future__ import annotations

from app import app
from service.access import Principal
from ui import context

__all__ = ["app"]

context.LOCAL = Principal("guest", frozenset({"tenant_acme"}))
