"""Canned replies, macros and articles."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

revision = "0008"
down_revision = "0006"

Instant = BigInteger
Word = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "snippets",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("content", Text, nullable=False),
        Column("reach", Text, nullable=False),
        Column("owner_id", Text, nullable=False),
        Column("queues", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("updated_at", Instant, nullable=False),
        Column("updated_by", Text, nullable=False),
        UniqueConstraint("tenant_id", "owner_id", "code", name="uq_snippets_code"),
    )
    op.create_table(
        "articles",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("slug", Text, nullable=False),
        Column("category", Text, nullable=False),
        Column("tags", Text, nullable=False),
        Column("queues", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("is_public", Boolean, nullable=False),
        Column("texts", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("updated_at", Instant, nullable=False),
        Column("updated_by", Text, nullable=False),
        Column("helpful_yes", Integer, nullable=False),
        Column("helpful_no", Integer, nullable=False),
        UniqueConstraint("tenant_id", "slug", name="uq_articles_slug"),
        Index("ix_articles_tenant_id", "tenant_id", "id"),
    )
    op.create_table(
        "article_versions",
        Column("article_id", Text, nullable=False),
        Column("number", Integer, nullable=False),
        Column("tenant_id", Text, nullable=False),
        Column("at", Instant, nullable=False),
        Column("by_name", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("content", Text, nullable=False),
        PrimaryKeyConstraint("article_id", "number"),
    )
    op.create_table(
        "article_words",
        Column("tenant_id", Text, nullable=False),
        Column("stem", Word, nullable=False),
        Column("word", Word, nullable=False),
        Column("article_id", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("weight", Integer, nullable=False),
        PrimaryKeyConstraint("tenant_id", "stem", "word", "article_id", "language"),
        Index("ix_article_words_article", "article_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "knowledge_uses",
        Column("tenant_id", Text, nullable=False),
        Column("item_id", Text, nullable=False),
        Column("user_id", Text, nullable=False),
        Column("uses", Integer, nullable=False),
        Column("last_at", Instant, nullable=False),
        PrimaryKeyConstraint("tenant_id", "item_id", "user_id"),
    )
