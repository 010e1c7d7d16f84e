"""Letters, read in processes of their own; see `bench.kept`."""

from bench.harness import Figure
from bench.kept import KeptFirst, figures_of
from bench.mail_letters import MEAN_BYTES


def figures() -> list[Figure]:
    """All lines, SQLite first."""
    return figures_of(
        KeptFirst(
            name="mail",
            hub="bench.mail_hub",
            raw="bench.mail_raw",
            each="letter",
            table="letters",
            leg=500,
            warm_up=200,
            at_least=0.5,
            note=f"; a letter has {MEAN_BYTES / 1024:.0f} KiB in the mean",
        )
    )
