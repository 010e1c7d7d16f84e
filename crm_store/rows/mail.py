"""Tables of e-mail: accounts, how far each mailbox was read, letters as they came, and what joins them into threads."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from crm_store.base import metadata
from crm_store.instants import Instant

mail_accounts = Table(
    "mail_accounts",
    metadata,
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

mail_cursors = Table(
    "mail_cursors",
    metadata,
    Column("account_id", Text, ForeignKey("mail_accounts.id"), nullable=False),
    Column("folder", Text, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    Column("before_uid", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "folder"),
)

letters = Table(
    "letters",
    metadata,
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
    Column("handled_at", Instant),
    Column("handled_by", Text),
    Column("handled_name", Text),
    Column("handled_note", Text),
    UniqueConstraint("account_id", "content_hash", name="uq_letters_content"),
    Index(
        "ix_letters_kept",
        "received_at",
        sqlite_where=text("state = 'kept'"),
        postgresql_where=text("state = 'kept'"),
    ),
    Index(
        "ix_letters_unreadable",
        "tenant_id",
        "received_at",
        sqlite_where=text("state = 'unreadable'"),
        postgresql_where=text("state = 'unreadable'"),
    ),
    Index(
        "ix_letters_to_handle",
        "tenant_id",
        "received_at",
        sqlite_where=text("state = 'unreadable' AND handled_at IS NULL"),
        postgresql_where=text("state = 'unreadable' AND handled_at IS NULL"),
    ),
    Index("ix_letters_touch", "touch_id"),
    Index(
        "ix_letters_raw",
        "raw_sha256",
        sqlite_where=text("raw_sha256 IS NOT NULL"),
        postgresql_where=text("raw_sha256 IS NOT NULL"),
    ),
)
"""A letter as it came: small ones in `raw`, large ones among the attachments under `raw_sha256`. Times in µs, sizes in
bytes. `handled_…`: who was done with one that could not be read, under the name they had, and what they wrote of it."""

letter_sources = Table(
    "letter_sources",
    metadata,
    Column("account_id", Text, ForeignKey("mail_accounts.id"), nullable=False),
    Column("folder", Text, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("letter_id", Text, ForeignKey("letters.id"), nullable=False),
    PrimaryKeyConstraint("account_id", "folder", "uidvalidity", "uid"),
)

letter_bodies = Table(
    "letter_bodies",
    metadata,
    Column("touch_id", Text, ForeignKey("touches.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("quoted", Text, nullable=False),
)
"""What of a letter is shown only on demand: its sanitised HTML, and the folded part of its text."""

mail_ids = Table(
    "mail_ids",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("interaction_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("seen", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant_id", "thread", "message_id"),
    Index("ix_mail_ids_newest", "tenant_id", "message_id", "seen", "interaction_id"),
)
"""Message ids by the threads they belong to. `seen`: the letter itself is ours; else only a reference to it."""

mail_participants = Table(
    "mail_participants",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("address", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "account", "thread", "address"),
)

auto_letters = Table(
    "auto_letters",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("touch_id", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "address"),
)
"""When the hub last wrote to an address by itself."""
