"""Buttons under what the hub asks. What a button brings names the question and the choice, and proves nothing: who
presses it, and whether it counts, is looked up."""

import re

from hub.domain.ids import TouchId
from hub.domain.question import AskedQuestion, QuestionKind

Buttons = tuple[tuple[tuple[str, str], ...], ...]
"""Rows of buttons, each its label and what it brings: 1 to 64 bytes (Bot API, `InlineKeyboardButton`)."""

_OURS = "touchline:"
_PRESSED = re.compile(_OURS + r"([0-9a-f-]{36}):([0-9]{1,2})")


def buttons_of(asked: AskedQuestion) -> Buttons:
    """A score beside the other; of a menu, one below the other."""
    made = tuple(
        (choice.label, f"{_OURS}{asked.touch_id}:{place}")
        for place, choice in enumerate(asked.question.choices)
    )
    return (made,) if asked.question.kind is QuestionKind.RATING else tuple((one,) for one in made)


def pressed_of(brought: str) -> tuple[TouchId, int] | None:
    """The question and the place of the choice that a button names; None: it is no button of ours."""
    found = _PRESSED.fullmatch(brought)
    return None if found is None else (TouchId(found[1]), int(found[2]))


def is_ours(brought: str) -> bool:
    """Whether it says that it is of a button of ours, true or not."""
    return brought.startswith(_OURS)
