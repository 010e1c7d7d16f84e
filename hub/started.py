"""What a hub says of itself when it listens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Where the hub can be reached, and the set-up's token while there is no administrator."""

    url: str
    port: int
    setup_token: str | None
