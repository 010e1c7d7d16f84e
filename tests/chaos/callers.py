"""Callers of a chaos run: they call, wait a while or give up, talk, hang up, and note what they were told. They know
nothing of the hub's deaths but what the line tells them."""

import asyncio
from dataclasses import dataclass, field

from tests.chaos.ledger import Called, CallOver, CallTold
from tests.chaos.telephone import AGAIN_S, Heard, SipSocket
from tests.chaos.world import World

TWICE = 0.1
"""INVITEs that the network delivers twice."""
TWIN = 0.1
"""Calls that a fork upstream sends here by two ways."""
RETRIED = 0.5
"""Of calls that fell silent with the hub's death: a proxy upstream sends them again, to the next life."""
PATIENCE_S = (0.1, 3.0)
TALK_S = (0.1, 2.0)
GIVES_UP_S = 1.6
"""A request that nobody answers for so long is answered by nobody."""


@dataclass(slots=True)
class _Call:
    """One of them. `branch` is of the INVITE that counts, `target` and `to` are the other side."""

    id: str
    tag: str
    branch: str
    to: str
    target: str
    was_told: bool = False
    came: "asyncio.Queue[Heard]" = field(default_factory=asyncio.Queue)

    @property
    def thread(self) -> str:
        """What the hub calls it."""
        return f"{self.id};{self.tag}"


class CallerPeer:
    """One person, with one number, who calls again and again."""

    def __init__(self, world: World, name: str, number: str) -> None:
        self.name = name
        self.number = number
        self._world = world
        self._rng = world.rng(name)
        self._socket = SipSocket(world.sip_port, self._heard)
        self._calls: dict[str, _Call] = {}
        self._count = 0

    @property
    def is_done(self) -> bool:
        """Whether they are on no line."""
        return not self._calls

    async def run(self) -> None:
        """Call until cancelled."""
        await self._socket.open()
        try:
            while True:
                await asyncio.sleep(min(self._rng.expovariate(self._world.calls_s), 3.0))
                await self._world.gate.wait()
                if not self._world.calm.is_set():
                    await self._one()
        finally:
            self._socket.close()

    async def _one(self) -> None:
        self._count += 1
        call_id = f"{self.name}-{self._count}-{self._world.seed}"
        queue = f"<sip:support@127.0.0.1:{self._socket.hub_port}>"
        call = _Call(call_id, f"t{self._count}", f"z9hG4bK{call_id}", queue, queue.strip("<>"))
        self._calls[call_id] = call
        self._world.ledger.note(Called(caller=self.name, thread=call.thread, number=self.number))
        try:
            status = await self._rings(call)
            if status == 200:
                await self._talks(call)
            elif status == 0:
                await self._gives_up(call)
        finally:
            del self._calls[call_id]

    # --- until it is answered ---

    async def _rings(self, call: _Call) -> int:
        """The final answer; 0 when patience is over before."""
        rng, loop = self._rng, asyncio.get_running_loop()
        until = loop.time() + rng.uniform(*PATIENCE_S)
        is_twin, is_retried = rng.random() < TWIN, rng.random() < RETRIED
        for _ in range(2 if rng.random() < TWICE else 1):
            self._invite(call)
        again_s, provisional, died = AGAIN_S, False, False
        while (left_s := until - loop.time()) > 0:
            heard = await _next(call, left_s if provisional and not is_retried else min(left_s, again_s))
            if heard is None:
                again_s = min(2 * again_s, 0.4)
                died = died or not self._world.gate.is_set()
                if died and is_retried and self._world.gate.is_set():
                    self._world.counts["calls_tried_again"] += 1
                    is_retried, provisional, again_s = False, False, AGAIN_S
                    call.branch += "again"
                if not provisional:
                    self._invite(call)
                continue
            if heard.status < 200:
                provisional = True
                if heard.status > 100:
                    self._was_told(call, heard.status)
                if is_twin:
                    is_twin = False
                    self._invite(call, branch=f"{call.branch}twin")
                continue
            self._finished(call, heard)
            return heard.status
        return 0

    def _finished(self, call: _Call, heard: Heard) -> None:
        """The final answer to the INVITE came: it is acknowledged."""
        call.to = heard.field("To")
        if heard.status == 200:
            call.target = heard.contact
            self._was_told(call, 200)
        else:
            self._over(call, f"refused {heard.status}")
        self._acknowledge(call, heard)

    async def _gives_up(self, call: _Call) -> None:
        self._over(call, "gave up")
        loop = asyncio.get_running_loop()
        until, again_s = loop.time() + GIVES_UP_S, AGAIN_S
        while (left_s := until - loop.time()) > 0:
            self._send(call, "CANCEL", 1, branch=call.branch)
            heard = await _next(call, min(left_s, again_s), "CANCEL")
            again_s = min(2 * again_s, 0.4)
            if heard is not None and heard.method == "CANCEL" and heard.status == 481:
                return
            if heard is not None and heard.method == "INVITE" and heard.status >= 200:
                self._finished(call, heard)
                if heard.status == 200:  # it crossed
                    await self._hangs_up(call)
                return

    # --- once it is answered ---

    async def _talks(self, call: _Call) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._rng.uniform(*TALK_S)
        while (left_s := until - loop.time()) > 0:
            heard = await _next(call, left_s, "BYE")
            if heard is None:
                break
            if heard.method == "BYE":
                self._over(call, "hung up on")
                return
            if heard.status == 200:
                self._acknowledge(call, heard)
        self._over(call, "hung up")
        await self._hangs_up(call)

    async def _hangs_up(self, call: _Call) -> None:
        loop = asyncio.get_running_loop()
        until, again_s = loop.time() + GIVES_UP_S, AGAIN_S
        while (left_s := until - loop.time()) > 0:
            self._send(call, "BYE", 2)
            heard = await _next(call, min(left_s, again_s), "BYE")
            again_s = min(2 * again_s, 0.4)
            if heard is not None and heard.method == "BYE" and (heard.status == 0 or heard.status >= 200):
                return
            if heard is not None and heard.method == "INVITE" and heard.status == 200:
                self._acknowledge(call, heard)

    # --- what is noted ---

    def _was_told(self, call: _Call, status: int) -> None:
        """The hub has promised that it knows of this call; with 200, that somebody took it."""
        self._world.counts["calls_answered"] += status == 200
        if status == 200 or not call.was_told:
            call.was_told = True
            self._world.ledger.note(CallTold(thread=call.thread, status=status))

    def _over(self, call: _Call, how: str) -> None:
        self._world.ledger.note(CallOver(thread=call.thread, how=how))

    # --- the wire ---

    def _heard(self, heard: Heard, raw: bytes) -> None:
        call = self._calls.get(heard.call_id)
        if heard.status == 0:
            if heard.method != "ACK":
                self._socket.send(heard.answer(481 if call is None else 200))
            if heard.method == "BYE" and call is not None:
                call.came.put_nowait(heard)
        elif call is not None:
            if heard.method == "INVITE" and heard.branch != call.branch:
                if heard.status >= 300:  # the twin's, or that of the INVITE of before
                    self._acknowledge(call, heard)
                return
            call.came.put_nowait(heard)

    def _invite(self, call: _Call, *, branch: str = "") -> None:
        self._send(call, "INVITE", 1, self._socket.description(), branch=branch or call.branch)

    def _acknowledge(self, call: _Call, heard: Heard) -> None:
        is_refused = heard.status >= 300
        branch = heard.branch if is_refused else f"z9hG4bKack{call.id}"
        self._send(call, "ACK", 1, branch=branch, to=heard.field("To"))

    def _send(
        self, call: _Call, method: str, cseq: int, sdp: str = "", *, branch: str = "", to: str = ""
    ) -> None:
        branch = branch or f"z9hG4bK{method}{cseq}{call.id}"
        mine = f"127.0.0.1:{self._socket.port}"
        kind = "Content-Type: application/sdp\r\n" if sdp else ""
        self._socket.send(
            f"{method} {call.target} SIP/2.0\r\nVia: SIP/2.0/UDP {mine};rport;branch={branch}\r\n"
            f"From: <sip:{self.number}@{mine}>;tag={call.tag}\r\nTo: {to or call.to}\r\n"
            f"Call-ID: {call.id}\r\nCSeq: {cseq} {method}\r\nContact: <sip:{self.number}@{mine}>\r\n"
            f"Max-Forwards: 70\r\n{kind}Content-Length: {len(sdp)}\r\n\r\n{sdp}"
        )


async def _next(call: _Call, within_s: float, *methods: str) -> Heard | None:
    """The next message about the INVITE, or about one of these methods; None when none comes."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                heard = await call.came.get()
                if heard.method in ("INVITE", *methods):
                    return heard
    except TimeoutError:
        return None
