"""The first tables."""

from alembic import op

from crm_store.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    metadata.create_all(op.get_bind(), checkfirst=False)
