"""Which legs there are, by their dialogs."""

import asyncio
from typing import TYPE_CHECKING

from hub.channels.sip.dialog import DialogId, dialog_id
from hub.channels.sip.headers import Replaces
from hub.channels.sip.message import Message

if TYPE_CHECKING:
    from hub.channels.sip.legs.dialog_leg import DialogLeg


class Legs:
    """All legs of a node that still have something to say. A leg that we called may have several dialogs."""

    def __init__(self) -> None:
        self._legs: dict[DialogLeg, set[DialogId]] = {}
        self._by_dialog: dict[DialogId, DialogLeg] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._legs)

    def all(self) -> list["DialogLeg"]:
        """Those that are here now."""
        return list(self._legs)

    def add(self, leg: "DialogLeg", *dialogs: DialogId) -> None:
        """This leg is found by these dialogs."""
        self._legs.setdefault(leg, set()).update(dialogs)
        self._empty.clear()
        for one in dialogs:
            self._by_dialog[one] = leg

    def forget(self, leg: "DialogLeg") -> None:
        """It has nothing more to say."""
        for one in self._legs.pop(leg, ()):
            if self._by_dialog.get(one) is leg:
                del self._by_dialog[one]
        if not self._legs:
            self._empty.set()

    async def all_gone(self) -> None:
        """Returns once there is none."""
        await self._empty.wait()

    def of(self, message: Message) -> "DialogLeg | None":
        """The leg whose dialog this message, which came, is of."""
        return self._by_dialog.get(dialog_id(message, incoming=True))

    def named(self, replaces: Replaces) -> "DialogLeg | None":
        """The leg that a Replaces means (RFC 3891, 3)."""
        return self._by_dialog.get(DialogId(replaces.call_id, replaces.to_tag, replaces.from_tag))
