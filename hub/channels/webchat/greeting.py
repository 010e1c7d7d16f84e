"""The answer to a visitor's hello: who they are, and how their conversation stands."""

from dataclasses import dataclass, replace
from typing import Protocol

from hub.channels.webchat.frames import HelloFrame, VisitorHello
from hub.channels.webchat.opening import hours_for, view_of
from hub.channels.webchat.parse import about_again, account_of, language_of
from hub.channels.webchat.shown import words_of
from hub.channels.webchat.surroundings import Surroundings
from hub.channels.webchat.threads import Hearer, Thread
from hub.channels.webchat.visitors import Past, new_visitor, past_of, token_sha256, visitor_of
from hub.domain.errors import TooMany, Unavailable
from hub.domain.site_identity import SiteUser
from hub.ports.visitors import Site, Visitor

_AT_ONCE_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What to say first, and the conversation, which is held from now on."""

    frame: HelloFrame
    thread: Thread


class Newcomer(Hearer, Protocol):
    """The socket that says hello. `signed` is who its visitor has proved to be, `visitor_id` is told whose it is."""

    visitor_id: str
    signed: SiteUser | None


async def greet(
    around: Surroundings, site: Site, address: str, hello: VisitorHello, socket: Newcomer
) -> Greeting:
    """Meet a visitor again, or for the first time: then they are stored before they are answered.

    Raises TooMany when their address has brought too many new visitors, Unavailable when the store cannot
    tell. Either way nothing is held.
    """
    visitor = await _whose_session(around, site, hello, socket.signed)
    token = hello.session or ""
    is_new = False
    if visitor is None:
        _require_room(around, address)
        token = around.new_token()
        visitor = await _of_user(around, site, socket.signed, token)
    if visitor is None:
        is_new = True
        now, user = around.clock.now(), "" if socket.signed is None else socket.signed.user
        visitor = new_visitor(site, hello, token, around.settings.languages, around.new_id(), now, user)
        await around.visitors.add_visitor(visitor)
    thread = around.threads.join(visitor, site, account_of(site), socket)
    socket.visitor_id = visitor.id
    try:
        _require_still_theirs(around, visitor, socket.signed)
        if socket.signed is not None:
            thread.signed = socket.signed
        if not is_new:
            return await _met_again(around, thread, hello, token)
        thread.known = True
        thread.language = visitor.language
        return Greeting(frame=await _hello(around, thread, token), thread=thread)
    except BaseException:
        around.threads.leave(thread, socket)
        raise


async def _whose_session(
    around: Surroundings, site: Site, hello: VisitorHello, signed: SiteUser | None
) -> Visitor | None:
    """The visitor whose session the browser kept, if the conversation is theirs who is there now.

    A conversation of somebody who has signed in is never gone on with by others at the same computer. One of nobody in
    particular goes along with whoever signs in while it is open.
    """
    visitor = await visitor_of(around.visitors, site, hello.session)
    user = "" if signed is None else signed.user
    if visitor is None or visitor.user == user:
        return visitor
    if visitor.user or not await around.visitors.sign_in(visitor, user, around.clock.now()):
        return None
    around.signed_in(visitor.id, user)
    return replace(visitor, user=user)


async def _of_user(around: Surroundings, site: Site, signed: SiteUser | None, token: str) -> Visitor | None:
    """The visitor in whose conversation a user of the site goes on in this browser too; it keeps `token`."""
    if signed is None:
        return None
    visitor = await around.visitors.visitor_of_user(site.key, signed.user)
    if visitor is not None:
        await around.visitors.add_session(visitor, token_sha256(token), around.clock.now())
    return visitor


def _require_still_theirs(around: Surroundings, visitor: Visitor, signed: SiteUser | None) -> None:
    if around.is_anothers(visitor.id, signed):
        raise Unavailable("this conversation has just become somebody's", retry_after_s=_AT_ONCE_S)


def _require_room(around: Surroundings, address: str) -> None:
    wait_s = around.limits.new_visitor_wait_s(address, around.clock.monotonic())
    if wait_s > 0:
        raise TooMany("too many new visitors from your address", retry_after_s=wait_s)


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
        user="" if thread.signed is None else thread.signed.user,
    )
