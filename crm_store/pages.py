"""Cursors of pages that go by an instant and an id, or by a name and an id."""

import re

from hub.domain.errors import Invalid

NEVER = 1 << 60
"""Later than any instant: what has no due time comes last."""

_INSTANT = re.compile(r"(-?[0-9]{1,19})\.([0-9a-f-]{1,36})")


def instant_cursor(after: str, beginning: tuple[int, str]) -> tuple[int, str]:
    """Where the page begins. Raises Invalid for a cursor that we did not make."""
    if not after:
        return beginning
    found = _INSTANT.fullmatch(after)
    if found is None:
        raise Invalid("this page does not exist", field="after")
    return int(found[1]), found[2]
