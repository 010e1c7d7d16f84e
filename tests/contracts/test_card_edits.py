"""What people write on a client's card, on both databases: edits, consents, addresses."""

import asyncio

import pytest

from hub.domain.card import CardEdit
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import IdentityId, OrganizationId, PersonId
from hub.domain.organization import OrganizationEdit
from hub.domain.person import Confidence, IdentityKind, Purpose, Tier
from hub.ids import new_id
from tests.contracts.crm import Crm

EMAIL = IdentityKind.EMAIL


async def _add(crm: Crm, person_id: PersonId, typed: str, kind: IdentityKind = EMAIL) -> IdentityId:
    await crm.edits.add_address(crm.sofia, person_id, kind=kind, typed=typed, confidence=Confidence.MAYBE)
    found = [i.id for i in (await crm.card(person_id)).identities if i.kind is kind]
    assert found[-1] is not None
    return found[-1]


async def _consent(crm: Crm, person_id: PersonId, *, given: bool, source: str = "on the phone") -> None:
    await crm.edits.record_consent(
        crm.sofia, person_id, channel=EMAIL, purpose=Purpose.MARKETING, given=given, source=source
    )


# --- the card itself ---


async def test_an_edit_changes_what_it_names_and_the_history_has_a_line_for_each(crm: Crm) -> None:
    person_id = await crm.client()
    before = await crm.card(person_id)
    await crm.told()
    edit = CardEdit(
        version=before.version, name=" Ayşe\nYılmaz ", tier=Tier.GOLD, tags=("VIP", "#vip", "yeni")
    )
    await crm.edits.edit(crm.sofia, person_id, edit)
    card = await crm.card(person_id)
    assert (card.name, card.tier, card.tags) == ("Ayşe Yılmaz", Tier.GOLD, ("VIP", "yeni"))
    assert (card.language, card.version) == (before.language, before.version + 1)
    assert {(kind, what) for kind, what, *_ in await crm.history(person_id)} == {
        ("card_changed", what) for what in ("name", "tier", "tags")
    }
    assert (await crm.told())[0] == {person_id}


async def test_an_edit_that_changes_nothing_tells_nobody(crm: Crm) -> None:
    person_id = await crm.client()
    before = await crm.card(person_id)
    await crm.told()
    await crm.edits.edit(crm.sofia, person_id, CardEdit(version=before.version, name=before.name))
    assert (await crm.card(person_id)).version == before.version
    assert (await crm.told())[0] == set()


async def test_of_two_edits_at_once_the_slower_is_told(crm: Crm) -> None:
    person_id = await crm.client()
    version = (await crm.card(person_id)).version
    answers = await asyncio.gather(
        *(
            crm.edits.edit(crm.sofia, person_id, CardEdit(version=version, name=name))
            for name in ("Olga", "Ольга")
        ),
        return_exceptions=True,
    )
    assert [a.stable_code for a in answers if isinstance(a, Conflict)] == ["changed_meanwhile"]
    assert len(await crm.history(person_id)) == 1


async def test_what_a_card_cannot_say_is_refused_and_nothing_is_changed(crm: Crm) -> None:
    person_id = await crm.client()
    before = await crm.card(person_id)
    for edit, code in (
        (CardEdit(version=before.version, name="New", language="turkish"), "bad_language"),
        (CardEdit(version=before.version, name="New", tags=tuple(map(str, range(21)))), "too_many_tags"),
        (CardEdit(version=before.version, name="New", organization_id=new_id()), "no_such_organization"),
        (CardEdit(version=before.version, name="New", fields={new_id(): "x"}), "no_such_field"),
    ):
        with pytest.raises(Invalid) as refused:
            await crm.edits.edit(crm.sofia, person_id, edit)
        assert refused.value.stable_code == code
    assert await crm.card(person_id) == before


async def test_nobody_edits_whom_they_do_not_reach(crm: Crm) -> None:
    person_id = await crm.client()
    before = await crm.card(person_id)
    with pytest.raises(NotFound):
        await crm.edits.edit(crm.stranger, person_id, CardEdit(version=before.version, name="Mine"))
    with pytest.raises(NotFound):
        await crm.edits.add_address(
            crm.stranger, person_id, kind=EMAIL, typed="a@b.test", confidence=Confidence.KNOWN
        )
    with pytest.raises(NotFound):
        await crm.edits.record_consent(
            crm.stranger, person_id, channel=EMAIL, purpose=Purpose.SURVEY, given=True, source=""
        )
    assert await crm.card(person_id) == before


# --- consents ---


async def test_the_newest_word_of_a_purpose_on_a_channel_counts_and_earlier_ones_stay_in_the_history(
    crm: Crm,
) -> None:
    person_id = await crm.client()
    await _consent(crm, person_id, given=True)
    crm.house.clock.advance(60)
    await _consent(crm, person_id, given=False, source="by\nmail")
    (consent,) = (await crm.card(person_id)).consents
    assert (consent.given, consent.by, consent.source, consent.at) == (
        False,
        "Sofia",
        "by mail",
        crm.house.clock.now(),
    )
    assert await crm.house.count("consents") == 2
    assert [kind for kind, *_ in await crm.history(person_id)] == [
        "card_consent_given",
        "card_consent_withdrawn",
    ]


async def test_what_was_not_given_before_is_said_no_to_and_not_withdrawn(crm: Crm) -> None:
    person_id = await crm.client()
    for channel, given in ((EMAIL, True), (IdentityKind.PHONE, False), (EMAIL, False), (EMAIL, False)):
        crm.house.clock.advance(60)
        await crm.edits.record_consent(
            crm.sofia, person_id, channel=channel, purpose=Purpose.SERVICE, given=given, source=""
        )
    assert await crm.history(person_id) == [
        ("card_consent_given", "service", "", "email"),
        ("card_consent_withdrawn", "service", "", "phone"),
        ("card_consent_withdrawn", "service", "given", "email"),
        ("card_consent_withdrawn", "service", "", "email"),
    ]


async def test_a_consent_is_of_one_purpose_on_one_channel(crm: Crm) -> None:
    person_id = await crm.client()
    await _consent(crm, person_id, given=True)
    for channel, purpose in ((IdentityKind.PHONE, Purpose.MARKETING), (EMAIL, Purpose.SURVEY)):
        await crm.edits.record_consent(
            crm.sofia, person_id, channel=channel, purpose=purpose, given=False, source=""
        )
    said = {(c.channel, c.purpose): c.given for c in (await crm.card(person_id)).consents}
    assert said == {
        (EMAIL, Purpose.MARKETING): True,
        (IdentityKind.PHONE, Purpose.MARKETING): False,
        (EMAIL, Purpose.SURVEY): False,
    }


# --- addresses ---


async def test_an_address_is_kept_in_its_normal_form_and_found_however_it_is_typed(crm: Crm) -> None:
    person_id = await crm.client()
    await _add(crm, person_id, "0532 123 45 67", IdentityKind.PHONE)
    phone = next(i for i in (await crm.card(person_id)).identities if i.kind is IdentityKind.PHONE)
    assert (phone.value, phone.confidence) == ("+905321234567", Confidence.MAYBE)
    owner = await crm.edits.owner_of(crm.sofia, IdentityKind.PHONE, "+90 (532) 123-45-67")
    assert (owner.value, owner.person and owner.person.id) == ("+905321234567", person_id)
    hidden = await crm.edits.owner_of(crm.stranger, IdentityKind.PHONE, "+905321234567")
    assert hidden.person is None, "whose it is, is told only to those who reach them"


async def test_an_address_they_have_is_not_added_again_and_one_of_somebody_else_is_never_taken(
    crm: Crm,
) -> None:
    one, other = await crm.client("v1"), await crm.client("v2")
    await _add(crm, one, "Olga@Clients.test")
    history = await crm.history(one)
    await _add(crm, one, "olga@clients.test")
    assert await crm.history(one) == history
    with pytest.raises(Conflict) as taken:
        await _add(crm, other, "olga@clients.test")
    assert taken.value.stable_code == "address_taken"


async def test_of_two_who_claim_an_address_at_once_one_has_it(crm: Crm) -> None:
    people = [await crm.client(f"v{n}") for n in range(2)]
    answers = await asyncio.gather(
        *(
            crm.edits.add_address(
                crm.sofia, p, kind=EMAIL, typed="both@clients.test", confidence=Confidence.KNOWN
            )
            for p in people
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(a, Conflict) for a in answers) == 1
    holders = [
        p for p in people if any(i.value == "both@clients.test" for i in (await crm.card(p)).identities)
    ]
    assert len(holders) == 1


async def test_an_address_is_marked_and_removed_and_is_nobodys_then(crm: Crm) -> None:
    person_id = await crm.client()
    identity_id = await _add(crm, person_id, "olga@clients.test")
    await crm.edits.mark_address(crm.sofia, person_id, identity_id, Confidence.KNOWN)
    await crm.edits.mark_address(crm.sofia, person_id, identity_id, Confidence.KNOWN)
    await crm.edits.remove_address(crm.sofia, person_id, identity_id)
    assert [kind for kind, *_ in await crm.history(person_id)] == [
        "card_address_added",
        "card_address_known",
        "card_address_removed",
    ]
    assert (await crm.edits.owner_of(crm.sofia, EMAIL, "olga@clients.test")).person is None
    for gone in (identity_id, IdentityId(new_id())):
        with pytest.raises(NotFound):
            await crm.edits.mark_address(crm.sofia, person_id, gone, Confidence.KNOWN)
    other = await crm.client("v2")
    await _add(crm, other, "olga@clients.test")  # and may be somebody else's


async def test_an_address_of_another_card_is_not_reached_through_this_one(crm: Crm) -> None:
    one, other = await crm.client("v1"), await crm.client("v2")
    theirs = await _add(crm, other, "other@clients.test")
    with pytest.raises(NotFound):
        await crm.edits.remove_address(crm.sofia, one, theirs)
    assert any(i.id == theirs for i in (await crm.card(other)).identities)


async def test_a_client_has_at_most_thirty_addresses(crm: Crm) -> None:
    person_id = await crm.client()
    for n in range(29):  # the visitor's own is one
        await _add(crm, person_id, f"olga{n}@clients.test")
    with pytest.raises(Invalid) as refused:
        await _add(crm, person_id, "one@too-many.test")
    assert refused.value.stable_code == "too_many_addresses"


# --- organizations ---


async def test_an_organization_is_made_once_by_its_name_and_found_by_its_words(crm: Crm) -> None:
    acme = await crm.organizations.add_organization(crm.sofia, " Acme  İnşaat ")
    again = await crm.organizations.add_organization(crm.sofia, "Acme İnşaat")
    assert again == acme
    await crm.organizations.add_organization(crm.sofia, "Better Acme")
    page = await crm.organizations.organizations(crm.sofia, "acme", 10)
    assert [o.name for o in page.items] == ["Acme İnşaat", "Better Acme"], "who begins like it comes first"
    assert [o.name for o in (await crm.organizations.organizations(crm.sofia, "INSAAT acme", 10)).items] == [
        acme.name
    ]


async def test_an_organization_counts_its_clients_and_its_new_name_is_on_their_cards(crm: Crm) -> None:
    acme = await crm.organizations.add_organization(crm.sofia, "Acme")
    people = [await crm.client(f"v{n}") for n in range(3)]
    for person_id in people:
        card = await crm.card(person_id)
        await crm.edits.edit(crm.sofia, person_id, CardEdit(version=card.version, organization_id=acme.id))
    acme_id = OrganizationId(acme.id)
    assert (await crm.organizations.organization(crm.sofia, acme_id)).persons == 3
    await crm.told()
    renamed = await crm.organizations.change_organization(
        crm.sofia, acme_id, version=acme.version, edit=OrganizationEdit(name="Acme LLC", note="pays late")
    )
    assert (renamed.name, renamed.note, renamed.version) == ("Acme LLC", "pays late", acme.version + 1)
    assert (await crm.told())[0] == set(people)
    assert {(await crm.card(p)).organization for p in people} == {"Acme LLC"}

    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await crm.organizations.members(crm.sofia, acme_id, after=after, limit=2)
        seen += [person.id for person in page.items]
        after = page.next
    assert sorted(seen) == sorted(people)


async def test_the_slower_of_two_who_change_an_organization_is_told(crm: Crm) -> None:
    acme = await crm.organizations.add_organization(crm.sofia, "Acme")
    answers = await asyncio.gather(
        *(
            crm.organizations.change_organization(
                crm.sofia,
                OrganizationId(acme.id),
                version=acme.version,
                edit=OrganizationEdit(note=note),
            )
            for note in ("pays late", "pays early")
        ),
        return_exceptions=True,
    )
    assert [a.stable_code for a in answers if isinstance(a, Conflict)] == ["changed_meanwhile"]


async def test_an_organization_whose_clients_are_out_of_reach_is_not_there(crm: Crm) -> None:
    acme = await crm.organizations.add_organization(crm.sofia, "Acme")
    person_id = await crm.client()
    card = await crm.card(person_id)
    await crm.edits.edit(crm.sofia, person_id, CardEdit(version=card.version, organization_id=acme.id))
    acme_id = OrganizationId(acme.id)
    for asking in (
        crm.organizations.organization(crm.stranger, acme_id),
        crm.organizations.members(crm.stranger, acme_id, after="", limit=5),
        crm.organizations.change_organization(
            crm.stranger, acme_id, version=1, edit=OrganizationEdit(name="Mine", note=None)
        ),
        crm.organizations.organization(crm.sofia, OrganizationId(new_id())),
    ):
        with pytest.raises(NotFound):
            await asking
