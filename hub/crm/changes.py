"""What was changed about a person, as the history keeps it: `what` was something and is something else now."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a card's history. `kind` is a stable word; values are as people wrote them."""

    kind: str
    what: str = ""
    was: str = ""
    now: str = ""
