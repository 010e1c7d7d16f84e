"""Numbers that may not be called: nothing is begun, and no phone is chosen that would never ring."""

import pytest

from hub.domain.agent import Agent
from hub.domain.call import PhoneKind
from hub.domain.errors import Invalid, TooMany
from tests.contracts.booth import Booth
from tests.contracts.call_line import Line
from tests.stores import House


@pytest.fixture
def booth(house: House) -> Booth:
    return Booth(line=Line(house=house))


@pytest.fixture
async def anna(house: House) -> Agent:
    return await house.hire("Anna", phone_ready=True)


async def test_a_number_that_may_not_be_called_leaves_nothing_behind_and_the_next_call_begins(
    booth: Booth, anna: Agent
) -> None:
    house = booth.line.house
    counted = [
        f"SELECT count(*) FROM {table} WHERE tenant_id = $1" for table in ("calls", "work_items", "persons")
    ]
    before = [await house.rows(sql, house.tenant_id) for sql in counted]
    booth.telephone.judges = Invalid("not that country", field="number", code="number_country")
    with pytest.raises(Invalid) as refused:
        await booth.dial(anna, "+12125550100")
    assert refused.value.stable_code == "number_country"
    assert [await house.rows(sql, house.tenant_id) for sql in counted] == before
    assert booth.telephone.dialled == []
    booth.telephone.judges = None
    await booth.dial(anna)


async def test_a_call_that_began_is_the_same_one_even_if_no_other_may_begin(
    booth: Booth, anna: Agent
) -> None:
    call = await booth.dial(anna, key="k1")
    booth.telephone.judges = TooMany("as many as one may", retry_after_s=30.0, code="calls_at_a_time")
    assert (await booth.dial(anna, key="k1")).id == call.id


async def test_a_phone_that_the_house_does_not_call_is_not_chosen(booth: Booth, anna: Agent) -> None:
    booth.telephone.judges = Invalid("not that country", field="number", code="number_country")
    me = booth.line.house.as_(anna)
    before = await booth.calling.phone(me)
    with pytest.raises(Invalid) as refused:
        await booth.calling.set_phone(me, PhoneKind.URI, "+12125550100", auto_answer=False)
    assert refused.value.stable_code == "number_country"
    assert await booth.calling.phone(me) == before
    with pytest.raises(Invalid):
        await booth.calling.set_phone(me, PhoneKind.URI, "sip:anna@phones.test", auto_answer=False)
    assert await booth.calling.phone(me) == before
    registers = await booth.calling.set_phone(me, PhoneKind.REGISTERED, "", auto_answer=False)
    assert booth.calling.phone_refused(registers) == ""


@pytest.mark.parametrize("address", ["+12125550100", "sip:anna@phones.test"])
async def test_a_phone_that_is_not_called_any_more_is_not_ready_and_says_why(
    booth: Booth, anna: Agent, address: str
) -> None:
    house, desk = booth.line.house, booth.line.calls
    chosen = await booth.calling.set_phone(house.as_(anna), PhoneKind.URI, address, auto_answer=False)
    assert await booth.is_ready(anna)

    booth.telephone.judges = Invalid("not that country", field="number", code="number_country")
    await desk.judge_phones(lambda _: False)
    assert not await booth.is_ready(anna)
    assert booth.calling.phone_refused(chosen) == "number_country"
    await desk.phone_ready(house.tenant_id, anna.id, PhoneKind.URI, ready=True)
    assert not await booth.is_ready(anna)

    booth.telephone.judges = None
    await desk.judge_phones(lambda _: True)
    assert await booth.is_ready(anna)
    assert booth.calling.phone_refused(chosen) == ""
