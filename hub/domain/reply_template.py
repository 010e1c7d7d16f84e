"""Texts with variables in braces: which there are, what a text wants, and the text once the values are known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.errors import Invalid

VARIABLES: dict[str, str] = {
    "person.name": "the client's name",
    "person.first_name": "the first word of the client's name",
    "person.company": "the client's organization",
    "agent.name": "the agent's name",
    "agent.first_name": "the first word of the agent's name",
    "queue.name": "the queue of the conversation",
    "house.name": "what the house is called",
    "interaction.id": "the conversation's id",
    "now.date": "today, in the language of the text",
    "now.time": "the time of day",
}
"""Every variable a text may hold, and what it stands for."""

_IN_BRACES = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A text with its values. What nothing is known for stands in it unchanged, and is named in `missing`."""

    text: str
    missing: tuple[str, ...]


def variables_in(text: str) -> list[str]:
    """What stands in braces, known or not."""
    return _IN_BRACES.findall(text)


def require_known_variables(text: str, field: str) -> None:
    """Raises Invalid (`unknown_variable`) for braces that hold anything else."""
    for name in variables_in(text):
        if name not in VARIABLES:
            raise Invalid(
                f"there is no variable {{{name[:40]}}}; there are {', '.join(VARIABLES)}",
                field=field,
                code="unknown_variable",
            )


def filled(text: str, values: Mapping[str, str]) -> Filled:
    """`text` with every variable replaced that has a value. A value is never looked into again."""
    missing: dict[str, None] = {}

    def value_of(found: re.Match[str]) -> str:
        name = found[1]
        if name not in VARIABLES:
            return found[0]
        if value := values.get(name, ""):
            return value
        missing[name] = None
        return found[0]

    return Filled(text=_IN_BRACES.sub(value_of, text), missing=tuple(missing))
