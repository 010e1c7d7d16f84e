"""Macros: steps taken one after the other on a conversation, stopped by the first that fails."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hub.desk.snoozes import Snoozes
from hub.desk.transfer import Transfers
from hub.desk.work import Work
from hub.domain.access import Principal
from hub.domain.errors import HubError
from hub.domain.ids import InteractionId, QueueId
from hub.domain.interaction import Disposition
from hub.domain.knowledge import StepKind
from hub.ports.clock import Clock


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
    """How a step ended. `code` is empty when it was done, else the stable word of what went wrong."""

    kind: StepKind
    code: str = ""
    detail: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it took place."""
        return not self.code


Taken = Callable[[Principal, InteractionId, PlannedStep], Awaitable[object]]
"""Takes a step that is neither a writing nor an end of the work."""


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
                await self._taken(principal, interaction_id, step, f"{key}:{place}")
            except HubError as failure:
                outcomes.append(StepOutcome(kind=step.kind, code=failure.stable_code, detail=str(failure)))
                break
            outcomes.append(StepOutcome(kind=step.kind))
        return outcomes

    async def _taken(
        self, principal: Principal, interaction_id: InteractionId, step: PlannedStep, key: str
    ) -> None:
        match step.kind:
            case StepKind.INSERT:
                return  # the console's: the text goes into the field, and the agent sends it
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
                await self._others[step.kind](principal, interaction_id, step)


class SnoozeFor:
    """Lays a conversation aside for the minutes that a step names."""

    def __init__(self, snoozes: Snoozes, clock: Clock) -> None:
        self._snoozes = snoozes
        self._clock = clock

    async def taken(self, principal: Principal, interaction_id: InteractionId, step: PlannedStep) -> None:
        """See `Snoozes.snooze`."""
        until = self._clock.now() + timedelta(minutes=int(step.value))
        await self._snoozes.snooze(principal, interaction_id, until, step.note)
