"""A client writes letters to a whole hub, by SMTP and into a mailbox; an agent answers, and the answer comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from hub.cli.doctor import examined
from hub.ports.status import Health
from hub.settings import HttpSettings, Settings
from tests.clients import Agent
from tests.hubs import RunningHub, start_hub
from tests.ports import free_port
from tests.servers.pymap import Pymap, pymap
from tests.servers.smtp import Fault, SmtpLookAlike

pytestmark = pytest.mark.timeout(180)

CLIENT = "client@example.test"


def letter(text: str, subject: str = "Help", sender: str = CLIENT, **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"From: A Client <{sender}>\r\nTo: support@hub.test\r\nSubject: {subject}\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n{more}\r\n{text}\r\n"
    ).encode()


@dataclass
class MailHub:
    """A hub with an account, its mailbox, and the server its letters go to."""

    hub: RunningHub
    intake: int
    box: Pymap
    outside: SmtpLookAlike
    account: dict[str, Any]
    folder: Path

    async def send(self, raw: bytes, to: str = "support@hub.test") -> None:
        await aiosmtplib.send(
            raw,
            sender=CLIENT,
            recipients=[to],
            hostname="127.0.0.1",
            port=self.intake,
            start_tls=False,
        )

    async def sent(self, count: int, within_s: float = 20.0) -> list[Any]:
        """The letters that the outside has, once there are so many."""
        async with asyncio.timeout(within_s):
            while len(self.outside.got) < count:
                await asyncio.sleep(0.05)
        return [message_from_bytes(got.raw, policy=default) for got in self.outside.got]

    def settings(self) -> dict[str, str]:
        return {"SMTP_INTAKE__ENABLED": "true", "SMTP_INTAKE__PORT": str(self.intake)}


async def account_of(admin: Agent, box: Pymap, outside: SmtpLookAlike, **more: Any) -> dict[str, Any]:
    queues = await admin.get("/api/v1/queues")
    queue_id = next(q["id"] for q in queues["items"] if q["name"] == "support")
    return {
        "name": "support",
        "address": "support@hub.test",
        "queue_id": queue_id,
        "setup": {
            "incoming": {
                "host": "127.0.0.1",
                "port": box.port,
                "security": "none",
                "username": box.user,
            },
            "outgoing": {
                "host": "127.0.0.1",
                "port": outside.port,
                "security": "none",
                "sign_in": "none",
            },
            "display_name": "Support",
            **more,
        },
        "secrets": {"incoming_password": box.password},
    }


@asynccontextmanager
async def mail_hub(folder: Path, **more: Any) -> AsyncIterator[MailHub]:
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(pymap())
        outside = await stack.enter_async_context(SmtpLookAlike())
        intake = free_port()
        hub = await start_hub(
            folder / "data",
            settings={
                "SMTP_INTAKE__ENABLED": "true",
                "SMTP_INTAKE__PORT": str(intake),
                # all letters of a test come from one address
                "SMTP_INTAKE__TRUSTED_ADDRESSES": '["127.0.0.0/8"]',
            },
        )
        stack.push_async_callback(hub.stop)
        async with Agent(hub.url, "admin") as admin:
            body = await account_of(admin, box, outside, **more)
            account = await admin.post("/api/v1/mail/accounts", body)
        yield MailHub(hub, intake, box, outside, account, folder)


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[MailHub]:
    async with mail_hub(tmp_path) as made:
        yield made


@asynccontextmanager
async def anna_at(mail: MailHub) -> AsyncIterator[Agent]:
    async with Agent(mail.hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        yield anna


async def touches(agent: Agent, interaction_id: str) -> list[dict[str, Any]]:
    return list((await agent.get(f"/api/v1/interactions/{interaction_id}/touches"))["items"])


async def test_a_letter_is_offered_answered_and_its_answer_comes_to_the_same_conversation(
    mail: MailHub,
) -> None:
    async with anna_at(mail) as anna:
        await mail.send(letter("Siparişim nerede?", "Sipariş 12", Message_ID="<m1@client>"))
        offer = await anna.offered()
        assert (offer["work_item"]["channel"], offer["work_item"]["queue"]) == ("email", "support")
        interaction_id = (await anna.accept(offer["reservation_id"]))["id"]
        (touch,) = await touches(anna, interaction_id)
        assert touch["text"] == "Siparişim nerede?"
        assert touch["letter"]["subject"] == "Sipariş 12"
        assert touch["letter"]["sender"] == {"address": CLIENT, "name": "A Client"}

        path = f"/api/v1/interactions/{interaction_id}/touches"
        await anna.post(path, {"channel": "email", "text": "Yolda."})
        (answer,) = await mail.sent(1)
        assert (answer["Subject"], answer["In-Reply-To"]) == ("Re: Sipariş 12", "<m1@client>")
        assert answer.get_content().strip() == "Yolda."
        assert mail.outside.got[0].recipients == (CLIENT,)

        back = letter("Teşekkürler!", "Re: Sipariş 12", In_Reply_To=answer["Message-ID"])
        await mail.send(back)
        news = await anna.heard("touch_added")
        while news["touch"]["direction"] != "inbound":
            news = await anna.heard("touch_added")
        assert (news["touch"]["text"], news["touch"]["interaction_id"]) == ("Teşekkürler!", interaction_id)

        stranger = letter("Me too", sender="stranger@evil.test", In_Reply_To=answer["Message-ID"])
        await mail.send(stranger)
        other = await anna.offered()
        assert other["work_item"]["interaction_id"] != interaction_id


async def test_a_letter_in_the_mailbox_comes_the_same_way_and_is_marked(mail: MailHub) -> None:
    async with anna_at(mail) as anna:
        await asyncio.sleep(1.0)  # the mailbox is looked at for the first time
        await mail.box.put([letter("Where is it?", Message_ID="<i1@client>")])
        offer = await anna.offered()
        interaction_id = (await anna.accept(offer["reservation_id"]))["id"]
        (touch,) = await touches(anna, interaction_id)
        assert touch["text"] == "Where is it?"
        raw = await anna.ask("GET", f"/api/v1/interactions/{interaction_id}/touches/{touch['id']}/raw")
        assert raw.status == 200
        assert b"Where is it?" in raw.body
        async with asyncio.timeout(10):
            while "\\Seen" not in "".join(await mail.box.flags()):
                await asyncio.sleep(0.1)


async def test_what_lay_in_the_mailbox_before_is_no_work(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(pymap())
        outside = await stack.enter_async_context(SmtpLookAlike())
        await box.put([letter(f"old {n}", Message_ID=f"<o{n}@client>") for n in range(3)])
        hub = await start_hub(tmp_path / "data")
        stack.push_async_callback(hub.stop)
        async with Agent(hub.url, "admin") as admin:
            await admin.post("/api/v1/mail/accounts", await account_of(admin, box, outside))
        async with Agent(hub.url, "anna") as anna:
            await anna.connect()
            await anna.be("available")
            await asyncio.sleep(1.0)
            await box.put([letter("new", Message_ID="<n@client>")])
            offer = await anna.offered()
            interaction_id = (await anna.accept(offer["reservation_id"]))["id"]
            assert [t["text"] for t in await touches(anna, interaction_id)] == ["new"]
            assert await anna.socket.quiet("reservation_offered", 2.0)


async def test_one_letter_by_both_ways_is_one_touch(mail: MailHub) -> None:
    raw = letter("twice", Message_ID="<both@client>")
    async with anna_at(mail) as anna:
        await asyncio.sleep(1.0)
        await asyncio.gather(mail.send(raw), mail.box.put([raw]), mail.send(b"Received: by x\r\n" + raw))
        offer = await anna.offered()
        interaction_id = (await anna.accept(offer["reservation_id"]))["id"]
        await asyncio.sleep(1.5)
        assert len(await touches(anna, interaction_id)) == 1


async def test_letters_of_one_thread_that_are_read_in_one_moment_are_one_conversation(mail: MailHub) -> None:
    """As those of a mailbox that was not read for a while."""
    ids = [f"<m{n}@client>" for n in range(6)]
    chain = [
        letter(f"letter {n}", Message_ID=ids[n], **({"References": " ".join(ids[:n])} if n else {}))
        for n in range(len(ids))
    ]
    async with anna_at(mail) as anna:
        await asyncio.sleep(1.0)
        await asyncio.gather(
            *(mail.send(raw) for raw in chain), mail.send(letter("other", Message_ID="<o@client>"))
        )
        conversations = []
        for _ in range(2):
            interaction_id = (await anna.accept((await anna.offered())["reservation_id"]))["id"]
            conversations.append(interaction_id)
        await asyncio.sleep(1.0)
        assert await anna.socket.quiet("reservation_offered", 1.0)
        assert sorted([len(await touches(anna, one)) for one in conversations]) == [1, len(ids)]


async def test_a_bomb_is_shown_unreadable_and_delays_nobody(mail: MailHub) -> None:
    bomb = b"From: a@b.test\r\nSubject: " + b"=?utf-8?q?x?= " * 40_000 + b"\r\n\r\nx\r\n"
    async with anna_at(mail) as anna, Agent(mail.hub.url, "admin") as admin:
        await mail.send(bomb)
        await mail.send(letter("good", Message_ID="<g@client>"))
        texts = set()
        for _ in range(2):
            offer = await anna.offered()
            interaction_id = (await anna.accept(offer["reservation_id"]))["id"]
            (touch,) = await touches(anna, interaction_id)
            texts.add(touch["letter"].get("unreadable", False))
        assert texts == {True, False}
        listed = await admin.get("/api/v1/mail/unreadable")
        assert len(listed["items"]) == 1


async def test_an_answer_that_only_the_server_knows_of_is_uncertain_and_never_sent_twice(
    mail: MailHub,
) -> None:
    async with anna_at(mail) as anna:
        await mail.send(letter("hello", Message_ID="<u@client>"))
        interaction_id = (await anna.accept((await anna.offered())["reservation_id"]))["id"]
        mail.outside.fault_of = lambda: Fault("end", taken=True)
        await anna.post(
            f"/api/v1/interactions/{interaction_id}/touches", {"channel": "email", "text": "once"}
        )
        await anna.heard("delivery_changed", delivery="uncertain")
        await asyncio.sleep(2.0)
        assert len(mail.outside.got) == 1


async def test_an_account_is_tried_out_and_never_shows_its_password(mail: MailHub) -> None:
    async with Agent(mail.hub.url, "admin") as admin:
        (shown,) = (await admin.get("/api/v1/mail/accounts"))["items"]
        assert shown["secrets_set"] == ["incoming_password"]
        assert mail.box.password not in str(shown)
        body = await account_of(admin, mail.box, mail.outside)
        tried = await admin.post("/api/v1/mail/accounts/try", {"account": body})
        assert [(one["part"], one["ok"]) for one in tried["items"]] == [
            ("incoming", True),
            ("outgoing", True),
        ]

        body["secrets"] = {}  # the kept one stands in, for the servers it was kept for
        kept = {"account_id": shown["id"], "account": body}
        assert (await admin.post("/api/v1/mail/accounts/try", kept))["items"][0]["ok"]
        body["setup"]["incoming"]["host"] = "localhost"
        assert not (await admin.post("/api/v1/mail/accounts/try", kept))["items"][0]["ok"]


async def test_an_account_that_breaks_says_so_and_comes_back(mail: MailHub) -> None:
    async with Agent(mail.hub.url, "admin") as admin:
        (shown,) = (await admin.get("/api/v1/mail/accounts"))["items"]
        body = await account_of(admin, mail.box, mail.outside)
        body["secrets"] = {"incoming_password": "wrong"}
        path = f"/api/v1/mail/accounts/{shown['id']}"
        put = await admin.ask("PUT", path, {"version": shown["version"], "account": body})
        assert put.status == 200

        async def until(word: str) -> dict[str, Any]:
            async with asyncio.timeout(20):
                while (one := (await admin.get("/api/v1/mail/accounts"))["items"][0])["receiving"] != word:
                    await asyncio.sleep(0.2)
            return dict(one)

        broken = await until("broken")
        assert "refuses our user or password" in broken["trouble"]
        body["secrets"] = {"incoming_password": mail.box.password}
        put = await admin.ask("PUT", path, {"version": broken["version"], "account": body})
        assert put.status == 200
        await until("waiting")


async def test_a_deleted_account_is_read_no_more_and_a_reply_by_it_fails_until_another_has_its_name(
    mail: MailHub,
) -> None:
    async with anna_at(mail) as anna, Agent(mail.hub.url, "admin") as admin:
        await mail.send(letter("hello", Message_ID="<d@client>"))
        interaction_id = (await anna.accept((await anna.offered())["reservation_id"]))["id"]
        (shown,) = (await admin.get("/api/v1/mail/accounts"))["items"]
        path = f"/api/v1/mail/accounts/{shown['id']}"
        assert (await anna.ask("DELETE", path)).status == 403
        assert (await admin.ask("DELETE", path)).status == 204
        assert (await admin.ask("DELETE", path)).status == 404
        assert (await admin.get("/api/v1/mail/accounts"))["items"] == []
        (entry,) = [one for one in (await admin.get("/api/v1/audit"))["items"] if one["reason"] == "deleted"]
        assert entry["action"] == "change_mail_account"

        reply = {"channel": "email", "text": "good day"}
        await anna.post(f"/api/v1/interactions/{interaction_id}/touches", reply)
        failed = await anna.heard("delivery_changed", delivery="failed")
        assert failed["detail"].startswith("account_deleted")

        await admin.post("/api/v1/mail/accounts", await account_of(admin, mail.box, mail.outside))
        await anna.post(f"/api/v1/interactions/{interaction_id}/touches", reply)
        await anna.heard("delivery_changed", delivery="sent")
        assert len(mail.outside.got) == 1


async def test_the_doctor_and_the_status_page_try_the_account_out(mail: MailHub) -> None:
    async with Agent(mail.hub.url, "admin") as admin:
        await admin.post("/api/v1/status/parts/email/test")
        parts = (await admin.get("/api/v1/status/parts"))["items"]
        (part,) = [one for one in parts if one["part"] == "email"]
        assert [found["code"] for found in part["latest"]["findings"]] == ["mail_ok", "mail_ok"]
    found = await examined(Settings(data_dir=mail.folder / "data", http=HttpSettings(port=mail.hub.port)))
    ours = [one for one in found if one.part.startswith("e-mail")]
    assert [(one.part, one.health) for one in ours] == [
        ("e-mail support incoming", Health.OK),
        ("e-mail support outgoing", Health.OK),
    ]


@pytest.mark.parametrize("point", ["mail.after_keep", "mail.after_read", "mail.after_receive_before_settle"])
async def test_a_hub_that_dies_between_two_steps_loses_and_doubles_no_letter(
    tmp_path: Path, point: str
) -> None:
    async with mail_hub(tmp_path) as mail:
        await mail.hub.stop()
        dying = await start_hub(
            tmp_path / "data", settings=mail.settings(), port=mail.hub.port, crash_at=point
        )
        raw = letter("survives", Message_ID="<s@client>")
        for _ in range(3):
            try:
                await mail.send(raw)
            except (aiosmtplib.SMTPException, OSError):
                await asyncio.sleep(0.5)
        async with asyncio.timeout(20):
            await dying.ended()
        mail.hub = await start_hub(tmp_path / "data", settings=mail.settings(), port=mail.hub.port)
        try:
            async with anna_at(mail) as anna:
                await mail.send(raw)  # whoever was not answered sends again
                offer = await anna.offered(within_s=20)
                interaction_id = (await anna.accept(offer["reservation_id"]))["id"]
                assert [t["text"] for t in await touches(anna, interaction_id)] == ["survives"]
                assert await anna.socket.quiet("reservation_offered", 1.0)
        finally:
            await mail.hub.stop()
