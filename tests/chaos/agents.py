"""Agents of a chaos run: they take what is offered (mostly), number their replies, close, vanish, and come back. Calls
they take by their phones (mostly)."""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field

from tests.chaos.ledger import Accepted, Offered, ReplyQueued
from tests.chaos.phones import PhonePeer
from tests.chaos.world import HUB_GONE, World, heed_cancellation
from tests.clients import Agent, Answer, Frame, FrameSocket, open_agent_socket

PING_EVERY_S = 2.0
LOOK_EVERY_S = 1.0
ACCEPT, DECLINE = 0.82, 0.08
"""What is left is let expire."""
ACCEPT_CALL, DECLINE_CALL = 0.1, 0.05
"""At the console; what is left is for the phone."""
HELD = 0.3
"""Replies that can be undone for a moment, which nobody does."""
HELD_FOR_S = 0.2
QUIET_LOOKS = {"email": 2, "telegram": 2}
"""How often a client who is quiet is looked after before the conversation is closed, on channels where they may be so
for long."""
REPLIES = {"email": (1, 2), "webchat": (2, 7), "telegram": (1, 3)}
"""How many replies a conversation has, at least and at most."""
LONG = 0.1
"""Replies in Telegram that take two messages."""
NEW_WINDOW = 0.3
LATER = {"in_progress", "raced"}
"""Refusals that say to try again."""


@dataclass(slots=True)
class _Talk:
    """A conversation in hand. `news` wakes it; `over` when it is another's, or closed; `is_told_again` when the hub has
    said once more that it is in hand, which may be after it was over."""

    work_item_id: str
    channel: str
    replies_left: int
    quiet_looks: int = 0
    is_told_again: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class AgentPeer:
    """One agent with one console and, if the world has a telephone, one phone."""

    def __init__(self, world: World, login: str) -> None:
        self.login = login
        self._world = world
        self._rng = world.rng(login)
        self._desk = Agent(world.url, login, signs_in=False)
        self._there = asyncio.Event()
        self._there.set()
        self._socket: FrameSocket | None = None
        self._seq: int | None = None
        self._stream = ""
        self._number = 0
        self._asked: set[str] = set()
        self._talks: dict[str, _Talk] = {}
        self._replied_to: dict[str, int] = {}
        self._is_available = False
        self._group: asyncio.TaskGroup

    @property
    def is_done(self) -> bool:
        """Whether nothing is in hand and more may come."""
        return self._socket is not None and self._is_available and not self._asked and not self._talks

    def vanish(self) -> None:
        """The console is gone without a word, until `come_back`."""
        self._there.clear()
        self._world.counts["agents_vanished"] += 1
        if self._socket is not None:
            self._socket.cut()

    def come_back(self) -> None:
        """The console is opened again."""
        self._there.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        async with self._desk, asyncio.TaskGroup() as self._group:
            await self._sign_in()
            if self._world.sip_port:
                self._group.create_task(self._telephone())
            while True:
                await self._may_talk()
                try:
                    await self._connected()
                except* HUB_GONE:
                    self._world.counts["agent_connections_lost"] += 1
                    heed_cancellation()
                finally:
                    self._socket, self._is_available = None, False
                await asyncio.sleep(self._rng.uniform(0.02, 0.1))

    async def _sign_in(self) -> None:
        while True:
            await self._may_talk()
            try:
                await self._desk.sign_in()
            except HUB_GONE:
                await asyncio.sleep(0.05)
            else:
                return

    async def _may_talk(self) -> None:
        await self._there.wait()
        await self._world.gate.wait()

    async def _telephone(self) -> None:
        await self._insist("PUT", "/api/v1/agents/me/phone", {"kind": "registered"})
        account = await self._insist("POST", "/api/v1/agents/me/phone-account")
        await PhonePeer(self._world, self.login).run(account.body["username"], account.body["password"])

    # --- the socket ---

    async def _connected(self) -> None:
        self._socket = await open_agent_socket(self._world.url, self._desk.cookie, origin=self._world.url)
        try:
            is_new = self._rng.random() < NEW_WINDOW
            last_seq = None if is_new else self._seq
            await self._socket.send({"kind": "hello", "last_seq": last_seq, "stream": self._stream})
            async with asyncio.TaskGroup() as group:
                group.create_task(self._ping(self._socket))
                while True:
                    self._heard(json.loads(await self._socket.connection.recv()))
        finally:
            self._socket.cut()

    async def _ping(self, socket: FrameSocket) -> None:
        while True:
            await asyncio.sleep(PING_EVERY_S)
            await socket.send({"kind": "ping"})

    def _heard(self, frame: Frame) -> None:
        self._count(frame)
        match frame["kind"]:
            case "snapshot" | "resync":
                self._desk_told(frame["desk"])
            case "me_changed":
                self._me(frame["me"])
            case "reservation_offered":
                self._offered(frame)
            case "work_changed" if frame["work"]["state"] == "assigned":
                if frame["work"]["channel"] != "sip":
                    self._take_up(frame["work"])
            case "work_changed" | "work_removed":
                row = frame.get("work", frame)
                self._let_go(row["work_item_id"])
            case "touch_added":
                if talk := self._talks.get(frame["touch"]["interaction_id"]):
                    talk.news.set()
            case _:
                pass

    def _count(self, frame: Frame) -> None:
        """Frames are numbered without a gap; a tick and the end of a replay repeat the newest number."""
        self._world.counts["ws_events"] += 1
        seq, kind = frame["seq"], frame["kind"]
        match kind:
            case "snapshot" | "resync":
                self._stream = frame["stream"]
                self._world.counts["ws_resyncs"] += kind == "resync"
            case "tick" | "replayed":
                self._stream = frame.get("stream", self._stream)
                self._world.counts["ws_gaps"] += seq != self._seq
            case _:
                self._world.counts["ws_gaps"] += self._seq is None or seq != self._seq + 1
        self._seq = seq

    def _desk_told(self, desk: Frame) -> None:
        for offer in desk["offers"]:
            self._offered(offer)
        held = {
            row["interaction_id"]: row
            for row in desk["work"]
            if row["state"] == "assigned" and row["channel"] != "sip"
        }
        for interaction_id in self._talks.keys() - held.keys():
            self._let_go(self._talks[interaction_id].work_item_id)
        for row in held.values():
            self._take_up(row)
        self._me(desk["me"])

    def _me(self, me: Frame) -> None:
        self._is_available = me["wish"] == "available"
        if not self._is_available:
            self._group.create_task(self._become_available())

    async def _become_available(self) -> None:
        await asyncio.sleep(self._rng.uniform(0.0, 0.5))
        answer = await self._insist("POST", "/api/v1/agents/me/state", {"state": "available"})
        self._is_available = answer.status == 200

    # --- offers ---

    def _offered(self, offer: Frame) -> None:
        reservation_id, work_item_id = offer["reservation_id"], offer["work_item"]["id"]
        if reservation_id in self._asked:
            return
        self._asked.add(reservation_id)
        note = Offered(agent=self.login, reservation_id=reservation_id, work_item_id=work_item_id)
        self._world.ledger.note(note)
        channel = offer["work_item"]["channel"]
        self._group.create_task(self._decide(reservation_id, work_item_id, channel))

    async def _decide(self, reservation_id: str, work_item_id: str, channel: str) -> None:
        is_call = channel == "sip"
        accept, decline = (ACCEPT_CALL, DECLINE_CALL) if is_call else (ACCEPT, DECLINE)
        path = f"/api/v1/reservations/{reservation_id}"
        try:
            await asyncio.sleep(self._rng.uniform(0.0, 0.15))
            chance = 0.0 if self._world.calm.is_set() and not is_call else self._rng.random()
            if chance < accept:
                answer = await self._insist("POST", f"{path}/accept")
                if answer.status == 200:
                    note = Accepted(
                        agent=self.login, reservation_id=reservation_id, work_item_id=work_item_id
                    )
                    self._world.ledger.note(note)
                    self._world.counts["accepts"] += 1
                    if not is_call:
                        taken = {"interaction_id": answer.body["id"], "work_item_id": work_item_id}
                        self._take_up(taken | {"channel": channel})
                else:
                    self._world.counts["accepts_refused"] += 1
            elif chance < accept + decline:
                await self._insist("POST", f"{path}/decline", {"reason": "busy"})
        finally:
            self._asked.discard(reservation_id)

    # --- conversations ---

    def _take_up(self, row: Frame) -> None:
        interaction_id = row["interaction_id"]
        if talk := self._talks.get(interaction_id):
            # A snapshot may be older than the answer to an acceptance: then frames after it bring the work again.
            talk.work_item_id = row["work_item_id"]
            talk.is_told_again = True
            talk.over.clear()
        else:
            replies = self._rng.randint(*REPLIES[row["channel"]])
            talk = _Talk(row["work_item_id"], row["channel"], replies)
            self._talks[interaction_id] = talk
            self._group.create_task(self._converse(interaction_id, talk))

    def _let_go(self, work_item_id: str) -> None:
        for talk in self._talks.values():
            if talk.work_item_id == work_item_id:
                talk.over.set()
                talk.news.set()

    async def _converse(self, interaction_id: str, talk: _Talk) -> None:
        try:
            while True:
                talk.is_told_again = False
                await self._to_its_end(interaction_id, talk)
                if talk.over.is_set() or not talk.is_told_again:
                    return
        finally:
            del self._talks[interaction_id]

    async def _to_its_end(self, interaction_id: str, talk: _Talk) -> None:
        """Until the hub has closed it, or has refused something, or it is over otherwise."""
        while not talk.over.is_set():
            talk.news.clear()
            unanswered = await self._unanswered(interaction_id)
            if unanswered is None:
                return
            for seq in unanswered:
                if talk.over.is_set() or not await self._reply(interaction_id, talk, seq):
                    return
                talk.replies_left -= 1
            is_over = talk.quiet_looks >= QUIET_LOOKS.get(talk.channel, sys.maxsize)
            if talk.replies_left <= 0 or is_over or (self._world.calm.is_set() and not unanswered):
                if await self._close(interaction_id):
                    talk.over.set()
                return
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await talk.news.wait()
            except TimeoutError:
                talk.quiet_looks += 1

    async def _unanswered(self, interaction_id: str) -> list[int] | None:
        """The client's messages after the last answer; None: it is not this agent's conversation any more."""
        after, newest = self._replied_to.get(interaction_id, 0), 0
        inbound: list[int] = []
        while True:
            path = f"/api/v1/interactions/{interaction_id}/touches?after={newest}&limit=200"
            answer = await self._insist("GET", path)
            if answer.status != 200:
                return None
            for touch in answer.body["items"]:
                newest = touch["seq"]
                if touch["direction"] == "inbound" and newest > after:
                    inbound.append(newest)
                elif touch["direction"] == "outbound" and not after:
                    inbound.clear()  # another agent was here before, and has answered these
            if answer.body["next"] is None:
                return inbound

    async def _reply(self, interaction_id: str, talk: _Talk, to_seq: int) -> bool:
        self._number += 1
        mark = f"[{self.login}#{self._number}]"
        text = f"{mark} yes, since yesterday"
        if talk.channel == "telegram" and self._rng.random() < LONG:
            text = "\n\n".join(f"{mark} {page} {'yes, ' * 600}since yesterday" for page in (1, 2))
        is_held = self._rng.random() < HELD
        path = f"/api/v1/interactions/{interaction_id}/{'planned' if is_held else 'touches'}"
        body = {"channel": talk.channel, "text": text} | ({"hold_s": HELD_FOR_S} if is_held else {})
        answer = await self._insist("POST", path, body, key=f"{self.login}-{self._number}")
        if answer.status != 201:
            self._world.counts[f"replies_refused_{answer.body.get('code')}"] += 1
            return False
        self._replied_to[interaction_id] = to_seq
        self._world.ledger.note(
            ReplyQueued(
                agent=self.login,
                text=text,
                touch_id="" if is_held else answer.body["id"],
                interaction_id=interaction_id,
                seq=0 if is_held else answer.body["seq"],
                channel=talk.channel,
            )
        )
        return True

    async def _close(self, interaction_id: str) -> bool:
        self._number += 1
        path = f"/api/v1/interactions/{interaction_id}/close"
        answer = await self._insist(
            "POST", path, {"disposition": "resolved"}, key=f"{self.login}-{self._number}"
        )
        self._world.counts["closed" if answer.status == 200 else "closes_refused"] += 1
        return answer.status == 200

    async def _insist(self, method: str, path: str, body: object = None, *, key: str = "") -> Answer:
        """The hub's word on this request, asked for again as long as there is none."""
        while True:
            await self._may_talk()
            try:
                answer = await self._desk.ask(method, path, body, key=key)
            except HUB_GONE:
                self._world.counts["requests_without_answer"] += 1
                await asyncio.sleep(0.05)
                continue
            if answer.status == 401:
                await self._sign_in()
                continue
            code = answer.body.get("code") if isinstance(answer.body, dict) else None
            if answer.status < 500 and code not in LATER:
                return answer
            self._world.counts[f"answers_{code or answer.status}"] += 1
            self._world.remarks.append(f"{time.time():.1f} {self.login} {method} {path}: {answer.body}")
            await asyncio.sleep(0.1)
