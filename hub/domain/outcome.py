"""What the house lets agents record and choose: outcomes with the fields of their form, and reasons for a pause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.domain.errors import Invalid
from hub.domain.ids import QueueId
from hub.domain.texts import written_text

FIELD_TEXT_LIMIT = 2_000
FIELD_NUMBER_LIMIT = 1e15

Names = dict[str, str]
"""By language tag."""

Answer = str | float | bool
"""What stands in one field of a form."""


class FieldKind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeChoice:
    """One answer to choose; `code` is what is kept."""

    code: str
    names: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeField:
    """One question of the form; `code` is what its answer is kept under."""

    code: str
    names: Names = field(default_factory=dict)
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    choices: tuple[OutcomeChoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRules:
    """What an outcome asks for. `queues` are those that offer it (none: all), `parent` is the code it stands under,
    a `retired` one is offered nowhere and still has its name in the history."""

    names: Names = field(default_factory=dict)
    queues: tuple[QueueId, ...] = ()
    parent: str = ""
    fields: tuple[OutcomeField, ...] = ()
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One outcome; `name` is shown where `rules.names` has none of the reader's language."""

    code: str
    name: str
    note_required: bool = False
    rules: OutcomeRules = field(default_factory=OutcomeRules)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReason:
    """Why an agent is paused; `paid` says whether the house counts it as work."""

    code: str
    names: Names = field(default_factory=dict)
    paid: bool = True
    retired: bool = False


USUAL_PAUSES = tuple(
    PauseReason(code=code, paid=paid)
    for code, paid in (
        ("break", True),
        ("lunch", False),
        ("meeting", True),
        ("training", True),
        ("technical", True),
    )
)
"""Those of a house that has named none: the console knows their names."""


def answered(outcome: Outcome, queue_id: QueueId, given: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers to the form of `outcome` as they are kept, in the order of the form.

    Raises Invalid (`no_such_disposition`) where the queue does not offer it, and for an answer that is missing
    (`field_required`), of the wrong kind (`bad_answer`), or to no question (`no_such_field`).
    """
    rules = outcome.rules
    if rules.retired or (rules.queues and queue_id not in rules.queues):
        raise Invalid("this outcome is not offered here", field="disposition", code="no_such_disposition")
    if unknown := sorted(given.keys() - {f.code for f in rules.fields}):
        raise Invalid("the form has no such field", field=f"fields.{unknown[0]}", code="no_such_field")
    kept: dict[str, Answer] = {}
    for question in rules.fields:
        answer = _kept(question, given.get(question.code))
        if answer is not None:
            kept[question.code] = answer
        elif question.required:
            raise Invalid("this field is required", field=f"fields.{question.code}", code="field_required")
    return kept


def _kept(question: OutcomeField, answer: Answer | None) -> Answer | None:
    wrong = Invalid("this answer does not fit", field=f"fields.{question.code}", code="bad_answer")
    match question.kind, answer:
        case _, None:
            return None
        case FieldKind.YES_NO, bool():
            return answer
        case _, bool():
            raise wrong
        case FieldKind.NUMBER, int() | float() if abs(answer) <= FIELD_NUMBER_LIMIT:
            return answer
        case FieldKind.CHOICE, str():
            if answer and answer not in {choice.code for choice in question.choices}:
                raise wrong
            return answer or None
        case FieldKind.TEXT, str() if len(answer) <= FIELD_TEXT_LIMIT:
            return written_text(answer) or None
        case _:
            raise wrong
