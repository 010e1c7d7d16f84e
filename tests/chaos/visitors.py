"""Visitors of a chaos run: they number what they write, keep it until it is acknowledged, and send it again."""

import asyncio
import json
import re

from tests.chaos.ledger import Acked, Met, PeerGot, Sent
from tests.chaos.world import HUB_GONE, World, heed_cancellation
from tests.clients import Frame, Visitor, open_visitor_socket

IN_FLIGHT = 6
TWICE = 0.08
CUT = 0.01
LEAVE = 0.01
NEW_PAGE = 0.2
GREETED_WITHIN_S = 10.0

REPLY = re.compile(r"\[\w+#\d+\]")
"""The mark of an agent's reply; no two replies have the same."""


def words(visitor: str, number: int) -> str:
    """The text of a message; no two are equal."""
    return f"[{visitor}#{number}] do you have the green one, too?"


class VisitorPeer:
    """One visitor, on one connection after the other."""

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.is_connected = False
        self._world = world
        self._rng = world.rng(name)
        self._session: str | None = None
        self._number = 0
        self._newest = 0
        self._unacked: dict[str, str] = {}
        self._again_at = 0.0

    @property
    def is_done(self) -> bool:
        """Whether everything written is acknowledged, and the visitor is here to read answers."""
        return self.is_connected and not self._unacked

    async def run(self) -> None:
        """Talk until cancelled."""
        while True:
            await self._world.gate.wait()
            try:
                await self._connected()
            except* HUB_GONE:
                self._world.counts["visitor_connections_lost"] += 1
                heed_cancellation()
            finally:
                self.is_connected = False
            await asyncio.sleep(self._rng.uniform(0.02, 0.1))

    async def _connected(self) -> None:
        socket = Visitor(await open_visitor_socket(self._world.url, origin=self._world.url))
        try:
            last_seq = None if self._rng.random() < NEW_PAGE else self._newest
            hello = {"t": "hello", "session": self._session, "lang": "en", "last_seq": last_seq}
            await socket.send(hello)
            if not self._greeted(await socket.next(GREETED_WITHIN_S)):
                return
            for frame in list(self._unacked.values()):
                await socket.send(frame)
            self._again_at = 0.0
            self.is_connected = True
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write(socket))
                while True:
                    self._heard(json.loads(await socket.connection.recv()))
        finally:
            socket.cut()

    def _greeted(self, frame: Frame) -> bool:
        if frame["t"] != "hello":
            self._world.counts[f"visitor_greeting_{frame['t']}"] += 1
            return False
        if self._session is None:
            self._session = frame["session"]
            self._world.ledger.note(Met(visitor=self.name, session=frame["session"]))
        for line in frame.get("history", ()):
            if line["from"] == "agent":
                self._got(line)
            else:
                self._newest = max(self._newest, line["seq"])
        return True

    # --- writing ---

    async def _write(self, socket: Visitor) -> None:
        loop, rng = asyncio.get_running_loop(), self._rng
        while True:
            await asyncio.sleep(min(rng.expovariate(self._world.rate_s), 3.0))
            if self._again_at:
                # the hub asked to wait; what was refused goes first, in its order
                if loop.time() >= self._again_at:
                    self._again_at = 0.0
                    for frame in list(self._unacked.values()):
                        await socket.send(frame)
                continue
            if self._world.calm.is_set():
                continue
            chance = rng.random()
            if chance < CUT:
                self._world.counts["visitor_cuts"] += 1
                socket.cut()
            elif chance < CUT + LEAVE and not self._unacked:
                self._world.counts["visitor_leaves"] += 1
                await socket.send({"t": "leave"})
            elif len(self._unacked) < IN_FLIGHT:
                await self._say(socket, times=2 if rng.random() < TWICE else 1)

    async def _say(self, socket: Visitor, *, times: int) -> None:
        self._number += 1
        msg_id, text = f"{self.name}-{self._number}", words(self.name, self._number)
        frame = json.dumps({"t": "message", "client_msg_id": msg_id, "text": text})
        self._unacked[msg_id] = frame
        self._world.ledger.note(
            Sent(visitor=self.name, number=self._number, msg_id=msg_id, text=text, frame=frame)
        )
        for _ in range(times):
            await socket.send(frame)

    # --- hearing ---

    def _heard(self, frame: Frame) -> None:
        match frame["t"]:
            case "ack":
                self._unacked.pop(frame["client_msg_id"], None)
                self._newest = max(self._newest, frame["seq"])
                self._world.ledger.note(
                    Acked(visitor=self.name, msg_id=frame["client_msg_id"], seq=frame["seq"])
                )
            case "nack":
                self._world.counts["visitor_nacks"] += 1
                self._again_at = asyncio.get_running_loop().time() + frame["retry_ms"] / 1000
            case "message":
                self._got(frame)
            case "error":
                self._world.counts[f"visitor_error_{frame['code']}"] += 1
            case _:
                pass

    def _got(self, frame: Frame) -> None:
        self._newest = max(self._newest, frame["seq"])
        self._world.ledger.note(PeerGot(visitor=self.name, text=frame["text"], seq=frame["seq"]))
