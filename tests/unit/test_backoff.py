"""How long to wait before trying again."""

from hub.backoff import Backoff


def test_pauses_double_up_to_their_limit() -> None:
    backoff = Backoff(first_s=1, longest_s=5)

    assert [backoff.next_s() for _ in range(5)] == [1, 2, 4, 5, 5]


def test_after_a_success_they_begin_anew() -> None:
    backoff = Backoff(first_s=1, longest_s=5)
    backoff.next_s()
    backoff.next_s()

    backoff.reset()

    assert backoff.next_s() == 1
