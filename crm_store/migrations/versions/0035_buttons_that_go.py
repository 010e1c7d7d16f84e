"""When the buttons of a question that nobody chose an answer of are to be taken away."""

from alembic import op
from sqlalchemy import BigInteger, Column, text

revision = "0035"
down_revision = "0033"


def upgrade() -> None:
    """Apply. Buttons of before stay: whoever presses one is told."""
    op.add_column("questions", Column("buttons_due", BigInteger))
    is_due = text("buttons_due IS NOT NULL")
    op.create_index(
        "ix_questions_buttons",
        "questions",
        ["buttons_due"],
        sqlite_where=is_due,
        postgresql_where=is_due,
    )
