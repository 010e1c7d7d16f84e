"""Cases, on both databases: numbered, stepped, given, promised, and what was changed by whom."""

import asyncio
from datetime import timedelta

import pytest

from hub.domain.access import Role
from hub.domain.case import CaseStatus
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import CaseId, UserId
from hub.ids import new_id
from tests.contracts.crm import Crm


async def test_numbers_count_within_the_house_also_when_two_are_opened_at_once(crm: Crm) -> None:
    person_id = await crm.client()
    opened = await asyncio.gather(*(crm.a_case(person_id, f"matter {n}") for n in range(4)))
    assert sorted(case.number for case in opened) == [1, 2, 3, 4]
    assert (await crm.card(person_id)).open_cases == 4


async def test_the_same_key_again_is_the_same_case(crm: Crm) -> None:
    person_id, interaction_id = await crm.client_in()
    anna = await crm.house.hire("Anna")
    wanted = {
        "subject": "The kettle leaks",
        "promised_at": crm.house.clock.now() + timedelta(days=2),
        "owner_id": anna.id,
        "interaction_id": interaction_id,
        "key": "once",
    }
    first = await crm.cases.open_case(crm.sofia, person_id, **wanted)  # type: ignore[arg-type]
    again = await crm.cases.open_case(crm.sofia, person_id, **wanted)  # type: ignore[arg-type]
    assert again == first
    assert (first.interactions, first.owner and first.owner.name) == ((interaction_id,), "Anna")
    assert await crm.house.count("cases") == 1


async def test_everything_of_a_case_can_be_changed_and_the_history_says_who_changed_what(crm: Crm) -> None:
    person_id = await crm.client()
    case = await crm.a_case(person_id)
    boris = await crm.house.hire("Boris")
    await crm.told()
    crm.house.clock.advance(60)
    promised = crm.house.clock.now() + timedelta(days=3)
    changed = await crm.cases.change_case(
        crm.sofia,
        CaseId(case.id),
        version=case.version,
        subject="  The kettle\n leaks badly ",
        status=CaseStatus.PENDING,
        public_status="We have ordered a new lid",
        promised_at=promised,
        owner_id=boris.id,
    )
    assert (changed.subject, changed.status, changed.version) == (
        "The kettle leaks badly",
        CaseStatus.PENDING,
        case.version + 1,
    )
    assert (changed.owner and changed.owner.name, changed.promised_at) == ("Boris", promised)
    assert (await crm.told())[0] == {person_id}

    history = await crm.cases.history(crm.sofia, CaseId(case.id))
    assert {(f.kind, f.was, f.now) for f in history.items} == {
        ("card_case_opened", "", "The kettle leaks"),
        ("card_case_pending", "open", "The kettle leaks badly"),
        ("card_case_status", "", "We have ordered a new lid"),
        ("card_case_promised", "", promised.isoformat()),
        ("card_case_renamed", "The kettle leaks", "The kettle leaks badly"),
        ("card_case_owner", "Cem", "Boris"),
    }
    assert {f.by for f in history.items} == {crm.sofia.name}
    assert history.items[-1].kind == "card_case_opened", "the newest first"

    # what was said can be taken back
    bare = await crm.cases.change_case(
        crm.sofia, CaseId(case.id), version=changed.version, promised_at=None, owner_id=None
    )
    assert (bare.promised_at, bare.owner) == (None, None)
    owners = [
        f for f in (await crm.cases.history(crm.sofia, CaseId(case.id))).items if f.kind == "card_case_owner"
    ]
    assert (owners[0].was, owners[0].now) == ("Boris", "")


async def test_a_change_of_nothing_is_no_change(crm: Crm) -> None:
    person_id = await crm.client()
    case = await crm.a_case(person_id)
    before = await crm.history(person_id)
    await crm.told()
    same = await crm.cases.change_case(
        crm.sofia, CaseId(case.id), version=case.version, subject=case.subject, status=case.status
    )
    assert same == case
    assert await crm.history(person_id) == before
    assert (await crm.told())[0] == set()


async def test_of_two_who_change_a_case_at_once_the_slower_is_told(crm: Crm) -> None:
    case = await crm.a_case(await crm.client())
    answers = await asyncio.gather(
        *(
            crm.cases.change_case(crm.sofia, CaseId(case.id), version=case.version, public_status=words)
            for words in ("sent", "lost")
        ),
        return_exceptions=True,
    )
    lost = [a for a in answers if isinstance(a, Conflict)]
    assert [error.stable_code for error in lost] == ["changed_meanwhile"]
    won = next(a for a in answers if not isinstance(a, BaseException))
    assert await crm.cases.case(crm.sofia, CaseId(case.id)) == won


async def test_a_closed_case_leaves_the_card_and_is_opened_again_before_anything_else(crm: Crm) -> None:
    person_id = await crm.client()
    case = await crm.a_case(person_id)
    closed = await crm.cases.change_case(
        crm.sofia, CaseId(case.id), version=case.version, status=CaseStatus.CLOSED
    )
    assert closed.closed_at == crm.house.clock.now()
    card = await crm.card(person_id)
    assert (card.open_cases, card.cases) == (0, ())
    page = await crm.cases.cases(crm.sofia, person_id, after="", limit=10)
    assert [c.id for c in page.items] == [case.id], "the list of all has it still"
    with pytest.raises(Conflict) as refused:
        await crm.cases.change_case(
            crm.sofia, CaseId(case.id), version=closed.version, status=CaseStatus.PENDING
        )
    assert refused.value.stable_code == "case_closed"
    reopened = await crm.cases.change_case(
        crm.sofia, CaseId(case.id), version=closed.version, status=CaseStatus.OPEN
    )
    assert (reopened.status, reopened.closed_at) == (CaseStatus.OPEN, None)
    assert [(c.number, c.status) for c in (await crm.card(person_id)).cases] == [
        (case.number, CaseStatus.OPEN)
    ]


async def test_pages_of_cases_have_each_once(crm: Crm) -> None:
    person_id = await crm.client()
    numbers = []
    for n in range(5):
        numbers.append((await crm.a_case(person_id, f"matter {n}")).number)
        crm.house.clock.advance(n % 2)  # some were opened in the same instant
    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        page = await crm.cases.cases(crm.sofia, person_id, after=after, limit=2)
        seen += [case.number for case in page.items]
        after = page.next
    assert sorted(seen) == numbers
    assert len(seen) == len(set(seen))


async def test_what_is_not_within_reach_is_not_there(crm: Crm) -> None:
    person_id = await crm.client()
    case = await crm.a_case(person_id)
    case_id = CaseId(case.id)
    with pytest.raises(NotFound):
        await crm.cases.case(crm.stranger, case_id)
    with pytest.raises(NotFound):
        await crm.cases.history(crm.stranger, case_id)
    with pytest.raises(NotFound):
        await crm.cases.change_case(crm.stranger, case_id, version=1, subject="mine now")
    with pytest.raises(NotFound):
        await crm.cases.case(crm.sofia, CaseId(new_id()))
    with pytest.raises(Forbidden):
        await crm.cases.change_case(
            crm.house.somebody(Role.ADMIN, crm.house.queue.id), case_id, version=1, subject="mine now"
        )
    assert (await crm.cases.case(crm.sofia, case_id)) == case


async def test_an_owner_and_a_conversation_must_be_of_the_house_and_of_the_client(crm: Crm) -> None:
    case = await crm.a_case(await crm.client("v1"))
    _, elsewhere = await crm.client_in("v2")
    with pytest.raises(Invalid) as nobody:
        await crm.cases.change_case(crm.sofia, CaseId(case.id), version=1, owner_id=UserId(new_id()))
    assert nobody.value.stable_code == "no_such_user"
    with pytest.raises(Invalid) as theirs:
        await crm.cases.change_case(crm.sofia, CaseId(case.id), version=1, interaction_id=elsewhere)
    assert theirs.value.stable_code == "not_of_this_client"
    with pytest.raises(Invalid):
        await crm.cases.change_case(crm.sofia, CaseId(case.id), version=1, subject=" \n ")
