"""A view that people save: a name, and the address of what a page showed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from analytics.filters import fields
from analytics.forms import BadForm, read_form, require_texts
from analytics.request import LONGEST_TEXT, Request
from service.metadata import worded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.access import Principal

VERSION = 1
LONGEST_TITLE = 120
PAGE = re.compile(r"[a-z][a-z0-9-]{0,60}")


def names_tenants(names: Iterable[str]) -> bool:
    """Whether fields that a filter asks for are of tenants, so that its values may name some."""
    return any(name == "tenant_id" or name.startswith("tenant.") for name in names)


@dataclass(frozen=True)
class SavedView:
    """A page by its name, and the request that it was looked at with."""

    title: str
    page: str
    request: Request

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", worded("a title", self.title, LONGEST_TITLE))
        if not (isinstance(self.page, str) and PAGE.fullmatch(self.page)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError("a view is of a page, by its short name")
        if len(self.request.text()) > LONGEST_TEXT:
            raise ValueError("a view is what an address can hold: take some filters off first")

    def names_own_tenants_only(self, principal: Principal) -> bool:
        """Whether each tenant that it names is this person's to see: an id is a fact about a customer."""
        if principal.sees_all:
            return True
        named = names_tenants(fields(self.request.where))
        return not named and all(principal.sees(tenant) for tenant in self.request.tenants)

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "version": VERSION,
            "title": self.title,
            "page": self.page,
            "request": self.request.to_dict(),
        }

    @classmethod
    def from_dict(cls, form: object) -> SavedView:
        """The view of a JSON form; a key that it does not know is refused."""
        names = ("title", "page", "request")
        known = read_form("view", form, VERSION, names, needed=names)
        require_texts("view", known, names[:2])
        try:
            request = Request.from_dict(known["request"])
        except (TypeError, ValueError) as error:
            raise BadForm(f"the address of this view cannot be read: {error}") from error
        return cls(cast("str", known["title"]), cast("str", known["page"]), request)
