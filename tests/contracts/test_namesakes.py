"""Who may be the same person is shown on the card with the reason, on both databases; nobody is ever joined."""

import pytest

from hub.domain.card import CardEdit
from hub.domain.ids import PersonId
from tests.contracts.crm import Crm


async def _called(crm: Crm, thread: str, name: str) -> PersonId:
    person_id = await crm.client(thread)
    version = (await crm.card(person_id)).version
    await crm.edits.edit(crm.sofia, person_id, CardEdit(version=version, name=name))
    return person_id


async def _reasons(crm: Crm, person_id: PersonId) -> dict[PersonId, tuple[str, float]]:
    return {c.person_id: (c.reason, c.sure) for c in (await crm.card(person_id)).candidates}


@pytest.mark.parametrize(
    ("name", "other", "reason", "sure"),
    [
        ("Пётр Ёлкин", "ELKIN Petr", "same_name", 0.6),
        ("IŞIL IRMAK", "ışıl ırmak", "same_name", 0.6),
        ("Юлия Щербакова", "Julia Scherbakowa", "similar_name", 0.5),
        ("Шахин Йылдырым", "Yıldırım Şahin", "similar_name", 0.5),
        ("Mustafa Kaplan", "Mustfa Kaplan", "similar_name", 0.3),
        ("Иванов Пётр Сергеевич", "Petr Ivanov", "part_of_name", 0.4),
        ("Petr Ivanov", "Иванов Пётр Сергеевич", "part_of_name", 0.4),
    ],
)
async def test_a_namesake_is_a_candidate_with_the_reason(
    crm: Crm, name: str, other: str, reason: str, sure: float
) -> None:
    person = await _called(crm, "v1", name)
    namesake = await _called(crm, "v2", other)
    assert await _reasons(crm, person) == {namesake: (reason, sure)}
    assert (await crm.card(person)).merges == ()


async def test_other_fathers_names_are_no_candidates(crm: Crm) -> None:
    person = await _called(crm, "v1", "Иванов Пётр Сергеевич")
    await _called(crm, "v2", "Иванов Пётр Андреевич")
    assert await _reasons(crm, person) == {}


async def test_whoever_is_renamed_or_joined_is_no_candidate_until_it_is_undone(crm: Crm) -> None:
    person = await _called(crm, "v1", "Anna Maria Kaya")
    namesake = await _called(crm, "v2", "Kaya Anna")
    third = await _called(crm, "v3", "Anna Kaya")
    await crm.merges.merge(crm.sofia, third, namesake)
    assert set(await _reasons(crm, person)) == {third}
    await crm.merges.undo(crm.sofia, (await crm.card(third)).merges[-1].id)
    assert set(await _reasons(crm, person)) == {third, namesake}
    await crm.edits.edit(
        crm.sofia, third, CardEdit(version=(await crm.card(third)).version, name="Somebody Else")
    )
    assert set(await _reasons(crm, person)) == {namesake}
