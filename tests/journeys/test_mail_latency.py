"""How long a letter takes from the mail server's `250` to the card of an agent, through IDLE; printed, not judged."""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiosmtplib
import pytest

from tests.clients import Agent
from tests.hubs import Floor, start_hub
from tests.journeys.mail_desk import at_desk
from tests.journeys.test_mail import CLIENT, letter
from tests.servers.dovecot import dovecot
from tests.servers.mailbox_smtp import smtp_into
from tests.servers.postfix import by_lmtp, postfix
from tests.servers.pymap import Pymap, pymap

LETTERS = int(os.environ.get("MAIL_LATENCY", "50"))
WITHIN_S = 30.0

pytestmark = pytest.mark.timeout(120 + 5 * LETTERS)


async def servers(kind: str, stack: AsyncExitStack) -> tuple[Pymap, int]:
    """A mailbox, and the port where letters for it are taken."""
    if kind == "pymap and aiosmtpd":
        box = await stack.enter_async_context(pymap())
        return box, await stack.enter_async_context(smtp_into(box))
    own = await stack.enter_async_context(dovecot())
    relay = await stack.enter_async_context(postfix({own.user: by_lmtp(own.lmtp)}))
    return own, relay.smtp


async def test_a_letter_is_at_an_agent_soon_after_the_server_took_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = ("postfix and dovecot", "pymap and aiosmtpd")
    # each with a hub of its own; most of the time is waiting
    found = await asyncio.gather(*(measured(kind, tmp_path / f"h{n}") for n, kind in enumerate(kinds)))
    with capsys.disabled():
        for kind, took in zip(kinds, found, strict=True):
            took.sort()
            p50, p99 = (took[int(len(took) * share)] * 1000 for share in (0.5, 0.99))
            print(  # noqa: T201 - the figures are the result
                f"\n{kind}: from 250 to the card, {len(took)} letters: p50 {p50:.0f} ms, p99 {p99:.0f} ms,"
                f" longest {took[-1] * 1000:.0f} ms"
            )
    assert all(len(took) == LETTERS for took in found)


async def measured(kind: str, folder: Path) -> list[float]:
    """Seconds of each letter."""
    folder.mkdir()
    async with AsyncExitStack() as stack:
        box, smtp = await servers(kind, stack)
        hub = await start_hub(folder / "data", floor=Floor(agents=("anna",), offer_s=60.0, wrap_up_s=0.1))
        stack.push_async_callback(hub.stop)
        async with Agent(hub.url, "admin") as admin:
            queue_id = (await admin.get("/api/v1/queues"))["items"][0]["id"]
            here = {"host": "127.0.0.1", "port": box.port, "security": "none", "username": box.user}
            account = {
                "name": "support",
                "address": "support@hub.test",
                "queue_id": queue_id,
                "setup": {"incoming": here},
                "secrets": {"incoming_password": box.password},
            }
            await admin.post("/api/v1/mail/accounts", account)
            async with asyncio.timeout(WITHIN_S):
                while (await admin.get("/api/v1/mail/accounts"))["items"][0]["receiving"] != "waiting":
                    await asyncio.sleep(0.05)
        anna = await stack.enter_async_context(at_desk(hub.url))
        took: list[float] = []
        for n in range(LETTERS + 1):
            await aiosmtplib.send(
                letter(f"number {n}", Message_ID=f"<n{n}@client>"),
                sender=CLIENT,
                recipients=["support@hub.test"],
                hostname="127.0.0.1",
                port=smtp,
                start_tls=False,
            )
            accepted = time.monotonic()
            offer = await anna.offered(within_s=WITHIN_S)
            took.append(time.monotonic() - accepted)
            await anna.close((await anna.accept(offer["reservation_id"]))["id"])
    return took[1:]  # the first starts those who read letters
