"""The answer to a visitor's hello: who they are, and how their conversation stands."""

from dataclasses import dataclass, replace

from hub.channels.webchat.frames import HelloFrame, VisitorHello
from hub.channels.webchat.opening import hours_for, view_of
from hub.channels.webchat.parse import about_again, account_of, language_of
from hub.channels.webchat.shown import words_of
from hub.channels.webchat.surroundings import Surroundings
from hub.channels.webchat.threads import Hearer, Thread
from hub.channels.webchat.visitors import Past, new_visitor, past_of, visitor_of
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
    thread.language = visitor.language
    try:
        return Greeting(frame=await _hello(around, thread, token), thread=thread)
    except BaseException:
        around.threads.leave(thread, socket)
        raise


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
    thread.language = language_of(hello.lang, settings.languages, thread.visitor.language)
    now_about = about_again(thread.visitor.about, hello, thread.language)
    if now_about != thread.visitor.about:
        await around.visitors.note_about(thread.visitor, now_about)
        thread.visitor = replace(thread.visitor, about=now_about)
    return Greeting(frame=await _hello(around, thread, token, past), thread=thread)


async def _hello(around: Surroundings, thread: Thread, token: str, past: Past | None = None) -> HelloFrame:
    thread.hours = await hours_for(thread, around.hours)
    return HelloFrame(
        session=token,
        resumed=past is not None,
        closed=thread.hours.closed,
        opens_at=thread.hours.opens_at,
        history=() if past is None else past.lines,
        title=words_of(thread.site, thread.language).title or thread.site.title,
        agent=thread.agent,
        open=thread.open,
        site=view_of(thread, around.settings),
        answered=bool(thread.visitor.answers),
        rate=thread.rate if thread.site.setup.features.rating else None,
        callback=thread.callback,
    )
