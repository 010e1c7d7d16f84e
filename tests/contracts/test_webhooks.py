"""What is committed is delivered to whoever subscribed, at least once, and never to where it must not go."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult

from crm_store.webhooks import SqlWebhooks
from hub.cluster.codec import decode
from hub.domain.access import Role
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.webhook import EVENTS, Delivery, DeliveryState, Webhook, signature
from hub.ids import new_id
from hub.sealing import KEY_BYTES, Seal
from hub.webhooks.calling import Caller
from hub.webhooks.job import WebhookJob
from hub.webhooks.reached import examined
from tests.stores import KINDS, House, migrated_database, opened

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Receiver:
    """A program that hears webhooks, and what it heard."""

    url: str = ""
    answer: Answering | None = None
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.heard.append((dict(request.headers), await request.read()))
        return await self.answer(request) if self.answer else web.Response(text="thanks")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/{anything:.*}", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


@dataclass
class Scene:
    """A house, its webhooks and the job that delivers."""

    house: House
    store: SqlWebhooks
    job: WebhookJob

    async def subscribed(self, url: str, *events: str) -> Webhook:
        webhook = Webhook(
            id=new_id(),
            tenant_id=self.house.tenant_id,
            name="crm",
            url=url,
            events=frozenset(events or EVENTS),
            secret="whsec_x",
            created_at=self.house.clock.now(),
        )
        await self.store.add_webhook(webhook, self.draft(AuditAction.ADD_WEBHOOK))
        return webhook

    def draft(self, action: AuditAction) -> AuditDraft:
        return AuditDraft(tenant_id=self.house.tenant_id, at=self.house.clock.now(), action=action)

    async def delivered(self) -> None:
        await self.job.plan()
        await self.job.deliver_due()

    async def deliveries(self, webhook: Webhook) -> list[Delivery]:
        principal = self.house.somebody(Role.ADMIN)
        found = await self.store.list_deliveries(principal, webhook.id, after="", limit=100)
        return [delivery for delivery, _ in found]


@asynccontextmanager
async def scene_on(url: str, caller: Caller) -> AsyncIterator[Scene]:
    async with opened(url, pool_size=3) as database:
        house = await House(database=database).furnished()
        seal = Seal(b"k" * KEY_BYTES)
        store = SqlWebhooks(reading=database.reading, writing=database.writing, seal=seal)
        job = WebhookJob(
            store,
            caller,
            house.clock,
            decode=lambda row: decode(row, skipped=lambda _: None),
            jitter=lambda: 0.5,
        )
        yield Scene(house, store, job)


@pytest.fixture(params=KINDS)
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    server = "" if request.param == "sqlite" else str(request.getfixturevalue("pg_server"))
    async with (
        migrated_database(request.param, tmp_path, server) as url,
        scene_on(url, Caller(allow_private=True, within_s=0.5)) as made,
    ):
        yield made


async def test_what_a_client_wrote_is_told_by_ids_signed_and_once(scene: Scene, receiver: Receiver) -> None:
    webhook = await scene.subscribed(receiver.url, "touch.received", "interaction.opened")
    await scene.house.came(text="my card number is 4111")
    await scene.delivered()
    await scene.delivered()

    told = [json.loads(body) for _, body in receiver.heard]
    assert sorted(one["event"] for one in told) == ["interaction.opened", "touch.received"]
    assert b"4111" not in b"".join(body for _, body in receiver.heard)
    for (headers, body), one in zip(receiver.heard, told, strict=True):
        assert headers["Touchline-Id"] == one["id"]
        mac = signature(webhook.secret, headers["Touchline-Timestamp"], body)
        assert headers["Touchline-Signature"] == f"v1={mac}"
    assert {d.state for d in await scene.deliveries(webhook)} == {DeliveryState.DONE}


async def test_without_a_webhook_nothing_is_kept_for_one(scene: Scene) -> None:
    await scene.house.came()
    assert await scene.store.feed(10) == []


async def test_a_failure_is_tried_again_later_under_the_same_id_and_given_up_after_a_day(
    scene: Scene, receiver: Receiver
) -> None:
    async def refuses(_: web.Request) -> web.Response:
        return web.Response(status=500, text="x" * 5000)

    receiver.answer = refuses
    webhook = await scene.subscribed(receiver.url, "touch.received")
    await scene.house.came()
    await scene.delivered()
    await scene.delivered()
    assert len(receiver.heard) == 1

    scene.house.clock.advance(10)
    await scene.delivered()
    assert len({headers["Touchline-Id"] for headers, _ in receiver.heard}) == 1
    assert [headers["Touchline-Attempt"] for headers, _ in receiver.heard] == ["1", "2"]
    scene.house.clock.advance(timedelta(hours=24).total_seconds())
    await scene.delivered()
    (delivery,) = await scene.deliveries(webhook)
    assert (delivery.state, delivery.attempts) == (DeliveryState.GIVEN_UP, 3)


async def test_a_webhook_that_takes_nothing_for_three_days_is_turned_off_and_the_log_says_so(
    scene: Scene,
) -> None:
    webhook = await scene.subscribed("http://127.0.0.1:1/", "touch.received")
    await scene.house.came()
    await scene.delivered()
    scene.house.clock.advance(timedelta(hours=73).total_seconds())
    await scene.delivered()

    assert await scene.store.listening(scene.house.tenant_id) == []
    rows = await scene.house.rows(
        "SELECT action, object, reason FROM audit_log WHERE tenant_id = $1 AND action = 'disable_webhook'",
        scene.house.tenant_id,
    )
    assert [tuple(row) for row in rows] == [("disable_webhook", webhook.id, "failing")]


async def test_a_delivery_is_made_again_when_somebody_asks(scene: Scene, receiver: Receiver) -> None:
    webhook = await scene.subscribed(receiver.url, "touch.received")
    await scene.house.came()
    await scene.delivered()
    (delivery,) = await scene.deliveries(webhook)
    principal = scene.house.somebody(Role.ADMIN)
    assert await scene.store.redeliver(principal, delivery.id, scene.house.clock.now())
    await scene.delivered()
    assert len(receiver.heard) == 2


async def test_a_redirect_is_not_followed_and_a_slow_answer_is_not_awaited(receiver: Receiver) -> None:
    caller = Caller(allow_private=True, within_s=0.3)

    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": receiver.url + "/inner"})

    receiver.answer = elsewhere
    assert (await caller.post(receiver.url, b"{}", {}))[:2] == (302, "refused")
    assert len(receiver.heard) == 1

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    receiver.answer = slow
    assert (await caller.post(receiver.url, b"{}", {}))[:2] == (0, "timeout")


class Names:
    """A resolver whose names lead where a test says."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=a, port=port, family=socket.AF_INET, proto=0, flags=0)
            for a in self.addresses
        ]

    async def close(self) -> None:
        return


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://169.254.169.254/latest/meta-data", ()),
        ("http://[::ffff:169.254.169.254]/", ()),
        ("http://metadata.test/", ("169.254.169.254",)),
        ("http://rebound.test/", ("93.184.215.14", "127.0.0.1")),
        ("http://localhost.test/", ("::ffff:7f00:1",)),
    ],
)
async def test_nothing_that_is_not_public_is_called_by_number_or_by_name(
    url: str, addresses: tuple[str, ...]
) -> None:
    caller = Caller(allow_private=False, resolver=Names(*addresses), within_s=1)
    assert await caller.post(url, b"{}", {}) == (0, "not_public", "")
    assert await caller.reaches(url) == (0, "not_public")


async def test_whether_somebody_answers_is_asked_without_a_delivery(scene: Scene, receiver: Receiver) -> None:
    caller = Caller(allow_private=True, within_s=0.5)
    webhook = await scene.subscribed(receiver.url)
    lost = replace(webhook, id=new_id(), name="lost", url="http://127.0.0.1:1/")
    failing = replace(webhook, id=new_id(), name="failing", failing_since=scene.house.clock.now())

    found = await examined([webhook, lost, failing], caller)

    assert [one.code for one in found] == ["hook_ok", "hook_lost", "hook_failing"]
    assert found[1].values["error"] == "no_connection"
    assert receiver.heard == []
    assert [one.code for one in await examined([], caller)] == ["no_webhook"]


async def test_the_job_delivers_by_itself_and_a_slow_receiver_keeps_no_other_waiting(
    receiver: Receiver, tmp_path: Path
) -> None:
    async def never(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async def by_path(request: web.Request) -> web.StreamResponse:
        return await never(request) if request.path == "/hook/slow" else web.Response()

    receiver.answer = by_path
    async with (
        migrated_database("sqlite", tmp_path, "") as url,
        scene_on(url, Caller(allow_private=True, within_s=5)) as made,
    ):
        await made.subscribed(receiver.url + "/slow", "touch.received")
        good = await made.subscribed(receiver.url, "touch.received")
        running = asyncio.create_task(made.job.run())
        await made.house.came()
        made.job.wake()
        async with asyncio.timeout(4):
            while [d.state for d in await made.deliveries(good)] != [DeliveryState.DONE]:
                await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
