"""What a visitor does beside writing, and what the hub tells of the site."""

from dataclasses import replace
from datetime import timedelta

import pytest
from websockets.exceptions import InvalidStatus

from hub.domain.events import InteractionClosed
from hub.domain.ids import InteractionId, PersonId, UserId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.person import IdentityKind
from hub.domain.setting_events import SiteChanged
from hub.domain.site import (
    FormChoice,
    FormField,
    FormFieldKind,
    SiteFeatures,
    SiteSetup,
    SiteWords,
)
from hub.domain.touch import TouchKind
from hub.ports.visitors import LineHours, ThreadState
from tests.fakes.webchat import SHOP, SITE, ChatServer, until

SETUP = SiteSetup(
    accent="#0b6e4f",
    country="TR",
    words={"en": SiteWords(title="Tea", greeting="Ask us.", away="Back at nine.")},
    form=(
        FormField(key="name", kind=FormFieldKind.NAME, labels={"en": "Name", "tr": "Ad"}, required=True),
        FormField(key="mail", kind=FormFieldKind.EMAIL, labels={"en": "E-mail"}),
        FormField(key="phone", kind=FormFieldKind.PHONE, labels={"en": "Phone"}),
        FormField(
            key="topic",
            kind=FormFieldKind.CHOICE,
            labels={"en": "About"},
            choices=(FormChoice(value="order", labels={"en": "My order"}),),
        ),
    ),
)
TEA = replace(SITE, setup=SETUP)
SERVED = InteractionId("interaction-1")


def tea(server: ChatServer) -> None:
    server.visitors.sites["demo"] = TEA


def closed(server: ChatServer, agent: str | None = "anna") -> InteractionClosed:
    now = server.clock.now()
    return InteractionClosed(
        tenant_id=SITE.tenant_id,
        interaction=Interaction(
            id=SERVED,
            tenant_id=SITE.tenant_id,
            person_id=PersonId("person-1"),
            channel="webchat",
            queue_id=SITE.queue_id,
            language="en",
            state=InteractionState.CLOSED,
            opened_at=now,
            closed_at=now,
            last_agent_id=None if agent is None else UserId(agent),
        ),
    )


# --- the greeting ---


async def test_the_greeting_says_what_the_site_chose_in_the_visitors_language() -> None:
    async with ChatServer() as server:
        tea(server)
        page = await server.page()
        hello = await page.hello(lang="en")
        site = hello["site"]
        assert (hello["title"], hello["closed"], hello["opens_at"]) == ("Tea", False, None)
        assert (site["greeting"], site["accent"], site["country"]) == ("Ask us.", "#0b6e4f", "TR")
        assert site["form"][0] == {"key": "name", "kind": "name", "label": "Name", "required": True}
        assert site["files"]["most"] == 5
        turkish = (await (await server.page()).hello(lang="tr"))["site"]
        assert [f["label"] for f in turkish["form"][:2]] == ["Ad", "E-mail"]


async def test_a_client_of_the_first_release_gets_along_as_before() -> None:
    async with ChatServer() as server:
        tea(server)
        page = await server.page()
        await page.ws.send('{"t":"hello","session":null,"lang":"en"}')
        assert (await page.hears("hello"))["session"]
        await page.ws.send('{"t":"message","client_msg_id":"m1","text":"hello"}')
        ack = await page.hears("ack")
        assert (ack["client_msg_id"], ack["seq"]) == ("m1", 1)
        await page.ws.send('{"t":"message","client_msg_id":"m1","text":"other"}')
        assert (await page.hears("error"))["code"] == "other_body"


async def test_a_site_that_is_switched_off_takes_nobody() -> None:
    async with ChatServer() as server:
        server.visitors.sites["demo"] = replace(SITE, setup=SiteSetup(enabled=False))
        with pytest.raises(InvalidStatus) as refused:
            await server.page()
        assert refused.value.response.status_code == 404


async def test_a_change_of_the_site_is_seen_at_once() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        tea(server)
        server.bus.tell(SiteChanged(tenant_id=SITE.tenant_id, site_key="other"))
        server.bus.tell(SiteChanged(tenant_id=SITE.tenant_id, site_key="demo"))
        assert (await page.hears("site"))["site"]["accent"] == "#0b6e4f"


async def test_a_line_that_closes_says_until_when_and_messages_are_taken_all_the_same() -> None:
    async with ChatServer(hours_every_s=0.01) as server:
        tea(server)
        page = await server.visitor()
        opens = server.clock.now() + timedelta(hours=12)
        server.hours[SITE.queue_id] = LineHours(closed=True, opens_at=opens)
        told = await page.hears("hours")
        assert (told["closed"], told["opens_at"], told["away"]) == (
            True,
            "2026-03-02T21:00:00Z",
            "Back at nine.",
        )
        await page.write("anybody?", "m1")
        await page.hears("ack")
        server.hours.clear()
        assert (await page.hears("hours"))["closed"] is False
        server.hours[SITE.queue_id] = LineHours(closed=True, away="Holiday!")
        hello = await (await server.page()).hello()
        assert (hello["closed"], hello["opens_at"], hello["site"]["away"]) == (True, None, "Holiday!")


# --- the form ---


async def test_answers_go_before_the_first_message_and_prove_nothing() -> None:
    async with ChatServer() as server:
        tea(server)
        page = await server.visitor()
        values = {
            "name": " Ada ",
            "mail": "Ada@Tea.example",
            "phone": "0532 123 45 67",
            "topic": "order",
            "x": "y",
        }
        await page.say("form", values=values)
        await page.hears("form")
        name, claims = server.visitors.claimed["visitor-1"]
        assert name == "Ada"
        assert [(c.kind, c.value) for c in claims] == [
            (IdentityKind.EMAIL, "ada@tea.example"),
            (IdentityKind.PHONE, "+905321234567"),
        ]
        await page.write("hello", "m1")
        await page.hears("ack")
        await page.write("again", "m2")
        await page.hears("ack")
        form, first, second = server.inbox.touches
        assert [t.kind for t in (form, first, second)] == [
            TouchKind.FORM,
            TouchKind.MESSAGE,
            TouchKind.MESSAGE,
        ]
        assert form.text == "Ad: Ada\nE-mail: Ada@Tea.example\nPhone: +905321234567\nAbout: My order"
        assert (form.sender.kind, form.sender.value, form.sender.name) == (
            IdentityKind.WEBCHAT,
            "visitor-1",
            "Ada",
        )
        assert [c.kind for c in form.claims] == [IdentityKind.EMAIL, IdentityKind.PHONE]
        # remembered, for the next page and the next conversation
        again = await server.page()
        assert (await again.hello(session=page.token))["answered"] is True


async def test_what_is_wrong_in_the_form_is_named_by_its_field() -> None:
    async with ChatServer(messages_burst=50) as server:
        tea(server)
        page = await server.visitor()
        for values, code, field in (
            ({}, "missing", "name"),
            ({"name": "\u200b\x00"}, "missing", "name"),
            ({"name": "Ada", "mail": "nonsense"}, "bad_email", "mail"),
            ({"name": "Ada", "phone": "12"}, "bad_phone", "phone"),
            ({"name": "Ada", "topic": "<script>"}, "bad_answer", "topic"),
        ):
            await page.say("form", values=values)
            error = await page.hears("error")
            assert (error["code"], error["field"]) == (code, field)
        assert not server.visitors.claimed


# --- pages ---


async def test_the_page_a_visitor_is_on_is_kept_but_not_more_often_than_allowed() -> None:
    async with ChatServer() as server:
        page = await server.visitor(page=f"{SHOP}/?utm_source=news&utm_x=1", title="Home")
        await page.say("page", page=f"{SHOP}/tea", title="Tea")
        await page.say("page", page=f"{SHOP}/cups")
        assert (await page.hears("error"))["code"] == "too_fast"
        await page.say("page", page="javascript:alert(1)")
        assert (await page.hears("error"))["code"] == "too_fast"
        (visitor,) = server.visitors.visitors.values()
        assert visitor.about == {
            "page": f"{SHOP}/tea",
            "title": "Tea",
            "landing": f"{SHOP}/?utm_source=news&utm_x=1",
            "language": "en",
            "utm_source": "news",
        }
        # back later without a campaign: the first one stays
        again = await server.page()
        await again.hello(session=page.token, page=f"{SHOP}/cups", title="Cups")
        (visitor,) = server.visitors.visitors.values()
        assert (visitor.about["page"], visitor.about["utm_source"]) == (f"{SHOP}/cups", "news")


# --- the rating ---


async def test_a_conversation_that_an_agent_served_is_rated_once_it_is_closed() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.write("hello", "m1")
        await page.hears("ack")
        server.bus.tell(closed(server))
        rate = (await page.hears("closed"))["rate"]
        assert rate == {"conversation": "interaction-1", "until": "2026-03-03T09:00:00Z"}
        server.visitors.states["visitor-1"] = ThreadState(
            open=False,
            agent="",
            waiting=False,
            interaction_id=SERVED,
            rateable=True,
            closed_at=server.clock.now(),
        )
        await page.say("rate", conversation="interaction-1", score=4, comment=" fine\x00 ")
        rated = await page.hears("rated")
        assert (rated["rate"]["score"], rated["rate"]["comment"]) == (4, "fine")
        await page.ws.close()
        again = await server.page()
        assert (await again.hello(session=page.token))["rate"]["score"] == 4


async def test_what_is_no_rating_or_not_theirs_is_refused() -> None:
    async with ChatServer(messages_burst=50) as server:
        page = await server.visitor()
        for frame, code in (
            ({"conversation": "interaction-1", "score": 0}, "bad_rating"),
            ({"conversation": "interaction-1", "score": 6}, "bad_rating"),
            ({"conversation": "interaction-9", "score": 5}, "not_found"),
        ):
            await page.say("rate", **frame)
            assert (await page.hears("error"))["code"] == code
        features = SiteFeatures(rating=False, callback=False)
        server.visitors.sites["demo"] = replace(SITE, setup=SiteSetup(features=features))
        other = await server.visitor()
        await other.say("rate", conversation="interaction-1", score=5)
        assert (await other.hears("error"))["code"] == "not_offered"
        await other.say("callback", client_msg_id="c1", phone="+905321234567")
        assert (await other.hears("error"))["code"] == "not_offered"
        assert not server.visitors.ratings


async def test_nobody_is_asked_to_rate_what_nobody_served() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.write("hello", "m1")
        await page.hears("ack")
        server.bus.tell(closed(server, agent=None))
        assert "rate" not in await page.hears("closed")


# --- being called ---


async def test_a_wish_to_be_called_is_kept_and_a_second_one_changes_nothing() -> None:
    async with ChatServer() as server:
        tea(server)
        page = await server.visitor()
        await page.say("callback", client_msg_id="c1", phone="0532 123 45 67", reason="My order")
        told = await page.hears("callback")
        assert told["callback"] == {"phone": "+905321234567"}
        touch, wish = server.callbacks.asked[0]
        assert (touch.kind, touch.thread, wish.due_at) == (TouchKind.FORM, "visitor-1", None)
        assert touch.text == "Lütfen beni arayın: +905321234567\nMy order"
        await page.say("callback", client_msg_id="c2", phone="+905321234567")
        assert (await page.hears("callback"))["repeated"] is True
        assert len(server.callbacks.asked) == 1


async def test_a_time_is_promised_for_the_next_thirty_days() -> None:
    async with ChatServer(messages_burst=50) as server:
        tea(server)
        page = await server.visitor()
        for fields, code in (
            ({"phone": "ring me"}, "bad_phone"),
            ({"phone": "0532 123 45 67", "at": "2027-03-02T09:00:00Z"}, "bad_time"),
        ):
            await page.say("callback", client_msg_id="c1", **fields)
            error = await page.hears("error")
            assert (error["code"], error["client_msg_id"]) == (code, "c1")
        await page.say("callback", client_msg_id="c1", phone="0532 123 45 67", at="2026-03-02T15:00:00Z")
        assert (await page.hears("callback"))["callback"]["at"] == "2026-03-02T15:00:00Z"
        again = await server.page()
        assert (await again.hello(session=page.token))["callback"]["phone"] == "+905321234567"


async def test_while_the_store_is_away_nothing_is_promised() -> None:
    async with ChatServer() as server:
        tea(server)
        page = await server.visitor()
        server.visitors.down = True
        await page.say("form", values={"name": "Ada"})
        assert (await page.hears("nack"))["code"] == "unavailable"
        server.visitors.down = False
        await page.say("form", values={"name": "Ada"})
        await page.hears("form")
        await until(lambda: "visitor-1" in server.visitors.claimed)
