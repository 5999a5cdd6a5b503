"""Cohorts among what people save: the tables stay, but an older release could not read them."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing to make: the number keeps an older release from opening what it cannot read."""
