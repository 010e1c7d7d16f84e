"""What administrators let agents choose: the outcomes with their forms, and the reasons for a pause."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import msgspec

from hub.desk.administer import draft_of
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction
from hub.domain.errors import Conflict, Invalid
from hub.domain.outcome import FieldKind, Outcome, OutcomeField, PauseReason
from hub.domain.texts import one_line
from hub.ports.clock import Clock
from hub.ports.house import HouseStore

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
T = TypeVar("T", Outcome, PauseReason)


def revision_of(items: Sequence[object]) -> str:
    """What tells one state of a list from another; whoever saves the list says which one they saw."""
    return hashlib.sha256(msgspec.json.encode(items, order="deterministic")).hexdigest()[:16]


class Choices:
    """The two lists. Each is saved whole: its order is part of it."""

    def __init__(self, store: HouseStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def outcomes(self, principal: Principal) -> list[Outcome]:
        """All outcomes in their order, retired ones too."""
        principal.require(Permission.CONFIGURE)
        return await self._store.outcomes(principal.tenant_id)

    async def save_outcomes(
        self, principal: Principal, outcomes: Sequence[Outcome], seen: str, *, address: str = ""
    ) -> list[Outcome]:
        """Set them all. An outcome that the history names may be retired, not left out.

        Raises Invalid, Conflict `changed_meanwhile` when the list is not as it was seen, `outcome_in_use`.
        """
        principal.require(Permission.CONFIGURE)
        tenant = principal.tenant_id
        known = await self._store.outcomes(tenant)
        _require_seen(known, seen)
        _require_codes([o.code for o in outcomes], "items")
        sound = [_sound(outcome, f"items.{n}") for n, outcome in enumerate(outcomes)]
        _require_parents(sound)
        queues = {q.id for q in await self._store.queues(tenant)}
        for number, outcome in enumerate(sound):
            if not queues.issuperset(outcome.rules.queues):
                raise Invalid("there is no such queue", field=f"items.{number}.queues", code="no_such_queue")
        gone = [o.code for o in known if o.code not in {s.code for s in sound}]
        if gone and await self._store.used_outcomes(tenant, gone):
            raise Conflict("the history names this outcome: retire it", code="outcome_in_use")
        action = AuditAction.CHANGE_OUTCOMES
        said = _difference(known, sound)
        draft = draft_of(principal, self._clock, action, said, reason="changed", address=address)
        await self._store.save_outcomes(tenant, sound, known, draft)
        return sound

    async def pauses(self, principal: Principal) -> list[PauseReason]:
        """All reasons in their order, retired ones too."""
        principal.require(Permission.CONFIGURE)
        return await self._store.pauses(principal.tenant_id)

    async def save_pauses(
        self, principal: Principal, pauses: Sequence[PauseReason], seen: str, *, address: str = ""
    ) -> list[PauseReason]:
        """Set them all. Raises Invalid, Conflict `changed_meanwhile`."""
        principal.require(Permission.CONFIGURE)
        known = await self._store.pauses(principal.tenant_id)
        _require_seen(known, seen)
        _require_codes([p.code for p in pauses], "items")
        if all(p.retired for p in pauses):
            raise Invalid("a pause needs a reason to choose", field="items", code="none_left")
        sound = [replace(p, names=_names(p.names)) for p in pauses]
        action = AuditAction.CHANGE_PAUSES
        said = _difference(known, sound)
        draft = draft_of(principal, self._clock, action, said, reason="changed", address=address)
        await self._store.save_pauses(principal.tenant_id, sound, known, draft)
        return sound


def _require_seen(known: Sequence[object], seen: str) -> None:
    if revision_of(known) != seen:
        raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")


def _require_codes(codes: Sequence[str], field: str) -> None:
    for number, code in enumerate(codes):
        if not CODE.fullmatch(code):
            raise Invalid(
                "small letters, digits, _ and -, 40 at most", field=f"{field}.{number}.code", code="bad_code"
            )
    for code, count in Counter(codes).items():
        if count > 1:
            number = len(codes) - 1 - codes[::-1].index(code)
            raise Invalid("this code stands there twice", field=f"{field}.{number}.code", code="code_twice")


def _require_parents(outcomes: Sequence[Outcome]) -> None:
    parents = {o.code: o.rules.parent for o in outcomes}
    for number, outcome in enumerate(outcomes):
        parent = outcome.rules.parent
        if parent and (parent == outcome.code or parents.get(parent) != ""):
            raise Invalid(
                "it stands under an outcome of the first level",
                field=f"items.{number}.parent",
                code="bad_parent",
            )


def _sound(outcome: Outcome, where: str) -> Outcome:
    rules = outcome.rules
    _require_codes([f.code for f in rules.fields], f"{where}.fields")
    for number, question in enumerate(rules.fields):
        _require_choices(question, f"{where}.fields.{number}")
    names = _names(rules.names)
    name = one_line(outcome.name, 100) or names.get("en") or next(iter(names.values()), "")
    if not name:
        raise Invalid("it needs a name", field=f"{where}.name", code="empty")
    fields = tuple(
        replace(
            f,
            names=_names(f.names),
            choices=tuple(replace(c, names=_names(c.names)) for c in f.choices),
        )
        for f in rules.fields
    )
    return replace(outcome, name=name, rules=replace(rules, names=names, fields=fields))


def _require_choices(question: OutcomeField, where: str) -> None:
    if question.kind is FieldKind.CHOICE:
        if not question.choices:
            raise Invalid("there is nothing to choose", field=f"{where}.choices", code="no_choices")
        _require_codes([c.code for c in question.choices], f"{where}.choices")
    elif question.choices:
        raise Invalid("only a choice has choices", field=f"{where}.choices", code="no_choices_here")


def _names(names: dict[str, str]) -> dict[str, str]:
    kept = {language: one_line(name, 100) for language, name in names.items()}
    return {language: name for language, name in kept.items() if name}


def _difference(known: Sequence[T], wanted: Sequence[T]) -> str:
    """The codes that were added, changed or left out, for the audit log."""
    before = {item.code: item for item in known}
    after = {item.code: item for item in wanted}
    changed = [code for code, item in after.items() if before.get(code) != item]
    gone = [f"−{code}" for code in before if code not in after]
    return one_line(", ".join(_most(changed + gone)) or "order", 200)


def _most(codes: Iterable[str]) -> list[str]:
    return list(codes)[:20]
