"""Who gave a task to whoever has it now."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0010"
down_revision = "0003"


def upgrade() -> None:
    """Apply: whoever wrote a task down gave it, until now."""
    op.add_column("tasks", Column("given_by", Text))
    op.execute("UPDATE tasks SET given_by = created_by")
