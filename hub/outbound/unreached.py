"""What follows when an agent's reply did not arrive, or may not have: its writer is told wherever they work now, and a
conversation that was closed over it is work again."""

from datetime import datetime

import structlog

from hub.domain.agent import Media
from hub.domain.events import DeliveryChanged, NoticeSent
from hub.domain.ids import InteractionId, NoticeId, QueueId, UserId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.mail_account import EMAIL
from hub.domain.notice import WORK_AGAIN, Notice, NoticeKind
from hub.domain.queue import Queue
from hub.domain.touch import Delivery
from hub.domain.work import REPLY_FAILED
from hub.engaging import engaged, in_line
from hub.ids import new_id
from hub.ports.channel import ChannelSpec, WhoSends
from hub.ports.clock import Clock
from hub.ports.store import NotReached, SendingUnit

log = structlog.get_logger(__name__)

NOT_REACHED = frozenset({Delivery.FAILED, Delivery.UNCERTAIN})


def not_reached(spec: ChannelSpec, clock: Clock) -> NotReached:
    """What is to be done in the commit in which a reply of this channel became `failed` or `uncertain`.

    Replies that nobody wrote (acknowledgements, questions after the close) tell nobody and bring nothing back. Nor does
    a reply of a conversation that is over where the client holds the line (web chat): they have left before they read
    it, and nothing of ours went wrong.
    """

    async def told(unit: SendingUnit, news: DeliveryChanged) -> None:
        if news.agent_id is None or news.delivery not in NOT_REACHED:
            return
        interaction = (await unit.interactions([news.interaction_id])).get(news.interaction_id)
        if interaction is None:
            return
        now = clock.now()
        about, detail = interaction.id, ""
        if interaction.state is InteractionState.CLOSED:
            if spec.who_sends is WhoSends.HOLDING_NODE:
                return
            about, detail = await _open_again(unit, interaction, news, news.agent_id, now), WORK_AGAIN
        notice = _notice(news, news.agent_id, about, detail, now)
        unit.add_notice(notice)
        unit.emit(NoticeSent(tenant_id=news.tenant_id, notice=notice))

    return told


async def _open_again(
    unit: SendingUnit, closed: Interaction, news: DeliveryChanged, author: UserId, now: datetime
) -> InteractionId:
    """The conversation in which the client of that reply is somebody's work: a new one, unless one is open in any
    thread of the closed one already, as after an earlier reply that failed or when the client has written meanwhile."""
    sessions = await unit.sessions_beside(news.touch_id)
    for session in sessions:
        there = await unit.open_thread(session.account, session.thread)
        if there is not None:
            return there.interaction.id
    place = sessions[0]
    queue = _line(await unit.queues(), closed.queue_id)
    interaction = await engaged(
        unit,
        place,
        queue,
        person_id=closed.person_id,
        language=closed.language,
        agent_id=author,
        now=now,
    )
    media = Media.MAIL if place.channel == EMAIL else Media.CHAT
    in_line(
        unit,
        interaction,
        queue,
        now,
        channel=place.channel,
        media=media,
        reason=REPLY_FAILED,
        person=await unit.person(closed.person_id),
    )
    log.info("work_again", interaction_id=interaction.id, closed=closed.id, touch_id=news.touch_id)
    return interaction.id


def _line(queues: dict[QueueId, Queue], queue_id: QueueId) -> Queue:
    """Where it is work: what takes over from a queue that was retired meanwhile, if anything does."""
    queue = queues[queue_id]
    heir = None if queue.rules.retired_to is None else queues.get(queue.rules.retired_to)
    return heir if queue.rules.retired and heir is not None else queue


def _notice(
    news: DeliveryChanged, author: UserId, about: InteractionId, detail: str, now: datetime
) -> Notice:
    is_failed = news.delivery is Delivery.FAILED
    return Notice(
        id=NoticeId(new_id()),
        tenant_id=news.tenant_id,
        user_id=author,
        kind=NoticeKind.REPLY_FAILED if is_failed else NoticeKind.REPLY_UNCERTAIN,
        by_id=None,
        by="",
        detail=detail,
        interaction_id=about,
        at=now,
    )
