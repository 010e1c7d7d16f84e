"""What was worked on a pass stands in its row: reports add up one column instead of all segments."""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0012"
down_revision = "0011"

# for each row by its key, not joined: PostgreSQL writes the rows anew, and they must stay in the order of their times
_FILL = """
UPDATE work_items SET handle_us = COALESCE(
  (SELECT SUM(s.ended_at - s.started_at) FROM segments s
   WHERE s.work_item_id = work_items.id AND s.kind IN ('talk', 'hold', 'text', 'wrap_up')), 0)
WHERE answered_at IS NOT NULL
"""


def upgrade() -> None:
    """Apply. Every pass that was answered is written once: up to a few minutes a million of them."""
    op.add_column("work_items", Column("handle_us", BigInteger, nullable=False, server_default="0"))
    op.execute(_FILL)
