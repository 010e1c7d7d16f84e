"""Real mail servers around a whole hub: Postfix takes letters, Dovecot keeps mailboxes, and the hub is one of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from tests.clients import Agent
from tests.hubs import Floor, RunningHub, start_hub
from tests.journeys.mail_desk import at_desk, taken_up, touches
from tests.journeys.test_mail import CLIENT, letter
from tests.ports import free_ports
from tests.servers.dovecot import COPIED, PASSWORD, USER, Dovecot, dovecot
from tests.servers.postfix import Postfix, by_lmtp, by_smtp, postfix

pytestmark = pytest.mark.timeout(240)

WITHIN_S = 40.0
RELAYED, DELIVERED = "sales@hub.test", "billing@hub.test"
"""Whose letters Postfix passes to the hub itself: by SMTP, and by LMTP."""
NOBODY = "nobody@example.test"
"""Dovecot has no such mailbox, and says so to Postfix after Postfix has taken the letter."""


FLOOR = Floor(agents=("anna",), offer_s=60.0, wrap_up_s=0.1)


@dataclass(slots=True)
class MailHouse:
    """A hub whose account `support` has its mailbox at Dovecot and sends by Postfix, which reaches everybody."""

    hub: RunningHub
    box: Dovecot
    relay: Postfix
    folder: Path
    settings: dict[str, str]

    async def write(self, raw: bytes, to: str = USER, sender: str = CLIENT) -> None:
        """A letter to Postfix; it has said that it has it when this returns."""
        client = aiosmtplib.SMTP(
            hostname="127.0.0.1", port=self.relay.smtp, start_tls=False, timeout=WITHIN_S
        )
        async with client:
            await client.mail(sender)
            await client.rcpt(to)
            await client.data(raw)

    async def in_mailbox(self, user: str, count: int) -> list[EmailMessage]:
        """The letters in that mailbox, once there are so many."""
        box = self.box.of(user)
        async with asyncio.timeout(WITHIN_S):
            while len(found := await box.letters()) < count:
                await asyncio.sleep(0.1)
        return [message_from_bytes(raw, _class=EmailMessage, policy=default) for raw in found]

    async def stop(self) -> None:
        """The hub of now."""
        await self.hub.stop()

    async def restart(self, crash_at: str = "") -> None:
        """The same hub, on the same ports."""
        self.hub = await start_hub(
            self.folder / "data", floor=FLOOR, settings=self.settings, port=self.hub.port, crash_at=crash_at
        )


def account_at(box: Dovecot, relay: Postfix, queue_id: str) -> dict[str, Any]:
    here = {"host": "127.0.0.1", "security": "none", "username": USER}
    return {
        "name": "support",
        "address": USER,
        "queue_id": queue_id,
        "setup": {
            "incoming": {**here, "port": box.port},
            "outgoing": {**here, "port": relay.submission, "sign_in": "password"},
        },
        "secrets": {"incoming_password": PASSWORD},
    }


@asynccontextmanager
async def mail_house(folder: Path) -> AsyncIterator[MailHouse]:
    smtp, lmtp = free_ports(2)
    settings = {
        "SMTP_INTAKE__ENABLED": "true",
        "SMTP_INTAKE__PORT": str(smtp),
        "SMTP_INTAKE__LMTP_PORT": str(lmtp),
        "SMTP_INTAKE__TRUSTED_ADDRESSES": '["127.0.0.0/8"]',
    }
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(dovecot())
        at_dovecot = by_lmtp(box.lmtp)
        destinations = {USER: at_dovecot, "example.test": at_dovecot}
        destinations |= {RELAYED: by_smtp(smtp), DELIVERED: by_lmtp(lmtp)}
        relay = await stack.enter_async_context(postfix(destinations, sasl=box.sasl))
        hub = await start_hub(folder / "data", floor=FLOOR, settings=settings)
        house = MailHouse(hub, box, relay, folder, settings)
        stack.push_async_callback(house.stop)
        async with Agent(house.hub.url, "admin") as admin:
            queues = (await admin.get("/api/v1/queues"))["items"]
            queue_id = next(queue["id"] for queue in queues if queue["name"] == "support")
            await admin.post("/api/v1/mail/accounts", account_at(box, relay, queue_id))
            for address in (RELAYED, DELIVERED):
                only_taken = {"name": address.partition("@")[0], "address": address, "queue_id": queue_id}
                await admin.post("/api/v1/mail/accounts", {**only_taken, "setup": {}, "secrets": {}})
            async with asyncio.timeout(WITHIN_S):
                while "waiting" not in {one["receiving"] for one in await accounts(admin)}:
                    await asyncio.sleep(0.1)
        yield house


async def accounts(admin: Agent) -> list[dict[str, Any]]:
    return list((await admin.get("/api/v1/mail/accounts"))["items"])


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MailHouse]:
    async with mail_house(tmp_path_factory.mktemp("house")) as made:
        yield made


async def test_a_letter_comes_through_postfix_and_dovecot_and_its_answer_goes_back_the_same_way(
    house: MailHouse,
) -> None:
    async with at_desk(house.hub.url) as anna:
        await house.write(letter("Nerede?", "Sipariş 12", Message_ID="<p1@client>"))
        interaction_id, touch = await taken_up(anna)
        assert (touch["text"], touch["letter"]["subject"]) == ("Nerede?", "Sipariş 12")

        path = f"/api/v1/interactions/{interaction_id}/touches"
        await anna.post(path, {"channel": "email", "text": "Yolda. 🚚"})
        await anna.heard("delivery_changed", within_s=WITHIN_S, delivery="sent")
        (answer,) = await house.in_mailbox(CLIENT, 1)
        assert (answer["Subject"], answer["In-Reply-To"]) == ("Re: Sipariş 12", "<p1@client>")
        assert answer.get_content().strip() == "Yolda. 🚚"

        await house.write(letter("Teşekkürler!", "Re: Sipariş 12", In_Reply_To=answer["Message-ID"]))
        news = await anna.heard("touch_added", within_s=WITHIN_S)
        while news["touch"]["direction"] != "inbound":
            news = await anna.heard("touch_added", within_s=WITHIN_S)
        assert (news["touch"]["text"], news["touch"]["interaction_id"]) == ("Teşekkürler!", interaction_id)
        await anna.close(interaction_id)


@pytest.mark.parametrize("address", [RELAYED, DELIVERED])
async def test_postfix_passes_letters_to_the_hub_itself(house: MailHouse, address: str) -> None:
    async with at_desk(house.hub.url) as anna:
        text = f"to {address}\n.\n..dots and a long line {'x' * 900}\nend"
        await house.write(letter(text.replace("\n", "\r\n"), Message_ID=f"<to-{address}>"), to=address)
        interaction_id, touch = await taken_up(anna)
        assert touch["text"] == text
        raw = await anna.ask("GET", f"/api/v1/interactions/{interaction_id}/touches/{touch['id']}/raw")
        assert b"Received:" in raw.body
        await anna.close(interaction_id)


async def test_a_letter_that_postfix_cannot_deliver_in_the_end_is_failed_and_work_again(
    house: MailHouse,
) -> None:
    async with at_desk(house.hub.url) as anna:
        await house.write(letter("hello", Message_ID="<b1@client>", sender=NOBODY), sender=NOBODY)
        interaction_id, _ = await taken_up(anna)
        path = f"/api/v1/interactions/{interaction_id}/touches"
        await anna.post(path, {"channel": "email", "text": "to nobody"})
        await anna.heard("delivery_changed", within_s=WITHIN_S, delivery="sent")
        failed = await anna.heard("delivery_changed", within_s=WITHIN_S, delivery="failed")
        assert failed["interaction_id"] == interaction_id
        async with asyncio.timeout(WITHIN_S):
            while len(found := await touches(anna, interaction_id)) < 3:
                await asyncio.sleep(0.1)
        assert [(one["direction"], one["delivery"]) for one in found] == [
            ("inbound", "received"),
            ("outbound", "failed"),
            ("inbound", "received"),
        ]
        assert found[-1]["letter"]["kind"] == "bounce"
        await anna.close(interaction_id)


def report_by(copied: str, on: str, letter_of_ours: EmailMessage) -> bytes:
    """What somebody in Cc makes of a letter: a report that looks as Postfix would write it."""
    made = EmailMessage(policy=default)
    made["From"], made["To"] = f"MAILER-DAEMON@{copied.partition('@')[2]}", USER
    made["Subject"] = "Undelivered Mail Returned to Sender"
    status = f"Reporting-MTA: dns; mx.hub.test\r\n\r\nFinal-Recipient: rfc822; {on}\r\nAction: failed\r\nStatus: 5.1.1"
    raw = made.as_bytes().rstrip(b"\n").replace(b"\n", b"\r\n")
    raw += b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    raw += f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n\r\n".encode()
    raw += b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + letter_of_ours.as_bytes() + b"\r\n--b--\r\n"
    return raw


async def test_of_a_letter_that_others_have_too_only_a_mail_server_can_say_that_it_did_not_arrive(
    house: MailHouse,
) -> None:
    async with at_desk(house.hub.url) as anna:
        gone = f"gone-{NOBODY}"
        await house.write(letter("hello", Message_ID="<c1@client>", sender=gone), sender=gone)
        interaction_id, _ = await taken_up(anna)
        path = f"/api/v1/interactions/{interaction_id}/touches"
        said = {"channel": "email", "text": "to two", "letter": {"cc": [{"address": COPIED, "name": ""}]}}
        await anna.post(path, said)
        news = await anna.heard("delivery_changed", within_s=WITHIN_S, detail=f"recipients_refused: {gone}")
        assert news["delivery"] == "sent"
        await anna.close(interaction_id)

        await house.write(letter("here I am", Message_ID="<c2@client>"))
        interaction_id, _ = await taken_up(anna)
        path = f"/api/v1/interactions/{interaction_id}/touches"
        await anna.post(path, {**said, "text": "for both"})
        await anna.heard("delivery_changed", within_s=WITHIN_S, delivery="sent")
        ours = (await house.in_mailbox(COPIED, 2))[-1]
        await house.write(report_by(COPIED, CLIENT, ours), sender="")
        async with asyncio.timeout(WITHIN_S):
            while len(found := await touches(anna, interaction_id)) < 3:
                await asyncio.sleep(0.1)
        assert [(one["direction"], one["delivery"]) for one in found] == [
            ("inbound", "received"),
            ("outbound", "sent"),
            ("inbound", "received"),
        ]
        assert found[-1]["letter"]["kind"] == "auto_reply"
        await anna.close(interaction_id)


@pytest.mark.parametrize("address", [RELAYED, DELIVERED])
async def test_postfix_keeps_what_a_hub_that_dies_did_not_acknowledge_and_nothing_comes_twice(
    house: MailHouse, address: str
) -> None:
    async with Agent(house.hub.url, "anna") as anna:  # else she is offered letters before she looks
        await anna.be("offline")
    await house.stop()
    await house.restart("mail.after_keep:3")
    letters = {f"{address} {n}": letter(f"{address} {n}", Message_ID=f"<k{n}-{address}>") for n in range(6)}
    for raw in letters.values():
        await house.write(raw, to=address)
    async with asyncio.timeout(WITHIN_S):
        await house.hub.ended()
    await house.write(letter(f"{address} while nobody is there", Message_ID=f"<w{address}>"), to=address)
    await house.restart()
    wanted = {*letters, f"{address} while nobody is there"}
    seen: list[str] = []
    async with at_desk(house.hub.url) as anna:
        while len(seen) < len(wanted):
            interaction_id, touch = await taken_up(anna)
            seen.append(touch["text"])
            await anna.close(interaction_id)
        assert sorted(seen) == sorted(wanted)
        async with asyncio.timeout(WITHIN_S):
            while house.relay.waiting():
                await asyncio.sleep(0.1)
        assert await anna.socket.quiet("reservation_offered", 1.0)
