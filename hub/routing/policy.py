"""Which work goes to whom: the decision, on the picture alone.

Repeat: of the waiting items that somebody can take now, the one with the least (urgent at, first queued at, id). It
goes to the agent its client had last, if they can take it; else to the one with the least load, then the longest
idle, then the smaller id. An agent can take an item who

* serves its queue and has each of its skills at the wanted level or above,
* is there, is not paused, and has no call in hand (offered, accepted or in wrap-up): a call takes the whole agent,
* has room: load and the item's weight are together at most FULL, and an agent who takes none of a medium never has,
* has not just declined or missed it, as long as somebody else of the staff could ever take it (`Board.avoid`).
"""

from datetime import datetime

from hub.routing.board import Board
from hub.routing.buckets import Bucket
from hub.routing.planned import PlannedOffer, WhyFacts


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
    ranks = floor.order.first(could, bucket, free)
    last = floor.seats.get(item.preferred_agent_id) if item.preferred_agent_id is not None else None
    if last is not None and last.bit & could:
        seat = last
    else:
        chosen = floor.slots[(ranks[0] if len(ranks) == 1 else min(ranks))[3]]
        assert chosen is not None
        seat = chosen
    planned = PlannedOffer(
        item=item,
        agent_id=seat.agent_id,
        weight=seat.weights[medium],
        why_facts=WhyFacts(
            at=now,
            queue_name=board.queue_names.get(item.queue_id, ""),
            place=board.lines.leave(bucket, key),
            chosen=seat.rank,
            is_last_agent=seat is last,
            could=ranks,
            staff=bucket.staff,
            attendance=floor.attendance,
            free=free,
        ),
    )
    board.plan(bucket, entry, planned, seat)
    return planned
