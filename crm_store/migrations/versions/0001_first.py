"""The first tables."""

from crm_store.migrations.first import access, floor, history, people, search

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply: first what others refer to."""
    people.create()
    floor.create()
    history.create()
    search.create()
    access.create()
