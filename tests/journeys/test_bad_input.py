"""Bad input is refused in the protocol's own words, is never a failure of the hub, and never stops the good."""

import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.clients import Agent, Visitor, open_agent_socket, open_visitor_socket
from tests.hubs import SITE_ORIGIN, RunningHub, start_hub
from tests.postgres import fresh_postgres

pytestmark = pytest.mark.timeout(120)

FOREIGN = "https://elsewhere.test"
EMOJI = "🫖"
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


# --- the visitor socket ---


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "hello",
        "null",
        "[]",
        '{"t":"hello"',
        '{"t":"order"}',
        '{"t":7}',
        '{"client_msg_id":"a","text":"b"}',
        '{"t":"message","client_msg_id":"a"}',
        '{"t":"message","client_msg_id":["a"],"text":"b"}',
        '{"t":"message","client_msg_id":"a","text":{"b":1}}',
        '{"t":"message","client_msg_id":"","text":"b"}',
        '{"t":"message","client_msg_id":"a\\u0000","text":"b"}',
        '{"t":"message","client_msg_id":"' + "a" * 10_000 + '","text":"b"}',
        '{"t":"message","client_msg_id":"a","text":"\\ud800"}',
        '{"t":"got","seq":1e400}',
        '{"t":"got","seq":"1"}',
        '{"t":"typing","typing":"yes"}',
        "[" * 20_000,
        b"\x00\xff",
    ],
    ids=str,
)
async def test_a_frame_that_is_none_is_answered_by_an_error(hub: RunningHub, frame: str | bytes) -> None:
    visitor = await Visitor.come(hub.url)

    await visitor.connection.send(frame)

    assert (await visitor.heard("error"))["code"] == "bad_frame"
    await visitor.say("and this is a message")
    await visitor.close()


async def test_text_that_is_no_utf_8_is_no_frame(hub: RunningHub) -> None:
    visitor = await Visitor.come(hub.url)

    await visitor.connection.send(b'{"t":"message","client_msg_id":"a","text":"\xff"}', text=True)

    assert (await visitor.heard("error"))["code"] == "bad_frame"
    await visitor.close()


async def test_ten_bad_frames_are_enough(hub: RunningHub) -> None:
    visitor = await Visitor.come(hub.url)

    for _ in range(10):
        await visitor.send("nonsense")

    assert await visitor.close_code() == BAD_FRAME


@pytest.mark.parametrize("size", [64 * 1024 + 1, 200 * 1024])
async def test_a_frame_over_64_kib_is_too_large(hub: RunningHub, size: int) -> None:
    visitor = await Visitor.come(hub.url)

    await visitor.send("x" * size)

    assert await visitor.close_code() == TOO_LARGE


@pytest.mark.parametrize(("text", "code"), [("", "empty"), (" \r\n\x00 ", "empty"), ("x" * 4001, "too_long")])
async def test_a_text_that_is_none_or_too_long_is_refused_by_name(
    hub: RunningHub, text: str, code: str
) -> None:
    visitor = await Visitor.come(hub.url)

    msg_id = await visitor.write(text)

    error = await visitor.heard("error", client_msg_id=msg_id)
    assert error["code"] == code
    await visitor.close()


async def test_control_characters_are_dropped_and_everything_else_is_kept(hub: RunningHub) -> None:
    visitor = await Visitor.come(hub.url)
    await visitor.say(f"tea\x00\x1b[2J\u202e {EMOJI}\ttwice")
    again = await Visitor.come(hub.url, session=visitor.session)

    assert [line["text"] for line in again.greeting["history"]] == [f"tea[2J\u202e {EMOJI}\ttwice"]
    await visitor.close()
    await again.close()


async def test_the_same_id_with_another_body_is_an_error_and_the_first_stays(hub: RunningHub) -> None:
    visitor = await Visitor.come(hub.url)
    ack = await visitor.say("one kettle", "same")

    await visitor.write("two kettles", "same")

    assert (await visitor.heard("error", client_msg_id="same"))["code"] == "other_body"
    assert (await visitor.say("one kettle", "same"))["seq"] == ack["seq"]
    await visitor.close()
    again = await Visitor.come(hub.url, session=visitor.session)
    assert [line["text"] for line in again.greeting["history"]] == ["one kettle"]
    await again.close()


@pytest.mark.parametrize("session", ["guessed", "x" * 10_000, "", "\x00", "' OR 1=1 --"])
async def test_a_guessed_session_is_nobodys(hub: RunningHub, session: str) -> None:
    victim = await Visitor.come(hub.url)
    await victim.say("my card number is ...")

    visitor = await Visitor.come(hub.url, session=session)

    assert visitor.greeting["resumed"] is False
    assert visitor.greeting.get("history", []) == []
    assert visitor.session not in {session, victim.session}
    await visitor.close()
    await victim.close()


async def test_a_flood_is_refused_and_not_stored(hub: RunningHub) -> None:
    visitor = await Visitor.come(hub.url)

    for number in range(30):
        await visitor.write(f"flood {number}", f"flood-{number}")
    answers = [await visitor.heard_one_of("ack", "error") for _ in range(30)]

    acked = [a["client_msg_id"] for a in answers if a["t"] == "ack"]
    assert 5 <= len(acked) <= 8  # five at once, then one a second
    assert {a["code"] for a in answers if a["t"] == "error"} == {"too_fast"}
    await visitor.close()
    again = await Visitor.come(hub.url, session=visitor.session)
    assert [line["client_msg_id"] for line in again.greeting["history"]] == acked
    await again.close()


# --- whose page it is ---


async def test_a_visitors_socket_opens_on_the_pages_of_its_site_only(hub: RunningHub) -> None:
    await (await open_visitor_socket(hub.url, origin=SITE_ORIGIN)).close()

    with pytest.raises(InvalidStatus) as refused:
        await open_visitor_socket(hub.url, origin=FOREIGN)
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as unknown:
        await open_visitor_socket(hub.url, origin=SITE_ORIGIN, site="x" * 1_000)
    assert unknown.value.response.status_code == 404


@pytest.mark.parametrize("origin", [FOREIGN, None, "null", SITE_ORIGIN])
async def test_the_consoles_socket_opens_on_the_console_only(hub: RunningHub, origin: str | None) -> None:
    async with Agent(hub.url, "anna") as anna:
        with pytest.raises(InvalidStatus) as refused:
            await open_agent_socket(hub.url, anna.cookie, origin=origin)

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("token", ["", "guessed", "x" * 4_000, "%00", "é"])
async def test_a_guessed_cookie_signs_nobody_in(hub: RunningHub, token: str) -> None:
    headers = {"Cookie": f"touchline={token}", "Origin": hub.url, "X-CSRF-Token": "guessed"}
    async with aiohttp.ClientSession() as http:
        for path in ("/api/v1/interactions", "/api/v1/wallboard", "/api/v1/persons?q=a"):
            async with http.get(f"{hub.url}{path}", headers=headers) as answer:
                assert answer.status == 401
        path = "/api/v1/agents/me/state"
        async with http.post(f"{hub.url}{path}", json={"state": "available"}, headers=headers) as answer:
            assert answer.status == 401
    if token.isascii():
        with pytest.raises(InvalidStatus) as refused:
            await open_agent_socket(hub.url, f"touchline={token}", origin=hub.url)
        assert refused.value.response.status_code == 401


async def test_who_signs_out_before_the_hello_is_not_greeted(hub: RunningHub) -> None:
    async with Agent(hub.url, "boris") as boris:
        socket = await open_agent_socket(hub.url, boris.cookie, origin=hub.url)
        await boris.ask("DELETE", "/api/v1/session")
        # the hub hears of the end of the sign-in by its bus, before or after it reads the hello
        await socket.send({"kind": "hello", "last_seq": None})
        first = "closed"
        with contextlib.suppress(ConnectionClosed):
            first = (await socket.next())["kind"]
        assert first in {"signed_out", "closed"}
        assert await socket.close_code() == 4001


async def test_a_write_from_a_foreign_page_or_without_its_token_does_nothing(hub: RunningHub) -> None:
    async with Agent(hub.url, "anna") as anna:
        state = "/api/v1/agents/me/state"
        foreign = await anna.ask("POST", state, {"state": "available"}, headers={"Origin": FOREIGN})
        forged = await anna.ask("POST", state, {"state": "available"}, headers={"X-CSRF-Token": "guessed"})

        assert (foreign.status, foreign.body["code"]) == (403, "foreign_origin")
        assert (forged.status, forged.body["code"]) == (403, "csrf")


# --- the console's socket ---


@pytest.mark.parametrize(
    "frame",
    ["", "null", "{}", '{"kind":"order"}', '{"kind":"hello","last_seq":"x"}', '{"kind":"hello"}', b"\x00"],
    ids=str,
)
async def test_a_console_that_does_not_speak_the_protocol_is_closed(
    hub: RunningHub, frame: str | bytes
) -> None:
    async with Agent(hub.url, "boris") as boris:
        await boris.connect()

        await boris.socket.connection.send(frame)

        assert await boris.socket.close_code() == BAD_FRAME


async def test_a_console_may_not_send_more_than_4_kib(hub: RunningHub) -> None:
    async with Agent(hub.url, "boris") as boris:
        await boris.connect()

        await boris.socket.send({"kind": "typing", "interaction_id": "x" * 5_000, "typing": True})

        assert await boris.socket.close_code() == TOO_LARGE


async def test_numbers_that_no_stream_ever_had_bring_the_desk_anew(hub: RunningHub) -> None:
    async with Agent(hub.url, "boris") as boris:
        for last_seq, stream in ((10**18, ""), (-1, ""), (5, "x" * 1000), (5, "\x00")):
            assert (await boris.connect(last_seq, stream))["kind"] == "resync"
            await boris.socket.close()
