"""What a hub must have before anybody can write to it: made at the first start, changed by people afterwards."""

from crm_store.floor import FloorStore
from crm_store.store import Store
from crm_store.webchat import Visitors
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.domain.ids import DEFAULT_TENANT, QueueId
from hub.domain.queue import Queue
from hub.ids import new_id
from hub.ports.visitors import Site
from hub.usual_outcomes import FOLLOW_UP, NO_ANSWER, RESOLVED, SPAM

QUEUE = "support"
SITE = "default"
DEMO_SITE = "demo"
"""The site of the hub's own demonstration page, `/chat/demo`."""

_OUTCOMES = (RESOLVED, FOLLOW_UP, NO_ANSWER, SPAM)


async def lay_first_floor(store: Store) -> None:
    """One queue, the usual outcomes, and a web-chat site for the hub's own pages, unless there is a queue."""
    floor = FloorStore(store, SystemClock(), encode=encode)
    visitors = Visitors(store, encode=encode)
    queues = await floor.all_queues(DEFAULT_TENANT)
    if queues and (len(queues) > 1 or queues[0].name != QUEUE or await visitors.site(SITE)):
        return  # somebody made this house their own, or it is furnished already
    queue = (
        queues[0]
        if queues
        else Queue(id=QueueId(new_id()), tenant_id=DEFAULT_TENANT, name=QUEUE, languages=("en", "ru", "tr"))
    )
    await floor.put_queue(queue)
    await floor.put_dispositions(DEFAULT_TENANT, _OUTCOMES)
    for key in (DEMO_SITE, SITE):  # the last one says that all is there
        await visitors.put_site(
            Site(key=key, tenant_id=DEFAULT_TENANT, queue_id=queue.id, title="Support", origins=())
        )
