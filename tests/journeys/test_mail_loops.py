"""Two hubs that acknowledge each other's letters stop: by what their letters say, and without that by their caps."""

import asyncio
from contextlib import AsyncExitStack
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import aiosmtplib
import pytest

from tests.clients import Agent
from tests.hubs import RunningHub, start_hub
from tests.journeys.test_mail import letter
from tests.journeys.test_mail_storm import rows
from tests.ports import free_ports
from tests.servers.smtp import Got, SmtpLookAlike

pytestmark = pytest.mark.timeout(180)

SAYS_IT = ("auto-submitted", "x-auto-response-suppress", "precedence", "in-reply-to", "references")
QUIET_S = 4.0


class Line:
    """A relay from one hub to the other. `forgetful`: it takes away what tells that nobody wrote a letter."""

    def __init__(self, sender: str, recipient: str, to_port: int, *, forgetful: bool) -> None:
        self._sender = sender
        self._recipient = recipient
        self._to_port = to_port
        self._forgetful = forgetful
        self._came: asyncio.Queue[Got] = asyncio.Queue()
        self.server = SmtpLookAlike(told=self._came.put_nowait)

    @property
    def letters(self) -> int:
        """How many it carried."""
        return len(self.server.got)

    async def carry(self) -> None:
        """Pass on what comes, until cancelled."""
        while True:
            got = await self._came.get()
            raw, sender = got.raw, got.envelope_from
            if self._forgetful:
                found = message_from_bytes(raw, policy=default)
                for name in SAYS_IT:
                    del found[name]
                raw, sender = found.as_bytes(), self._sender
            await sent(raw, sender, self._recipient, self._to_port)


async def sent(raw: bytes, sender: str, recipient: str, port: int) -> None:
    """Hand a letter over; an empty sender is the null sender."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        await client.mail(sender)
        await client.rcpt(recipient)
        await client.data(raw)


@pytest.mark.parametrize("forgetful", [False, True])
async def test_two_hubs_that_acknowledge_each_other_send_at_most_two_letters(
    forgetful: bool, tmp_path: Path
) -> None:
    addresses = ("support@one.test", "support@two.test")
    ports = free_ports(2)
    async with AsyncExitStack() as stack:
        lines: list[Line] = []
        hubs: list[RunningHub] = []
        for n, address in enumerate(addresses):
            line = Line(address, addresses[1 - n], ports[1 - n], forgetful=forgetful)
            lines.append(line)
            await stack.enter_async_context(line.server)
            (tmp_path / str(n)).mkdir()
            settings = {"SMTP_INTAKE__ENABLED": "true", "SMTP_INTAKE__PORT": str(ports[n])}
            hub = await start_hub(tmp_path / str(n) / "data", settings=settings)
            hubs.append(hub)
            stack.push_async_callback(hub.stop)
            async with Agent(hub.url, "admin") as admin:
                queue_id = (await admin.get("/api/v1/queues"))["items"][0]["id"]
                outgoing = {
                    "host": "127.0.0.1",
                    "port": line.server.port,
                    "security": "none",
                    "sign_in": "none",
                }
                account = {
                    "name": "support",
                    "address": address,
                    "queue_id": queue_id,
                    "setup": {
                        "outgoing": outgoing,
                        "auto_answer": {"texts": {"en": f"{address} has your letter."}},
                    },
                    "secrets": {},
                }
                await admin.post("/api/v1/mail/accounts", account)

        first = letter(
            "Where is the parcel that was sent last week?", sender=addresses[1], Message_ID="<1@x>"
        )
        wanted = 2 if forgetful else 1
        async with asyncio.TaskGroup() as group:
            carrying = [group.create_task(line.carry()) for line in lines]
            await sent(first, addresses[1], addresses[0], ports[0])
            async with asyncio.timeout(60):
                while sum(line.letters for line in lines) < wanted:
                    await asyncio.sleep(0.05)
            quiet_s = 0.0
            while quiet_s < QUIET_S:  # whatever would come yet has come
                await asyncio.sleep(0.1)
                quiet_s = 0.0 if any(map(waiting, hubs)) else quiet_s + 0.1
            for job in carrying:
                job.cancel()
        assert [line.letters for line in lines] == [1, wanted - 1]


def waiting(hub: RunningHub) -> bool:
    """Whether it reads or sends something yet."""
    asked = (
        "SELECT 1 FROM letters WHERE state = 'kept' UNION ALL SELECT 1 FROM touches"
        " WHERE delivery IN ('queued', 'sending') UNION ALL SELECT 1 FROM outbox"
    )
    return bool(rows(hub.data_dir, asked))
