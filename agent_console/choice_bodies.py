"""Bodies of what agents choose from: outcomes with their forms, and reasons for a pause."""

from typing import Annotated

from msgspec import Meta, field

from agent_console.bodies import Answer, Body, Id
from agent_console.floor_bodies import Code, Names
from hub.desk.views import DispositionView
from hub.domain.ids import QueueId
from hub.domain.outcome import FieldKind, Outcome, OutcomeChoice, OutcomeField, OutcomeRules, PauseReason


class ChoiceBody(Body, frozen=True, kw_only=True):
    """One answer to choose."""

    code: Code
    names: Names = field(default_factory=dict)


class FieldBody(Body, frozen=True, kw_only=True):
    """One question of the form."""

    code: Code
    names: Names = field(default_factory=dict)
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    choices: Annotated[tuple[ChoiceBody, ...], Meta(max_length=50)] = ()


class OutcomeBody(Body, frozen=True, kw_only=True):
    """One outcome, with its form."""

    code: Code
    name: Annotated[str, Meta(max_length=100)] = ""
    note_required: bool = False
    names: Names = field(default_factory=dict)
    queues: Annotated[tuple[Id, ...], Meta(max_length=500)] = ()
    parent: Annotated[str, Meta(max_length=40)] = ""
    fields: Annotated[tuple[FieldBody, ...], Meta(max_length=20)] = ()
    retired: bool = False

    def outcome(self) -> Outcome:
        """As the domain knows it."""
        return Outcome(
            code=self.code,
            name=self.name,
            note_required=self.note_required,
            rules=OutcomeRules(
                names=dict(self.names),
                queues=tuple(QueueId(q) for q in self.queues),
                parent=self.parent,
                fields=tuple(
                    OutcomeField(
                        code=f.code,
                        names=dict(f.names),
                        kind=f.kind,
                        required=f.required,
                        choices=tuple(OutcomeChoice(code=c.code, names=dict(c.names)) for c in f.choices),
                    )
                    for f in self.fields
                ),
                retired=self.retired,
            ),
        )


class OutcomeList(Body, frozen=True, kw_only=True):
    """All outcomes in their order, and the revision that was seen."""

    seen: Annotated[str, Meta(max_length=64)]
    items: Annotated[tuple[OutcomeBody, ...], Meta(max_length=200)]


class OutcomePage(Answer, frozen=True, kw_only=True):
    """All outcomes, retired ones too; `revision` is what a change must have seen."""

    items: tuple[DispositionView, ...]
    revision: str
    next: str | None = None


class PauseBody(Body, frozen=True, kw_only=True):
    """One reason for a pause."""

    code: Code
    names: Names = field(default_factory=dict)
    paid: bool = True
    retired: bool = False

    def pause(self) -> PauseReason:
        """As the domain knows it."""
        return PauseReason(code=self.code, names=dict(self.names), paid=self.paid, retired=self.retired)


class PauseList(Body, frozen=True, kw_only=True):
    """All reasons in their order, and the revision that was seen."""

    seen: Annotated[str, Meta(max_length=64)]
    items: Annotated[tuple[PauseBody, ...], Meta(max_length=50)]


class PausePage(Answer, frozen=True, kw_only=True):
    """All reasons, retired ones too; `revision` is what a change must have seen."""

    items: tuple[PauseReason, ...]
    revision: str
    next: str | None = None
