"""By which accounts somebody may begin."""

from hub.domain.agent import Media
from hub.domain.ids import QueueId
from hub.domain.person import IdentityKind
from hub.domain.reach import Way, WayClosed, within_reach

SALES, SUPPORT, BILLING = QueueId("sales"), QueueId("support"), QueueId("billing")


def way(account: str, *queues: QueueId, address: str = "a@b.test", closed: WayClosed | None = None) -> Way:
    return Way(
        kind=IdentityKind.EMAIL,
        channel="email",
        media=Media.MAIL,
        account=account,
        thread="t",
        address=address,
        label=address,
        language="",
        queue_id=queues[0] if queues else None,
        sender=f"{account}@hub.test",
        for_queues=frozenset(queues) if queues else None,
        closed=closed,
    )


WAYS = [way("sales", SALES), way("support", SUPPORT, BILLING), way("any")]


def test_only_the_ways_of_ones_own_queues_are_there() -> None:
    assert within_reach(WAYS, frozenset({SUPPORT})) == WAYS[1:]
    assert within_reach(WAYS, frozenset({BILLING, SALES})) == WAYS
    assert within_reach(WAYS, frozenset()) == WAYS[2:]
    assert within_reach(WAYS, None) == WAYS


def test_where_there_is_no_other_way_it_is_closed_and_does_not_say_whose_it_is() -> None:
    ways = [*WAYS[:2], way("sales", SALES, address="c@d.test"), way("off", SALES, closed=WayClosed.SITE_OFF)]
    found = within_reach(ways, frozenset({BILLING}))
    assert found[0] == WAYS[1]
    (other,) = found[1:]
    assert (other.address, other.closed) == ("c@d.test", WayClosed.ACCOUNT_OF_OTHERS)
    assert (other.account, other.sender, other.queue_id) == ("", "", None)
    assert [one.closed for one in within_reach(ways[3:], frozenset())] == [WayClosed.SITE_OFF]


def test_those_to_one_address_are_one_closed_way_and_their_order_is_kept() -> None:
    ways = [way(str(n), SALES, address=f"{n % 2}@b.test") for n in range(4)]
    assert [one.address for one in within_reach(ways, frozenset({SUPPORT}))] == ["0@b.test", "1@b.test"]
