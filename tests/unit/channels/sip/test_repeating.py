"""A 2xx goes again until its ACK comes, and whoever waits hears of it each minute."""

from hub.channels.sip.repeating import UntilAcknowledged, UntilAnswered
from hub.channels.sip.transaction import Times
from tests.unit.channels.sip.calls import answer, request

ACCEPTED = answer(request(), 200)
QUEUED = answer(request(), 182)


def sent_at(waiting: UntilAcknowledged | UntilAnswered, until_s: float) -> list[float]:
    """When it goes again, asked each time that it wants to be."""
    found: list[float] = []
    while waiting.due_s is not None and waiting.due_s <= until_s:
        now_s = waiting.due_s
        if waiting.again(now_s) is None:
            break
        found.append(now_s)
    return found


def test_a_2xx_goes_again_with_twice_the_pause_up_to_four_seconds_for_32_seconds() -> None:
    waiting = UntilAcknowledged(ACCEPTED, 100.0)
    assert sent_at(waiting, 200.0) == [100.5, 101.5, 103.5, 107.5, 111.5, 115.5, 119.5, 123.5, 127.5, 131.5]
    assert not waiting.has_failed(131.9)
    assert waiting.has_failed(132.0)
    assert waiting.again(132.0) is None


def test_an_ack_ends_it() -> None:
    waiting = UntilAcknowledged(ACCEPTED, 0.0)
    assert waiting.again(0.5) == ACCEPTED
    waiting.acknowledged()
    assert waiting.due_s is None
    assert waiting.again(1.5) is None
    assert not waiting.has_failed(1_000.0)


def test_it_does_not_go_before_its_time() -> None:
    waiting = UntilAcknowledged(ACCEPTED, 0.0, Times(t1_s=1))
    assert waiting.again(0.99) is None
    assert waiting.due_s == 1.0


def test_who_waits_hears_of_it_each_minute() -> None:
    assert sent_at(UntilAnswered(QUEUED, 10.0), 200.0) == [70.0, 130.0, 190.0]
    assert UntilAnswered(QUEUED, 10.0).again(69.9) is None
