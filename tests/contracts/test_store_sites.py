"""Sites and their setups, ratings and answers of visitors, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from crm_store.webchat import Visitors
from hub.cluster.codec import decode, encode
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, HubError, Invalid, NotFound
from hub.domain.events import Event, InteractionRated
from hub.domain.ids import QueueId, TenantId
from hub.domain.person import Confidence, IdentityKind
from hub.domain.setting_events import SiteChanged
from hub.domain.site import FormChoice, FormField, FormFieldKind, SiteSetup, SiteWords
from hub.domain.touch import Claim
from hub.ids import new_id
from hub.ports.visitors import Site, Visitor
from tests.stores import House

SETUP = SiteSetup(
    accent="#0b6e4f",
    country="TR",
    words={"en": SiteWords(title="Tea", greeting="How can we help?", away="Back at nine.")},
    form=(
        FormField(key="name", kind=FormFieldKind.NAME, labels={"en": "Your name"}, required=True),
        FormField(
            key="topic",
            kind=FormFieldKind.CHOICE,
            labels={"en": "About", "tr": "Konu"},
            choices=(FormChoice(value="order", labels={"en": "My order"}),),
        ),
    ),
)


def a_site(house: House) -> Site:
    return Site(
        key=f"tea-{new_id()}",
        tenant_id=house.tenant_id,
        queue_id=house.queue.id,
        title="Tea",
        origins=("https://tea.example",),
        setup=SETUP,
    )


def a_visitor(house: House, site: Site) -> Visitor:
    return Visitor(
        id=new_id(),
        tenant_id=house.tenant_id,
        site_key=site.key,
        token_sha256=new_id(),
        language="en",
        created_at=house.clock.now(),
    )


async def told(house: House) -> list[Event]:
    rows = await house.store.unsent(1000)
    return [event for _, row in rows for event in decode(row, skipped=lambda _: None)]


async def test_a_site_keeps_its_setup_and_everybody_is_told_of_a_change(house: House) -> None:
    visitors = Visitors(house.store, encode=encode)
    site = a_site(house)
    assert await visitors.put_site(site, seen_version=0) == replace(site, version=1)
    greener = replace(site, setup=replace(SETUP, accent="#00ff00"))
    assert (await visitors.put_site(greener, seen_version=1)).version == 2

    assert await visitors.site(site.key) == replace(greener, version=2)
    assert [s.key for s in await visitors.sites(house.tenant_id)].count(site.key) == 1
    changes = [e for e in await told(house) if isinstance(e, SiteChanged) and e.site_key == site.key]
    assert len(changes) == 2


async def test_of_two_who_save_at_once_one_is_told_that_the_other_was_faster(house: House) -> None:
    visitors = Visitors(house.store, encode=encode)
    site = await visitors.put_site(a_site(house))

    async def save(title: str) -> str:
        try:
            await visitors.put_site(replace(site, title=title), seen_version=1)
        except HubError as error:
            return error.stable_code
        return title

    ends = await asyncio.gather(save("one"), save("two"))
    assert sorted(ends) in (["changed_meanwhile", "one"], ["changed_meanwhile", "two"])
    kept = await visitors.site(site.key)
    assert kept is not None
    assert (kept.title in ends, kept.version) == (True, 2)


async def test_a_key_is_taken_once_and_never_from_another_tenant(house: House) -> None:
    visitors = Visitors(house.store, encode=encode)
    site = await visitors.put_site(a_site(house))
    with pytest.raises(Conflict) as refused:
        await visitors.put_site(site, seen_version=0)
    assert refused.value.stable_code == "site_key_taken"
    with pytest.raises(Conflict) as foreign:
        await visitors.put_site(replace(site, tenant_id=TenantId(new_id())))
    assert foreign.value.stable_code == "site_key_taken"


async def test_what_is_wrong_is_named_and_nothing_is_kept(house: House) -> None:
    visitors = Visitors(house.store, encode=encode)
    site = a_site(house)
    wrong = (
        (replace(site, setup=replace(SETUP, accent="red")), "setup.accent"),
        (replace(site, origins=("javascript:alert(1)",)), "origins"),
        (replace(site, queue_id=QueueId("nowhere")), "queue_id"),
        (replace(site, setup=replace(SETUP, form=(*SETUP.form, SETUP.form[0]))), "setup.form"),
        (
            replace(site, setup=replace(SETUP, form=(replace(SETUP.form[0], labels={}),))),
            "setup.form.0.labels",
        ),
    )
    for bad, field in wrong:
        with pytest.raises(Invalid) as refused:
            await visitors.put_site(bad)
        assert refused.value.field == field
    assert await visitors.site(site.key) is None


async def test_the_change_and_its_audit_row_are_one(house: House) -> None:
    visitors = Visitors(house.store, encode=encode)
    site = a_site(house)
    draft = AuditDraft(
        tenant_id=house.tenant_id, at=house.clock.now(), action=AuditAction.REQUEST, object=site.key
    )
    await visitors.put_site(site, audit=draft)
    with pytest.raises(Conflict):
        await visitors.put_site(site, seen_version=7, audit=draft)

    async with house.store.database.snapshot() as wire:
        rows = await wire.fetch(
            "SELECT COUNT(*) FROM audit_log WHERE tenant_id = $1 AND object = $2", house.tenant_id, site.key
        )
    assert rows[0][0] == 1


# --- ratings ---


async def test_a_rating_is_kept_once_told_and_may_be_changed_for_a_day(house: House) -> None:
    visitors = Visitors(house.store, encode=encode)
    site = await visitors.put_site(a_site(house))
    visitor = a_visitor(house, site)
    await visitors.add_visitor(visitor)
    anna = await house.hire("Anna")
    item = await house.given(anna, visitor.id, "hello", account=f"webchat:{site.key}")
    now = house.clock.now()

    await visitors.rate(visitor, item.interaction_id, 2, "slow", now)
    first = await visitors.rate(visitor, item.interaction_id, 4, "well, better", now + timedelta(hours=23))
    again = await visitors.rate(visitor, item.interaction_id, 4, "well, better", now + timedelta(hours=23))
    assert first == again
    assert (first.score, first.comment, first.at, first.agent_id) == (4, "well, better", now, anna.id)
    with pytest.raises(Conflict) as late:
        await visitors.rate(visitor, item.interaction_id, 1, "", now + timedelta(hours=25))
    assert late.value.stable_code == "too_late"

    state = await visitors.thread_state(visitor)
    assert (state.rateable, state.rating) == (True, first)
    scores = [e.score for e in await told(house) if isinstance(e, InteractionRated)]
    assert scores == [2, 4]


async def test_nobody_rates_what_is_not_theirs_or_what_nobody_served(house: House) -> None:
    visitors = Visitors(house.store, encode=encode)
    site = await visitors.put_site(a_site(house))
    visitor, stranger = a_visitor(house, site), a_visitor(house, site)
    for one in (visitor, stranger):
        await visitors.add_visitor(one)
    (received,) = await house.receive(house.message("hello", visitor.id, account=f"webchat:{site.key}"))
    with pytest.raises(NotFound):
        await visitors.rate(stranger, received.interaction_id, 5, "", house.clock.now())
    with pytest.raises(Conflict) as early:
        await visitors.rate(visitor, received.interaction_id, 5, "", house.clock.now())
    assert early.value.stable_code == "too_early"


# --- what a visitor says of themselves ---


async def test_claimed_addresses_are_maybe_and_never_taken_from_somebody(house: House) -> None:
    visitors = Visitors(house.store, encode=encode)
    site = await visitors.put_site(a_site(house))
    account = f"webchat:{site.key}"
    mail = f"{new_id()}@tea.example"
    claim = Claim(kind=IdentityKind.EMAIL, value=mail)
    first = replace(house.message("hello", new_id(), account=account), claims=(claim,))
    owner = (await house.receive(first))[0].interaction_id
    visitor = a_visitor(house, site)
    await visitors.add_visitor(visitor)
    nameless = house.message("hello", visitor.id, account=account)
    nameless = replace(nameless, sender=replace(nameless.sender, name=""))
    (second,) = await house.receive(nameless)
    phone = Claim(kind=IdentityKind.PHONE, value="+905321234567")

    await visitors.put_answers(visitor, {"name": "Eve"}, "Eve", (claim, phone), house.clock.now())

    found = await visitors.visitor_by_token(site.key, visitor.token_sha256)
    assert found is not None
    assert found.answers == {"name": "Eve"}
    async with house.store.database.snapshot() as wire:
        rows = await wire.fetch(
            "SELECT i.id, d.kind, d.confidence, p.name FROM identities d JOIN persons p ON p.id = d.person_id"
            " JOIN interactions i ON i.person_id = p.id WHERE d.tenant_id = $1 AND d.kind <> 'webchat'",
            house.tenant_id,
        )
    theirs = {(r[0], r[1]): (r[2], r[3]) for r in rows}
    assert theirs[owner, "email"][0] == Confidence.MAYBE
    assert (second.interaction_id, "email") not in theirs
    assert theirs[second.interaction_id, "phone"] == (Confidence.MAYBE, "Eve")
