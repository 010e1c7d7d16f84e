"""Provisional answers that arrive: sent again until their PRACK (RFC 3262, 3)."""

import asyncio
from collections.abc import Callable

from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.stack import Stack
from hub.channels.sip.transaction import Key


class Reliably:
    """Those of one INVITE, one after the other. `given_up` is called when one is never acknowledged."""

    def __init__(self, stack: Stack, key: Key, *, given_up: Callable[[], None]) -> None:
        self._stack = stack
        self._key = key
        self._given_up = given_up
        self._turn = asyncio.Lock()
        self._rseq = 1 + int(stack.chance() * 1_000_000)
        self._seen: asyncio.Event | None = None
        self._is_over = False

    async def send(self, response: Response) -> None:
        """Send it, and again after T1, twice as long each time; returns when it was acknowledged, or given up."""
        async with self._turn:
            if self._is_over:
                return
            self._rseq += 1
            numbered = response.adding("Require", "100rel").adding("RSeq", self._rseq)
            self._seen = seen = asyncio.Event()
            pause_s, ends_s = self._stack.times.t1_s, self._stack.now_s() + self._stack.times.patience_s
            while self._stack.respond(self._key, numbered):
                left_s = ends_s - self._stack.now_s()
                if left_s <= 0:
                    self._given_up()
                    return
                try:
                    async with asyncio.timeout(min(pause_s, left_s)):
                        await seen.wait()
                except TimeoutError:
                    pause_s *= 2
                else:
                    return

    async def settled(self) -> None:
        """Nothing waits to be acknowledged."""
        async with self._turn:
            return

    def acknowledged(self, key: Key, prack: Request, tag: str) -> None:
        """A PRACK. Raises Refused (481) when it is for nothing that was sent last, Malformed."""
        rack = prack.rack
        if rack is None:
            raise Malformed("a PRACK has a RAck")
        if self._seen is None or self._seen.is_set() or rack.rseq != self._rseq:
            raise Refused(481, "there is nothing to acknowledge", fields=prack.fields)
        if prack.body:
            raise Refused(
                488,
                "an offer is not taken here",
                fields=prack.fields,
                telling=(Field("Warning", '399 hub "none"'),),
            )
        self._stack.respond(key, response_to(prack.fields, 200, to_tag=tag))
        self._seen.set()

    def stop(self) -> None:
        """A final answer was given."""
        self._is_over = True
        if self._seen is not None:
            self._seen.set()
