"""The answer to a visitor's hello: who they are, and how their conversation stands."""

from dataclasses import dataclass

from hub.channels.webchat.frames import HelloFrame, VisitorHello
from hub.channels.webchat.parse import account_of
from hub.channels.webchat.surroundings import Surroundings
from hub.channels.webchat.threads import Hearer, Thread
from hub.channels.webchat.visitors import new_visitor, past_of, visitor_of
from hub.domain.errors import TooMany
from hub.ports.visitors import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What to say first, and the conversation, which is held from now on."""

    frame: HelloFrame
    thread: Thread


async def greet(
    around: Surroundings, site: Site, address: str, hello: VisitorHello, socket: Hearer
) -> Greeting:
    """Meet a visitor again, or for the first time: then they are stored before they are answered.

    Raises TooMany when their address has brought too many new visitors, Unavailable when the store cannot
    tell. Either way nothing is held.
    """
    visitor = await visitor_of(around.visitors, site, hello.session)
    if visitor is not None and hello.session is not None:
        thread = around.threads.join(visitor, site, account_of(site), socket)
        try:
            return await _met_again(around, thread, hello, hello.session)
        except BaseException:
            around.threads.leave(thread, socket)
            raise
    wait_s = around.limits.new_visitor_wait_s(address, around.clock.monotonic())
    if wait_s > 0:
        raise TooMany("too many new visitors from your address", retry_after_s=wait_s)
    token = around.new_token()
    visitor = new_visitor(site, hello, token, around.settings.languages, around.new_id(), around.clock.now())
    await around.visitors.add_visitor(visitor)
    thread = around.threads.join(visitor, site, account_of(site), socket)
    thread.known = True
    return Greeting(frame=HelloFrame(session=token, resumed=False, title=site.title), thread=thread)


async def _met_again(around: Surroundings, thread: Thread, hello: VisitorHello, token: str) -> Greeting:
    settings = around.settings
    past = await past_of(
        around.visitors,
        thread.visitor,
        last_seq=hello.last_seq,
        limit=settings.history_messages,
        limit_bytes=settings.backlog_bytes // 2,
    )
    thread.newest_seq = max(thread.newest_seq, past.newest_seq)
    if not thread.known:
        state = await around.visitors.thread_state(thread.visitor)
        if not thread.known:  # another page of the visitor may have been faster
            around.threads.learn(thread, state)
    frame = HelloFrame(
        session=token,
        resumed=True,
        history=past.lines,
        title=thread.site.title,
        agent=thread.agent,
        open=thread.open,
    )
    return Greeting(frame=frame, thread=thread)
