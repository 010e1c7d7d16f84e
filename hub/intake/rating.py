"""Asking a client how it was, once their conversation with an agent is over."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from hub.domain.errors import Conflict
from hub.domain.ids import TenantId
from hub.domain.interaction import InteractionState
from hub.domain.question import Choice, Question, QuestionKind
from hub.ports.clock import Clock
from hub.ports.questions import RatingStore, Unrated
from hub.saying import said_by_itself

log = structlog.get_logger(__name__)

_ASKED_WITHIN = timedelta(hours=1)
"""How late a question still comes: a hub that was down longer asks nothing of those of before."""
_AT_A_TIME = 50
_BEST = 5


class AsksRatings(Protocol):
    """What a channel asks."""

    def accounts(self) -> Sequence[str]:
        """The accounts that ask."""
        ...

    def question(self, account: str, raw: bytes) -> str:
        """What is asked of whoever wrote `raw`; empty: nothing."""
        ...


class RatingQuestions:
    """Asks, each conversation once. `told` hears of each, in a word."""

    def __init__(
        self,
        store: RatingStore,
        clock: Clock,
        tenant_id: TenantId,
        asks: AsksRatings,
        *,
        told: Callable[[str], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._tenant_id = tenant_id
        self._asks = asks
        self._told = told
        self._one_at_a_time = asyncio.Lock()

    async def step(self) -> None:
        """Ask where something ended since. Raises Unavailable."""
        async with self._one_at_a_time:
            await self._step()

    async def _step(self) -> None:
        since = self._clock.now() - _ASKED_WITHIN
        accounts = self._asks.accounts()
        for unrated in await self._store.unrated(self._tenant_id, accounts, since=since, limit=_AT_A_TIME):
            text = self._asks.question(unrated.session.account, unrated.raw)
            try:
                if text and await self._asked(unrated, text):
                    self._told("asked_rating")
            except Conflict:
                log.info("rating_question_raced", interaction=unrated.session.interaction_id)

    async def _asked(self, unrated: Unrated, text: str) -> bool:
        session = unrated.session
        async with self._store.unit(self._tenant_id) as unit:
            interaction = (await unit.interactions([session.interaction_id])).get(session.interaction_id)
            if interaction is None or interaction.state is not InteractionState.CLOSED:
                return False
            if await unit.open_thread(session.account, session.thread) is not None:
                return False  # they have written again: whoever asks now is in the way
            said_by_itself(
                unit,
                interaction,
                session,
                text,
                self._clock.now(),
                external_id=f"rating:{interaction.id}",
                question=Question(
                    kind=QuestionKind.RATING,
                    choices=tuple(Choice(label=f"{score} ★") for score in range(1, _BEST + 1)),
                ),
            )
        return True
