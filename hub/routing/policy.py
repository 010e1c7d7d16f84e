"""Which work goes to whom: the decision, on the picture alone.

Repeat: of the waiting items that somebody can take now, the one with the least (urgent at, first queued at, id). It
goes to the agent its client had last, if they can take it; else to the one whom the order of its queue names: the least
load (`fewest`), the longest idle, or who was asked longest ago (`round_robin`); of equals the longest idle, then the
smaller id. While its queue is closed nobody can take an item. An agent can take an item who

* serves its queue and has each of its skills at the level that is wanted after so much waiting, or above,
* is the one for whom it is kept, if it is kept for somebody (`owner_first_s` of the queue),
* is there, is not paused, and has no call in hand (offered, accepted or in wrap-up): a call takes the whole agent,
* has a phone that can be rung, if it is a call,
* has room: load and the item's weight are together at most FULL, and an agent who takes none of a medium never has,
* has not just declined or missed it, as long as somebody else of the staff could ever take it (`Board.avoid`).
"""

from datetime import datetime

from hub.domain.ids import QueueId
from hub.domain.queue import RoutingOrder
from hub.routing.board import Board
from hub.routing.buckets import Bucket
from hub.routing.planned import PlannedOffer, WhyFacts
from hub.routing.seat import VOICE, Rank, Seat


def plan_offers(board: Board, now: datetime, limit: int) -> list[PlannedOffer]:
    """The next decisions, `limit` at most, in their order; each is applied to the board at once.

    Fewer than `limit` mean that nobody can take anything more. Then asking again costs next to nothing until
    the picture changes, so it may be asked after every piece of news.
    """
    board.tick(now)
    planned: list[PlannedOffer] = []
    first = board.claims.first
    while len(planned) < limit and (bucket := first()) is not None:
        planned.append(_planned(board, bucket, now))
    return planned


def _planned(board: Board, bucket: Bucket, now: datetime) -> PlannedOffer:
    floor, medium, key = board.floor, bucket.medium, bucket.line[0]
    entry = key[3]
    item = entry.item
    free = floor.free[medium]
    could = bucket.staff.able & free
    queue = board.queue(item.queue_id)
    order = queue.rules.order if queue is not None else RoutingOrder.FEWEST
    if order is RoutingOrder.FEWEST:
        ranks = floor.order.first(could, bucket, free)
    else:
        ranks = [_ranked(board, item.queue_id, seat, order) for seat in floor.seats_in(could)]
    last = floor.seats.get(item.preferred_agent_id) if item.preferred_agent_id is not None else None
    if last is not None and last.bit & could:
        seat = last
    else:
        chosen = floor.slots[(ranks[0] if len(ranks) == 1 else min(ranks))[3]]
        assert chosen is not None
        seat = chosen
    chosen_rank = seat.rank if order is RoutingOrder.FEWEST else _ranked(board, item.queue_id, seat, order)
    planned = PlannedOffer(
        item=item,
        agent_id=seat.agent_id,
        weight=seat.weights[medium],
        why_facts=WhyFacts(
            at=now,
            queue_name=board.queue_names.get(item.queue_id, ""),
            place=board.lines.leave(bucket, key),
            chosen=chosen_rank,
            is_last_agent=seat is last,
            order=order,
            is_kept=bucket.needs[4] is not None,
            is_call=medium == VOICE,
            could=ranks,
            staff=bucket.staff,
            attendance=floor.attendance,
            free=free,
        ),
    )
    if order is RoutingOrder.ROUND_ROBIN:
        board.turns.take(item.queue_id, seat.agent_id)
    board.plan(bucket, entry, planned, seat)
    return planned


def _ranked(board: Board, queue_id: QueueId, seat: Seat, order: RoutingOrder) -> Rank:
    """The agent's rank under a queue's own order: what comes first in it stands where the load stands else."""
    first = board.turns.of(queue_id, seat.agent_id) if order is RoutingOrder.ROUND_ROBIN else 0
    return first, seat.idle_since_s, seat.agent_id, seat.slot
