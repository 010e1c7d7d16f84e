"""The newest threads that name a message id are found without reading all that do."""

from alembic import op

revision = "0028"
down_revision = "0025"


def upgrade() -> None:
    """Apply. It adds an index and changes no row."""
    op.create_index("ix_mail_ids_newest", "mail_ids", ["tenant_id", "message_id", "seen", "interaction_id"])
