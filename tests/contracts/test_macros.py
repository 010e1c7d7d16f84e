"""Macros run on both databases: each step in its turn, the card of the client included, until one fails."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from hub.desk.macros import CardSteps, Macros, PlannedStep
from hub.domain.access import Principal
from hub.domain.card import CardEdit
from hub.domain.ids import InteractionId, PersonId
from hub.domain.knowledge import CARD_STEPS, StepKind
from hub.domain.person import Tier
from hub.domain.work import WorkState
from hub.ids import new_id
from tests.contracts.crm import Crm


def _macros(crm: Crm) -> Macros:
    on_card = CardSteps(crm.edits, crm.lookups)
    return Macros(crm.house.work, crm.house.transfers, dict.fromkeys(CARD_STEPS, on_card.taken))


def _step(kind: StepKind, value: str = "", text: str = "") -> PlannedStep:
    return PlannedStep(kind=kind, value=value, text=text, channel="webchat")


CARD = (
    _step(StepKind.TAG, "VIP, #Kettle"),
    _step(StepKind.LANGUAGE, "tr"),
    _step(StepKind.TIER, "gold"),
)


async def test_steps_on_the_card_say_what_it_said_before_and_stand_in_its_history(crm: Crm) -> None:
    anna = await crm.house.hire("Anna")
    item = await crm.house.given(anna)
    before = await crm.card(item.person_id)
    await crm.edits.edit(crm.sofia, item.person_id, CardEdit(version=before.version, tags=("vip",)))
    await crm.told()
    outcomes = await _macros(crm).run(crm.house.as_(anna), item.interaction_id, CARD, key="k")
    assert [(o.code, o.was) for o in outcomes] == [("", "vip"), ("", before.language), ("", "standard")]
    card = await crm.card(item.person_id)
    assert (card.tags, card.language, card.tier) == (("vip", "Kettle"), "tr", Tier.GOLD)
    assert (await crm.told())[0] == {item.person_id}
    assert (await crm.history(item.person_id))[-3:] == [
        ("card_changed", "tags", "vip", "vip, Kettle"),
        ("card_changed", "language", before.language, "tr"),
        ("card_changed", "tier", "standard", "gold"),
    ]


async def test_a_card_that_says_so_already_is_left_alone(crm: Crm) -> None:
    anna = await crm.house.hire("Anna")
    item = await crm.house.given(anna)
    macros, me = _macros(crm), crm.house.as_(anna)
    await macros.run(me, item.interaction_id, CARD, key="k")
    card, history = await crm.card(item.person_id), await crm.history(item.person_id)
    again = await macros.run(me, item.interaction_id, CARD, key="k2")
    assert [(o.code, o.was) for o in again] == [("", None)] * 3
    assert await crm.card(item.person_id) == card
    assert await crm.history(item.person_id) == history


async def test_whoever_may_not_edit_the_client_is_stopped_and_told_which_step(crm: Crm) -> None:
    anna, boris = await crm.house.hire("Anna"), await crm.house.hire("Boris")
    item = await crm.house.given(anna)
    before = await crm.card(item.person_id)
    # who is asked about a conversation reads it, and edits only clients of their own
    await crm.house.consults.ask(crm.house.as_(anna), item.interaction_id, boris.id, "What do you think?")
    outcomes = await _macros(crm).run(crm.house.as_(boris), item.interaction_id, CARD, key="k")
    assert [o.code for o in outcomes] == ["card_not_yours"]
    assert await crm.card(item.person_id) == before


async def test_what_was_done_stays_done_when_a_later_step_fails_and_it_goes_on_from_there(crm: Crm) -> None:
    anna = await crm.house.hire("Anna")
    item = await crm.house.given(anna)
    steps = (*CARD, _step(StepKind.TRANSFER, new_id()))
    macros, me = _macros(crm), crm.house.as_(anna)
    outcomes = await macros.run(me, item.interaction_id, steps, key="k")
    assert [bool(o.code) for o in outcomes] == [False, False, False, True]
    assert (await crm.card(item.person_id)).tier is Tier.GOLD
    assert (await crm.house.item(item.id)).state is WorkState.ASSIGNED

    mended = (*CARD, _step(StepKind.NOTE, text="passed on"))
    rest = await macros.run(me, item.interaction_id, mended, key="k", start_at=3)
    assert [(o.kind, o.code) for o in rest] == [(StepKind.NOTE, "")]


async def test_a_card_that_is_edited_at_the_same_moment_keeps_both(crm: Crm) -> None:
    anna = await crm.house.hire("Anna")
    item = await crm.house.given(anna)
    edits: Any = _Meanwhile(crm)
    on_card = CardSteps(edits, crm.lookups)
    macros = Macros(crm.house.work, crm.house.transfers, dict.fromkeys(CARD_STEPS, on_card.taken))
    (outcome,) = await macros.run(crm.house.as_(anna), item.interaction_id, CARD[:1], key="k")
    assert (outcome.code, outcome.was) == ("", "slow")
    assert (await crm.card(item.person_id)).tags == ("slow", "VIP", "Kettle")


async def test_two_macros_at_once_on_one_card_lose_nothing(crm: Crm) -> None:
    anna = await crm.house.hire("Anna")
    item = await crm.house.given(anna)
    macros, me = _macros(crm), crm.house.as_(anna)
    ran = await asyncio.gather(
        *(macros.run(me, item.interaction_id, [_step(StepKind.TAG, tag)], key=tag) for tag in ("one", "two"))
    )
    assert [o.code for (o,) in ran] == ["", ""]
    assert set((await crm.card(item.person_id)).tags) == {"one", "two"}


@pytest.mark.parametrize("step", [replace(CARD[0], value="x" * 60), *CARD])
async def test_a_step_can_be_repeated_after_a_crash(crm: Crm, step: PlannedStep) -> None:
    anna = await crm.house.hire("Anna")
    item = await crm.house.given(anna)
    macros, me = _macros(crm), crm.house.as_(anna)
    for _ in range(2):
        (outcome,) = await macros.run(me, InteractionId(item.interaction_id), [step], key="same")
        assert outcome.is_done
    assert len(await crm.history(item.person_id)) == 1


class _Meanwhile:
    """A store of cards where somebody is faster, once."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._left = 1

    async def edit(self, principal: Principal, person_id: PersonId, edit: CardEdit) -> PersonId:
        if self._left:
            self._left -= 1
            await self._crm.edits.edit(
                self._crm.sofia, person_id, CardEdit(version=edit.version, tags=("slow",))
            )
        return await self._crm.edits.edit(principal, person_id, edit)
