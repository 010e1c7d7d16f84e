"""Runs the migrations on the connection that `crm_store.migrate` hands over."""

from alembic import context

from crm_store.base import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
