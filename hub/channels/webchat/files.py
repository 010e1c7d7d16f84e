"""Files of visitors over HTTP: up, and down again for the same visitor alone."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import structlog
from aiohttp import StreamReader, hdrs, web

from hub.channels.webchat.limits import Rate, Together, Window
from hub.channels.webchat.settings import WebChatSettings
from hub.channels.webchat.visitors import visitor_of
from hub.domain.errors import Forbidden, HubError, Invalid, NotFound, NotSignedIn, TooMany, Unavailable
from hub.domain.ids import TenantId
from hub.domain.touch import Attachment
from hub.file_types import HEAD_BYTES, clean_name, type_of
from hub.ports.attachments import Attachments
from hub.ports.clock import Clock
from hub.ports.visitors import Site, Visitor, VisitorFile, VisitorStore

log = structlog.get_logger(__name__)

TOKEN = "X-Chat-Session"  # noqa: S105 - the name of a header
_DAY = timedelta(hours=24)
_DAY_S = 24 * 3600.0
_SITE_KEY_CHARS = 64
_NAME_CHARS = 1000
_UPLOAD_ID_CHARS = 64
_OLD_AT_A_TIME = 200
_SENDING = timedelta(minutes=10)
"""A message that names a file may be under way so long."""
_SETTLING = timedelta(hours=1)
"""Whatever was put is named by a row so soon after, or is put again."""
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_STATUS: tuple[tuple[type[HubError], HTTPStatus], ...] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)
_STATUS_OF_CODE = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "bad_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}


class Files:
    """`/chat/files`. Nothing that a browser adds by itself counts here: the visitor's token comes in a header."""

    def __init__(
        self,
        *,
        visitors: VisitorStore,
        attachments: Attachments,
        clock: Clock,
        settings: WebChatSettings,
        client_address: Callable[[web.Request], str],
        count_bad: Callable[[str], None],
        new_id: Callable[[], str],
        is_proved: Callable[[Visitor], bool],
        address_key: Callable[[str], str | None],
    ) -> None:
        self._visitors = visitors
        self._attachments = attachments
        self._clock = clock
        self._settings = settings
        self._client_address = client_address
        self._count_bad = count_bad
        self._new_id = new_id
        self._address_key = address_key
        self._is_proved = is_proved
        self._together = Together(limit=settings.uploads_together)
        self._pace = Rate(
            per_s=settings.uploads_per_minute / 60, burst=math.ceil(settings.uploads_per_minute)
        )
        self._of_address = Window(limit=settings.uploads_per_address, window_s=_DAY_S)
        self._coming: dict[str, int] = {}

    def routes(self) -> list[web.RouteDef]:
        """All are public, and answer a visitor's token only."""
        return [
            web.post("/chat/files", self.upload),
            web.options("/chat/files", self.preflight),
            web.get("/chat/files/{file}", self.download),
            web.options("/chat/files/{file}", self.preflight),
        ]

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        """What a page of the site may send; a page of another one gets no permission."""
        try:
            allowed = self._allowed(request, await self._site(request))
        except HubError as error:
            return self._refused(error, {})
        headers = {
            **allowed,
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": f"{TOKEN}, Content-Type",
            "Access-Control-Max-Age": "600",
        }
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """`POST /chat/files?site=KEY&name=NAME`, the content as the body: 201 `{"id","name","type","size"}`.

        Durable when it is answered. 401, 403, 404, 413, 415, 422, 429, 503 as `{"code","text"}`.
        """
        headers: dict[str, str] = {}
        try:
            site = await self._site(request)
            headers = self._allowed(request, site)
            visitor = await self._visitor(request, site)
            return await self._taken(request, site, visitor, headers)
        except HubError as error:
            return self._refused(error, headers)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """`GET /chat/files/HASH?site=KEY`: a file of the visitor's own conversation; with the id of an upload instead
        of a hash: one of the visitor's own, whose message may be on its way."""
        headers: dict[str, str] = {}
        try:
            site = await self._site(request)
            headers = self._allowed(request, site)
            visitor = await self._visitor(request, site)
            found = await self._found(visitor, request.match_info["file"])
            await self._attachments.size(visitor.tenant_id, found.sha256)
        except HubError as error:
            return self._refused(error, headers)
        return await self._sent(request, visitor, found, headers)

    async def _found(self, visitor: Visitor, name: str) -> Attachment:
        if len(name) == 64 and name.isalnum():
            found = await self._visitors.sent_file(visitor, name)
        else:
            known = name.isascii() and len(name) <= _UPLOAD_ID_CHARS
            upload = (await self._visitors.files(visitor, [name])).get(name) if known else None
            found = upload.file if upload else None
        if found is None:
            raise NotFound("there is no such file")
        return found

    async def sweep(self) -> int:
        """Remove what was uploaded and never sent; how many contents. What was put again lately, by whomever, stays
        until the next time."""
        shortest = timedelta(hours=self._settings.unsent_file_hours)
        now = self._clock.now()
        before, since = now - shortest - min(_SENDING, shortest), now - min(_SETTLING, shortest)
        removed: set[tuple[TenantId, str]] = set()
        after = None
        while old := await self._visitors.old_files(before, _OLD_AT_A_TIME, after):
            done = []
            for one in old:
                content = (one.file.tenant_id, one.file.file.sha256)
                if one.is_held:
                    done.append(one.file.id)
                elif content in removed or await self._attachments.remove(*content, unless_put_since=since):
                    removed.add(content)
                    done.append(one.file.id)
            await self._visitors.forget_files(done)
            after = old[-1].file
        return len(removed)

    async def _taken(
        self, request: web.Request, site: Site, visitor: Visitor, headers: dict[str, str]
    ) -> web.StreamResponse:
        rules = site.setup.files
        if not site.setup.features.files or not rules.types:
            raise Forbidden("this site takes no files", code="not_offered")
        limit = min(rules.most_bytes, self._settings.most_file_bytes)
        size = request.content_length
        if size is not None and size > limit:
            raise Invalid(f"a file has at most {limit} bytes", field="file", code="too_large")
        self._require_room(self._client_address(request), visitor)
        if not self._together.enter(visitor.id):
            raise TooMany("too many files at once", retry_after_s=2.0, code="too_fast")
        coming = limit if size is None else size
        try:
            self._coming[visitor.id] = self._coming.get(visitor.id, 0) + coming
            await self._require_quota(visitor, self._coming[visitor.id])
            async with asyncio.timeout(self._settings.upload_within_s):
                file = await self._kept(request, site, visitor, limit)
        except TimeoutError:
            raise Invalid("the file came too slowly", field="file", code="too_slow") from None
        finally:
            self._together.leave(visitor.id)
            self._coming[visitor.id] -= coming
            if self._coming[visitor.id] <= 0:
                del self._coming[visitor.id]
        answer = {
            "id": file.id,
            "name": file.file.name,
            "type": file.file.media_type,
            "size": file.file.size_bytes,
        }
        return web.json_response(answer, status=HTTPStatus.CREATED, headers=headers)

    def _require_room(self, address: str, visitor: Visitor) -> None:
        now = self._clock.monotonic()
        if (wait_s := self._pace.wait_s(visitor.id, now)) > 0:
            raise TooMany("too many files at once", retry_after_s=wait_s, code="too_fast")
        key = self._address_key(address)
        if key is not None and (wait_s := self._of_address.wait_s(key, now)) > 0:
            raise TooMany("too many files from your address", retry_after_s=wait_s, code="too_many_files")

    async def _require_quota(self, visitor: Visitor, coming: int) -> None:
        settings = self._settings
        files, size_bytes = await self._visitors.uploaded_since(visitor, self._clock.now() - _DAY)
        if files >= settings.files_a_day or size_bytes + coming > settings.file_bytes_a_day:
            raise TooMany("that is enough for a day", retry_after_s=3600.0, code="quota")

    async def _kept(self, request: web.Request, site: Site, visitor: Visitor, limit: int) -> VisitorFile:
        name = request.query.get("name", "")[:_NAME_CHARS]
        content = request.content
        head = b""
        while len(head) < HEAD_BYTES and (more := await self._next(content, HEAD_BYTES - len(head))):
            head += more
        if not head:
            raise Invalid("the file is empty", field="file", code="empty")
        media_type = type_of(head, name)
        if media_type not in site.setup.files.types:
            raise Invalid("this type of file is not taken", field="file", code="bad_type")

        async def chunks() -> AsyncIterator[bytes]:
            yield head
            while more := await self._next(content, 64 * 1024):
                yield more

        sha256, size = await self._attachments.put(visitor.tenant_id, chunks(), limit_bytes=limit)
        file = VisitorFile(
            id=self._new_id(),
            tenant_id=visitor.tenant_id,
            visitor_id=visitor.id,
            site_key=site.key,
            file=Attachment(
                sha256=sha256, name=clean_name(name, media_type), media_type=media_type, size_bytes=size
            ),
            at=self._clock.now(),
        )
        await self._visitors.add_file(file)
        return file

    async def _next(self, content: StreamReader, size: int) -> bytes:
        async with asyncio.timeout(self._settings.upload_idle_s):
            return await content.read(size)

    async def _sent(
        self, request: web.Request, visitor: Visitor, file: Attachment, headers: dict[str, str]
    ) -> web.StreamResponse:
        inline = file.media_type in _IMAGES
        name = quote(file.name, safe="")
        response = web.StreamResponse(
            headers={
                **headers,
                hdrs.CONTENT_TYPE: file.media_type if inline else "application/octet-stream",
                hdrs.CONTENT_LENGTH: str(file.size_bytes),
                hdrs.CONTENT_DISPOSITION: f"attachment; filename=\"file\"; filename*=UTF-8''{name}",
                hdrs.CACHE_CONTROL: "private, max-age=3600",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "cross-origin",
            }
        )
        await response.prepare(request)
        async for chunk in self._attachments.read(visitor.tenant_id, file.sha256):
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _site(self, request: web.Request) -> Site:
        key = request.query.get("site", "")
        known = 1 <= len(key) <= _SITE_KEY_CHARS and key.isprintable()
        site = await self._visitors.site(key) if known else None
        if site is None or not site.setup.enabled:
            raise NotFound("there is no site with this key", code="unknown_site")
        return site

    async def _visitor(self, request: web.Request, site: Site) -> Visitor:
        visitor = await visitor_of(self._visitors, site, request.headers.get(TOKEN))
        # of somebody who has signed in the session alone proves nothing: their page must be there, and have proved it
        if visitor is None or (visitor.user and not self._is_proved(visitor)):
            raise NotSignedIn("say hello first", code="bad_session")
        return visitor

    def _allowed(self, request: web.Request, site: Site) -> dict[str, str]:
        """The headers that let the site's own page read the answer. Raises Forbidden for another page."""
        origins = request.headers.getall(hdrs.ORIGIN, [])
        if not origins:
            return {hdrs.VARY: hdrs.ORIGIN}
        if len(origins) > 1 or origins[0] not in {*site.origins, *self._settings.own_origins}:
            raise Forbidden("this origin is not one of the site", code="foreign_origin")
        return {"Access-Control-Allow-Origin": origins[0], hdrs.VARY: hdrs.ORIGIN}

    def _refused(self, error: HubError, headers: dict[str, str]) -> web.Response:
        self._count_bad(error.stable_code)
        otherwise = _STATUS_OF_CODE.get(error.stable_code, HTTPStatus.UNPROCESSABLE_ENTITY)
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), otherwise)
        extra: dict[str, str] = {hdrs.CACHE_CONTROL: "no-store"}
        if isinstance(error, (TooMany, Unavailable)):
            extra[hdrs.RETRY_AFTER] = str(max(1, math.ceil(error.retry_after_s)))
        response = web.json_response(
            {"code": error.stable_code, "text": str(error)}, status=status, headers={**headers, **extra}
        )
        response.force_close()  # what is still coming of the body is not read
        return response
