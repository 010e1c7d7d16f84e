"""A channel whose outside answers as a test says."""

import asyncio

from hub.domain.agent import Media
from hub.domain.errors import ChannelUnavailable
from hub.domain.touch import OutboundMessage, Sent
from hub.ports.channel import ChannelLimits, ChannelSpec, WhoSends

GIVE_UP_S = 24 * 3600.0


def spec(
    name: str = "chat", *, idempotent: bool = False, who_sends: WhoSends = WhoSends.ANY_NODE
) -> ChannelSpec:
    """What a channel says of itself."""
    return ChannelSpec(
        name=name,
        media=Media.CHAT,
        who_sends=who_sends,
        one_reader=False,
        idempotent=idempotent,
        limits=ChannelLimits(text_chars=1000, attachment_bytes=0, give_up_s=GIVE_UP_S),
    )


class FakeChannel:
    """Channel of hub/ports/channel.py. `answers` are given to the next sends, then everything is taken."""

    def __init__(self, channel_spec: ChannelSpec, *answers: Sent | Exception) -> None:
        self._spec = channel_spec
        self._answers = iter(answers)
        self.tried: list[OutboundMessage] = []
        self.taken: list[str] = []
        self.under_way = 0
        self.most_at_once = 0
        self.open = asyncio.Event()
        self.open.set()

    @property
    def spec(self) -> ChannelSpec:
        """As made."""
        return self._spec

    async def run(self) -> None:
        """Nobody writes to us."""
        await asyncio.Event().wait()

    async def send(self, message: OutboundMessage) -> Sent:
        """Hangs while not `open`, then answers."""
        self.tried.append(message)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            await self.open.wait()
            await asyncio.sleep(0)
        finally:
            self.under_way -= 1
        answer = next(self._answers, Sent())
        if isinstance(answer, Exception):
            raise answer
        self.taken.append(message.text)
        return answer


class FakeHoldingChannel(FakeChannel):
    """HoldsThreads of hub/ports/channel.py; a client that is not in `held` cannot be reached."""

    def __init__(self, name: str = "chat", *answers: Sent | Exception, idempotent: bool = True) -> None:
        super().__init__(spec(name, idempotent=idempotent, who_sends=WhoSends.HOLDING_NODE), *answers)
        self.held: list[tuple[str, str]] = []

    def held_threads(self) -> list[tuple[str, str]]:
        """The clients that are there."""
        return list(self.held)

    async def send(self, message: OutboundMessage) -> Sent:
        """Only to a client that is there."""
        if (message.account, message.thread) not in self.held:
            self.tried.append(message)
            raise ChannelUnavailable("not connected")
        return await super().send(message)
