"""What is known of a conversation for filling texts: the values of the variables, and the languages to write in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from hub.desk.found import InteractionView
from hub.desk.reading import Lookups
from hub.domain.access import Permission, Principal
from hub.domain.ids import InteractionId
from hub.domain.knowledge import best_text
from hub.domain.reply_template import Filled, filled
from hub.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One conversation, for the texts written in it. `languages`: the client's own, then those of the queue."""

    interaction: InteractionView
    values: dict[str, str]
    languages: tuple[str, ...]
    now: datetime

    def text(self, texts: dict[str, str], asked: dict[str, str] | None = None) -> tuple[str, Filled]:
        """The language and the filled text that fit best; `asked` are values that somebody typed."""
        best = best_text(texts, self.languages[0] if self.languages else "", self.languages[1:])
        if best is None:
            return "", Filled(text="", missing=())
        language, text = best
        return language, filled(text, {**(asked or {}), **self.values, **_moment(self.now, language)})


class Occasions:
    """Looks a conversation up for its texts; `house` is what the house is called."""

    def __init__(self, lookups: Lookups, clock: Clock, zone: ZoneInfo, *, house: str) -> None:
        self._lookups = lookups
        self._clock = clock
        self._zone = zone
        self._house = house

    async def of(self, principal: Principal, interaction_id: InteractionId) -> Occasion:
        """Raises NotFound: not there, or not yours."""
        interaction = await self._lookups.interaction(principal, interaction_id)
        card = await self._lookups.card(principal, interaction_id)
        mine = (await self._lookups.queues(principal)).items if principal.may(Permission.READ_QUEUES) else ()
        queue = next((q for q in mine if q.id == interaction.queue.id), None)
        name = card.name or interaction.person.name
        return Occasion(
            interaction=interaction,
            values={
                "person.name": name,
                "person.first_name": _first(name),
                "person.company": card.organization,
                "agent.name": principal.name,
                "agent.first_name": _first(principal.name),
                "queue.name": interaction.queue.name,
                "house.name": self._house,
                "interaction.id": interaction.id,
            },
            languages=_distinct([interaction.language, card.language, *(queue.languages if queue else ())]),
            now=self._clock.now().astimezone(self._zone),
        )

    async def said_last(self, principal: Principal, occasion: Occasion, most: int) -> str:
        """The client's newest messages of this conversation, the newest first."""
        last = occasion.interaction.last_seq
        page = await self._lookups.touches(
            principal, InteractionId(occasion.interaction.id), after=max(0, last - 40), limit=60
        )
        said = [touch.text for touch in page.items if touch.direction == "inbound" and touch.text]
        return "\n".join(reversed(said[-most:]))


def _first(name: str) -> str:
    return next(iter(name.split()), "")


def _distinct(tags: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _moment(now: datetime, language: str) -> dict[str, str]:
    try:
        locale = Locale.parse(language or "en")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return {
        "now.date": format_date(now, "long", locale=locale),
        "now.time": format_time(now, "short", locale=locale, tzinfo=now.tzinfo),
    }
