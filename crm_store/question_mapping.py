"""What is asked with buttons, as rows and back."""

from datetime import datetime

import msgspec

from crm_store.driver import Row
from crm_store.instants import from_us, to_us
from crm_store.mapping import at, columns, text, us
from crm_store.rows.telegram import questions
from hub.domain.ids import InteractionId, TenantId, TouchId
from hub.domain.question import AskedQuestion, Choice, Question, QuestionKind

QUESTION = f"{columns(questions, 'q.')}, t.text, s.address"
"""What `question_of` reads; the touch that asks is `t`, its session `s`."""

QUESTION_WIDTH = len(questions.columns) + 2

SETTLE_QUESTION = (
    "UPDATE questions SET settled_at = $1, answer = $2, buttons_due = $3 WHERE tenant_id = $4 AND touch_id = $5"
    " AND settled_at IS NULL"
)
"""As `settled` makes its parameters."""

_choices = msgspec.json.Decoder(tuple[Choice, ...]).decode


def question_row(asked: AskedQuestion) -> Row:
    """A row of `questions`."""
    question = asked.question
    return (
        asked.touch_id,
        asked.tenant_id,
        asked.interaction_id,
        asked.account,
        asked.thread,
        question.kind.value,
        text(question.choices),
        to_us(asked.asked_at),
        us(question.until),
        us(asked.settled_at),
        asked.answer,
        None,
    )


def settled(touch_id: TouchId, tenant_id: TenantId, answer: int | None, when: datetime) -> Row:
    """It stands no more. Who chose an answer sees it in place of the buttons; else these are to be taken away."""
    at_us = to_us(when)
    return (at_us, answer, at_us if answer is None else None, tenant_id, touch_id)


def question_of(r: Row) -> AskedQuestion:
    """The question of a row, and the text it was asked with."""
    return AskedQuestion(
        touch_id=TouchId(r[0]),
        tenant_id=TenantId(r[1]),
        interaction_id=InteractionId(r[2]),
        account=r[3],
        thread=r[4],
        question=Question(kind=QuestionKind(r[5]), choices=_choices(r[6]), until=at(r[8])),
        asked_at=from_us(r[7]),
        settled_at=at(r[9]),
        answer=r[10],
        text=r[12],
        address=r[13],
    )
