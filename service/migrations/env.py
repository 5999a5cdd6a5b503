"""How Alembic runs our migrations: on the connection that it is handed, each in a transaction of its own."""

from __future__ import annotations

from alembic import context

from service.metadata import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema,
    transaction_per_migration=True,
    # SQLite can take a change of its layout back, once the driver leaves transactions alone.
    transactional_ddl=True,
    # What SQLite cannot alter is copied into a new table.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
