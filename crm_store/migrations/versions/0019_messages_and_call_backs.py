"""A recording is of a call or a message; a task to call somebody back knows whom, how often they were missed, and why
it is done."""

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Apply. Tasks of before stay what they are: a title that somebody ticks off."""
    op.add_column("recordings", Column("kind", Text, nullable=False, server_default="call"))
    op.add_column("tasks", Column("call_back", Text, nullable=False, server_default=""))
    op.add_column("tasks", Column("missed", Integer, nullable=False, server_default="0"))
    op.add_column("tasks", Column("done_because", Text, nullable=False, server_default=""))
