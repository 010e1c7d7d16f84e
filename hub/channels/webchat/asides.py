"""What a visitor does beside writing: fills in the form, moves on, rates, asks to be called."""

import math
from dataclasses import replace

from hub.channels.webchat.forms import answers_to, callback_text, callback_wish
from hub.channels.webchat.frames import (
    CallbackFrame,
    FormFrame,
    NackFrame,
    RatedFrame,
    VisitorCallback,
    VisitorForm,
    VisitorHello,
    VisitorPage,
    VisitorRate,
)
from hub.channels.webchat.messages import Answer, Refuse
from hub.channels.webchat.parse import about_page, client_id, form_touch, milliseconds
from hub.channels.webchat.shown import callback_view, rate_view
from hub.channels.webchat.signed import said
from hub.channels.webchat.surroundings import Surroundings
from hub.channels.webchat.threads import Thread
from hub.domain.errors import HubError, Invalid, TooMany, Unavailable
from hub.domain.ids import InteractionId
from hub.domain.texts import written_text

COMMENT_CHARS = 1000
_BEST = 5

Aside = VisitorForm | VisitorPage | VisitorRate | VisitorCallback


class Asides:
    """One socket's part of it. Each is kept before it is answered."""

    def __init__(
        self,
        around: Surroundings,
        thread: Thread,
        hello: VisitorHello,
        address: str,
        answer: Answer,
        refuse: Refuse,
    ) -> None:
        self._around = around
        self._thread = thread
        self._hello = hello
        self._address = address
        self._answer = answer
        self._refuse = refuse
        self._moved_at = -math.inf

    async def take(self, frame: Aside, raw: bytes) -> None:
        """Do what `frame` asks, or say why not."""
        msg_id = frame.client_msg_id[:64] if isinstance(frame, VisitorCallback) else ""
        try:
            match frame:
                case VisitorPage():
                    await self._moved(frame)
                case VisitorForm():
                    self._require_pace()
                    await self._form(frame)
                case VisitorRate():
                    self._require_pace()
                    await self._rate(frame)
                case VisitorCallback():
                    self._require_pace()
                    await self._callback(frame, raw)
        except Unavailable as exc:
            frame_ = NackFrame(
                retry_ms=milliseconds(exc.retry_after_s), client_msg_id=msg_id, code="unavailable"
            )
            await self._answer(frame_)
        except TooMany as exc:
            await self._refuse(exc.stable_code, str(exc), client_msg_id=msg_id, wait_s=exc.retry_after_s)
        except Invalid as exc:
            await self._refuse(exc.stable_code, str(exc), client_msg_id=msg_id, field=exc.field or "")
        except HubError as exc:
            await self._refuse(exc.stable_code, str(exc), client_msg_id=msg_id)

    def _require_pace(self) -> None:
        around = self._around
        wait_s = around.limits.message_wait_s(self._thread.visitor.id, around.clock.monotonic())
        if wait_s > 0:
            raise TooMany("too much at once", retry_after_s=wait_s, code="too_fast")

    async def _moved(self, frame: VisitorPage) -> None:
        now = self._around.clock.monotonic()
        if (wait_s := self._moved_at + self._around.settings.page_every_s - now) > 0:
            raise TooMany("too many pages", retry_after_s=wait_s, code="too_fast")
        self._moved_at = now
        visitor = self._thread.visitor
        about = about_page(visitor.about, frame.page, frame.title)
        if about != visitor.about:
            await self._around.visitors.note_about(visitor, about)
            self._thread.visitor = replace(visitor, about=about)

    async def _form(self, frame: VisitorForm) -> None:
        thread, around = self._thread, self._around
        answers = answers_to(thread.site, frame.values)
        await around.visitors.put_answers(
            thread.visitor, answers.values, answers.name, answers.claims, around.clock.now()
        )
        thread.visitor = replace(thread.visitor, answers=answers.values)
        await self._answer(FormFrame())

    async def _rate(self, frame: VisitorRate) -> None:
        thread, around = self._thread, self._around
        if not thread.site.setup.features.rating:
            raise Invalid("this site asks for no rating", code="not_offered")
        if not 1 <= frame.score <= _BEST:
            raise Invalid(f"a rating is 1 to {_BEST}", field="score", code="bad_rating")
        conversation = InteractionId(frame.conversation[:64])
        rating = await around.visitors.rate(
            thread.visitor,
            conversation,
            frame.score,
            written_text(frame.comment)[:COMMENT_CHARS],
            around.clock.now(),
        )
        rate = rate_view(conversation, rating.at, rating)
        if thread.rate is not None and thread.rate.conversation == conversation:
            thread.rate = rate
        await thread.tell(RatedFrame(rate=rate))

    async def _callback(self, frame: VisitorCallback, raw: bytes) -> None:
        thread, around = self._thread, self._around
        msg_id = client_id(frame.client_msg_id)
        site = thread.site
        if not site.setup.features.callback:
            raise Invalid("this site takes no wishes to be called", code="not_offered")
        now = around.clock.now()
        wish = callback_wish(frame, site, now)
        opening = not thread.open
        if opening:
            wait_s = around.limits.conversation_wait_s(self._address, around.clock.monotonic())
            if wait_s > 0:
                raise TooMany("too many new conversations from your address", retry_after_s=wait_s)
        name, claims = said(site, thread.visitor, thread.signed)
        touch = form_touch(
            site=site,
            visitor=thread.visitor,
            name=name or self._hello.name,
            language=thread.language,
            msg_id=msg_id,
            text=callback_text(wish, site),
            raw=raw,
            at=now,
            claims=claims,
        )
        asked = None
        try:
            asked = await around.callbacks.ask(touch, wish)
        finally:
            if opening and (asked is None or asked.repeated):
                around.limits.conversation_not_begun(self._address)
        if asked.callback.queued_at is not None or not thread.open:
            await around.news.bound(thread, asked.callback.interaction_id)
        thread.callback = callback_view(asked.callback)
        await thread.tell(
            CallbackFrame(client_msg_id=msg_id, callback=thread.callback, repeated=asked.repeated)
        )
