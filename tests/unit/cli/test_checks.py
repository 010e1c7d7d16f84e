"""What the doctor finds."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from crm_store.engine import Database
from crm_store.floor import FloorStore
from crm_store.mail_accounts import SqlMailAccounts
from crm_store.migrate import migrate
from crm_store.store import Store
from hub.channels.sip.settings import SipSettings
from hub.cli import checks
from hub.cli.checks import CHECKS
from hub.cli.doctor import drawn, examined
from hub.cluster.codec import encode
from hub.demo.mail import put_demo_accounts
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import DEFAULT_TENANT, MailAccountId, QueueId
from hub.domain.mail_account import MailAccount, MailServer, MailSetup, Security
from hub.domain.queue import Queue
from hub.ids import new_id
from hub.ports.status import Finding, Health
from hub.sealing import Seal, kept_key
from hub.settings import ChannelSettings, Settings
from tests.fakes.clock import FakeClock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, http={"port": 0})  # type: ignore[arg-type] # as a file gives it


def with_port(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"http": settings.http.model_copy(update={"port": port})})


def with_store(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"store": settings.store.model_copy(update={"url": SecretStr(url)})})


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


async def test_a_writable_folder_is_well_and_nothing_is_left_in_it(settings) -> None:
    (found,) = await checks.data_folder(settings)

    assert found.health in {Health.OK, Health.WARN}  # the machine's disk may be nearly full
    assert "fsync works" in found.text
    assert list(settings.data_dir.iterdir()) == []


async def test_a_folder_that_will_be_made_is_well(settings, tmp_path) -> None:
    (found,) = await checks.data_folder(settings.model_copy(update={"data_dir": tmp_path / "a/b"}))

    assert found.health is not Health.FAIL
    assert not (tmp_path / "a").exists()


async def test_a_file_where_the_folder_should_be_is_a_failure_that_names_the_setting(
    settings, tmp_path
) -> None:
    (tmp_path / "file").write_text("")

    (found,) = await checks.data_folder(settings.model_copy(update={"data_dir": tmp_path / "file"}))

    assert found.health is Health.FAIL
    assert "HUB_DATA_DIR" in found.remedy


async def test_a_store_that_does_not_exist_yet_is_well_and_is_not_made(settings) -> None:
    (found,) = await checks.store(settings)

    assert found.health is Health.OK
    assert list(settings.data_dir.iterdir()) == []


async def test_a_store_of_this_release_is_well_and_says_that_it_has_no_site(settings) -> None:
    database = await Database.open(settings.store_url)
    await migrate(database)
    await database.close()

    store, sites, recordings = await checks.store(settings)

    assert store.health is Health.OK
    assert "durable" in store.text
    assert sites.health is Health.WARN
    assert recordings.health is Health.OK


async def test_a_store_of_another_release_says_migrate(settings) -> None:
    database = await Database.open(settings.store_url)
    await database.close()

    (found,) = await checks.store(settings)

    assert (found.health, found.remedy) == (Health.WARN, "touchline migrate")


async def test_a_database_that_is_not_there_is_a_failure_that_hides_its_password(
    settings, unused_port
) -> None:
    url = f"postgresql+asyncpg://hub:s3cret@127.0.0.1:{unused_port}/hub"

    (found,) = await checks.store(with_store(settings, url))

    assert found.health is Health.FAIL
    assert "s3cret" not in found.text
    assert "HUB_STORE__URL" in found.remedy


async def test_a_redis_that_is_not_there_is_a_failure(settings, unused_port) -> None:
    cluster = settings.cluster.model_copy(update={"redis_url": SecretStr(f"redis://127.0.0.1:{unused_port}")})

    (found,) = await checks.redis(settings.model_copy(update={"cluster": cluster}))

    assert found.health is Health.FAIL
    assert "HUB_CLUSTER__REDIS_URL" in found.remedy


async def test_a_free_port_is_well(settings, unused_port) -> None:
    (found,) = await checks.port(with_port(settings, unused_port))

    assert found.health is Health.OK
    assert "free" in found.text


async def test_a_port_that_another_program_has_is_a_failure_that_names_the_setting(settings) -> None:
    async with a_server(200, "<html>") as port:
        (found,) = await checks.port(with_port(settings, port))

    assert found.health is Health.FAIL
    assert "HUB_HTTP__PORT" in found.remedy


def with_sip(settings: Settings, **changes: object) -> Settings:
    sip = settings.channels.sip.model_copy(update=changes)
    return settings.model_copy(update={"channels": settings.channels.model_copy(update={"sip": sip})})


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
async def test_a_sip_port_that_somebody_has_for_udp_or_tcp_is_a_failure_that_names_the_setting(
    settings, kind
) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        (found,) = await checks.sip_port(with_sip(settings, port=taken.getsockname()[1]))

    assert found.health is Health.FAIL
    assert "HUB_CHANNELS__SIP__PORT" in found.remedy


async def test_a_sip_port_that_is_free_or_our_own_hubs_or_not_wanted_is_well(settings, unused_port) -> None:
    (free,) = await checks.sip_port(with_sip(settings, port=unused_port))
    (off,) = await checks.sip_port(with_sip(settings, enabled=False))
    async with a_server(200, "ready\n") as http:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            ours = with_port(with_sip(settings, port=taken.getsockname()[1]), http)
            (own,) = await checks.sip_port(ours)

    assert {free.health, off.health, own.health} == {Health.OK}


@pytest.mark.parametrize(
    ("status", "text", "health"), [(200, "ready\n", Health.OK), (503, "starting\n", Health.WARN)]
)
async def test_our_own_hub_on_the_port_is_well_if_it_is_ready(settings, status, text, health) -> None:
    async with a_server(status, text) as port:
        (found,) = await checks.port(with_port(settings, port))

    assert found.health is health


async def test_every_part_is_examined_and_has_a_line(settings) -> None:
    findings = await examined(settings)

    assert len(findings) >= len(CHECKS)
    assert drawn(findings).row_count == len(findings)
    assert all(finding.remedy for finding in findings if finding.health is not Health.OK)


def test_a_finding_that_needs_something_done_shows_what() -> None:
    finding = Finding(health=Health.FAIL, part="port", text="taken", remedy="stop it")

    assert "→ stop it" in str(drawn([finding]).columns[2]._cells[0])


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class a_server:  # noqa: N801 - reads as the sentence it is in
    """A server that answers `/readyz` so."""

    def __init__(self, status: int, text: str) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, text=text)

        app = web.Application()
        app.router.add_get("/readyz", answer)
        self._runner = web.AppRunner(app)

    async def __aenter__(self) -> int:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return int(self._runner.addresses[0][1])

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()


async def test_the_doctor_names_a_number_whose_queue_is_not_there(settings) -> None:
    database = await Database.open(settings.store_url)
    await migrate(database)
    await database.close()
    sip = SipSettings.model_validate(
        {
            "trunks": [{"name": "carrier", "domain": "carrier.test", "registers": False, "queue": "support"}],
            "menus": [{"name": "main", "keys": {"1": {"queue": "sales"}}}],
        }
    )

    found = await checks.store(settings.model_copy(update={"channels": ChannelSettings(sip=sip)}))

    missing = [finding for finding in found if finding.code == "queue_missing"]
    assert [finding.values["key"] for finding in missing] == [
        "channels.sip.trunks.0.queue",
        "channels.sip.menus.0.keys.1.queue",
    ]
    assert all(finding.health is Health.FAIL and finding.remedy for finding in missing)


async def test_servers_of_a_demo_that_has_ended_are_no_failure_and_others_are(
    settings, unused_port, tmp_path
) -> None:
    database = await Database.open(settings.store_url)
    await migrate(database)
    clock, seal = FakeClock(), Seal(kept_key(tmp_path / "secret.key"))
    store = Store(database, encode=encode, clock=clock)
    queues = [Queue(id=QueueId(new_id()), tenant_id=DEFAULT_TENANT, name=n) for n in ("support", "sales")]
    for queue in queues:
        await FloorStore(store, clock, encode=encode).put_queue(queue)
    nobody = MailServer(host="127.0.0.1", port=unused_port, security=Security.NONE, username="x")
    await put_demo_accounts(store, clock, seal, outside_port=unused_port, mailbox=nobody, password="x")
    own = MailAccount(
        id=MailAccountId(new_id()),
        tenant_id=DEFAULT_TENANT,
        name="own",
        address="own@house.test",
        queue_id=queues[0].id,
        setup=MailSetup(outgoing=nobody),
    )
    audit = AuditDraft(tenant_id=DEFAULT_TENANT, at=clock.now(), action=AuditAction.CHANGE_MAIL_ACCOUNT)
    accounts = SqlMailAccounts(store, encode=encode, seal=seal)
    await accounts.put_mail_account(own, seen_version=0, secrets=None, audit=audit)
    await database.close()

    found = {one.part: one for one in await checks.store(settings) if one.part.startswith("e-mail ")}
    assert {part: one.health for part, one in found.items()} == {
        "e-mail support outgoing": Health.OK,
        "e-mail sales incoming": Health.OK,
        "e-mail sales outgoing": Health.OK,
        "e-mail own outgoing": Health.FAIL,
    }
    assert "the demo's own server" in found["e-mail sales incoming"].text
