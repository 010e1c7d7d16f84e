"""The newest threads that name a message id, and the people of an organization, are found without reading all."""

from alembic import op

revision = "0028"
down_revision = "0025"


def upgrade() -> None:
    """Apply. It adds indexes and changes no row."""
    op.create_index("ix_mail_ids_newest", "mail_ids", ["tenant_id", "message_id", "seen", "interaction_id"])
    op.create_index("ix_persons_organization", "persons", ["organization_id", "id"])
