"""A mail server that puts what it takes by SMTP (aiosmtpd) into a mailbox of Pymap, and says `250` once it is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.pymap import Pymap


class _IntoMailbox:
    def __init__(self, box: Pymap) -> None:
        self._box = box

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        await self._box.put([envelope.original_content or b""])
        return "250 2.0.0 it lies there"


@asynccontextmanager
async def smtp_into(box: Pymap) -> AsyncIterator[int]:
    """The port where it listens."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(_IntoMailbox(box), hostname="mx.hub.test", loop=loop, enable_SMTPUTF8=True),
        "127.0.0.1",
        0,
    )
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
