"""Tables that find persons by what they are called and written to, and messages by their words."""

from sqlalchemy import DDL, Boolean, Column, Index, PrimaryKeyConstraint, Table, Text, event

from crm_store.base import metadata
from crm_store.instants import Instant
from crm_store.rows.history import BigId

# byte order on both databases: a prefix is a range
Word = Text().with_variant(Text(collation="C"), "postgresql")

# `words` holds all names of the person, so that one who must answer several words is judged by one row
person_tokens = Table(
    "person_tokens",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("token", Word, nullable=False),
    Column("person_id", Word, nullable=False),
    Column("words", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "token", "person_id", postgresql_include=["words"]),
    Index("ix_person_tokens_person", "tenant_id", "person_id"),
    sqlite_with_rowid=False,
)

# what namesakes are looked up by, whatever the order and the alphabet (hub/crm/matching.py)
name_keys = Table(
    "name_keys",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("key", Word, nullable=False),
    Column("person_id", Word, nullable=False),
    Column("is_whole", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant_id", "key", "person_id"),
    Index("ix_name_keys_person", "tenant_id", "person_id"),
    sqlite_with_rowid=False,
)

# the different words of all names: far fewer than persons, so this is where typos are looked up
name_tokens = Table(
    "name_tokens",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("token", Word, nullable=False),
    PrimaryKeyConstraint("tenant_id", "token"),
    sqlite_with_rowid=False,
)

token_grams = Table(
    "token_grams",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("gram", Word, nullable=False),
    Column("token", Word, nullable=False),
    PrimaryKeyConstraint("tenant_id", "gram", "token"),
    sqlite_with_rowid=False,
)

touch_texts = Table(
    "touch_texts",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("tenant_id", Text, nullable=False),
    Column("touch_id", Text, nullable=False),
    Column("interaction_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("folded", Text, nullable=False),
    Index("ix_touch_texts_interaction", "interaction_id"),
)

BLOCKS = {"@": 1 << 12, "~": 1 << 16, "^": 1 << 20}
"""Sizes of blocks of row numbers, each under its sign: which of them a row is in is among its words."""

_MARKS = "".join(f" || ' {sign}' || (id / {size})" for sign, size in BLOCKS.items())
TEXT_WORDS = f"array_to_tsvector(string_to_array(folded || ' #' || tenant_id{_MARKS}, ' '))"
"""The words of a row, its tenant and its blocks; no parser of the database decides what a word is."""

FULL_TEXT = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE touch_words USING fts5(folded, content='touch_texts', content_rowid='id',"
            " tokenize='ascii', detail=none, columnsize=0)"
        ),
        (
            "CREATE TRIGGER touch_texts_removed AFTER DELETE ON touch_texts BEGIN"
            " INSERT INTO touch_words (touch_words, rowid, folded) VALUES ('delete', old.id, old.folded); END"
        ),
    ),
    # words that wait for the index are read one by one at each search: 128 kB are a millisecond
    "postgresql": (
        (
            f"CREATE INDEX ix_touch_texts_words ON touch_texts USING gin (({TEXT_WORDS}))"
            " WITH (gin_pending_list_limit = 128)"
        ),
    ),
}
"""What finds words; run after the tables are made. Rows are removed, never changed, and added by `index_texts`."""

for _dialect, _statements in FULL_TEXT.items():
    for _statement in _statements:
        event.listen(
            touch_texts,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
        )
