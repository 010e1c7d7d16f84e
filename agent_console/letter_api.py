"""Writing letters: what a composer begins with."""

from agent_console.bodies import Id
from agent_console.letter_bodies import LetterPaper, letter_paper
from agent_console.operations import Call, Operation, Operations
from hub.desk.letters import LetterDesk
from hub.domain.access import Permission
from hub.domain.ids import InteractionId, TouchId
from hub.ports.channel import ChannelLimits
from hub.ports.mail_out import LetterDesktops


def operations(*, desk: LetterDesk, desktops: LetterDesktops, limits: ChannelLimits) -> list[Operation]:
    """What those who write letters ask for."""
    made = Operations("mail")

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/letter",
        Permission.READ_INTERACTION,
        "What a letter in this conversation begins with",
    )
    async def begin_letter(call: Call, interaction_id: Id, quote: Id | None = None) -> LetterPaper:
        """To whom, about what, by which address, with which signature; `quote` chooses the letter that is quoted."""
        paper = await desk.paper(
            desktops,
            call.principal,
            InteractionId(interaction_id),
            None if quote is None else TouchId(quote),
        )
        return letter_paper(paper, limits)

    return list(made)
