"""Notes, tasks and contacts that people write about tenants."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table and its subject."""
    op.create_table(
        "notes",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("tenant", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("done_by", sa.String, nullable=False),
    )
    versions = sa.table("versions", sa.column("subject", sa.String), sa.column("version", sa.BigInteger))
    op.bulk_insert(versions, [{"subject": "notes", "version": 0}])
