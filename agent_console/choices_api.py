"""Administering what agents choose: outcomes with their forms, and reasons for a pause."""

from agent_console.choice_bodies import OutcomeList, OutcomePage, PauseList, PausePage
from agent_console.operations import Call, Operation, Operations
from hub.desk.choices import Choices, revision_of
from hub.desk.views import disposition_view
from hub.domain.access import Permission

_CONFIGURE = Permission.CONFIGURE


def operations(*, choices: Choices) -> list[Operation]:
    """The two lists of the house."""
    made = Operations("choices")

    @made.op("GET", "/api/v1/floor/outcomes", _CONFIGURE, "All outcomes with their forms")
    async def list_outcomes(call: Call) -> OutcomePage:
        """In the order of the house, retired ones too."""
        found = await choices.outcomes(call.principal)
        return OutcomePage(items=tuple(map(disposition_view, found)), revision=revision_of(found))

    @made.op("PUT", "/api/v1/floor/outcomes", _CONFIGURE, "Set the outcomes")
    async def set_outcomes(call: Call, body: OutcomeList) -> OutcomePage:
        """All of them, in their order; 409 `changed_meanwhile`, `outcome_in_use`."""
        saved = await choices.save_outcomes(
            call.principal, [o.outcome() for o in body.items], body.seen, address=call.address
        )
        return OutcomePage(items=tuple(map(disposition_view, saved)), revision=revision_of(saved))

    @made.op("GET", "/api/v1/floor/pauses", _CONFIGURE, "All reasons for a pause")
    async def list_pauses(call: Call) -> PausePage:
        """In the order of the house, retired ones too."""
        found = await choices.pauses(call.principal)
        return PausePage(items=tuple(found), revision=revision_of(found))

    @made.op("PUT", "/api/v1/floor/pauses", _CONFIGURE, "Set the reasons for a pause")
    async def set_pauses(call: Call, body: PauseList) -> PausePage:
        """All of them, in their order; 409 `changed_meanwhile`."""
        saved = await choices.save_pauses(
            call.principal, [p.pause() for p in body.items], body.seen, address=call.address
        )
        return PausePage(items=tuple(saved), revision=revision_of(saved))

    return list(made)
