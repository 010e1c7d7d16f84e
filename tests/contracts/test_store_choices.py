"""Outcomes with their forms, and reasons for a pause: set whole, and never taken from the history."""

from dataclasses import replace

import pytest

from hub.desk.choices import revision_of
from hub.domain.errors import Conflict, Invalid
from hub.domain.events import HouseChanged
from hub.domain.interaction import Disposition
from hub.domain.outcome import FieldKind, Outcome, OutcomeChoice, OutcomeField, OutcomeRules, PauseReason
from tests.contracts.office import Office
from tests.stores import House


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


FORM = OutcomeRules(
    names={"en": "Sold", "ru": "Продано"},
    fields=(
        OutcomeField(code="amount", kind=FieldKind.NUMBER, required=True),
        OutcomeField(
            code="plan",
            kind=FieldKind.CHOICE,
            choices=(OutcomeChoice(code="small"), OutcomeChoice(code="big")),
        ),
        OutcomeField(code="why", kind=FieldKind.TEXT),
        OutcomeField(code="gift", kind=FieldKind.YES_NO),
    ),
)


async def test_the_answers_of_a_closing_form_are_checked_and_kept(office: Office) -> None:
    house = office.house
    known = await office.choices.outcomes(office.me)
    sold = Outcome(code="sold", name="Sold", rules=FORM)
    await office.choices.save_outcomes(office.me, [*known, sold], revision_of(known))
    anna = await house.hire("Anna")
    item = await house.given(anna)
    me = house.as_(anna)
    for fields, code in (
        ({}, "field_required"),
        ({"amount": "12"}, "bad_answer"),
        ({"amount": True}, "bad_answer"),
        ({"amount": 12, "plan": "huge"}, "bad_answer"),
        ({"amount": 12, "colour": "red"}, "no_such_field"),
    ):
        with pytest.raises(Invalid) as refused:
            await house.work.close(me, item.interaction_id, Disposition(code="sold", fields=dict(fields)))  # type: ignore[arg-type]
        assert refused.value.stable_code == code
    given = {"gift": False, "why": "  likes it ", "plan": "big", "amount": 12.5}
    await house.work.close(me, item.interaction_id, Disposition(code="sold", fields=dict(given)))  # type: ignore[arg-type]

    rows = await house.rows(
        "SELECT answers FROM close_answers WHERE interaction_id = $1", item.interaction_id
    )
    assert rows[0][0] == '{"amount":12.5,"plan":"big","why":"likes it","gift":false}'


async def test_an_outcome_of_another_queue_or_a_retired_one_is_not_offered(office: Office) -> None:
    house = office.house
    sales = await office.administration.add_queue(office.me, house.a_queue("sales"))
    known = await office.choices.outcomes(office.me)
    new = [
        Outcome(code="sold", name="Sold", rules=OutcomeRules(queues=(sales.id,))),
        Outcome(code="old", name="Old", rules=OutcomeRules(retired=True)),
    ]
    await office.choices.save_outcomes(office.me, [*known, *new], revision_of(known))
    anna = await house.hire("Anna")
    item = await house.given(anna)
    for code in ("sold", "old"):
        with pytest.raises(Invalid) as refused:
            await house.work.close(house.as_(anna), item.interaction_id, Disposition(code=code))
        assert refused.value.stable_code == "no_such_disposition"


async def test_an_outcome_that_the_history_names_is_retired_and_not_left_out(office: Office) -> None:
    house = office.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await house.work.close(house.as_(anna), item.interaction_id, Disposition(code="resolved"))
    known = await office.choices.outcomes(office.me)
    with pytest.raises(Conflict) as refused:
        await office.choices.save_outcomes(office.me, known[1:], revision_of(known))
    assert refused.value.stable_code == "outcome_in_use"
    kept = await office.choices.save_outcomes(office.me, known[:1], revision_of(known))
    with pytest.raises(Conflict) as late:
        await office.choices.save_outcomes(office.me, known, revision_of(known))
    assert late.value.stable_code == "changed_meanwhile"
    assert await office.choices.outcomes(office.me) == kept


async def test_an_outcome_stands_under_one_of_the_first_level(office: Office) -> None:
    known = await office.choices.outcomes(office.me)
    under = Outcome(code="refund", name="Refund", rules=OutcomeRules(parent="resolved"))
    deeper = Outcome(code="partly", name="Partly", rules=OutcomeRules(parent="refund"))
    with pytest.raises(Invalid) as refused:
        await office.choices.save_outcomes(office.me, [*known, under, deeper], revision_of(known))
    assert refused.value.stable_code == "bad_parent"
    await office.choices.save_outcomes(office.me, [*known, under], revision_of(known))


async def test_the_usual_pauses_are_there_until_the_house_names_its_own(office: Office) -> None:
    usual = await office.choices.pauses(office.me)
    assert [p.code for p in usual] == ["break", "lunch", "meeting", "training", "technical"]
    prayer = PauseReason(code="prayer", names={"tr": "Namaz"}, paid=True)
    retired = [replace(p, retired=p.code == "technical") for p in usual]
    await office.choices.save_pauses(office.me, [prayer, *retired], revision_of(usual))
    assert (await office.choices.pauses(office.me))[0] == prayer
    assert [type(e) for e in await office.house.events()] == [HouseChanged]
    with pytest.raises(Invalid):
        await office.choices.save_pauses(
            office.me, [replace(prayer, retired=True)], revision_of([prayer, *retired])
        )
