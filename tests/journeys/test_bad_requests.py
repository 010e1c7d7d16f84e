"""Bad input is refused in the protocol's own words, is never a failure of the hub, and never stops the good."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from hub.domain.access import Role
from hub.ids import new_id
from tests.clients import Agent, Frame, Visitor
from tests.hubs import RunningHub, start_hub
from tests.journeys.allowed import may
from tests.postgres import fresh_postgres

pytestmark = pytest.mark.timeout(600)

FOREIGN = "https://elsewhere.test"
EMOJI = "🫖"
_PEOPLE = {"cem": Role.AGENT, "sofia": Role.SUPERVISOR, "maria": Role.MANAGER, "admin": Role.ADMIN}
_AT_ONCE = 4
BAD_FRAME, TOO_LARGE, TOO_SLOW = 4003, 1009, 4008


@pytest_asyncio.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
async def hub(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningHub]:
    """One hub for all of this; at the end it must be the same process, and must have logged no exception."""
    folder = tmp_path_factory.mktemp("bad")
    if request.param == "sqlite":
        running = await start_hub(folder / "data")
        yield running
    else:
        async with fresh_postgres(request.getfixturevalue("pg_server")) as url:
            running = await start_hub(folder / "data", store_url=url)
            yield running
            await running.stop()
    assert await running.stop() == 0
    assert "Traceback" not in running.log.read_text()


@pytest_asyncio.fixture(autouse=True)
async def goes_on(hub: RunningHub) -> AsyncIterator[None]:
    """After each test somebody else is served as if nothing had been."""
    yield
    assert hub.lives
    visitor = await Visitor.come(hub.url)
    await visitor.say("good day")
    await visitor.close()


# --- the API ---


NASTY: list[Any] = [
    None,
    7,
    -1,
    1e300,
    2**70,
    True,
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u202e" + EMOJI,
    "x" * 10_000,
    "' OR 1=1 --",
    "../../etc/passwd",
    "%00%0a",
    [],
    {},
    {"$ne": 1},
    [[[[]]]],
]
NASTY_IN_ADDRESSES = [
    "",
    "0",
    "-1",
    "1e9",
    str(10**30),
    "%00",
    "%0d%0aX-Injected:%201",
    "x" * 3_000,
    "%F0%9F%AB%96",
    "%FF",
    "..%2f..%2fetc",
    "'%20OR%201=1",
    "%22*%22%20AND%20(",
    "*",
]


async def test_no_operation_fails_whatever_is_put_into_it(hub: RunningHub) -> None:
    """Each is tried by one who is let in: what a role may not do is refused before anybody looks at the rest."""
    failed: list[str] = []
    async with AsyncExitStack() as house:
        people = [
            (await house.enter_async_context(Agent(hub.url, login)), role) for login, role in _PEOPLE.items()
        ]
        described = await people[0][0].get("/api/openapi.json")
        let_in = {name: agent for agent, role in reversed(people) for name in may(described, role)}
        assert len(let_in) > 150
        for path, methods in described["paths"].items():
            for method, operation in methods.items():
                who = let_in.get(operation["operationId"])
                if who is None or operation["operationId"] == "sign_out":
                    continue  # nobody of these may; and who signs out is not asked any more
                attacks = _attacks(path, operation, described)
                for some in batched(attacks, _AT_ONCE):
                    answers = await asyncio.gather(*(who.ask(method.upper(), *attack) for attack in some))
                    failed += [
                        f"{who.login} {method} {address[:90]} {str(body)[:80]}: {answer.body}"
                        for (address, body), answer in zip(some, answers, strict=True)
                        if answer.status >= 500
                    ]

    assert failed == []


def batched(attacks: list[tuple[str, object]], size: int) -> Iterator[list[tuple[str, object]]]:
    """So many at a time."""
    for begin in range(0, len(attacks), size):
        yield attacks[begin : begin + size]


def _attacks(path: str, operation: Frame, described: Frame) -> list[tuple[str, object]]:
    """Addresses and bodies for one operation: each place with each nasty value, the others plausible."""
    parameters = operation.get("parameters", [])
    in_path = [p["name"] for p in parameters if p["in"] == "path"]
    in_query = [p["name"] for p in parameters if p["in"] == "query"]
    plain = path
    for name in in_path:
        plain = plain.replace("{" + name + "}", new_id())
    fields = _fields(operation, described)
    body = dict.fromkeys(fields, "resolved") if fields else None
    attacks: list[tuple[str, object]] = [(plain, body)]
    for nasty in NASTY_IN_ADDRESSES:
        attacks += [(path.replace("{" + name + "}", nasty or "%20"), body) for name in in_path]
        attacks += [(f"{plain}?{name}={nasty}", body) for name in in_query]
    if fields:
        attacks += [(plain, {**(body or {}), name: nasty}) for name in fields for nasty in NASTY]
        attacks += [(plain, nasty) for nasty in NASTY]
        attacks += [(plain, raw) for raw in (b"", b"{", b"[" * 50_000, b"\xff\xfe", b'{"a":1e999}')]
    return attacks


def _fields(operation: Frame, described: Frame) -> list[str]:
    """The names of the fields of an operation's body."""
    try:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
    except KeyError:
        return []
    while "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("properties", {}))


async def test_a_wrong_body_is_answered_with_the_field_that_is_wrong(hub: RunningHub) -> None:
    async with Agent(hub.url, "cem") as cem:
        state = "/api/v1/agents/me/state"
        unknown = await cem.ask("POST", state, {"state": "available", "colour": "red"})
        wrong_type = await cem.ask("POST", state, {"state": 5})
        wrong_word = await cem.ask("POST", state, {"state": "asleep"})
        not_json = await cem.ask("POST", state, b"{")
        not_said = await cem.ask("POST", state, b"state=available", headers={"Content-Type": "text/plain"})

    assert (unknown.status, unknown.body["field"]) == (422, "colour")
    assert (wrong_type.status, wrong_type.body["field"]) == (422, "state")
    assert (wrong_word.status, wrong_word.body["field"]) == (422, "state")
    assert (not_json.status, not_json.body["code"]) == (400, "not_json")
    assert not_said.status == 415
    for answer in (unknown, wrong_type, wrong_word, not_json):
        assert answer.headers["Content-Type"].startswith("application/problem+json")


async def test_pages_and_ids_have_limits(hub: RunningHub) -> None:
    async with Agent(hub.url, "cem") as cem:
        huge = await cem.ask("GET", "/api/v1/interactions?limit=1000000000")
        nothing = await cem.ask("GET", "/api/v1/interactions?limit=0")
        cursor = await cem.ask("GET", "/api/v1/interactions?after=made-up")
        long_id = await cem.ask("GET", f"/api/v1/interactions/{'a' * 4_000}")
        not_mine = await cem.ask("GET", f"/api/v1/interactions/{new_id()}")
        not_there = await cem.ask("GET", "/api/v1/nothing")
        wrong_method = await cem.ask("PUT", "/api/v1/interactions")

    assert (huge.status, huge.body["field"]) == (422, "limit")
    assert (nothing.status, nothing.body["field"]) == (422, "limit")
    assert cursor.status == 422
    assert (long_id.status, not_mine.status, not_there.status, wrong_method.status) == (404, 404, 404, 405)


async def test_a_body_of_10_mib_is_refused_before_it_is_there(hub: RunningHub) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b" " * (64 << 10)

    async with Agent(hub.url, "cem") as cem:
        headers = {"Cookie": cem.cookie, "X-CSRF-Token": cem.csrf, "Content-Type": "application/json"}
        async with aiohttp.ClientSession() as http:
            try:
                async with http.post(
                    f"{hub.url}/api/v1/agents/me/state", data=endless(), headers=headers
                ) as answer:
                    assert answer.status == 413
            except aiohttp.ClientConnectionError:
                pass  # the hub answered and hung up while the rest was still being sent


@pytest.mark.parametrize("key", ["x" * 101, "two words", "é"])
async def test_a_key_that_is_none_is_named(hub: RunningHub, key: str) -> None:
    async with Agent(hub.url, "cem") as cem:
        body = {"channel": "webchat", "text": "hello"}
        answer = await cem.ask("POST", f"/api/v1/interactions/{new_id()}/touches", body, key=key)

    assert (answer.status, answer.body["field"]) == (422, "Idempotency-Key")


async def test_bytes_that_are_no_http_are_hung_up_on(hub: RunningHub) -> None:
    for noise in (
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"A" * 100_000,
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        writer.write(noise)
        writer.write_eof()
        async with asyncio.timeout(10):
            try:
                answer = await reader.read()
            except ConnectionError:
                answer = b""
        assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
        writer.close()


async def test_what_is_packed_or_spelt_wrong_is_the_senders_mistake(hub: RunningHub) -> None:
    sign_in = f"{hub.url}/api/v1/session"
    as_json = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession() as http:
        async with http.post(sign_in, data=b'{"login":"\xff","password":"x"}', headers=as_json) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, "not_json")
        for packing in ("gzip", "deflate"):
            headers = as_json | {"Content-Encoding": packing}
            async with http.post(sign_in, data=b"this is not packed", headers=headers) as answer:
                assert answer.status == 415
        for name in ("%00", "a" * 1000, "..%2findex.html", "x\u202ey.js"):
            async with http.get(f"{hub.url}/assets/{name}") as answer:
                assert answer.status in {403, 404}


async def test_who_hangs_up_in_the_middle_of_a_body_is_no_failure_of_ours(hub: RunningHub) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", hub.port)
    writer.write(
        b"POST /api/v1/session HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\n"
        b'Content-Length: 100\r\n\r\n{"login":'
    )
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.transport.abort()  # the fixture looks for a traceback in the log


async def test_a_password_is_guessed_slower_and_slower(hub: RunningHub) -> None:
    async with aiohttp.ClientSession() as http:
        statuses = []
        for number in range(15):
            body = {"login": "sofia", "password": f"guess {number}"}
            async with http.post(f"{hub.url}/api/v1/session", json=body) as answer:
                statuses.append(answer.status)

    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429
