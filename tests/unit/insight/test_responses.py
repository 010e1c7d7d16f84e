"""A gap lasts from the first message without an answer to the agent's next one."""

from hub.domain.ids import InteractionId
from hub.domain.touch import Direction
from hub.insight.responses import ResponseGap, mean_response_s, response_gaps
from hub.ports.insight import TouchMark
from tests.unit.insight.stories import at

ONE, OTHER = InteractionId("i1"), InteractionId("i2")


def talk(interaction_id: InteractionId, *messages: tuple[str, float]) -> list[TouchMark]:
    """`client`, `agent`, `program` or `note`, and when."""
    directions = {"client": Direction.INBOUND, "note": Direction.INTERNAL}
    return [
        TouchMark(
            interaction_id=interaction_id,
            seq=seq,
            direction=directions.get(who, Direction.OUTBOUND),
            at=at(second),
            by_agent=who in {"agent", "note"},
        )
        for seq, (who, second) in enumerate(messages, 1)
    ]


def gap(
    interaction_id: InteractionId, asked_s: float, answered_s: float | None, *, first: bool
) -> ResponseGap:
    return ResponseGap(
        interaction_id=interaction_id,
        asked_at=at(asked_s),
        answered_at=None if answered_s is None else at(answered_s),
        first=first,
    )


def test_several_messages_in_a_row_are_one_gap_from_the_first_of_them() -> None:
    marks = talk(ONE, ("client", 0), ("client", 5), ("agent", 30), ("agent", 40))

    assert response_gaps(marks) == [gap(ONE, 0, 30, first=True)]


def test_after_an_answer_the_next_message_opens_the_next_gap() -> None:
    marks = talk(ONE, ("client", 0), ("agent", 30), ("client", 50), ("agent", 60))

    assert response_gaps(marks) == [gap(ONE, 0, 30, first=True), gap(ONE, 50, 60, first=False)]


def test_neither_a_program_nor_a_note_answers_a_client() -> None:
    marks = talk(ONE, ("client", 0), ("program", 1), ("note", 2), ("agent", 30))

    assert response_gaps(marks) == [gap(ONE, 0, 30, first=True)]


def test_what_the_agent_writes_unasked_is_no_answer() -> None:
    assert response_gaps(talk(ONE, ("agent", 0), ("agent", 30))) == []


def test_where_the_agent_wrote_first_no_gap_is_the_first() -> None:
    marks = talk(ONE, ("agent", 0), ("client", 10), ("agent", 40))

    assert response_gaps(marks) == [gap(ONE, 10, 40, first=False)]


def test_a_message_nobody_answered_is_a_gap_without_an_end() -> None:
    assert response_gaps(talk(ONE, ("client", 7))) == [gap(ONE, 7, None, first=True)]


def test_interactions_do_not_answer_each_other() -> None:
    marks = talk(ONE, ("client", 0)) + talk(OTHER, ("client", 10), ("agent", 20))

    assert response_gaps(marks) == [gap(OTHER, 10, 20, first=True), gap(ONE, 0, None, first=True)]


def test_the_means_of_first_and_next_responses_are_kept_apart() -> None:
    gaps = response_gaps(
        talk(ONE, ("client", 0), ("agent", 30), ("client", 50), ("agent", 60))
        + talk(OTHER, ("client", 0), ("agent", 10), ("client", 50), ("agent", 54))
    )

    assert mean_response_s(gaps, at(100), first=True) == 20
    assert mean_response_s(gaps, at(100), first=False) == 7


def test_an_answer_after_the_moment_of_measuring_is_not_known_yet() -> None:
    gaps = response_gaps(talk(ONE, ("client", 0), ("agent", 30)))

    assert mean_response_s(gaps, at(29), first=True) is None
    assert mean_response_s(gaps, at(30), first=True) == 30
