"""Macros: steps taken one after the other on a conversation, stopped by the first that fails."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hub.desk.client_stores import CardStore
from hub.desk.reading import Lookups
from hub.desk.snoozes import Snoozes
from hub.desk.transfer import Transfers
from hub.desk.work import Work
from hub.domain.access import Principal
from hub.domain.card import CardEdit, ClientCard
from hub.domain.errors import Conflict, Forbidden, HubError
from hub.domain.ids import InteractionId, QueueId
from hub.domain.interaction import Disposition
from hub.domain.knowledge import StepKind
from hub.domain.person import Tier
from hub.ports.clock import Clock

_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step with everything it needs: texts chosen and filled, the channel of a reply."""

    kind: StepKind
    text: str = ""
    value: str = ""
    note: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """How a step ended. `code` is empty when it was done, else the stable word of what went wrong.

    `was` is what the card said before a step that changed it; None when a step changed no card.
    """

    kind: StepKind
    code: str = ""
    detail: str = ""
    was: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether it took place."""
        return not self.code


Taken = Callable[[Principal, InteractionId, PlannedStep], Awaitable[str | None]]
"""Takes a step that is neither a writing nor an end of the work; gives `StepOutcome.was`."""


class Macros:
    """`others` are the steps of other parts of the hub, by their kind."""

    def __init__(self, work: Work, transfers: Transfers, others: Mapping[StepKind, Taken]) -> None:
        self._work = work
        self._transfers = transfers
        self._others = dict(others)

    @property
    def steps_done(self) -> frozenset[StepKind]:
        """The kinds of step that can be taken."""
        own = {StepKind.INSERT, StepKind.REPLY, StepKind.NOTE, StepKind.TRANSFER, StepKind.CLOSE}
        return frozenset(own | set(self._others))

    async def run(
        self,
        principal: Principal,
        interaction_id: InteractionId,
        steps: Sequence[PlannedStep],
        *,
        key: str,
        start_at: int = 0,
    ) -> list[StepOutcome]:
        """Take the steps from `start_at` on; the outcomes of those tried, the last one perhaps a failure.

        Each step is durable before the next begins. The same `key` again writes no reply and no note twice: a
        repeat after a crash goes on where it stopped.
        """
        outcomes: list[StepOutcome] = []
        for place, step in enumerate(steps[start_at:], start=start_at):
            try:
                was = await self._taken(principal, interaction_id, step, f"{key}:{place}")
            except HubError as failure:
                outcomes.append(StepOutcome(kind=step.kind, code=failure.stable_code, detail=str(failure)))
                break
            outcomes.append(StepOutcome(kind=step.kind, was=was))
        return outcomes

    async def _taken(
        self, principal: Principal, interaction_id: InteractionId, step: PlannedStep, key: str
    ) -> str | None:
        match step.kind:
            case StepKind.INSERT:
                pass  # the console's: the text goes into the field, and the agent sends it
            case StepKind.REPLY:
                await self._work.reply(
                    principal, interaction_id, channel=step.channel, text=step.text, key=key
                )
            case StepKind.NOTE:
                await self._work.note(principal, interaction_id, step.text, key=key)
            case StepKind.TRANSFER:
                await self._transfers.to_queue(principal, interaction_id, QueueId(step.value), step.note)
            case StepKind.CLOSE:
                await self._work.close(
                    principal, interaction_id, Disposition(code=step.value, note=step.note)
                )
            case _:
                return await self._others[step.kind](principal, interaction_id, step)
        return None


class SnoozeFor:
    """Lays a conversation aside for the minutes that a step names."""

    def __init__(self, snoozes: Snoozes, clock: Clock) -> None:
        self._snoozes = snoozes
        self._clock = clock

    async def taken(self, principal: Principal, interaction_id: InteractionId, step: PlannedStep) -> None:
        """See `Snoozes.snooze`."""
        until = self._clock.now() + timedelta(minutes=int(step.value))
        await self._snoozes.snooze(principal, interaction_id, until, step.note)


class CardSteps:
    """Sets what a step names on the card of the client: tags are added, language and tier are replaced."""

    def __init__(self, edits: CardStore, lookups: Lookups) -> None:
        self._edits = edits
        self._lookups = lookups

    async def taken(
        self, principal: Principal, interaction_id: InteractionId, step: PlannedStep
    ) -> str | None:
        """What the card said before; None when it says so already.

        Raises Forbidden for a client whom the principal may not edit, and what `CardStore.edit` raises.
        """
        card = await self._lookups.card(principal, interaction_id)
        if not await self._lookups.may_edit(principal, card.person_id):
            raise Forbidden("you may not change the card of this client", code="card_not_yours")
        for tries_left in reversed(range(_TRIES)):
            was, edit = _wanted(card, step)
            if edit is None:
                return None
            try:
                await self._edits.edit(principal, card.person_id, edit)
            except Conflict as error:
                # somebody edits the card right now: what the step wants is added to what they say
                if error.stable_code != "changed_meanwhile" or not tries_left:
                    raise
                card = await self._lookups.card(principal, interaction_id)
            else:
                return was
        raise AssertionError("the loop returns or raises")


def _wanted(card: ClientCard, step: PlannedStep) -> tuple[str, CardEdit | None]:
    """What the card says, and the edit that makes it say what the step wants; None when it does already."""
    match step.kind:
        case StepKind.TIER:
            tier = Tier(step.value)
            return card.tier.value, None if tier is card.tier else CardEdit(version=card.version, tier=tier)
        case StepKind.LANGUAGE:
            is_so = card.language == step.value
            return card.language, None if is_so else CardEdit(version=card.version, language=step.value)
        case _:
            known = {tag.casefold() for tag in card.tags}
            wanted = [tag.strip().lstrip("#").strip() for tag in step.value.split(",")]
            new = tuple(tag for tag in wanted if tag and tag.casefold() not in known)
            edit = CardEdit(version=card.version, tags=(*card.tags, *new)) if new else None
            return ", ".join(card.tags), edit
