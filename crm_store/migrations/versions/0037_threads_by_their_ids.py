"""The threads that name an id are found by the index that has the newest of them first: while the primary key began
with the id, PostgreSQL read by it all threads that name a round letter."""

from alembic import op
from sqlalchemy import Boolean, Column, PrimaryKeyConstraint, Text

revision = "0037"
down_revision = "0036"

_KEY = ["tenant_id", "thread", "message_id"]
_INDEX, _INDEXED = "ix_mail_ids_newest", ["tenant_id", "message_id", "seen", "interaction_id"]


def upgrade() -> None:
    """Apply. The key has the same columns in another order; for SQLite that is another table."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("pk_mail_ids", "mail_ids", type_="primary")
        op.create_primary_key("pk_mail_ids", "mail_ids", _KEY)
        return
    op.drop_index(_INDEX, "mail_ids")
    op.rename_table("mail_ids", "mail_ids_before")
    op.create_table(
        "mail_ids",
        Column("tenant_id", Text, nullable=False),
        Column("message_id", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("thread", Text, nullable=False),
        Column("interaction_id", Text, nullable=False),
        Column("person_id", Text, nullable=False),
        Column("seen", Boolean, nullable=False),
        PrimaryKeyConstraint(*_KEY, name="pk_mail_ids"),
    )
    op.execute(
        "INSERT INTO mail_ids (tenant_id, message_id, account, thread, interaction_id, person_id, seen)"
        " SELECT tenant_id, message_id, account, thread, interaction_id, person_id, seen FROM mail_ids_before"
    )
    op.drop_table("mail_ids_before")
    op.create_index(_INDEX, "mail_ids", _INDEXED)
