"""Updates of Telegram; see `bench.kept`."""

from bench.harness import Figure
from bench.kept import KeptFirst, figures_of


def figures() -> list[Figure]:
    """All lines, SQLite first."""
    return figures_of(
        KeptFirst(
            name="telegram",
            hub="bench.telegram_hub",
            raw="bench.telegram_raw",
            each="update",
            table="telegram_updates",
            leg=500,
            warm_up=200,
        )
    )
