"""What happens between a request and its operation."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import make_mocked_request
from msgspec import Meta
from structlog.testing import capture_logs

from agent_console import routes
from agent_console.bodies import Answer, Body, Done
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission, Role
from hub.domain.errors import (
    ChannelUnavailable,
    ChannelUncertain,
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    Refused,
    TooMany,
    Unavailable,
)
from tests.unit.agent_console.console import ORIGIN, Browser, Console, opened_console

FAILURES: dict[str, Exception] = {
    "forbidden": Forbidden("not yours to close"),
    "not_found": NotFound("there is no such thing"),
    "invalid": Invalid("too far in the past", field="from"),
    "conflict": Conflict("Boris was faster", code="offer_over"),
    "too_many": TooMany("slow down", retry_after_s=2.2),
    "unavailable": Unavailable("the store is away", retry_after_s=0.3),
    "channel_unavailable": ChannelUnavailable("the bot is away"),
    "refused": Refused("never"),
    "uncertain": ChannelUncertain("perhaps"),
    "odd": HubError("nobody sorted this one"),
    "fault": RuntimeError("pii.name=Ivan"),
}


class Said(Body, frozen=True, kw_only=True):
    """A text there must be."""

    text: Annotated[str, Meta(min_length=1, max_length=8_000)]


class Page(Answer, frozen=True, kw_only=True):
    """A page of nothing."""

    items: tuple[str, ...]
    next: str | None


class Probe:
    """Operations that do what they are told, and count it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.may_go_on = asyncio.Event()
        self.has_begun = asyncio.Event()

    def operations(self) -> list[Operation]:
        made = Operations("probe")

        @made.op("GET", "/api/v1/failures/{name}", Permission.SEE_SELF, "Fails")
        async def fail(call: Call, name: str) -> Done:
            raise FAILURES[name]

        @made.op("POST", "/api/v1/notes", Permission.WRITE_NOTE, "Notes", idempotent=True, status=201)
        async def note(call: Call, body: Said, twice: bool = False) -> Said:
            self.calls.append(call)
            if body.text == "wait":
                self.has_begun.set()
                await self.may_go_on.wait()
            if body.text == "fail":
                raise Conflict("no")
            return Said(text=f"{body.text} {len(self.calls)}")

        @made.op("PUT", "/api/v1/large", Permission.SEE_SELF, "Large", body_limit_bytes=100)
        async def large(call: Call, body: Said) -> None:
            self.calls.append(call)

        @made.op("GET", "/api/v1/page", Permission.SEE_SELF, "Page")
        async def page(call: Call, limit: Annotated[int, Meta(ge=1)] = 1) -> Page:
            return Page(items=(), next=None)

        return list(made)


@pytest.fixture
def probe() -> Probe:
    return Probe()


@pytest_asyncio.fixture
async def console(tmp_path: Path, probe: Probe) -> AsyncIterator[Console]:
    async with opened_console(tmp_path, more=probe.operations()) as opened:
        yield opened


@pytest_asyncio.fixture
async def agent(console: Console) -> Browser:
    return await console.signed_in("anna", Role.AGENT)


@pytest.mark.parametrize(
    ("name", "status", "code", "retry_after"),
    [
        ("forbidden", 403, "forbidden", None),
        ("not_found", 404, "not_found", None),
        ("invalid", 422, "invalid", None),
        ("conflict", 409, "offer_over", None),
        ("too_many", 429, "too_many", "3"),
        ("unavailable", 503, "unavailable", "1"),
        ("channel_unavailable", 503, "channel_unavailable", "1"),
        ("refused", 502, "refused", None),
        ("uncertain", 502, "channel_uncertain", None),
        ("odd", 500, "error", None),
    ],
)
async def test_an_error_of_ours_is_a_problem_that_says_what_to_do(
    agent: Browser, name: str, status: int, code: str, retry_after: str | None
) -> None:
    answer = await agent.request("GET", f"/api/v1/failures/{name}")

    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    assert answer.headers.get("Retry-After") == retry_after
    told = await answer.json()
    assert (told["status"], told["code"], told["detail"]) == (status, code, str(FAILURES[name]))
    assert told["field"] == ("from" if name == "invalid" else None)


async def test_a_fault_of_ours_is_logged_and_tells_the_client_nothing(agent: Browser) -> None:
    with capture_logs() as lines:
        answer = await agent.request("GET", "/api/v1/failures/fault")

    assert answer.status == 500
    assert (await answer.json())["code"] == "internal"
    assert "Ivan" not in await answer.text()
    (line,) = [line for line in lines if line["event"] == "request_failed"]
    assert (line["log_level"], line["path"]) == ("error", "/api/v1/failures/{name}")


async def test_the_sign_in_is_asked_for_before_anything_else_is_looked_at(console: Console) -> None:
    answer = await console.browser().request("POST", "/api/v1/notes?twice=perhaps", data=b"{")
    assert answer.status == 401


async def test_a_role_without_the_permission_is_denied_before_its_body_is_read(console: Console) -> None:
    manager = await console.signed_in("maria", Role.MANAGER)
    answer = await manager.request("POST", "/api/v1/notes", data=b"{")

    assert answer.status == 403
    assert (await answer.json())["code"] == "forbidden"
    assert (await console.audited())[-1] == ("request", "denied", "forbidden")
    (row, *_) = await console.store.read_audit(
        (await console.gate.authenticate(_request(manager))), before=None, limit=1
    )
    assert (row.draft.actor, row.draft.object, row.draft.address) == ("Maria", "note", "127.0.0.1")


async def test_every_denial_is_audited_whoever_raised_it(console: Console, agent: Browser) -> None:
    await agent.request("GET", "/api/v1/failures/forbidden")
    await agent.request("POST", "/api/v1/notes", headers={"X-CSRF-Token": "x"}, json={"text": "x"})

    assert (await console.audited())[-2:] == [
        ("request", "denied", "forbidden"),
        ("request", "denied", "csrf"),
    ]


async def test_a_good_request_reaches_the_handler_with_who_asks_and_from_where(
    agent: Browser, probe: Probe
) -> None:
    answer = await agent.request("POST", "/api/v1/notes", json={"text": "x"})

    assert answer.status == 201
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    (call,) = probe.calls
    assert call.principal.name == "Anna"
    assert call.address == "127.0.0.1"
    assert call.request_id == answer.headers["X-Request-Id"]
    assert agent.csrf not in repr(call)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"text":"x"} x', b"\xff\xfe"])
async def test_a_body_that_is_no_json_is_a_bad_request(agent: Browser, raw: bytes) -> None:
    answer = await agent.request(
        "POST", "/api/v1/notes", data=raw, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 400
    assert (await answer.json())["code"] == "not_json"


async def test_a_body_of_another_kind_is_refused_as_such(agent: Browser) -> None:
    answer = await agent.request("POST", "/api/v1/notes", data={"text": "x"})
    assert answer.status == 415
    assert (await answer.json())["code"] == "not_json"


async def test_a_wrong_body_names_the_field(agent: Browser) -> None:
    answer = await agent.request("POST", "/api/v1/notes", json={"text": ""})
    assert answer.status == 422
    assert (await answer.json())["field"] == "text"


@pytest.mark.parametrize(("size", "status"), [(100, 204), (101, 413)])
async def test_a_body_may_have_as_many_bytes_as_its_operation_allows(
    agent: Browser, size: int, status: int
) -> None:
    raw = b'{"text":"' + b"x" * (size - 11) + b'"}'
    answer = await agent.request(
        "PUT", "/api/v1/large", data=raw, headers={"Content-Type": "application/json"}
    )
    assert answer.status == status


async def test_a_body_that_hides_its_length_meets_the_same_limit(agent: Browser) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 10

    answer = await agent.request(
        "PUT", "/api/v1/large", data=pieces(), headers={"Content-Type": "application/json"}
    )
    assert answer.status == 413
    assert (await answer.json())["code"] == "too_large"


async def test_a_body_that_never_comes_is_given_up(
    console: Console, agent: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "BODY_WAIT_S", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", console.client.port)
    writer.write(
        f"PUT /api/v1/large HTTP/1.1\r\nHost: x\r\nCookie: {agent.cookie}\r\nX-CSRF-Token: {agent.csrf}\r\n"
        "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{".encode()
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_an_operation_that_only_reads_takes_no_body_for_an_answer(agent: Browser) -> None:
    answer = await agent.request("GET", "/api/v1/page?limit=2")
    assert await answer.json() == {"items": [], "next": None}


async def test_an_unknown_path_of_the_api_is_a_problem(agent: Browser) -> None:
    for path in ("/api/v1/nothing", "/api/v2", "/api/"):
        answer = await agent.request("GET", path)
        assert answer.status == 404
        assert answer.content_type == "application/problem+json"
        assert (await answer.json())["code"] == "no_such_path"


async def test_a_wrong_method_says_which_are_right(agent: Browser) -> None:
    answer = await agent.request("PATCH", "/api/v1/session")
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(",")) >= {"DELETE", "GET", "POST"}
    assert (await answer.json())["code"] == "method_not_allowed"


async def test_a_repeat_under_the_same_key_changes_nothing_and_gets_the_same_answer(
    agent: Browser, probe: Probe
) -> None:
    first = await agent.request(
        "POST", "/api/v1/notes", json={"text": "x"}, headers={"Idempotency-Key": "k1"}
    )
    again = await agent.request(
        "POST", "/api/v1/notes", json={"text": "x"}, headers={"Idempotency-Key": "k1"}
    )
    other = await agent.request(
        "POST", "/api/v1/notes", json={"text": "x"}, headers={"Idempotency-Key": "k2"}
    )

    assert (first.status, again.status, other.status) == (201, 201, 201)
    assert await first.read() == await again.read() == b'{"text":"x 1"}'
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert await other.read() == b'{"text":"x 2"}'
    assert [call.idempotency_key for call in probe.calls] == ["k1", "k2"]


async def test_a_key_used_for_another_request_is_refused(agent: Browser, probe: Probe) -> None:
    await agent.request("POST", "/api/v1/notes", json={"text": "x"}, headers={"Idempotency-Key": "k1"})
    for path, text in (("/api/v1/notes", "y"), ("/api/v1/notes?twice=true", "x")):
        answer = await agent.request("POST", path, json={"text": text}, headers={"Idempotency-Key": "k1"})
        assert answer.status == 422
        assert (await answer.json())["code"] == "key_used_otherwise"
    assert len(probe.calls) == 1


async def test_a_key_belongs_to_the_one_who_chose_it(console: Console, agent: Browser, probe: Probe) -> None:
    other = await console.signed_in("boris", Role.AGENT)
    for browser in (agent, other):
        await browser.request("POST", "/api/v1/notes", json={"text": "x"}, headers={"Idempotency-Key": "k1"})
    assert len(probe.calls) == 2


async def test_a_failure_is_not_kept_so_that_a_repeat_may_succeed(agent: Browser, probe: Probe) -> None:
    for _ in range(2):
        answer = await agent.request(
            "POST", "/api/v1/notes", json={"text": "fail"}, headers={"Idempotency-Key": "k1"}
        )
        assert answer.status == 409
    assert len(probe.calls) == 2


async def test_repeats_while_the_first_is_under_way_wait_and_get_its_answer(
    agent: Browser, probe: Probe
) -> None:
    key = {"Idempotency-Key": "k1"}

    async def noted() -> ClientResponse:
        return await agent.request("POST", "/api/v1/notes", json={"text": "wait"}, headers=key)

    async with asyncio.TaskGroup() as group:
        first = group.create_task(noted())
        await probe.has_begun.wait()
        repeats = [group.create_task(noted()) for _ in range(7)]
        probe.may_go_on.set()

    assert len(probe.calls) == 1
    answers = [await task.result().read() for task in (first, *repeats)]
    assert set(answers) == {answers[0]}
    assert {task.result().headers["Idempotency-Replayed"] for task in repeats} == {"true"}


async def test_a_repeat_does_not_wait_for_ever(
    agent: Browser, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.routes.REPEAT_WAIT_S", 0.05)
    key = {"Idempotency-Key": "k1"}
    async with asyncio.TaskGroup() as group:
        first = group.create_task(agent.request("POST", "/api/v1/notes", json={"text": "wait"}, headers=key))
        await probe.has_begun.wait()
        repeat = await agent.request("POST", "/api/v1/notes", json={"text": "wait"}, headers=key)
        probe.may_go_on.set()

    assert (repeat.status, (await repeat.json())["code"]) == (409, "in_progress")
    assert (await first).status == 201
    assert len(probe.calls) == 1


@pytest.mark.parametrize("key", ["two words", "x" * 101, ""])
async def test_a_key_is_a_hundred_visible_characters_at_most(agent: Browser, key: str) -> None:
    answer = await agent.request(
        "POST", "/api/v1/notes", json={"text": "x"}, headers={"Idempotency-Key": key}
    )
    assert answer.status == 422
    assert (await answer.json())["field"] == "Idempotency-Key"


def _request(browser: Browser) -> web.Request:
    return make_mocked_request("GET", "/", {"Cookie": browser.cookie, "Origin": ORIGIN})
