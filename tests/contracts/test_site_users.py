"""Whom a site vouches for is one person, whatever browser, and is never shown the card of anybody else."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from crm_store.uniting import Unitings
from crm_store.webchat import Visitors
from hub.channels.webchat.signed import vouched as vouched_by
from hub.cluster.codec import encode
from hub.desk.uniting import Uniting
from hub.domain.events import PersonChanged
from hub.domain.ids import MergeId, PersonId
from hub.domain.person import Confidence, IdentityKind
from hub.domain.site_identity import SiteUser
from hub.domain.touch import Claim, InboundTouch
from hub.domain.visitor_events import VisitorSignedIn
from hub.ids import new_id
from hub.ports.visitors import Site, Visitor
from tests.contracts.crm import Crm
from tests.contracts.test_across_channels import by_mail
from tests.stores import House

MAIL = "ivan@example.com"
PHONE = "+905321234567"


def vouched(user: str = "4711", **addresses: str) -> tuple[Claim, ...]:
    """What the site says: its user, and addresses that it has checked."""
    return (
        Claim(kind=IdentityKind.SITE, value=f"shop:{user}", display=user, proven=True),
        *(
            Claim(kind=IdentityKind(kind), value=value, display=value, proven=True)
            for kind, value in addresses.items()
        ),
    )


def signed(house: House, thread: str = "v1", user: str = "4711", **addresses: str) -> InboundTouch:
    return house.message("hello", thread, claims=vouched(user, **addresses))


async def persons(house: House, *touches: InboundTouch) -> list[PersonId]:
    """Whose these are, one after the other."""
    found = []
    for touch in touches:
        (received,) = await house.receive(touch)
        ((person_id,),) = await house.rows(
            "SELECT person_id FROM interactions WHERE id = $1", received.interaction_id
        )
        found.append(PersonId(person_id))
    return found


async def held(house: House, person_id: PersonId) -> set[tuple[str, str, str]]:
    rows = await house.rows(
        "SELECT kind, value, confidence FROM identities WHERE tenant_id = $1 AND person_id = $2",
        house.tenant_id,
        person_id,
    )
    return {(row[0], row[1], row[2]) for row in rows}


async def person_of(house: House, kind: str, value: str) -> PersonId | None:
    rows = await house.rows(
        "SELECT person_id FROM identities WHERE tenant_id = $1 AND kind = $2 AND value = $3",
        house.tenant_id,
        kind,
        value,
    )
    return PersonId(rows[0][0]) if rows else None


# --- who it is, from the first message on ---


async def test_two_browsers_of_one_user_are_one_person(house: House) -> None:
    laptop, phone = await persons(house, signed(house, "v1"), signed(house, "v2"))
    assert laptop == phone
    assert await held(house, laptop) == {
        ("webchat", "v1", "known"),
        ("webchat", "v2", "known"),
        ("site", "shop:4711", "known"),
    }


async def test_two_browsers_that_write_at_once_are_one_person(house: House) -> None:
    touches = [signed(house, f"v{n}") for n in range(6)]
    together, alone = touches[:3], touches[3:]
    received = [*await house.receive(*together)]
    received += [one for some in await asyncio.gather(*(house.receive(t) for t in alone)) for one in some]
    assert len({one.interaction_id for one in received}) == 6
    rows = await house.rows(
        "SELECT DISTINCT person_id FROM interactions WHERE tenant_id = $1", house.tenant_id
    )
    assert len(rows) == 1


async def test_a_user_of_another_site_with_the_same_id_is_somebody_else(house: House) -> None:
    other = Claim(kind=IdentityKind.SITE, value="blog:4711", display="4711", proven=True)
    mine, theirs = await persons(house, signed(house), house.message("hello", "v2", claims=(other,)))
    assert mine != theirs


async def test_who_has_mailed_before_is_known_when_the_site_has_checked_the_address(house: House) -> None:
    (mailed, chatted) = await persons(house, by_mail(house), signed(house, email=MAIL))
    assert mailed == chatted
    (received,) = await house.receive(signed(house, "v2", email=MAIL))
    assert not received.continued, "two conversations on one channel stay two"


async def test_what_they_mailed_goes_on_in_the_chat(house: House) -> None:
    (mail,) = await house.receive(by_mail(house))
    (chat,) = await house.receive(signed(house, email=MAIL))
    assert chat.interaction_id == mail.interaction_id
    assert chat.continued
    person_id = await person_of(house, "email", MAIL)
    assert person_id is not None
    assert ("site", "shop:4711", "known") in await held(house, person_id)
    assert ("webchat", "v1", "known") in await held(house, person_id)


async def test_an_address_with_a_zero_byte_loses_nobodys_message(house: House) -> None:
    user = SiteUser(
        user="4711",
        expires_at=house.clock.now(),
        signed_with="s1",
        email="ivan\0@example.com",
        email_verified=True,
    )
    site = Site(key="shop", tenant_id=house.tenant_id, queue_id=house.queue.id, title="Shop", origins=())
    (received,) = await house.receive(house.message("hello", "v1", claims=vouched_by(site, user)))
    assert not received.repeated
    person_id = await person_of(house, "site", f"{site.key}:4711")
    assert person_id is not None
    assert {kind for kind, _, _ in await held(house, person_id)} == {"webchat", "site"}


async def test_an_address_that_the_site_has_not_checked_opens_nobodys_card(house: House) -> None:
    said = replace(vouched(email=MAIL)[1], proven=False)
    mailed, chatted = await persons(
        house, by_mail(house), house.message("hello", claims=(*vouched()[:1], said))
    )
    assert mailed != chatted
    assert await person_of(house, "email", MAIL) == mailed


async def test_an_address_only_said_elsewhere_opens_nobodys_card(house: House) -> None:
    """Somebody filled it into a form: nothing proves that it is theirs."""
    form = Claim(kind=IdentityKind.EMAIL, value=MAIL, display=MAIL)
    stranger, chatted = await persons(
        house, house.message("hello", "other", claims=(form,)), signed(house, email=MAIL)
    )
    assert stranger != chatted


async def test_a_checked_address_of_another_user_of_the_site_opens_nobodys_card(house: House) -> None:
    """Addresses change hands: whom the site knows by another id is somebody else, whatever the address."""
    first, second = await persons(
        house, signed(house, email=MAIL), signed(house, "v2", "4712", email=MAIL, phone=PHONE)
    )
    assert first != second
    assert await person_of(house, "email", MAIL) == first
    assert await person_of(house, "phone", PHONE) == second


async def test_a_number_of_several_opens_nobodys_card(house: House) -> None:
    family = Claim(kind=IdentityKind.PHONE, value=PHONE, display=PHONE, proven=True)
    first, _ = await persons(
        house,
        house.message("hello", "mother", claims=(family,)),
        house.message("hello", "father", claims=(family,)),
    )
    (chatted,) = await persons(house, signed(house, phone=PHONE))
    assert chatted != first


async def test_a_browser_of_another_goes_after_the_word_of_the_site(house: House) -> None:
    """The site's word counts more than whose browser it was before."""
    mine, theirs = await persons(house, signed(house, "v1"), house.message("hello", "v2"))
    (again,) = await persons(house, house.message("more", "v2", claims=vouched(), account="webchat:2"))
    assert again == mine
    assert await person_of(house, "webchat", "v2") == theirs


async def test_what_was_only_said_is_proved_when_the_site_says_so(house: House) -> None:
    said = Claim(kind=IdentityKind.EMAIL, value=MAIL, display=MAIL)
    (person_id,) = await persons(house, house.message("hello", claims=(*vouched(), said)))
    assert ("email", MAIL, "maybe") in await held(house, person_id)
    await persons(house, signed(house, "v2", email=MAIL))
    assert ("email", MAIL, "known") in await held(house, person_id)


# --- who signs in while they talk ---


@pytest.fixture
def uniting(house: House) -> Uniting:
    return Uniting(Crm(house).merges, Unitings(house.store, encode=encode), house.clock)


async def test_a_stranger_who_signs_in_is_the_user_from_then_on(house: House, uniting: Uniting) -> None:
    item = await house.came()
    await house.events()
    assert not await uniting.signed_in(house.tenant_id, "v1", vouched(email=MAIL))
    assert await held(house, item.person_id) == {
        ("webchat", "v1", "known"),
        ("site", "shop:4711", "known"),
        ("email", MAIL, "known"),
    }
    assert [e.person_id for e in await house.events() if isinstance(e, PersonChanged)] == [item.person_id]
    await uniting.signed_in(house.tenant_id, "v1", vouched(email=MAIL))
    assert not await house.events(), "said again it changes nothing"


@pytest.mark.parametrize("by", ["site", "email"])
async def test_a_stranger_who_signs_in_is_who_they_were_before(
    house: House, uniting: Uniting, by: str
) -> None:
    before = signed(house, "earlier") if by == "site" else by_mail(house)
    (known,) = await persons(house, before)
    item = await house.came()
    assert await uniting.signed_in(house.tenant_id, "v1", vouched(email=MAIL))
    assert await person_of(house, "webchat", "v1") == known
    assert await person_of(house, "site", "shop:4711") == known
    ((merge_id, kept_id, other_id),) = await house.rows(
        "SELECT id, kept_id, merged_id FROM merges WHERE tenant_id = $1", house.tenant_id
    )
    assert (kept_id, other_id) == (known, item.person_id)
    boss = Crm(house).sofia
    await uniting.undo(boss, MergeId(merge_id))
    assert not await uniting.signed_in(house.tenant_id, "v1", vouched(email=MAIL)), "people are believed"
    assert await person_of(house, "webchat", "v1") == item.person_id


async def test_whoever_is_known_by_more_is_never_made_another(house: House, uniting: Uniting) -> None:
    """An agent has written down an address of the stranger: then nothing but an agent makes them somebody else."""
    (known,) = await persons(house, signed(house, "earlier"))
    crm = await Crm(house).furnished()
    person_id = await crm.client()
    await crm.edits.add_address(
        crm.sofia, person_id, kind=IdentityKind.PHONE, typed=PHONE, confidence=Confidence.KNOWN
    )
    assert not await uniting.signed_in(house.tenant_id, "v1", vouched())
    assert await person_of(house, "webchat", "v1") == person_id
    assert await person_of(house, "site", "shop:4711") == known


async def test_nobody_becomes_two_users_of_a_site(house: House, uniting: Uniting) -> None:
    (person_id,) = await persons(house, signed(house, "v1", "4711"))
    await uniting.signed_in(house.tenant_id, "v1", vouched("4712", email=MAIL))
    assert await held(house, person_id) == {("webchat", "v1", "known"), ("site", "shop:4711", "known")}


# --- the browsers of a user ---


class Shop:
    """A site of the house, and its visitors."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.key = f"shop-{new_id()}"
        self.visitors = Visitors(house.store, encode=encode)

    async def a_visitor(self, user: str = "") -> Visitor:
        visitor = Visitor(
            id=new_id(),
            tenant_id=self.house.tenant_id,
            site_key=self.key,
            token_sha256=new_id(),
            language="en",
            created_at=self.house.clock.now(),
            user=user,
        )
        await self.visitors.add_visitor(visitor)
        self.house.clock.advance(1)
        return visitor

    async def talks(self, visitor: Visitor) -> PersonId:
        """The visitor writes; their person."""
        item = await self.house.came(visitor.id, account=f"webchat:{self.key}")
        await self.house.events()
        return item.person_id

    async def sign_in(self, visitor: Visitor, user: str = "4711") -> bool:
        return await self.visitors.sign_in(visitor, user, self.house.clock.now())

    async def now(self, visitor: Visitor) -> Visitor | None:
        """The visitor as their session finds them."""
        return await self.visitors.visitor_by_token(self.key, visitor.token_sha256)


@pytest.fixture
async def shop(house: House) -> Shop:
    made = Shop(house)
    await made.visitors.put_site(
        Site(key=made.key, tenant_id=house.tenant_id, queue_id=house.queue.id, title="Shop", origins=())
    )
    return made


async def test_a_user_goes_on_in_the_newest_conversation_from_any_browser(shop: Shop) -> None:
    visitors, clock = shop.visitors, shop.house.clock
    await shop.a_visitor("4711")
    mine = await shop.a_visitor("4711")
    await shop.a_visitor("4712")
    assert await visitors.visitor_of_user(shop.key, "4711") == mine
    assert await visitors.visitor_of_user(shop.key, "4713") is None
    assert await visitors.visitor_of_user("another", "4711") is None

    token = new_id()
    await visitors.add_session(mine, token, clock.now())
    assert await visitors.visitor_by_token(shop.key, token) == mine
    assert await visitors.visitor_by_token("another", token) is None
    clock.advance(timedelta(days=91))
    other = new_id()
    await visitors.add_session(mine, other, clock.now())
    assert await visitors.visitor_by_token(shop.key, token) is None
    assert await visitors.visitor_by_token(shop.key, other) == mine
    assert await shop.now(mine) == mine


async def test_an_open_conversation_goes_along_once_and_everybody_is_told(shop: Shop) -> None:
    visitor = await shop.a_visitor()
    await shop.talks(visitor)
    assert await shop.sign_in(visitor)
    told = [e for e in await shop.house.events() if isinstance(e, VisitorSignedIn)]
    assert [(e.visitor_id, e.user) for e in told] == [(visitor.id, "4711")]
    assert await shop.sign_in(visitor)
    assert not await shop.sign_in(visitor, "4712")
    assert not await shop.house.events()
    assert await shop.now(visitor) == replace(visitor, user="4711")


async def test_of_two_who_sign_in_at_once_it_is_one_of_them(shop: Shop) -> None:
    visitor = await shop.a_visitor()
    await shop.talks(visitor)
    users = [f"u{n}" for n in range(6)]
    became = await asyncio.gather(*(shop.sign_in(visitor, user) for user in users))
    kept = await shop.now(visitor)
    assert kept is not None
    assert [user for user, is_so in zip(users, became, strict=True) if is_so] == [kept.user]


async def test_what_is_over_or_somebodys_does_not_go_along(shop: Shop) -> None:
    crm = await Crm(shop.house).furnished()
    silent, somebody, over = [await shop.a_visitor() for _ in range(3)]
    await crm.edits.add_address(
        crm.sofia,
        await shop.talks(somebody),
        kind=IdentityKind.EMAIL,
        typed=MAIL,
        confidence=Confidence.KNOWN,
    )
    await shop.talks(over)
    async with shop.house.inbox() as inbox:
        await inbox.client_left(shop.house.tenant_id, f"webchat:{shop.key}", over.id)
    for visitor in (silent, somebody, over):
        assert not await shop.sign_in(visitor)
        assert await shop.now(visitor) == visitor
