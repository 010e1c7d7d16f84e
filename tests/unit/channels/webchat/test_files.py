"""Files of visitors over HTTP: who may send and see which, how much, and what is left of it."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from hub.channels.webchat.files import TOKEN
from hub.domain.site import FileRules, SiteFeatures, SiteSetup
from hub.domain.touch import Attachment
from tests.fakes.webchat import SHOP, SITE, ChatServer, Page, reply

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
THREAD = ("webchat:demo", "visitor-1")


async def upload(
    server: ChatServer,
    token: str,
    content: Any = PNG,
    *,
    name: str = "box.png",
    origin: str | None = SHOP,
    site: str = "demo",
    address: str = "192.0.2.1",
) -> tuple[int, dict[str, Any], Any]:
    headers = {TOKEN: token, "X-Test-Address": address, **({} if origin is None else {"Origin": origin})}
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            server.url("/chat/files"), params={"site": site, "name": name}, data=content, headers=headers
        ) as answer,
    ):
        return answer.status, await answer.json(), answer.headers


async def download(
    server: ChatServer, token: str, sha256: str, *, origin: str | None = SHOP, site: str = "demo"
) -> tuple[int, bytes, Any]:
    headers = {TOKEN: token, **({} if origin is None else {"Origin": origin})}
    async with (
        aiohttp.ClientSession() as http,
        http.get(server.url(f"/chat/files/{sha256}"), params={"site": site}, headers=headers) as answer,
    ):
        return answer.status, await answer.read(), answer.headers


async def sent(server: ChatServer, page: Page) -> Attachment:
    """A file that the visitor uploaded and wrote a message with."""
    _, file, _ = await upload(server, page.token)
    await page.say("message", client_msg_id="m1", text="", files=[file["id"]])
    await page.hears("ack")
    (attachment,) = server.inbox.touches[-1].attachments
    return attachment


def remember(server: ChatServer, visitor_id: str, attachment: Attachment) -> None:
    server.visitors.add_touch(visitor_id, 1, "", server.clock.now())
    line = server.visitors.said[visitor_id][-1]
    server.visitors.said[visitor_id][-1] = replace(line, attachments=(attachment,))


async def test_a_file_is_durable_when_it_is_answered_and_goes_with_a_message() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        status, file, headers = await upload(server, page.token, name="../../box.html")
        assert status == 201
        assert (file["name"], file["type"], file["size"]) == ("box.html.png", "image/png", len(PNG))
        assert headers["Access-Control-Allow-Origin"] == SHOP
        await page.say("message", client_msg_id="m1", text="", files=[file["id"]])
        await page.hears("ack")
        touch = server.inbox.touches[0]
        assert (touch.text, [a.name for a in touch.attachments]) == ("", ["box.html.png"])
        kept = await server.attachments.size(SITE.tenant_id, touch.attachments[0].sha256)
        assert kept == len(PNG)
        # the same id with another file is another message
        _, other, _ = await upload(server, page.token, PNG + b"!")
        await page.say("message", client_msg_id="m1", text="", files=[other["id"]])
        assert (await page.hears("error"))["code"] == "other_body"


async def test_only_the_visitor_of_the_conversation_gets_its_files() -> None:
    async with ChatServer() as server:
        page, stranger = await server.visitor(), await server.visitor()
        attachment = await sent(server, page)
        remember(server, "visitor-1", attachment)
        status, content, headers = await download(server, page.token, attachment.sha256)
        assert (status, content) == (200, PNG)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in headers["Content-Security-Policy"]
        for token, hash_, expected in (
            (stranger.token, attachment.sha256, 404),
            ("", attachment.sha256, 401),
            ("guess", attachment.sha256, 401),
            (page.token, "0" * 64, 404),
            (page.token, "..%2f..%2fhub.db", 404),
        ):
            assert (await download(server, token, hash_))[0] == expected
        # whoever loads the page anew before the message is confirmed knows the upload alone
        _, coming, _ = await upload(server, page.token, PNG + b"coming")
        assert (await download(server, page.token, coming["id"]))[:2] == (200, PNG + b"coming")
        assert (await download(server, stranger.token, coming["id"]))[0] == 404
        # and nobody sends a file that another has uploaded
        _, file, _ = await upload(server, page.token, PNG + b"mine")
        await stranger.say("message", client_msg_id="m1", text="", files=[file["id"]])
        assert (await stranger.hears("error"))["code"] == "no_such_file"
        assert len(server.inbox.touches) == 1


async def test_a_foreign_page_gets_nothing_and_no_permission_to_ask() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for origin in ("https://evil.example", "null", "https://shop.example.evil.example"):
            status, body, headers = await upload(server, page.token, origin=origin)
            assert (status, body["code"]) == (403, "foreign_origin")
            assert "Access-Control-Allow-Origin" not in headers
            async with (
                aiohttp.ClientSession() as http,
                http.options(
                    server.url("/chat/files?site=demo"),
                    headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
                ) as answer,
            ):
                assert answer.status == 403
                assert "Access-Control-Allow-Origin" not in answer.headers
        # the token of one site opens nothing on another
        status, body, _ = await upload(server, page.token, site="other", origin="https://other.example")
        assert (status, body["code"]) == (401, "bad_session")
        assert not server.visitors.uploaded


async def test_a_page_of_the_site_is_allowed_to_ask() -> None:
    async with ChatServer() as server, aiohttp.ClientSession() as http:
        headers = {"Origin": SHOP, "Access-Control-Request-Headers": TOKEN.lower()}
        async with http.options(server.url("/chat/files?site=demo"), headers=headers) as answer:
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Origin"] == SHOP
            assert TOKEN in answer.headers["Access-Control-Allow-Headers"]
            assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_a_gigabyte_is_refused_before_it_comes_and_cut_when_it_lies() -> None:
    async with ChatServer(most_file_bytes=100_000) as server:
        page = await server.visitor()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            f"POST /chat/files?site=demo&name=a.png HTTP/1.1\r\nHost: x\r\nOrigin: {SHOP}\r\n"
            f"{TOKEN}: {page.token}\r\nContent-Length: 1073741824\r\n\r\n".encode()
        )
        assert b" 413 " in await reader.readline()
        writer.close()

        async def endless() -> AsyncIterator[bytes]:
            yield PNG
            for _ in range(64):
                yield b"\x00" * 65536

        try:
            status, body, _ = await upload(server, page.token, endless())
            assert (status, body["code"]) == (413, "too_large")
        except aiohttp.ClientConnectionError:
            pass  # the hub closed while we were still sending
        assert not server.visitors.uploaded
        assert [p for p in server.folder.rglob("*") if p.is_file()] == []


async def test_ten_thousand_files_are_not_taken() -> None:
    async with ChatServer(files_a_day=5, uploads_per_minute=1000, uploads_per_address=8) as server:
        page, second = await server.visitor(), await server.visitor()
        answers = [await upload(server, page.token, PNG + bytes([n])) for n in range(7)]
        assert [status for status, _, _ in answers] == [201] * 5 + [429] * 2
        assert answers[-1][1]["code"] == "quota"
        assert int(answers[-1][2]["Retry-After"]) > 0
        # another visitor of that address has what the address has left
        more = [(await upload(server, second.token, PNG + b"2" + bytes([n])))[0] for n in range(3)]
        assert more == [201, 429, 429]
        server.clock.advance(25 * 3600)
        assert (await upload(server, page.token))[0] == 201


async def test_many_at_once_and_too_fast_are_told_to_wait() -> None:
    async with ChatServer(uploads_per_minute=2) as server:
        page = await server.visitor()
        answers = [await upload(server, page.token) for _ in range(3)]
        assert [a[0] for a in answers] == [201, 201, 429]
        assert answers[2][1]["code"] == "too_fast"


async def test_a_day_has_so_many_bytes_also_for_uploads_that_are_under_way() -> None:
    async with ChatServer(file_bytes_a_day=2048) as server:
        page = await server.visitor()
        big = PNG + b"\x00" * 1000
        assert (await upload(server, page.token, big))[0] == 201
        assert (await upload(server, page.token, big + b"!"))[1]["code"] == "quota"
        assert len(server.visitors.uploaded) == 1


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg onload=alert(1)>", 415, "bad_type"),
        (b"\x7fELF", 415, "bad_type"),
        (b"", 422, "empty"),
        (b"PK\x03\x04" + b"\x00" * 100, 415, "bad_type"),
    ],
)
async def test_what_the_site_does_not_take_is_refused_with_a_reason(
    content: bytes, status: int, code: str
) -> None:
    async with ChatServer() as server:
        rules = FileRules(types=("image/png",))
        server.visitors.sites["demo"] = replace(SITE, setup=SiteSetup(files=rules))
        page = await server.visitor()
        answer = await upload(server, page.token, content)
        assert (answer[0], answer[1]["code"]) == (status, code)
        assert not server.visitors.uploaded


async def test_a_site_without_files_takes_none() -> None:
    async with ChatServer() as server:
        server.visitors.sites["demo"] = replace(SITE, setup=SiteSetup(features=SiteFeatures(files=False)))
        page = await server.visitor()
        assert (await upload(server, page.token))[0] == 403


async def test_an_upload_that_stops_is_given_up_and_leaves_nothing() -> None:
    async with ChatServer(upload_idle_s=0.05) as server:
        page = await server.visitor()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            f"POST /chat/files?site=demo&name=a.png HTTP/1.1\r\nHost: x\r\n{TOKEN}: {page.token}\r\n"
            f"Content-Length: 5000\r\n\r\n".encode()
            + PNG
        )
        assert b" 422 " in await reader.readline()
        writer.close()
        assert [p for p in server.folder.rglob("*") if p.is_file()] == []
        assert (await upload(server, page.token))[0] == 201


async def test_what_was_never_sent_is_swept_from_the_disk() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await upload(server, page.token)
        assert await server.chat.sweep_files() == 0
        server.clock.advance(timedelta(hours=25).total_seconds())
        (file,) = (p for p in server.folder.rglob("*") if p.is_file())
        lately = server.clock.now().timestamp() - 600
        os.utime(file, (lately, lately))  # the same was put again, by whoever names it only now
        assert await server.chat.sweep_files() == 0
        os.utime(file, (1.0, 1.0))
        assert await server.chat.sweep_files() == 1
        assert [p for p in server.folder.rglob("*") if p.is_file()] == []
        assert server.visitors.uploaded == {}


async def test_a_file_that_may_be_swept_before_its_message_is_kept_is_not_sent() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        _, kept, _ = await upload(server, page.token)
        server.clock.advance(timedelta(hours=24, seconds=1).total_seconds())
        await page.say("message", client_msg_id="m1", text="x", files=[kept["id"]])
        assert (await page.hears("error"))["code"] == "no_such_file"
        assert await server.chat.sweep_files() == 0


async def test_a_message_has_no_more_files_than_the_site_allows() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.say("message", client_msg_id="m1", text="x", files=[f"f{n}" for n in range(6)])
        assert (await page.hears("error"))["code"] == "too_many_files"
        await page.say("message", client_msg_id="m2", text="x", files=["f1", "../../x"])
        assert (await page.hears("error"))["code"] == "no_such_file"
        assert not server.inbox.touches


async def test_a_reply_with_a_file_reaches_the_page_and_its_content_too() -> None:
    async with ChatServer() as server:
        page = await server.visitor()

        async def content() -> AsyncIterator[bytes]:
            yield PNG

        sha256, size = await server.attachments.put(SITE.tenant_id, content(), limit_bytes=10_000)
        file = Attachment(sha256=sha256, name="slip.png", media_type="image/png", size_bytes=size)
        await server.chat.send(reply(THREAD, 1, attachments=(file,)))
        (told,) = (await page.hears("message"))["files"]
        remember(server, "visitor-1", file)
        assert (await download(server, page.token, told["id"]))[1] == PNG
