"""A cohort that people save: a name, what it is about, and who is in it; and those that are shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from analytics.cohort import Cohort
from analytics.criteria import AllOf, Did, First, NoneOf
from analytics.during import During
from analytics.filters import field
from analytics.forms import read_form, require_texts
from analytics.steps import Step
from service.metadata import worded
from service.saved_view import LONGEST_TITLE, names_tenants

if TYPE_CHECKING:
    from service.access import Principal

VERSION = 1
LONGEST_ABOUT = 300


@dataclass(frozen=True)
class SavedCohort:
    """A cohort by its name; `about` says what it is for, where somebody said so."""

    title: str
    cohort: Cohort
    about: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", worded("a title", self.title, LONGEST_TITLE))
        if self.about:
            object.__setattr__(self, "about", worded("what a cohort is about", self.about, LONGEST_ABOUT))

    def names_own_tenants_only(self, principal: Principal) -> bool:
        """Whether its filters name no tenant that may be another's: an id is a fact about a customer.

        A list is read only as far as its tenants are somebody's to see, so it tells nothing.
        """
        return principal.sees_all or not names_tenants(self.cohort.filtered_by)

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "version": VERSION,
            "title": self.title,
            "about": self.about,
            "cohort": self.cohort.to_dict(),
        }

    @classmethod
    def from_dict(cls, form: object) -> SavedCohort:
        """The cohort of a JSON form; a key that it does not know is refused."""
        names = ("title", "about", "cohort")
        known = read_form("saved cohort", form, VERSION, names, needed=names)
        require_texts("saved cohort", known, names[:2])
        return cls(
            cast("str", known["title"]), Cohort.from_dict(known["cohort"]), cast("str", known["about"])
        )


MONTH, NEW = During(last=timedelta(days=30)), During(last=timedelta(days=3))
RAN = Step(None, table="runs", label="a workflow run")
SIGNED_IN = Step(None, field("user_id").exists(), label="anything while signed in")
REGISTERED, WORKING, STOPPED = Step("registered"), Step("FlowExecuted"), Step("plan_limit_reached")
SHIPPED: Mapping[str, SavedCohort] = {
    "shipped-power-users": SavedCohort(
        "Power users",
        Cohort(Did(RAN, 50, during=MONTH)),
        "They ran 50 workflows or more in the last 30 days.",
    ),
    "shipped-new-people": SavedCohort(
        "New this month",
        Cohort(First(SIGNED_IN, MONTH)),
        "They were there for the first time in the last 30 days; visitors who never signed in are none.",
    ),
    "shipped-stuck": SavedCohort(
        "Stuck in onboarding",
        Cohort(AllOf((Did(REGISTERED, during=MONTH), NoneOf(First(REGISTERED, NEW)), Did(WORKING, None, 0)))),
        "They registered 3 to 30 days ago, and no flow of theirs has run yet.",
    ),
    "shipped-limit": SavedCohort(
        "Hit a limit",
        Cohort(Did(STOPPED, during=MONTH)),
        "Their plan's limit stopped them in the last 30 days.",
    ),
}
