"""From a request to an operation and back: origin, sign-in, CSRF, permission, then what it says."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import msgspec
import structlog
from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from agent_console import audio
from agent_console.auth import Gate
from agent_console.bodies import Problem
from agent_console.errors import problem_answer
from agent_console.files import answered_with
from agent_console.middleware import REQUEST_ID, address_of
from agent_console.operations import Audio, Call, Download, Operation, Upload, require_distinct
from hub.domain.access import Principal
from hub.domain.audit import AuditAction, AuditDraft, AuditResult
from hub.domain.errors import Conflict, Forbidden, HubError, Invalid
from hub.domain.ids import TenantId
from hub.ports.access import AccessStore
from hub.ports.answers import Answers, KeptAnswer
from hub.ports.clock import Clock

log = structlog.get_logger(__name__)

BODY_WAIT_S: Final = 15.0
"""Longest time a body may take to arrive."""

REPEAT_WAIT_S: Final = 10.0
"""Longest time a repeat waits for the request it repeats."""

IDEMPOTENCY_HEADER: Final = "Idempotency-Key"
_KEY_SHAPE = re.compile(r"[\x21-\x7e]{1,100}")


class Api:
    """Puts operations on an application. Nothing is let through that does not say whom it lets through."""

    def __init__(
        self, *, gate: Gate, store: AccessStore, answers: Answers, clock: Clock, tenant_id: TenantId
    ) -> None:
        self._gate = gate
        self._store = store
        self._answers = answers
        self._clock = clock
        self._nobody = Principal(tenant_id=tenant_id)
        self._under_way: dict[tuple[str | None, str], asyncio.Event] = {}

    def add_to(self, app: web.Application, operations: Iterable[Operation]) -> None:
        """One route an operation. Raises ValueError when two are the same."""
        operations = list(operations)
        require_distinct(operations)
        for operation in operations:
            app.router.add_route(operation.method, operation.path, self._handler(operation))

    def _handler(self, operation: Operation) -> Handler:
        async def served(request: web.Request) -> web.StreamResponse:
            if operation.is_unsafe:
                self._gate.require_own_origin(request)
            if operation.permission is None:
                return await self._answer(operation, request, self._nobody)
            principal = await self._gate.authenticate(request)
            try:
                if operation.is_unsafe:
                    self._gate.require_csrf(request)
                principal.require(operation.permission)
                return await self._answer(operation, request, principal.acting(operation.permission))
            except Forbidden as denial:
                await self._note(denial, operation, principal)
                raise

        return served

    async def _answer(
        self, operation: Operation, request: web.Request, principal: Principal
    ) -> web.StreamResponse:
        arguments = operation.arguments(request.match_info, request.query)
        raw = b""
        if operation.body is Upload:
            arguments["body"] = _upload(request, operation.body_limit_bytes)
        elif operation.body is not None:
            raw = await _body(request, operation.body_limit_bytes)
            try:
                arguments["body"] = operation.body_of(raw)
            except (msgspec.DecodeError, UnicodeDecodeError):
                return problem_answer(
                    Problem(title="Bad Request", status=400, code="not_json", detail="the body is not JSON")
                )
        call = Call(
            principal=principal,
            request_id=request[REQUEST_ID],
            address=address_of(request),
            idempotency_key=_idempotency_key(operation, request),
            csrf=self._gate.csrf(request) if operation.permission else "",
            browser=request.headers.get(hdrs.USER_AGENT, ""),
        )
        if operation.answer is Download:
            return await answered_with(request, await operation.handler(call, **arguments))
        if operation.answer is Audio:
            return await audio.answered_with(request, await operation.handler(call, **arguments))
        if call.idempotency_key is None:
            return await _called(operation, call, arguments)
        fingerprint = hashlib.sha256(f"{request.method} {request.rel_url}\n".encode() + raw)
        return await self._once(operation, call, arguments, fingerprint.hexdigest())

    async def _once(
        self, operation: Operation, call: Call, arguments: dict[str, Any], fingerprint: str
    ) -> web.Response:
        """Run the operation, or give the answer that an equal request under this key got before."""
        assert call.idempotency_key is not None
        mine = (call.principal.user_id, call.idempotency_key)
        await self._my_turn(mine)
        over = self._under_way[mine] = asyncio.Event()
        try:
            kept = await self._answers.find_answer(call.principal, call.idempotency_key)
            if kept is None:
                answer = await _called(operation, call, arguments)
                assert isinstance(answer.body, bytes)
                fresh = KeptAnswer(request_sha256=fingerprint, status=answer.status, body=answer.body)
                await self._answers.keep_answer(
                    call.principal, call.idempotency_key, fresh, self._clock.now()
                )
                return answer
        finally:
            del self._under_way[mine]
            over.set()
        if kept.request_sha256 != fingerprint:
            raise Invalid(
                "this key was used for another request", field=IDEMPOTENCY_HEADER, code="key_used_otherwise"
            )
        return _json(kept.status, kept.body, {"Idempotency-Replayed": "true"})

    async def _my_turn(self, mine: tuple[str | None, str]) -> None:
        """Wait until no request under this key is under way. Raises Conflict (`in_progress`) after a while."""
        try:
            async with asyncio.timeout(REPEAT_WAIT_S):
                while (other := self._under_way.get(mine)) is not None:
                    await other.wait()
        except TimeoutError:
            raise Conflict("a request under this key is under way", code="in_progress") from None

    async def _note(self, denial: Forbidden, operation: Operation, principal: Principal) -> None:
        draft = AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=AuditAction.REQUEST,
            object=operation.name,
            result=AuditResult.DENIED,
            reason=denial.stable_code,
            address=principal.address,
        )
        try:
            await self._store.append_audit(draft)
        except HubError as failure:
            # the denial stands, whether or not it can be written down
            log.error("denial_not_audited", operation=operation.name, code=failure.stable_code)


async def _called(operation: Operation, call: Call, arguments: dict[str, Any]) -> web.Response:
    answer = await operation.handler(call, **arguments)
    body = b"" if operation.answer is None else msgspec.json.encode(answer)
    return _json(operation.status, body, call.answer_headers)


def _json(status: int, body: bytes, headers: Any) -> web.Response:
    answer = web.Response(body=body, status=status, headers=headers)
    if body:
        answer.content_type = "application/json"
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    return answer


def _idempotency_key(operation: Operation, request: web.Request) -> str | None:
    key = request.headers.get(IDEMPOTENCY_HEADER)
    if key is None or not operation.idempotent:
        return None
    if not _KEY_SHAPE.fullmatch(key):
        raise Invalid("a key has 1 to 100 visible ASCII characters", field=IDEMPOTENCY_HEADER)
    return key


def _upload(request: web.Request, limit_bytes: int) -> Upload:
    """A body that is a file. Raises aiohttp's errors for one that is packed (415) or announced too large (413)."""
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        raise web.HTTPUnsupportedMediaType
    announced = request.content_length
    if announced is not None and announced > limit_bytes:
        raise web.HTTPRequestEntityTooLarge(limit_bytes, announced)
    return Upload(content=_pieces(request), announced_bytes=announced)


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    """What comes, as it comes; nobody may keep us waiting for the next piece."""
    pieces = request.content.iter_any()
    while True:
        try:
            async with asyncio.timeout(BODY_WAIT_S):
                piece = await anext(pieces, b"")
        except TimeoutError as exc:
            raise web.HTTPRequestTimeout from exc
        except (HttpProcessingError, web.RequestPayloadError) as exc:
            raise web.HTTPBadRequest from exc  # chunks that are none
        if not piece:
            return
        yield piece


async def _body(request: web.Request, limit_bytes: int) -> bytes:
    """The body. Raises aiohttp's errors for one that is too large (413), too slow (408) or not JSON (415)."""
    is_packed = request.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity"
    if request.body_exists and (is_packed or request.content_type != "application/json"):
        raise web.HTTPUnsupportedMediaType
    if (announced := request.content_length or 0) > limit_bytes:
        raise web.HTTPRequestEntityTooLarge(limit_bytes, announced)
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_WAIT_S):
            async for piece in request.content.iter_any():
                raw += piece
                if len(raw) > limit_bytes:
                    raise web.HTTPRequestEntityTooLarge(limit_bytes, len(raw))
    except TimeoutError as exc:
        raise web.HTTPRequestTimeout from exc
    except (HttpProcessingError, web.RequestPayloadError) as exc:
        raise web.HTTPBadRequest from exc  # chunks that are none
    return bytes(raw)
