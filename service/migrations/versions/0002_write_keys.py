"""Write keys of the collector, as hashes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table and its subject."""
    op.create_table(
        "write_keys",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("tenant", sa.String),
        sa.Column("secret_hash", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    versions = sa.table("versions", sa.column("subject", sa.String), sa.column("version", sa.BigInteger))
    op.bulk_insert(versions, [{"subject": "write_keys", "version": 0}])
