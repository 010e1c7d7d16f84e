"""Revision 0001: what persons and messages are found by."""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Text

Instant = BigInteger
"""Microseconds since 1970 UTC."""

RowNumber = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""

Word = Text().with_variant(Text(collation="C"), "postgresql")
"""In byte order on both databases."""

FULL_TEXT = {
    "sqlite": (
        """CREATE VIRTUAL TABLE touch_words USING fts5(folded, content='touch_texts', content_rowid='id',
        tokenize='ascii', detail=none, columnsize=0)""",
        """CREATE TRIGGER touch_texts_removed AFTER DELETE ON touch_texts
        BEGIN INSERT INTO touch_words (touch_words, rowid, folded) VALUES ('delete', old.id, old.folded); END""",
    ),
    # a row is in blocks of 4,096, 65,536 and 1,048,576 rows, each with a sign of its own
    "postgresql": (
        """CREATE INDEX ix_touch_texts_words ON touch_texts USING gin ((array_to_tsvector(string_to_array(
        folded || ' #' || tenant_id || ' @' || (id / 4096) || ' ~' || (id / 65536) || ' ^' || (id / 1048576), ' '))))
        WITH (gin_pending_list_limit = 128)""",
    ),
}


def create() -> None:
    """Make them."""
    op.create_table(
        "person_tokens",
        Column("tenant_id", Text, nullable=False),
        Column("token", Word, nullable=False),
        Column("person_id", Word, nullable=False),
        Column("words", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "token", "person_id", postgresql_include=["words"]),
        Index("ix_person_tokens_person", "tenant_id", "person_id"),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "name_tokens",
        Column("tenant_id", Text, nullable=False),
        Column("token", Word, nullable=False),
        PrimaryKeyConstraint("tenant_id", "token"),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "token_grams",
        Column("tenant_id", Text, nullable=False),
        Column("gram", Word, nullable=False),
        Column("token", Word, nullable=False),
        PrimaryKeyConstraint("tenant_id", "gram", "token"),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "touch_texts",
        Column("id", RowNumber, primary_key=True, autoincrement=True),
        Column("tenant_id", Text, nullable=False),
        Column("touch_id", Text, nullable=False),
        Column("interaction_id", Text, nullable=False),
        Column("at", Instant, nullable=False),
        Column("folded", Text, nullable=False),
        Index("ix_touch_texts_interaction", "interaction_id"),
    )
    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)
