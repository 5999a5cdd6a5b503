"""Outreach: what was done about tenants at risk, and which share of them is left alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables and their subjects."""
    op.create_table(
        "outreach",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("tenant", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "hold_outs",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    versions = sa.table("versions", sa.column("subject", sa.String), sa.column("version", sa.BigInteger))
    op.bulk_insert(versions, [{"subject": name, "version": 0} for name in ("outreach", "hold_outs")])
