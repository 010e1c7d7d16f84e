"""Choosing the channel of a reply: where an interaction goes on, and where it can be taken to."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body, Id, Short
from agent_console.operations import Call, Operation, Operations
from hub.desk.reply_ways import ReplyWays
from hub.domain.access import Permission
from hub.domain.ids import InteractionId
from hub.domain.reply_way import ReplyWay


class GoOnThere(Body, frozen=True, kw_only=True):
    """A way as it was listed; `account` may be empty where one account reaches that address."""

    channel: Short
    address: Annotated[str, Meta(min_length=1, max_length=320)]
    account: Annotated[str, Meta(max_length=200)] = ""


class ReplyWayView(Answer, frozen=True, kw_only=True):
    """One place a reply can go to. `is_open`: the interaction goes on there, and a reply names the `channel` alone;
    else it can be taken there. `label` is what people call the place, or empty.

    `closed` is empty, or says why nothing can be written there now: `reply_window_over`, `client_refused`,
    `channel_not_connected`, `site_off`, `account_off`, `open_elsewhere`, `colleague_has_it`, `other_team_has_it`.
    `until` is when the channel stops taking replies, null: never. `is_away`: the client's page is closed, and they read
    it when they come back. `file_bytes` is 0 where no files are carried.
    """

    channel: str
    account: str
    address: str
    label: str
    is_open: bool
    closed: str
    text_chars: int
    file_bytes: int
    last_at: datetime | None
    until: datetime | None
    is_away: bool


class ReplyWayPage(Answer, frozen=True, kw_only=True):
    """All of them: those the interaction goes on in first, and of these where the client was heard last."""

    items: tuple[ReplyWayView, ...]
    next: str | None


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
        Permission.REPLY,
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
