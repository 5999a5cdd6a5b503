"""Who works with the boards: for each role the boards that serve it, in the order in which it reads them.

A role puts boards in order and grants nothing: what a person may see is decided in `service.access`.
It is part of the address, so a link opens the same start page for whoever gets it, and a bookmark keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """Somebody's work, and the ids of its boards; a board that is not there yet is left out."""

    name: str
    title: str
    boards: tuple[str, ...]


def role(title: str, boards: str) -> Role:
    """A role that an address names by its title, in small letters and hyphens."""
    return Role(title.lower().replace(" ", "-"), title, tuple(boards.split()))


ROLES = (
    role("leadership", "executive business lead-scoring automation api-performance infrastructure-costs"),
    role("product", "business activation retention user-analytics experiments web-vitals executive"),
    role("customer success", "tenant customers churn tenant-usage person activation operations executive"),
    role("sales", "executive customers tenant lead-scoring acquisition business"),
    role(
        "finance",
        "business tenant-usage ai-cost infrastructure-costs resource-efficiency user-analytics executive",
    ),
    role("support", "tenant person operations errors app-logs correlation activity"),
    role("on call", "on-call operations system errors service-health correlation activity"),
    role("backend", "operations api-performance database-performance procedures app-logs activity"),
    role("AI", "mission-control ai-service ai-cost lead-scoring exceptions database-performance executive"),
    role("DevOps", "operations system kubernetes service-health infrastructure-costs activity"),
    role("security", "audit-logs app-logs infra-logs activity acquisition"),
)


def named(name: str) -> Role | None:
    """The role of an address; None where it names none that there is."""
    return next((each for each in ROLES if each.name == name), None)
