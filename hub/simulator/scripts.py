"""The conversations that simulated clients have: what they write, and what an agent might answer.

The texts are in `conversations/`, a file a language: `== topic · outcome` begins one, `>` is the client,
`<` the agent.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "conversations"

_PRICES = {
    "en": ("€39", "€120", "€249", "€480"),
    "ru": ("2 900 ₽", "7 500 ₽", "18 400 ₽", "36 000 ₽"),
    "tr": ("890 TL", "2.450 TL", "6.300 TL", "14.900 TL"),
}
_CITIES = {
    "en": ("Bristol", "Leeds", "Cork", "Galway", "Norwich"),
    "ru": ("Казань", "Тверь", "Самара", "Алматы", "Пермь"),
    "tr": ("İzmir", "Bursa", "Ankara", "Antalya", "Eskişehir"),
}

LANGUAGES = tuple(_PRICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something one side writes."""

    by_client: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One conversation. `topic` is a queue of the demo, `outcome` one of its dispositions."""

    language: str
    topic: str
    outcome: str
    lines: tuple[Line, ...]

    def client_turns(self) -> tuple[tuple[str, ...], ...]:
        """What the client writes, grouped: after each group they wait for an answer."""
        turns: list[list[str]] = []
        was_client = False
        for line in self.lines:
            if line.by_client and was_client:
                turns[-1].append(line.text)
            elif line.by_client:
                turns.append([line.text])
            was_client = line.by_client
        return tuple(tuple(turn) for turn in turns)

    def filled(self, rng: random.Random) -> "Script":
        """The same with an order number, a price and a city in their places."""
        values = {
            "{order}": str(rng.randint(40_000, 99_999)),
            "{price}": rng.choice(_PRICES[self.language]),
            "{city}": rng.choice(_CITIES[self.language]),
        }
        return replace(self, lines=tuple(replace(line, text=_put(line.text, values)) for line in self.lines))


@cache
def all_scripts() -> tuple[Script, ...]:
    """Every conversation of every language."""
    return tuple(
        script
        for language in LANGUAGES
        for script in parsed(language, (_FOLDER / f"{language}.txt").read_text(encoding="utf-8"))
    )


def parsed(language: str, text: str) -> Iterator[Script]:
    """The conversations in `text`. Raises ValueError for a line that is none."""
    heading: tuple[str, str] | None = None
    lines: list[Line] = []
    for number, line in enumerate(text.splitlines(), start=1):
        mark, _, rest = line.partition(" ")
        match mark:
            case "" | "#":
                continue
            case "==":
                if heading:
                    yield Script(language=language, topic=heading[0], outcome=heading[1], lines=tuple(lines))
                topic, _, outcome = rest.partition(" · ")
                heading, lines = (topic, outcome), []
            case ">" | "<" if heading:
                lines.append(Line(by_client=mark == ">", text=rest))
            case _:
                raise ValueError(f"{language}.txt:{number}: a line begins with ==, > or <")
    if heading:
        yield Script(language=language, topic=heading[0], outcome=heading[1], lines=tuple(lines))


def _put(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text
