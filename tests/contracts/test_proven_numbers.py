"""A number that a channel vouches for makes two records one, and people who said that they are two are believed."""

from typing import Any

import pytest

from crm_store.shared_lines import SharedLines
from hub.desk.uniting import Uniting
from hub.domain.access import Role
from hub.domain.ids import MergeId
from hub.domain.person import Confidence, IdentityKind
from hub.domain.touch import Claim
from tests.contracts.test_across_channels import by_bot
from tests.contracts.test_uniting import PHONE, boss, known, opened, uniting, written
from tests.stores import House

__all__ = ["uniting"]


async def test_who_shares_a_number_is_the_client_known_by_it(house: House, uniting: Uniting) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id)
    (bot,) = await written(house, by_bot(house))

    assert await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)
    assert await opened(house) == [chat.interaction_id]
    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)
    ((by,),) = await house.rows("SELECT by_name FROM merges WHERE merged_id = $1", bot.person_id)
    assert by == "system"


async def test_a_number_that_is_only_said_to_be_theirs_makes_nobody_one(
    house: House, uniting: Uniting
) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id, confidence=Confidence.MAYBE)
    await written(house, by_bot(house))

    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)


async def test_a_number_that_a_third_says_is_theirs_is_nobodys_proof(house: House, uniting: Uniting) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id)
    claim = Claim(kind=IdentityKind.PHONE, value=PHONE, proven=True)
    await written(house, by_bot(house, chat="1", claims=(claim,)), by_bot(house, chat="4711"))

    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)


async def test_a_third_who_is_the_client_by_two_merges_is_no_third(house: House, uniting: Uniting) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id)
    claim = Claim(kind=IdentityKind.PHONE, value=PHONE)
    third, between, _ = await written(
        house,
        house.message(thread="third", claims=(claim,)),
        house.message(thread="between"),
        by_bot(house),
    )
    await uniting.merge(boss(house), between.person_id, third.person_id)
    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)
    await uniting.merge(boss(house), chat.person_id, between.person_id)

    assert await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)


async def test_a_number_of_nobody_in_particular_proves_nothing(house: House, uniting: Uniting) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id)
    await written(house, by_bot(house))
    lines = SharedLines(house.store, house.clock, region="TR")
    await lines.add_shared_line(house.somebody(Role.ADMIN), PHONE, "Hotel")

    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)


async def test_people_who_said_that_they_are_two_are_believed(house: House, uniting: Uniting) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id)
    (bot,) = await written(house, by_bot(house))
    async with house.database.transaction() as wire:
        await wire.execute(
            "INSERT INTO persons_apart (tenant_id, one_id, other_id, at, by_name) VALUES ($1, $2, $3, 0, 'Anna')",
            house.tenant_id,
            *sorted((chat.person_id, bot.person_id)),
        )

    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)


async def test_who_is_known_by_more_than_that_address_is_left_to_people(
    house: House, uniting: Uniting
) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id)
    (bot,) = await written(house, by_bot(house))
    await known(house, bot.person_id, "ivan@example.com", kind=IdentityKind.EMAIL)

    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)


async def test_people_who_took_them_apart_are_believed(house: House, uniting: Uniting) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id)
    await written(house, by_bot(house))
    assert await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)
    ((merge_id,),) = await house.rows("SELECT id FROM merges WHERE tenant_id = $1", house.tenant_id)
    await uniting.undo(boss(house), MergeId(merge_id))

    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)


@pytest.mark.parametrize("how", ["said_two", "undone"])
@pytest.mark.parametrize("part_of", ["the_number", "the_bot"])
async def test_people_are_believed_about_records_that_became_parts_of_others_since(
    house: House, uniting: Uniting, how: str, part_of: str
) -> None:
    (chat,) = await written(house, house.message(thread="first"))
    (more,) = await written(house, house.message(thread="second"))
    await known(house, chat.person_id)
    (bot,) = await written(house, by_bot(house))
    if how == "said_two":
        async with house.database.transaction() as wire:
            await wire.execute(
                "INSERT INTO persons_apart (tenant_id, one_id, other_id, at, by_name)"
                " VALUES ($1, $2, $3, 0, 'Anna')",
                house.tenant_id,
                *sorted((chat.person_id, bot.person_id)),
            )
    else:
        assert await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)
        ((merge_id,),) = await house.rows("SELECT id FROM merges WHERE tenant_id = $1", house.tenant_id)
        await uniting.undo(boss(house), MergeId(merge_id))
    if part_of == "the_number":
        await uniting.merge(boss(house), more.person_id, chat.person_id)
    else:
        # a record without an address of its own: the bot's alone is known of the two
        async with house.database.transaction() as wire:
            await wire.execute("DELETE FROM identities WHERE person_id = $1", more.person_id)
        await uniting.merge(boss(house), more.person_id, bot.person_id)

    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)


@pytest.mark.parametrize("faster", ["said_two", "made_one"])
async def test_whoever_decides_between_the_look_and_the_merge_is_believed(
    house: House, uniting: Uniting, monkeypatch: pytest.MonkeyPatch, faster: str
) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id)
    (bot,) = await written(house, by_bot(house))
    look = uniting._store.twins

    async def seen(*asked: Any) -> Any:
        found = await look(*asked)
        if faster == "made_one":
            await uniting.merge(boss(house), chat.person_id, bot.person_id)
            return found
        async with house.database.transaction() as wire:
            await wire.execute(
                "INSERT INTO persons_apart (tenant_id, one_id, other_id, at, by_name)"
                " VALUES ($1, $2, $3, 0, 'Anna')",
                house.tenant_id,
                *sorted((chat.person_id, bot.person_id)),
            )
        return found

    monkeypatch.setattr(uniting._store, "twins", seen)
    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)
    assert await house.count("merges") == (1 if faster == "made_one" else 0)


async def test_nobody_and_the_clients_of_another_house_are_no_twins(house: House, uniting: Uniting) -> None:
    neighbour = await House(database=house.database).furnished()
    (theirs,) = await written(neighbour, neighbour.message())
    await known(neighbour, theirs.person_id)
    await written(house, by_bot(house))

    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)
    assert not await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "nobody", PHONE)
