"""Phones of the agents of a chaos run: they register, ring, and are mostly picked up."""

import asyncio
from dataclasses import dataclass, field

from hub.channels.sip.message import Request, Response
from hub.channels.sip.parse import message_of
from tests.chaos.telephone import AGAIN_S, Heard, SipSocket
from tests.chaos.world import World
from tests.fakes.sip_phone import RegisteringPhone

PICKED_UP, BUSY = 0.78, 0.12
"""What is left rings until it is not called any more, or is busy after RINGS_S."""
RINGS_S = 3.0
HANGS_UP = 0.3
"""Calls that the agent ends."""
REGISTERS_EVERY_S = 60.0
GIVES_UP_S = 1.6


@dataclass(slots=True)
class _Ringing:
    """A call that came. `done` says that the hub has acknowledged or ended it."""

    invite: Heard
    done: asyncio.Event = field(default_factory=asyncio.Event)
    is_cancelled: bool = False
    is_over: bool = False


class PhonePeer:
    """The phone of one agent."""

    def __init__(self, world: World, login: str) -> None:
        self.login = login
        self._world = world
        self._rng = world.rng(f"{login}/phone")
        self._socket = SipSocket(world.sip_port, self._heard)
        self._calls: dict[str, _Ringing] = {}
        self._answers: asyncio.Queue[Response] = asyncio.Queue()
        self._group: asyncio.TaskGroup

    async def run(self, username: str, password: str) -> None:
        """Be there until cancelled."""
        await self._socket.open()
        contact = f"<sip:{username}@127.0.0.1:{self._socket.port}>"
        phone = RegisteringPhone(
            self._exchange, username, password, via=f"UDP 127.0.0.1:{self._socket.port}", contact=contact
        )
        try:
            async with asyncio.TaskGroup() as self._group:
                while True:
                    await self._world.gate.wait()
                    try:
                        answer = await phone.register()
                    except TimeoutError:
                        continue
                    assert answer.status == 200, f"{self.login}'s phone: {answer.status}"
                    await asyncio.sleep(REGISTERS_EVERY_S)
        finally:
            self._socket.close()

    async def _exchange(self, request: Request) -> Response:
        self._answers = asyncio.Queue()
        self._socket.send(bytes(request))
        async with asyncio.timeout(2.0):
            while (answer := await self._answers.get()).call_id != request.call_id or not answer.is_final:
                pass
            return answer

    # --- calls ---

    def _heard(self, heard: Heard, raw: bytes) -> None:
        call = self._calls.get(heard.call_id)
        if heard.status:
            if heard.method == "REGISTER":
                answer = message_of(raw)
                assert isinstance(answer, Response)
                self._answers.put_nowait(answer)
            elif call is not None and heard.method == "BYE" and heard.status >= 200:
                call.done.set()
            return
        match heard.method:
            case "INVITE":
                if call is None:
                    self._calls[heard.call_id] = call = _Ringing(heard)
                    self._group.create_task(self._rings(call))
            case "ACK":
                if call is not None:
                    call.done.set()
            case "CANCEL":
                self._socket.send(heard.answer(481 if call is None else 200, tag=self.login))
                if call is not None:
                    call.is_cancelled = True
                    call.done.set()
            case "BYE":
                self._socket.send(heard.answer(481 if call is None else 200, tag=self.login))
                if call is not None:
                    call.is_over = True
                    call.done.set()
            case _:
                self._socket.send(heard.answer(200, tag=self.login))

    async def _rings(self, call: _Ringing) -> None:
        rng, chance = self._rng, self._rng.random()
        is_picked_up, is_busy = chance < PICKED_UP, chance >= 1 - BUSY
        try:
            self._answer(call, 180)
            rings_s = RINGS_S if not is_picked_up and not is_busy else rng.uniform(0.0, 0.3)
            await _wait(call, rings_s)
            if call.is_cancelled:
                await self._until_acknowledged(call, 487)
            elif not is_picked_up:
                await self._until_acknowledged(call, 486)
            elif await self._until_acknowledged(call, 200):
                self._world.counts["phones_picked_up"] += 1
                await self._talks(call)
        finally:
            del self._calls[call.invite.call_id]

    async def _talks(self, call: _Ringing) -> None:
        hangs_up = self._rng.random() < HANGS_UP
        await _wait(call, self._rng.uniform(0.2, 2.0) if hangs_up else 4.0)
        again_s, left_s = AGAIN_S, GIVES_UP_S
        while not call.is_over and left_s > 0:
            self._bye(call)
            if await _wait(call, again_s):
                return
            left_s -= again_s
            again_s = min(2 * again_s, 0.4)

    async def _until_acknowledged(self, call: _Ringing, status: int) -> bool:
        """Answer until the ACK comes; False when it does not, or the call is over."""
        call.done.clear()
        again_s, left_s = AGAIN_S, GIVES_UP_S
        while left_s > 0:
            self._answer(call, status)
            if await _wait(call, again_s):
                call.done.clear()
                return not call.is_over
            left_s -= again_s
            again_s = min(2 * again_s, 0.4)
        return False

    def _answer(self, call: _Ringing, status: int) -> None:
        contact = f"Contact: <sip:{self.login}@127.0.0.1:{self._socket.port}>\r\n"
        body = self._socket.description() if status == 200 else ""
        self._socket.send(call.invite.answer(status, tag=self._tag(call), more=contact, body=body))

    def _bye(self, call: _Ringing) -> None:
        invite, mine = call.invite, f"127.0.0.1:{self._socket.port}"
        self._socket.send(
            f"BYE {invite.contact} SIP/2.0\r\nVia: SIP/2.0/UDP {mine};rport;branch=z9hG4bKbye{invite.call_id}\r\n"
            f"From: {invite.field('To')};tag={self._tag(call)}\r\nTo: {invite.field('From')}\r\n"
            f"Call-ID: {invite.call_id}\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )

    def _tag(self, call: _Ringing) -> str:
        return f"{self.login}-{abs(hash(call.invite.call_id))}"


async def _wait(call: _Ringing, for_s: float) -> bool:
    """Whether the hub had something to say of it within that time."""
    try:
        async with asyncio.timeout(for_s):
            await call.done.wait()
    except TimeoutError:
        return False
    return True
