"""Who has which conversation on the screen: told by consoles again and again, forgotten when they fall silent."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.desk.views import ViewerView
from hub.domain.events import Viewing
from hub.domain.ids import InteractionId, UserId

VIEWING_LASTS_S = 25.0
"""A console says it every 10 s; one that was not heard for so long is not looking any more."""


@dataclass(slots=True)
class _Look:
    user_id: UserId
    name: str
    until_s: float


class Viewers:
    """Of this node's hearing; every node hears the same."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._looks: dict[InteractionId, dict[str, _Look]] = {}

    def heard(self, event: Viewing) -> bool:
        """Whether a window came or somebody went by it: then everybody who looks is to be told."""
        before = self.audience(event.interaction_id)
        looks = self._looks.setdefault(event.interaction_id, {})
        is_new = event.viewing and event.window not in looks
        if event.viewing:
            until_s = self._monotonic() + VIEWING_LASTS_S
            looks[event.window] = _Look(event.user_id, event.name, until_s)
        else:
            looks.pop(event.window, None)
        if not looks:
            del self._looks[event.interaction_id]
        return is_new or self.audience(event.interaction_id) != before

    def forget_silent(self) -> list[InteractionId]:
        """Conversations that somebody left without a word."""
        now, left = self._monotonic(), []
        for interaction_id, looks in list(self._looks.items()):
            silent = [window for window, look in looks.items() if look.until_s <= now]
            for window in silent:
                del looks[window]
            if silent:
                left.append(interaction_id)
            if not looks:
                del self._looks[interaction_id]
        return left

    def audience(self, interaction_id: InteractionId) -> frozenset[UserId]:
        """Whose screens it is on."""
        return frozenset(look.user_id for look in self._looks.get(interaction_id, {}).values())

    def shown(self, interaction_id: InteractionId) -> tuple[ViewerView, ...]:
        """The same, for people; by name."""
        names = {look.user_id: look.name for look in self._looks.get(interaction_id, {}).values()}
        return tuple(ViewerView(id=i, name=names[i]) for i in sorted(names, key=lambda i: (names[i], i)))
