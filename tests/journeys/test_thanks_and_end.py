"""Who says thanks and closes at once is heard in that order, and may be rated."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.shift import Shift, on_shift

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def shift(tmp_path: Path) -> AsyncIterator[Shift]:
    async with on_shift(tmp_path) as shift:
        yield shift


async def test_thanks_and_a_close_right_after_are_heard_in_that_order(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    for n in range(3):
        if n:
            await visitor.say("and one more thing")
            offer = await anna.offered()
            interaction_id = (await anna.agent.accept(offer["reservation_id"]))["id"]
        await anna.agent.reply(interaction_id, f"Thank you! {n}")
        await anna.agent.close(interaction_id)
        first = await visitor.heard_one_of("message", "closed")
        assert (first["t"], first.get("text")) == ("message", f"Thank you! {n}")
        assert (await visitor.heard("closed"))["rate"]["conversation"] == interaction_id
