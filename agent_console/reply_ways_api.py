"""Choosing the channel of a reply: where an interaction goes on, and where it can be taken to."""

from agent_console.bodies import Id
from agent_console.operations import Call, Operation, Operations
from agent_console.reply_ways_bodies import GoOnThere, ReplyWayPage, ReplyWayView
from hub.desk.reply_ways import ReplyWays
from hub.domain.access import Permission
from hub.domain.ids import InteractionId
from hub.domain.reply_way import ReplyWay


def operations(*, ways: ReplyWays) -> list[Operation]:
    """What whoever replies may choose from."""
    made = Operations("conversation")

    async def page(call: Call, interaction_id: Id) -> ReplyWayPage:
        found = await ways.all(call.principal, InteractionId(interaction_id))
        return ReplyWayPage(items=tuple(_shown(one) for one in found), next=None)

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/reply-ways",
        Permission.REPLY,
        "By which channels a client can be answered",
    )
    async def list_reply_ways(call: Call, interaction_id: Id) -> ReplyWayPage:
        """Each with what fits into a reply there, and until when it is taken."""
        return await page(call, interaction_id)

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/reply-ways",
        Permission.START_INTERACTION,
        "Go on with a client on another channel too",
        status=201,
        idempotent=True,
    )
    async def add_reply_way(call: Call, interaction_id: Id, body: GoOnThere) -> ReplyWayPage:
        """Nothing is said to the client by it. 409 with the way's `closed` as its code."""
        await ways.add(
            call.principal,
            InteractionId(interaction_id),
            channel=body.channel,
            address=body.address,
            account=body.account,
        )
        return await page(call, interaction_id)

    return list(made)


def _shown(one: ReplyWay) -> ReplyWayView:
    return ReplyWayView(
        channel=one.channel,
        account=one.account,
        address=one.address,
        label=one.label,
        is_open=one.is_open,
        closed=one.closed,
        text_chars=one.text_chars,
        file_bytes=one.file_bytes,
        last_at=one.last_at,
        until=one.until,
        is_away=one.is_away,
    )
