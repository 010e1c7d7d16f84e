"""What becomes of the rows of one batch of an import, whatever they are of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hub.crm.imports import BadRow, Draft, ImportCounts
from hub.domain.events import Event
from hub.domain.ids import PersonId


@dataclass(frozen=True, slots=True)
class MayBe:
    """A row whose client, or organization, was added and may be one we have."""

    number: int
    added_id: str
    other_id: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """Counted while a batch is taken. `maybe`, and `several` that a refused row may mean, are by the row's number."""

    added: int = 0
    updated: int = 0
    skipped: int = 0
    bad: list[BadRow] = field(default_factory=list)
    maybe: dict[int, MayBe] = field(default_factory=dict)
    several: dict[int, tuple[PersonId, PersonId]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    @property
    def counts(self) -> ImportCounts:
        """What became of the rows."""
        return ImportCounts(
            added=self.added,
            updated=self.updated,
            skipped=self.skipped,
            bad=len(self.bad),
            maybe=len(self.maybe),
        )

    def refuse(self, draft: Draft, reason: str, several: Collection[PersonId] = ()) -> None:
        """This row could not be taken; `several` clients it may mean."""
        if len(several) > 1:
            one, other, *_ = sorted(several)
            self.several[draft.number] = (one, other)
        self.bad.append(BadRow(number=draft.number, raw=draft.raw, reason=reason))

    def may_be(self, draft: Draft, added_id: str, other_id: str, reason: str) -> None:
        """Whoever this row added may be the other; the first that is said of a row counts."""
        self.maybe.setdefault(draft.number, MayBe(draft.number, added_id, other_id, reason))


class Taking(Protocol):
    """Takes rows within a transaction. Afterwards `outcome` says what became of them."""

    outcome: Outcome

    async def take(self, drafts: Sequence[Draft]) -> None:
        """All of these, in order. Raises Conflict (`raced`) when somebody stored the same first."""
        ...
