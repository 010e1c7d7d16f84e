"""Letters that staff write arrive exactly as meant, and those who got them take part from then on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import Agent
from tests.journeys.test_mail import CLIENT, MailHub, anna_at, letter, mail_hub, touches

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[MailHub]:
    async with mail_hub(tmp_path, signatures={"en": "{agent.name}, {queue.name}"}) as made:
        yield made


async def taken(mail: MailHub, agent: Agent, raw: bytes) -> str:
    """The interaction of that letter, in the agent's hands."""
    await mail.send(raw)
    offer = await agent.offered(within_s=30)
    return str((await agent.accept(offer["reservation_id"]))["id"])


async def inbound(agent: Agent) -> dict[str, Any]:
    news = await agent.heard("touch_added")
    while news["touch"]["direction"] != "inbound":
        news = await agent.heard("touch_added")
    return dict(news["touch"])


async def test_a_letter_goes_out_with_all_that_its_writer_chose(mail: MailHub) -> None:
    raw = letter(
        "Where is it?\r\nI wait.", "Order 12", Message_ID="<m1@client>", Cc="Boss <boss@example.test>"
    )
    async with anna_at(mail) as anna:
        interaction_id = await taken(mail, anna, raw)
        (touch,) = await touches(anna, interaction_id)
        paper = await anna.get(f"/api/v1/interactions/{interaction_id}/letter")
        assert paper["closed"] == ""
        assert paper["sender"] == {"address": "support@hub.test", "name": "Support"}
        assert paper["to"] == [{"address": CLIENT, "name": "A Client"}]
        assert paper["cc_of_all"] == [{"address": "boss@example.test", "name": "Boss"}]
        assert (paper["subject"], paper["quote"]) == ("Re: Order 12", touch["id"])
        assert paper["signature"].endswith(", support")
        assert paper["quoted"].endswith("A Client <client@example.test> wrote:\n> Where is it?\n> I wait.")

        said = {
            "subject": "About order 12",
            "to": paper["to"],
            "cc": [*paper["cc_of_all"], {"address": "Store@Example.Test", "name": "Store, the"}],
            "bcc": [{"address": "quiet@example.test"}],
            "html": "<p>It is <b>on its way</b><script>alert(1)</script></p><ul><li>today</li></ul>",
            "quote": touch["id"],
            "signed": True,
        }
        path = f"/api/v1/interactions/{interaction_id}/touches"
        sent = await anna.post(path, {"channel": "email", "text": "", "letter": said})
        assert sent["text"] == "It is on its way\n\n* today"
        (got,) = await mail.sent(1)
        assert set(mail.outside.got[0].recipients) == {
            CLIENT,
            "boss@example.test",
            "store@example.test",
            "quiet@example.test",
        }
        assert got["Subject"] == "About order 12"
        assert got["From"] == "Support <support@hub.test>"
        assert got["To"] == "A Client <client@example.test>"
        assert got["Cc"] == 'Boss <boss@example.test>, "Store, the" <store@example.test>'
        assert "quiet@example.test" not in mail.outside.got[0].raw.decode()
        assert (got["Bcc"], got["In-Reply-To"]) == (None, "<m1@client>")
        assert got.get_content_type() == "multipart/alternative"
        plain, html = (part.get_content().replace("\r\n", "\n") for part in got.iter_parts())
        assert plain.strip() == (
            f"It is on its way\n\n* today\n\n-- \n{paper['signature']}\n\n{paper['quoted']}"
        )
        assert "<b>on its way</b>" in html
        assert "script" not in html
        assert html.index("on its way") < html.index(paper["signature"]) < html.index("<blockquote>")

        back = letter(
            "I am the boss",
            "Re: About order 12",
            sender="boss@example.test",
            In_Reply_To=got["Message-ID"],
        )
        await mail.send(back)
        answer = await inbound(anna)
        assert (answer["interaction_id"], answer["text"]) == (interaction_id, "I am the boss")
        quiet = letter("I saw it", sender="quiet@example.test", In_Reply_To=got["Message-ID"])
        await mail.send(quiet)
        assert (await inbound(anna))["interaction_id"] == interaction_id

        again = await anna.get(f"/api/v1/interactions/{interaction_id}/letter")
        assert again["to"] == [{"address": "quiet@example.test", "name": "A Client"}]


async def queue_of(agent: Agent, name: str = "support") -> str:
    return next(str(q["id"]) for q in (await agent.get("/api/v1/queues"))["items"] if q["name"] == name)


async def test_a_letter_that_begins_a_conversation_is_answered_into_it(mail: MailHub) -> None:
    async with anna_at(mail) as anna:
        said = {
            "queue_id": await queue_of(anna),
            "address": "New.Client@example.test",
            "name": "Nina New",
            "text": "Your order has come.",
            "letter": {"subject": "Order 77", "cc": [{"address": "boss@example.test"}]},
        }
        begun = await anna.post("/api/v1/letters", said)
        interaction_id = begun["interaction_id"]
        (got,) = await mail.sent(1)
        assert (got["Subject"], got["To"]) == ("Order 77", "new.client@example.test")
        assert (got["Cc"], got["In-Reply-To"]) == ("boss@example.test", None)
        assert got.get_content().replace("\r\n", "\n").startswith("Your order has come.\n\n-- \n")

        shown = await anna.get(f"/api/v1/interactions/{interaction_id}")
        assert shown["person"]["name"] == "Nina New"
        assert shown["queue"]["name"] == "support"
        await anna.heard("delivery_changed", delivery="sent")
        for who, text in (("new.client@example.test", "Thanks!"), ("boss@example.test", "Seen.")):
            await mail.send(letter(text, "Re: Order 77", sender=who, In_Reply_To=got["Message-ID"]))
            assert (await inbound(anna))["interaction_id"] == interaction_id

        # a second answer without any letter of ours before it has the subject of the thread
        person_id = shown["person"]["id"]
        ways = (await anna.get(f"/api/v1/persons/{person_id}/ways"))["items"]
        (way,) = [one for one in ways if one["kind"] == "email"]
        assert (way["closed"], way["account"], way["continues"]) == ("", "email:support", False)
        body = {
            "queue_id": said["queue_id"],
            "channel": "email",
            "address": way["address"],
            "text": "Something else",
            "letter": {"subject": "Another matter"},
        }
        other = await anna.post(f"/api/v1/persons/{person_id}/interactions", body)
        assert other["interaction_id"] != interaction_id
        assert (await mail.sent(2))[1]["Subject"] == "Another matter"
        path = f"/api/v1/interactions/{other['interaction_id']}/touches"
        await anna.post(path, {"channel": "email", "text": "One thing more"})
        assert (await mail.sent(3))[2]["Subject"] == "Re: Another matter"
        assert mail.outside.got[2].recipients == ("new.client@example.test",)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"address": "nobody"}, "bad_address", "address"),
    ({"address": "support@hub.test"}, "our_own_address", "address"),
    ({"address": "support+x@hub.test"}, "our_own_address", "address"),
    ({"letter": {}}, "subject_required", "letter.subject"),
    (
        {"letter": {"subject": "x", "cc": [{"address": "a@b.test"}, {"address": "x y"}]}},
        "bad_address",
        "letter.cc.1",
    ),
    ({"letter": {"subject": "x", "to": [{"address": "a@b.test"}]}}, "client_not_addressed", "letter.to"),
    ({"text": " "}, "empty", "text"),
    ({"account": "email:other"}, "no_such_account", "account"),
]


async def test_a_first_letter_says_what_is_wrong_with_it(mail: MailHub) -> None:
    async with anna_at(mail) as anna:
        queue_id = await queue_of(anna)
        for changes, code, field in WRONG:
            said = {
                "queue_id": queue_id,
                "address": "new@example.test",
                "text": "Hello",
                "letter": {"subject": "Hello"},
                **changes,
            }
            refused = await anna.ask("POST", "/api/v1/letters", said)
            assert (refused.status, refused.body["code"], refused.body["field"]) == (422, code, field)
        assert await anna.socket.quiet("touch_added", 0.5)


async def brought(agent: Agent, content: bytes) -> dict[str, Any]:
    answer = await agent.ask("POST", "/api/v1/attachments?name=list.bin", content)
    assert answer.status == 201
    return dict(answer.body)


async def test_files_that_the_server_does_not_take_are_told_as_failed_and_from_then_on_before(
    mail: MailHub,
) -> None:
    mail.outside.size = "SIZE 300000"
    async with anna_at(mail) as anna:
        interaction_id = await taken(mail, anna, letter("Send me the list", Message_ID="<f1@client>"))
        path = f"/api/v1/interactions/{interaction_id}/touches"
        file = await brought(anna, b"x" * 400_000)
        small = await brought(anna, b"y" * 1_000)
        await anna.post(path, {"channel": "email", "text": "Here", "attachments": [file]})
        news = await anna.heard("delivery_changed", delivery="failed")
        assert "the mail server takes 300000" in news["detail"]
        assert mail.outside.got == []

        paper = await anna.get(f"/api/v1/interactions/{interaction_id}/letter")
        assert 0 < paper["limits"]["files_bytes"] < 300_000
        said = {"channel": "email", "text": "Here", "attachments": [file]}
        refused = await anna.ask("POST", path, said)
        assert (refused.status, refused.body["code"], refused.body["field"]) == (
            422,
            "files_too_large",
            "attachments",
        )
        await anna.post(path, {**said, "attachments": [small], "letter": {"html": "<b>Here</b>"}})
        (got,) = await mail.sent(1)
        assert got.get_content_type() == "multipart/mixed"
        assert [part.get_filename() for part in got.iter_attachments()] == ["list.bin"]


async def test_a_letter_that_is_held_and_undone_comes_back_whole_and_a_draft_keeps_its_fields(
    mail: MailHub,
) -> None:
    async with anna_at(mail) as anna:
        interaction_id = await taken(mail, anna, letter("Hello", Message_ID="<d1@client>"))
        at = f"/api/v1/interactions/{interaction_id}"
        said = {
            "subject": "Half",
            "to": [{"address": "clie", "name": ""}],
            "cc": [],
            "bcc": [],
            "html": "<p>begun</p>",
            "quote": None,
            "signed": False,
        }
        body = {"kind": "reply", "channel": "email", "text": "", "letter": said, "window": "one"}
        kept = await anna.ask("PUT", f"{at}/drafts", body)
        assert kept.body["draft"]["letter"] == said
        assert (await anna.heard("draft_changed"))["draft"]["letter"] == said

        whole = {**said, "to": [{"address": CLIENT, "name": "A"}], "html": "<p>It <i>comes</i></p>"}
        plan = await anna.post(
            f"{at}/planned", {"channel": "email", "text": "", "letter": whole, "hold_s": 30}
        )
        assert (plan["text"], plan["letter"]) == ("It comes", whole)
        assert (await anna.get(f"{at}/drafts"))["items"] == []
        undone = await anna.ask("DELETE", f"{at}/planned/{plan['id']}")
        assert (undone.body["text"], undone.body["letter"]) == ("It comes", whole)
        await anna.post(f"{at}/planned", {"channel": "email", "text": "", "letter": whole})
        (got,) = await mail.sent(1)
        assert (got["Subject"], got["To"]) == ("Half", f"A <{CLIENT}>")
        assert "<i>comes</i>" in got.get_body(("html",)).get_content()


async def test_the_signature_is_the_queues_in_the_clients_language_and_only_administrators_write_it(
    mail: MailHub,
) -> None:
    async with Agent(mail.hub.url, "admin") as admin, anna_at(mail) as anna:
        queue_id = await queue_of(anna)
        (found,) = [q for q in (await admin.get("/api/v1/floor/queues"))["items"] if q["id"] == queue_id]
        fields = ("name", "languages", "language_level", "skills", "offer_s", "wrap_up_s")
        rules = {name: found[name] for name in fields}
        signatures = {
            "en": {"text": "Regards, {agent.name}"},
            "tr": {"text": "Saygılarımla\n{agent.first_name}", "html": "<b>{agent.first_name}</b>"},
        }
        path = f"/api/v1/floor/queues/{queue_id}"
        change = {"version": found["version"], "queue": {**rules, "signatures": signatures}}
        assert (await anna.ask("PUT", path, change)).status == 403
        bad = {"en": {"text": "{person.name}"}}
        refused = await admin.ask("PUT", path, {**change, "queue": {**rules, "signatures": bad}})
        assert (refused.status, refused.body["field"]) == (422, "signatures.en.text")
        put = await admin.ask("PUT", path, change)
        assert (put.status, put.body["signatures"]["tr"]["html"]) == (200, "<b>{agent.first_name}</b>")

        raw = letter("Merhaba, siparişim nerede? Teşekkürler, iyi günler dilerim.", Message_ID="<s1@client>")
        interaction_id = await taken(mail, anna, raw)
        said = {"channel": "email", "text": "", "letter": {"html": "<p>Yolda.</p>"}}
        await anna.post(f"/api/v1/interactions/{interaction_id}/touches", said)
        (got,) = await mail.sent(1)
        first = anna.me["name"].split()[0]
        plain = got.get_body(("plain",)).get_content().replace("\r\n", "\n").strip()
        assert plain == f"Yolda.\n\n-- \nSaygılarımla\n{first}"
        assert f"<b>{first}</b>" in got.get_body(("html",)).get_content()

        # a forged name in a letter of one's own is text: the signature stays the hub's
        unsigned = {**said, "letter": {"html": "<p>{agent.name}</p>", "signed": False}}
        await anna.post(f"/api/v1/interactions/{interaction_id}/touches", unsigned)
        bare = (await mail.sent(2))[1].get_body(("plain",)).get_content().strip()
        assert bare == "{agent.name}"
