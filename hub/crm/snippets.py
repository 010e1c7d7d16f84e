"""Canned replies and macros: who may see, make, change and remove them, and what makes a good one."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from hub.crm.edits import tags_of
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.knowledge import (
    CODE_SHAPE,
    LANGUAGE_SHAPE,
    LAST_STEPS,
    TEXT_STEPS,
    Reach,
    Snippet,
    SnippetId,
    SnippetKind,
    Step,
    StepKind,
    may_change,
    sees_snippet,
)
from hub.domain.person import Tier
from hub.domain.reply_template import require_known_variables
from hub.domain.texts import is_clean_text, one_line, written_text
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.knowledge import SnippetStore, Uses

LONGEST_TEXT = 8_000
LONGEST_SNOOZE_MIN = 60 * 24 * 60
MOST_LANGUAGES = 12
MOST_STEPS = 12

OutcomeCodes = Callable[[TenantId], Awaitable[Collection[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetDraft:
    """What somebody wants a reply or a macro to be."""

    kind: SnippetKind
    code: str
    title: str
    texts: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    reach: Reach = Reach.HOUSE
    queues: frozenset[QueueId] = frozenset()


class Snippets:
    """Every action checks the role, then whether the thing is in reach, then what is wanted of it, in that order."""

    def __init__(
        self,
        store: SnippetStore,
        clock: Clock,
        *,
        queue_ids: Callable[[], Collection[QueueId]],
        outcome_codes: OutcomeCodes,
        steps_done: Collection[StepKind],
    ) -> None:
        self._store = store
        self._clock = clock
        self._queue_ids = queue_ids
        self._outcome_codes = outcome_codes
        self._steps_done = steps_done

    async def visible(self, principal: Principal) -> list[tuple[Snippet, Uses]]:
        """What the principal may use, by code; those of others are left out."""
        principal.require(Permission.READ_KNOWLEDGE)
        uses = await self._store.uses(principal.tenant_id, principal.user_id)
        found = await self._store.snippets(principal.tenant_id)
        return [(s, uses.get(s.id, Uses())) for s in found if sees_snippet(principal, s)]

    async def one(self, principal: Principal, snippet_id: SnippetId) -> Snippet:
        """Raises NotFound for one that is not there or not in reach."""
        principal.require(Permission.READ_KNOWLEDGE)
        return await self._seen(principal, snippet_id)

    async def add(self, principal: Principal, draft: SnippetDraft) -> Snippet:
        """For the house or for queues. Raises Forbidden (`beyond_your_queues`), Invalid, Conflict (`code_taken`)."""
        principal.require(Permission.WRITE_KNOWLEDGE)
        if draft.reach is Reach.PERSONAL:
            raise Invalid(
                "what is for oneself is kept with oneself", field="reach", code="personal_elsewhere"
            )
        _require_right(principal, draft)
        snippet = await self._checked(principal, draft, SnippetId(new_id()), owner_id=None)
        await self._store.add_snippet(snippet, self._noted(principal, snippet, "added"))
        return snippet

    async def save(
        self, principal: Principal, snippet_id: SnippetId, version: int, draft: SnippetDraft
    ) -> Snippet:
        """Raises NotFound, Forbidden (`beyond_your_queues`), Invalid, Conflict (`changed_meanwhile`, `code_taken`)."""
        before = await self._changeable(principal, snippet_id, version)
        if draft.reach is Reach.PERSONAL:
            raise Invalid(
                "what is for oneself is kept with oneself", field="reach", code="personal_elsewhere"
            )
        _require_right(principal, draft)
        after = await self._checked(principal, draft, before.id, owner_id=None, version=version + 1)
        await self._store.save_snippet(after, self._noted(principal, after, "changed"))
        return after

    async def remove(self, principal: Principal, snippet_id: SnippetId, version: int) -> None:
        """Raises NotFound, Forbidden (`beyond_your_queues`), Conflict (`changed_meanwhile`)."""
        before = await self._changeable(principal, snippet_id, version)
        await self._store.remove_snippet(before, self._noted(principal, before, "removed"))

    # — one's own: nobody else sees them, and no log is kept of them ————————————————————————

    async def add_own(self, principal: Principal, draft: SnippetDraft) -> Snippet:
        """Raises Invalid, Conflict (`code_taken`)."""
        owner = _owner(principal)
        snippet = await self._checked(
            principal, replace(draft, reach=Reach.PERSONAL), SnippetId(new_id()), owner_id=owner
        )
        await self._store.add_snippet(snippet, None)
        return snippet

    async def save_own(
        self, principal: Principal, snippet_id: SnippetId, version: int, draft: SnippetDraft
    ) -> Snippet:
        """Raises NotFound, Invalid, Conflict (`changed_meanwhile`, `code_taken`)."""
        before = await self._own(principal, snippet_id, version)
        wanted = replace(draft, reach=Reach.PERSONAL)
        after = await self._checked(
            principal, wanted, before.id, owner_id=before.owner_id, version=version + 1
        )
        await self._store.save_snippet(after, None)
        return after

    async def remove_own(self, principal: Principal, snippet_id: SnippetId, version: int) -> None:
        """Raises NotFound, Conflict (`changed_meanwhile`)."""
        await self._store.remove_snippet(await self._own(principal, snippet_id, version), None)

    # — steps of the actions ———————————————————————————————————————————————————————————————

    async def _seen(self, principal: Principal, snippet_id: SnippetId) -> Snippet:
        found = await self._store.snippet(principal.tenant_id, snippet_id)
        if found is None or not sees_snippet(principal, found):
            raise NotFound("there is no such reply or macro")
        return found

    async def _changeable(self, principal: Principal, snippet_id: SnippetId, version: int) -> Snippet:
        principal.require(Permission.WRITE_KNOWLEDGE)
        found = await self._seen(principal, snippet_id)
        if found.reach is Reach.PERSONAL:
            raise NotFound("there is no such reply or macro")
        if not may_change(principal, found.queues, is_house=found.reach is Reach.HOUSE):
            raise Forbidden("it belongs to more than your queues", code="beyond_your_queues")
        _require_version(found, version)
        return found

    async def _own(self, principal: Principal, snippet_id: SnippetId, version: int) -> Snippet:
        found = await self._seen(principal, snippet_id)
        if found.reach is not Reach.PERSONAL:
            raise NotFound("there is no such reply or macro")
        _require_version(found, version)
        return found

    async def _checked(
        self,
        principal: Principal,
        draft: SnippetDraft,
        snippet_id: SnippetId,
        *,
        owner_id: UserId | None,
        version: int = 1,
    ) -> Snippet:
        code = draft.code.strip().lower()
        if not CODE_SHAPE.fullmatch(code):
            raise Invalid("letters, digits, dots and dashes, 40 at most", field="code", code="bad_code")
        if not (title := one_line(draft.title, 200)):
            raise Invalid("give it a title", field="title", code="empty")
        queues = draft.queues if draft.reach is Reach.QUEUES else frozenset[QueueId]()
        if draft.reach is Reach.QUEUES and (not queues or not queues <= set(self._queue_ids())):
            raise Invalid("choose a queue that there is", field="queues", code="no_such_queue")
        is_reply = draft.kind is SnippetKind.REPLY
        return Snippet(
            id=snippet_id,
            tenant_id=principal.tenant_id,
            kind=draft.kind,
            code=code,
            title=title,
            texts=checked_texts(draft.texts, "texts") if is_reply else {},
            steps=() if is_reply else await self._checked_steps(principal.tenant_id, draft.steps),
            reach=draft.reach,
            owner_id=owner_id,
            queues=queues,
            version=version,
            updated_at=self._clock.now(),
            updated_by=principal.name,
        )

    async def _checked_steps(self, tenant_id: TenantId, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if not 1 <= len(steps) <= MOST_STEPS:
            raise Invalid(f"a macro has 1 to {MOST_STEPS} steps", field="steps", code="no_steps")
        for place, step in enumerate(steps[:-1]):
            if step.kind in LAST_STEPS:
                raise Invalid("nothing can follow this step", field=f"steps.{place}", code="not_last")
        codes = await self._outcome_codes(tenant_id)
        return tuple(self._checked_step(step, f"steps.{n}", codes) for n, step in enumerate(steps))

    def _checked_step(self, step: Step, where: str, outcomes: Collection[str]) -> Step:
        if step.kind not in self._steps_done:
            raise Invalid("this hub cannot do that", field=where, code="no_such_step")
        if step.kind in TEXT_STEPS:
            return Step(kind=step.kind, texts=checked_texts(step.texts, f"{where}.texts"))
        value = one_line(step.value, 100)
        is_good = {
            StepKind.TAG: bool(tags_of(value.split(","))),
            StepKind.LANGUAGE: LANGUAGE_SHAPE.fullmatch(value) is not None,
            StepKind.TIER: value in set(Tier),
            StepKind.TRANSFER: value in self._queue_ids(),
            StepKind.CLOSE: value in outcomes,
            StepKind.SNOOZE: value.isascii()
            and value.isdecimal()
            and 1 <= int(value[:9]) <= LONGEST_SNOOZE_MIN,
        }[step.kind]
        if not is_good:
            raise Invalid("choose what this step shall do", field=f"{where}.value", code="bad_step")
        if not is_clean_text(step.note):
            raise Invalid(
                "there are control characters in it", field=f"{where}.note", code="control_characters"
            )
        note = written_text(step.note)[:LONGEST_TEXT]
        require_known_variables(note, f"{where}.note")
        return Step(kind=step.kind, value=value, note=note)

    def _noted(self, principal: Principal, snippet: Snippet, reason: str) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=AuditAction.CHANGE_KNOWLEDGE,
            object=f"{snippet.kind} {snippet.id}",
            reason=reason,
            address=principal.address,
        )


def checked_texts(texts: Mapping[str, str], where: str) -> dict[str, str]:
    """Texts by language, without empty ones. Raises Invalid: none at all, too long, an unknown variable, control
    characters."""
    for tag, text in texts.items():
        if not is_clean_text(text):
            raise Invalid(
                "there are control characters in it",
                field=f"{where}.{one_line(tag, 10)}",
                code="control_characters",
            )
    kept = {tag: written_text(text) for tag, text in texts.items()}
    kept = {tag: text for tag, text in kept.items() if text}
    if not kept:
        raise Invalid("write a text in at least one language", field=where, code="empty")
    if len(kept) > MOST_LANGUAGES:
        raise Invalid(f"{MOST_LANGUAGES} languages at most", field=where, code="too_many_languages")
    for tag, text in kept.items():
        if not LANGUAGE_SHAPE.fullmatch(tag):
            raise Invalid("a language is two or three small letters", field=where, code="bad_language")
        if len(text) > LONGEST_TEXT:
            raise Invalid(f"{LONGEST_TEXT} characters at most", field=f"{where}.{tag}", code="too_long")
        require_known_variables(text, f"{where}.{tag}")
    return kept


def _owner(principal: Principal) -> UserId:
    if principal.user_id is None:
        raise Forbidden("only somebody who signs in has things of their own")
    return principal.user_id


def _require_right(principal: Principal, draft: SnippetDraft) -> None:
    if not may_change(principal, draft.queues, is_house=draft.reach is Reach.HOUSE):
        raise Forbidden("you may write for your own queues only", code="beyond_your_queues")


def _require_version(snippet: Snippet, version: int) -> None:
    if snippet.version != version:
        raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")
