"""What the parts of a cluster tell about themselves, for figures: callbacks, so that nothing is global."""

from collections.abc import Callable
from dataclasses import dataclass


def _nothing(_: str) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class BusWatch:
    """Called once for each: a handler of the reader named so raised; an event of that kind could not be read
    (`row` for a whole row); the listener named so was cut off."""

    handler_failed: Callable[[str], None] = _nothing
    skipped: Callable[[str], None] = _nothing
    listener_cut: Callable[[str], None] = _nothing
