"""The conversation's operations beside replies and notes: plans, drafts, mentions, snoozes, what fits."""

from typing import Annotated

from msgspec import Meta, structs

from agent_console.bodies import WRITING_BYTES, Done, Id, written_letter
from agent_console.desk_api import named
from agent_console.operations import Call, Operation, Operations
from agent_console.talk_bodies import (
    ColleaguePage,
    DraftPage,
    DraftText,
    KeptDraft,
    MentionPage,
    Plan,
    PlanChange,
    PlannedPage,
    ReadMentions,
    SnoozedPage,
    SnoozeWish,
)
from hub.desk.drafting import Drafting, draft_view
from hub.desk.later import Later
from hub.desk.mentioning import Mentioning
from hub.desk.snoozes import Snoozes
from hub.desk.talk_reading import TalkReads
from hub.desk.views import ColleagueView, MentionView, PlannedView, SnoozeView
from hub.domain.access import Permission
from hub.domain.errors import NotFound
from hub.domain.ids import InteractionId, PlannedId, TouchId, UserId
from hub.domain.planned import PlannedReply

Cursor = Annotated[str, Meta(max_length=100)]
Limit = Annotated[int, Meta(ge=1, le=200)]


def operations(
    *,
    later: Later,
    drafting: Drafting,
    mentioning: Mentioning,
    snoozes: Snoozes,
    reads: TalkReads,
) -> list[Operation]:
    """What an agent does in a conversation."""
    made = Operations("conversation")

    async def shown(plan: PlannedReply) -> PlannedView:
        return (await reads.planned_views(plan.tenant_id, [plan.id]))[plan.id]

    # — plans ——————————————————————————————————————————————————————————————————————————————

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/planned",
        Permission.REPLY,
        "Answer the client, but not at once",
        status=201,
        idempotent=True,
        body_limit_bytes=WRITING_BYTES,
    )
    async def plan_reply(call: Call, interaction_id: Id, body: Plan) -> PlannedView:
        """Durable when this answers. It becomes a touch when its time has come, and until then can be undone."""
        plan = await later.plan(
            call.principal,
            InteractionId(interaction_id),
            channel=body.channel,
            text=body.text,
            files=named(body.attachments),
            hold_s=body.hold_s,
            send_at=body.send_at,
            unless_client_writes=body.unless_client_writes,
            key=call.idempotency_key,
            letter=written_letter(body.letter),
        )
        return await shown(plan)

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/planned",
        Permission.READ_INTERACTION,
        "Replies to be sent, and those that could not be",
    )
    async def list_planned(call: Call, interaction_id: Id) -> PlannedPage:
        """Whoever wrote them."""
        items = await reads.planned_in(call.principal, InteractionId(interaction_id))
        return PlannedPage(items=items, next=None)

    @made.op(
        "PUT",
        "/api/v1/interactions/{interaction_id}/planned/{planned_id}",
        Permission.REPLY,
        "Send it at another time, or something else",
        body_limit_bytes=WRITING_BYTES,
    )
    async def change_planned(call: Call, interaction_id: Id, planned_id: Id, body: PlanChange) -> PlannedView:
        """409 `changed_meanwhile`, `already_sent` or `already_cancelled`."""
        plan = await later.change(
            call.principal,
            InteractionId(interaction_id),
            PlannedId(planned_id),
            version=body.version,
            send_at=body.send_at,
            text=body.text,
            unless_client_writes=body.unless_client_writes,
            letter=written_letter(body.letter),
        )
        return await shown(plan)

    @made.op(
        "DELETE",
        "/api/v1/interactions/{interaction_id}/planned/{planned_id}",
        Permission.REPLY,
        "Do not send it",
    )
    async def cancel_planned(call: Call, interaction_id: Id, planned_id: Id) -> PlannedView:
        """Answers with it as it was, text and files; 409 `already_sent` when it was too late."""
        plan = await later.cancel(call.principal, InteractionId(interaction_id), PlannedId(planned_id))
        return _with_text(await shown(plan), plan)

    # — drafts —————————————————————————————————————————————————————————————————————————————

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/drafts",
        Permission.WRITE_NOTE,
        "What one began to write here",
    )
    async def list_drafts(call: Call, interaction_id: Id) -> DraftPage:
        """One's own only."""
        items = await reads.drafts(call.principal, InteractionId(interaction_id))
        return DraftPage(items=items, next=None)

    @made.op(
        "PUT",
        "/api/v1/interactions/{interaction_id}/drafts",
        Permission.WRITE_NOTE,
        "Keep what one began to write",
        body_limit_bytes=WRITING_BYTES,
    )
    async def keep_draft(call: Call, interaction_id: Id, body: DraftText) -> KeptDraft:
        """The newest wins. An empty one is forgotten; sending removes it."""
        draft, replaced = await drafting.keep(
            call.principal,
            InteractionId(interaction_id),
            body.kind,
            channel=body.channel,
            text=body.text,
            files=named(body.attachments),
            mentions=[UserId(i) for i in body.mentions],
            window=body.window,
            version=body.version,
            letter=written_letter(body.letter),
        )
        return KeptDraft(draft=draft_view(draft), replaced_other=replaced)

    # — mentions ———————————————————————————————————————————————————————————————————————————

    @made.op("GET", "/api/v1/colleagues", Permission.READ_AGENTS, "Whom one may name in a note")
    async def list_colleagues(call: Call) -> ColleaguePage:
        """Those who share a queue, or all, as far as the role reaches."""
        people = await mentioning.colleagues(call.principal)
        items = tuple(ColleagueView(id=p.id, name=p.name, roles=p.roles) for p in people)
        return ColleaguePage(items=items, next=None)

    @made.op(
        "GET", "/api/v1/agents/me/mentions", Permission.OPEN_CONSOLE, "Notes that name one, not read yet"
    )
    async def list_mentions(call: Call, after: Cursor = "", limit: Limit = 50) -> MentionPage:
        """Newest first."""
        me = call.principal.user_id or UserId("")
        found = await reads.mentions_of(call.principal.tenant_id, me, after=after, limit=limit + 1)
        items = found[:limit]
        more = _cursor(items[-1]) if len(found) > limit else None
        return MentionPage(items=items, next=more)

    @made.op("POST", "/api/v1/agents/me/mentions/read", Permission.OPEN_CONSOLE, "These have been read")
    async def read_mentions(call: Call, body: ReadMentions) -> Done:
        """Others' stay as they are."""
        await mentioning.read(call.principal, [TouchId(i) for i in body.touch_ids])
        return Done()

    # — snoozes ————————————————————————————————————————————————————————————————————————————

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/snooze",
        Permission.REPLY,
        "Lay the conversation aside until a time, or until the client writes",
    )
    async def snooze(call: Call, interaction_id: Id, body: SnoozeWish) -> SnoozeView:
        """The agent has the room back; laid aside already, it only gets another time."""
        found = await snoozes.snooze(call.principal, InteractionId(interaction_id), body.until, body.reason)
        view = await reads.snooze_view(found.tenant_id, found.agent_id, found.interaction_id)
        if view is None:
            raise NotFound("it came back already")
        return view

    @made.op("POST", "/api/v1/interactions/{interaction_id}/wake", Permission.REPLY, "Bring it back now")
    async def wake(call: Call, interaction_id: Id) -> Done:
        """Into the hands of whoever laid it aside; asked by somebody else, into the line."""
        await snoozes.wake(call.principal, InteractionId(interaction_id))
        return Done()

    @made.op("GET", "/api/v1/agents/me/snoozed", Permission.REPLY, "What one has laid aside")
    async def list_snoozed(call: Call) -> SnoozedPage:
        """The next to return first."""
        me = call.principal.user_id or UserId("")
        return SnoozedPage(items=await reads.snoozed_by(call.principal.tenant_id, me), next=None)

    return list(made)


def _with_text(view: PlannedView, plan: PlannedReply) -> PlannedView:
    """What is over keeps no text; whoever undoes it gets the text back."""
    letter = None if plan.letter is None else plan.letter.written
    return structs.replace(view, text=plan.text, attachments=plan.attachments, letter=letter)


def _cursor(mention: MentionView) -> str:
    return f"{round(mention.at.timestamp() * 1_000_000)}.{mention.touch_id}"
