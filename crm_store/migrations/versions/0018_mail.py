"""E-mail: accounts, cursors, letters as they came, bodies, threads; and what a touch says of its letter."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

from crm_store.instants import Instant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.add_column("touches", Column("letter", Text))
    op.create_table(
        "mail_accounts",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("queue_id", Text, ForeignKey("queues.id"), nullable=False),
        Column("enabled", Boolean, nullable=False),
        Column("setup", Text, nullable=False),
        Column("sealed", LargeBinary),
        Column("version", Integer, nullable=False),
        UniqueConstraint("tenant_id", "name", name="uq_mail_accounts_name"),
        UniqueConstraint("tenant_id", "address", name="uq_mail_accounts_address"),
    )
    op.create_table(
        "mail_cursors",
        Column("account_id", Text, ForeignKey("mail_accounts.id"), nullable=False),
        Column("folder", Text, nullable=False),
        Column("uidvalidity", BigInteger, nullable=False),
        Column("last_uid", BigInteger, nullable=False),
        Column("before_uid", BigInteger, nullable=False),
        PrimaryKeyConstraint("account_id", "folder"),
    )
    op.create_table(
        "letters",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("account_id", Text, ForeignKey("mail_accounts.id"), nullable=False),
        Column("content_hash", Text, nullable=False),
        Column("way", Text, nullable=False),
        Column("received_at", Instant, nullable=False),
        Column("envelope_from", Text),
        Column("envelope_to", Text, nullable=False),
        Column("size_bytes", Integer, nullable=False),
        Column("raw", LargeBinary),
        Column("raw_sha256", Text),
        Column("state", Text, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("lease_until", Instant),
        Column("touch_id", Text),
        Column("defects", Text, nullable=False),
        UniqueConstraint("account_id", "content_hash", name="uq_letters_content"),
    )
    op.create_index(
        "ix_letters_kept",
        "letters",
        ["received_at"],
        sqlite_where=text("state = 'kept'"),
        postgresql_where=text("state = 'kept'"),
    )
    op.create_index(
        "ix_letters_unreadable",
        "letters",
        ["tenant_id", "received_at"],
        sqlite_where=text("state = 'unreadable'"),
        postgresql_where=text("state = 'unreadable'"),
    )
    op.create_index("ix_letters_touch", "letters", ["touch_id"])
    op.create_table(
        "letter_sources",
        Column("account_id", Text, ForeignKey("mail_accounts.id"), nullable=False),
        Column("folder", Text, nullable=False),
        Column("uidvalidity", BigInteger, nullable=False),
        Column("uid", BigInteger, nullable=False),
        Column("letter_id", Text, ForeignKey("letters.id"), nullable=False),
        PrimaryKeyConstraint("account_id", "folder", "uidvalidity", "uid"),
    )
    op.create_table(
        "letter_bodies",
        Column("touch_id", Text, ForeignKey("touches.id"), primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("html", Text, nullable=False),
        Column("quoted", Text, nullable=False),
    )
    op.create_table(
        "mail_ids",
        Column("tenant_id", Text, nullable=False),
        Column("message_id", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("thread", Text, nullable=False),
        Column("interaction_id", Text, nullable=False),
        Column("person_id", Text, nullable=False),
        Column("seen", Boolean, nullable=False),
        PrimaryKeyConstraint("tenant_id", "message_id", "thread"),
    )
    op.create_table(
        "mail_participants",
        Column("tenant_id", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("thread", Text, nullable=False),
        Column("address", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "account", "thread", "address"),
    )
    op.create_table(
        "auto_letters",
        Column("tenant_id", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("at", Instant, nullable=False),
        Column("touch_id", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "address"),
    )
