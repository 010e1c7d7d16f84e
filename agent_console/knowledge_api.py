"""Canned replies and macros: the lists that people keep."""

from collections.abc import Awaitable, Callable, Collection
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Done, Id
from agent_console.knowledge_bodies import (
    SnippetBody,
    SnippetPage,
    SnippetView,
    VariableView,
)
from agent_console.knowledge_shown import Shown, snippet_draft
from agent_console.operations import Call, Operation, Operations
from hub.crm.snippets import Snippets
from hub.desk.views import DispositionView
from hub.domain.access import Permission
from hub.domain.ids import TenantId
from hub.domain.knowledge import Snippet, SnippetId, SnippetKind, StepKind
from hub.domain.reply_template import VARIABLES
from hub.ports.knowledge import SnippetStore, Uses

Cursor = Annotated[str, Meta(max_length=200)]
Limit = Annotated[int, Meta(ge=1, le=200)]
Changed = Annotated[int, Meta(ge=1, le=2_000_000_000)]
Outcomes = Callable[[TenantId], Awaitable[tuple[DispositionView, ...]]]

BODY_LIMIT_BYTES = 512 * 1024


def operations(
    *,
    snippets: Snippets,
    store: SnippetStore,
    steps: Collection[StepKind],
    outcomes: Outcomes,
    shown: Shown,
) -> list[Operation]:
    """What people keep to write and do faster."""
    made = Operations("knowledge")

    async def outcome_names(call: Call) -> dict[str, str]:
        return {o.code: o.name for o in await outcomes(call.principal.tenant_id)}

    async def view(call: Call, snippet: Snippet) -> SnippetView:
        uses = await store.uses(call.principal.tenant_id, call.principal.user_id)
        return shown.snippet(call.principal, snippet, uses.get(snippet.id, Uses()), await outcome_names(call))

    @made.op("GET", "/api/v1/snippets", Permission.READ_KNOWLEDGE, "Canned replies and macros, by code")
    async def list_snippets(
        call: Call, kind: SnippetKind | None = None, after: Cursor = "", limit: Limit = 100
    ) -> SnippetPage:
        """Those of the house, of one's queues and one's own. With the variables and the steps there are."""
        seen = [
            (snippet, uses)
            for snippet, uses in await snippets.visible(call.principal)
            if (kind is None or snippet.kind is kind) and _place(snippet) > after
        ]
        seen.sort(key=lambda found: _place(found[0]))
        names = await outcome_names(call)
        page = seen[:limit]
        return SnippetPage(
            items=tuple(shown.snippet(call.principal, snippet, uses, names) for snippet, uses in page),
            next=_place(page[-1][0]) if len(seen) > limit else None,
            variables=tuple(VariableView(name=n, meaning=m) for n, m in VARIABLES.items()),
            steps=tuple(kind for kind in StepKind if kind in steps),
        )

    @made.op("GET", "/api/v1/snippets/{snippet_id}", Permission.READ_KNOWLEDGE, "One reply or macro")
    async def show_snippet(call: Call, snippet_id: Id) -> SnippetView:
        """Not there and not yours are the same 404."""
        return await view(call, await snippets.one(call.principal, SnippetId(snippet_id)))

    @made.op(
        "POST",
        "/api/v1/snippets",
        Permission.WRITE_KNOWLEDGE,
        "Add a reply or a macro",
        status=201,
        idempotent=True,
        body_limit_bytes=BODY_LIMIT_BYTES,
    )
    async def add_snippet(call: Call, body: SnippetBody) -> SnippetView:
        """For the house, or for queues of one's own; 422 `unknown_variable` names the text."""
        return await view(call, await snippets.add(call.principal, snippet_draft(body)))

    @made.op(
        "PUT",
        "/api/v1/snippets/{snippet_id}",
        Permission.WRITE_KNOWLEDGE,
        "Change a reply or a macro",
        body_limit_bytes=BODY_LIMIT_BYTES,
    )
    async def save_snippet(call: Call, snippet_id: Id, body: SnippetBody) -> SnippetView:
        """409 `changed_meanwhile` when `version` is not the newest."""
        saved = await snippets.save(call.principal, SnippetId(snippet_id), body.version, snippet_draft(body))
        return await view(call, saved)

    @made.op(
        "DELETE", "/api/v1/snippets/{snippet_id}", Permission.WRITE_KNOWLEDGE, "Remove a reply or a macro"
    )
    async def remove_snippet(call: Call, snippet_id: Id, version: Changed) -> Done:
        """409 `changed_meanwhile` when `version` is not the newest."""
        await snippets.remove(call.principal, SnippetId(snippet_id), version)
        return Done()

    # — one's own: what everybody with a console may have ——————————————————————————————————

    @made.op(
        "POST",
        "/api/v1/agents/me/snippets",
        Permission.OPEN_CONSOLE,
        "Add a reply or a macro of one's own",
        status=201,
        idempotent=True,
        body_limit_bytes=BODY_LIMIT_BYTES,
    )
    async def add_own_snippet(call: Call, body: SnippetBody) -> SnippetView:
        """Nobody else sees it; `reach` and `queues` do not count."""
        return await view(call, await snippets.add_own(call.principal, snippet_draft(body)))

    @made.op(
        "PUT",
        "/api/v1/agents/me/snippets/{snippet_id}",
        Permission.OPEN_CONSOLE,
        "Change a reply or a macro of one's own",
        body_limit_bytes=BODY_LIMIT_BYTES,
    )
    async def save_own_snippet(call: Call, snippet_id: Id, body: SnippetBody) -> SnippetView:
        """409 `changed_meanwhile` when `version` is not the newest."""
        saved = await snippets.save_own(
            call.principal, SnippetId(snippet_id), body.version, snippet_draft(body)
        )
        return await view(call, saved)

    @made.op(
        "DELETE",
        "/api/v1/agents/me/snippets/{snippet_id}",
        Permission.OPEN_CONSOLE,
        "Remove a reply or a macro of one's own",
    )
    async def remove_own_snippet(call: Call, snippet_id: Id, version: Changed) -> Done:
        """409 `changed_meanwhile` when `version` is not the newest."""
        await snippets.remove_own(call.principal, SnippetId(snippet_id), version)
        return Done()

    return list(made)


def _place(snippet: Snippet) -> str:
    return f"{snippet.code} {snippet.id}"
