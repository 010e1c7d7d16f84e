"""Clients who do not answer a menu: they get into the line of the account, as if there had been none."""

from collections.abc import Callable

import structlog

from hub.domain.agent import Media
from hub.domain.errors import Conflict
from hub.domain.ids import TenantId
from hub.domain.person import Person
from hub.domain.question import AskedQuestion
from hub.engaging import in_line
from hub.ports.clock import Clock
from hub.ports.questions import MenuStore
from hub.ports.store import UnitOfWork

log = structlog.get_logger(__name__)

_AT_A_TIME = 50


class Menus:
    """`told` hears of each that was not answered, in a word."""

    def __init__(
        self, store: MenuStore, clock: Clock, tenant_id: TenantId, *, told: Callable[[str], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._tenant_id = tenant_id
        self._told = told

    async def step(self) -> None:
        """Put into the line whoever has not answered in time. Raises Unavailable."""
        found = await self._store.unanswered_menus(self._tenant_id, self._clock.now(), limit=_AT_A_TIME)
        for asked, person in found:
            try:
                async with self._store.unit(self._tenant_id) as unit:
                    await self._over(unit, asked, person)
            except Conflict:
                log.info("menu_raced", interaction=asked.interaction_id)
            else:
                self._told("menu_not_answered")

    async def _over(self, unit: UnitOfWork, asked: AskedQuestion, person: Person) -> None:
        now = self._clock.now()
        thread = await unit.open_thread(asked.account, asked.thread)
        unit.settle_question(asked.touch_id, None, now)
        if thread is None or thread.item is not None:
            return  # somebody has it, or it is over
        interaction = thread.interaction
        if interaction.id != asked.interaction_id:
            # another one took it in, which nobody had in hand either
            person = await unit.person(interaction.person_id)
        in_line(
            unit,
            interaction,
            (await unit.queues())[interaction.queue_id],
            now,
            channel=thread.session.channel,
            media=Media.CHAT,
            reason="new",
            person=person,
        )
