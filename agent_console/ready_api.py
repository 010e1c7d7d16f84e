"""What an agent uses in a conversation: replies and macros filled for it, macros run, uses counted."""

from agent_console.bodies import Done, Id
from agent_console.knowledge_api import Outcomes
from agent_console.knowledge_bodies import MacroResult, ReadyPage, RunMacro, StepResult, UseBody
from agent_console.knowledge_shown import Shown
from agent_console.operations import Call, Operation, Operations
from hub.crm.articles import Articles
from hub.crm.snippets import Snippets
from hub.desk.macros import Macros, PlannedStep
from hub.desk.ready import Occasion, Occasions
from hub.domain.access import Permission
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import InteractionId
from hub.domain.knowledge import ArticleId, Snippet, SnippetId, SnippetKind, StepKind
from hub.domain.reply_template import filled
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.knowledge import SnippetStore


def operations(
    *,
    snippets: Snippets,
    articles: Articles,
    store: SnippetStore,
    macros: Macros,
    occasions: Occasions,
    outcomes: Outcomes,
    shown: Shown,
    clock: Clock,
) -> list[Operation]:
    """Everything here is about one conversation, and about what an agent does in it."""
    made = Operations("knowledge")

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/snippets",
        Permission.READ_INTERACTION,
        "Replies and macros for this conversation, filled",
    )
    async def ready_snippets(call: Call, interaction_id: Id) -> ReadyPage:
        """In the client's language, else the queue's, else any; those one uses most come first."""
        occasion = await occasions.of(call.principal, InteractionId(interaction_id))
        if not call.principal.may(Permission.READ_KNOWLEDGE):
            return ReadyPage(items=(), next=None)
        names = {o.code: o.name for o in await outcomes(call.principal.tenant_id)}
        queue_id = occasion.interaction.queue.id
        items = [
            shown.ready(snippet, uses, occasion, names)
            for snippet, uses in await snippets.visible(call.principal)
            if not snippet.queues or queue_id in snippet.queues
        ]
        items.sort(key=lambda item: (-item.own_uses, -item.uses, item.code))
        return ReadyPage(items=tuple(items), next=None)

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/macros/{snippet_id}/run",
        Permission.REPLY,
        "Run a macro on this conversation",
        idempotent=True,
    )
    async def run_macro(call: Call, interaction_id: Id, snippet_id: Id, body: RunMacro) -> MacroResult:
        """Its steps in order, until one fails: the answer says which, and why. 422 `missing_value` names a variable
        that nothing is known for; then nothing was done."""
        occasion = await occasions.of(call.principal, InteractionId(interaction_id))
        macro = await snippets.one(call.principal, SnippetId(snippet_id))
        if macro.kind is not SnippetKind.MACRO:
            raise NotFound("there is no such macro")
        if macro.version != body.version:
            raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")
        steps = _planned(macro, occasion, body)
        outcomes_ = await macros.run(
            call.principal,
            InteractionId(interaction_id),
            steps,
            key=f"{call.idempotency_key or new_id()}:{macro.id}",
            start_at=body.start_at,
        )
        if call.principal.user_id is not None:
            await store.count_use(call.principal.tenant_id, call.principal.user_id, macro.id, clock.now())
        tried = steps[body.start_at : body.start_at + len(outcomes_)]
        is_done = all(outcome.is_done for outcome in outcomes_)
        inserted = [
            s.text for s, o in zip(tried, outcomes_, strict=True) if s.kind is StepKind.INSERT and o.is_done
        ]
        return MacroResult(
            steps=tuple(StepResult(kind=o.kind, code=o.code, detail=o.detail, was=o.was) for o in outcomes_),
            is_done=is_done,
            insert="\n\n".join(inserted),
        )

    @made.op("POST", "/api/v1/knowledge/uses", Permission.READ_KNOWLEDGE, "Count a use", idempotent=True)
    async def count_use(call: Call, body: UseBody) -> Done:
        """Of a reply or an article that was inserted. What is not in reach is not counted."""
        try:
            await snippets.one(call.principal, SnippetId(body.item_id))
        except NotFound:
            try:
                await articles.one(call.principal, ArticleId(body.item_id))
            except NotFound:
                return Done()
        if call.principal.user_id is not None:
            await store.count_use(call.principal.tenant_id, call.principal.user_id, body.item_id, clock.now())
        return Done()

    return list(made)


def _planned(macro: Snippet, occasion: Occasion, body: RunMacro) -> list[PlannedStep]:
    """The steps with their texts. Raises Invalid (`missing_value`), `field` being the variable."""
    channels = occasion.interaction.reply_channels
    channel = body.channel or (channels[0] if channels else "")
    steps: list[PlannedStep] = []
    for step in macro.steps:
        _, text = occasion.text(step.texts, dict(body.values))
        note = filled(step.note, {**body.values, **occasion.values})
        for name in (*text.missing, *note.missing):
            raise Invalid(f"nothing is known for {{{name}}}", field=name, code="missing_value")
        steps.append(
            PlannedStep(kind=step.kind, text=text.text, value=step.value, note=note.text, channel=channel)
        )
    return steps
