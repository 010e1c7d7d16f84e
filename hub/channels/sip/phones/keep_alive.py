"""Signs of life with desk phones over UDP: they keep the phone's NAT open, and say when nobody is behind it any more.

An OPTIONS goes to the address that the phone registered from, before a NAT forgets it (RFC 5626, 4.4.1 and 3581, 4:
half a minute). Any answer is a sign of life, also a refusal. Connections of TCP, TLS and WebSocket tell their own end.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import structlog

from hub.channels.sip.headers import NameAddr
from hub.channels.sip.message import Request
from hub.channels.sip.phones.whereabouts import Whereabouts
from hub.channels.sip.refusal import Field
from hub.channels.sip.registrar import Binding
from hub.channels.sip.uri import sip_uri

log = structlog.get_logger(__name__)

EVERY_S = 25.0
ANSWER_S = 8.0
DEAD_AFTER = 2
"""So many questions in a row without an answer."""

Ask = Callable[[Request, Binding], Awaitable[bool]]
"""Sends the request to the flow of this binding; whether an answer came."""


class KeepAlive:
    """Asks each phone in its turn. A phone that has never answered is not judged: some do not know the question."""

    def __init__(self, whereabouts: Whereabouts, ask: Ask, *, realm: str, every_s: float = EVERY_S) -> None:
        self._whereabouts = whereabouts
        self._ask = ask
        self._us = NameAddr(sip_uri("hub", realm))
        self._every_s = every_s
        self._missed: dict[tuple[str, str], int] = {}
        """For phones that have answered before: how often they did not since."""

    async def run(self) -> None:
        """Until cancelled. The questions of a round are spread over its time."""
        async with asyncio.TaskGroup() as group:
            while True:
                phones = self._whereabouts.behind_udp()
                known = {(name, str(one.uri)) for name, one in phones}
                self._missed = {key: n for key, n in self._missed.items() if key in known}
                for name, binding in phones:
                    group.create_task(self._look_after(name, binding), name="phone keep-alive")
                    await asyncio.sleep(self._every_s / len(phones))
                if not phones:
                    await asyncio.sleep(self._every_s)

    async def _look_after(self, name: str, binding: Binding) -> None:
        key = (name, str(binding.uri))
        if await self._ask(self._options(binding), binding):
            self._missed[key] = 0
            self._whereabouts.note_alive(name, binding, is_alive=True)
        elif key in self._missed:
            self._missed[key] += 1
            if self._missed[key] == DEAD_AFTER:
                log.info("phone_silent", account=name)
                self._whereabouts.note_alive(name, binding, is_alive=False)

    def _options(self, binding: Binding) -> Request:
        return Request(
            method="OPTIONS",
            uri=binding.uri,
            fields=(
                Field("Max-Forwards", "70"),
                Field("From", str(self._us.tagged(secrets.token_hex(8)))),
                Field("To", str(NameAddr(binding.uri))),
                Field("Call-ID", secrets.token_hex(16)),
                Field("CSeq", "1 OPTIONS"),
                Field("Accept", "application/sdp"),
            ),
        )
