"""A console over a real store in a file, with a clock that stands still, and the browsers that use it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import ClientResponse, DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console import account_api, audit_api, keys_api, session_api, users_api
from agent_console.accounts import Accounts
from agent_console.api_keys import Keys
from agent_console.auth import Gate
from agent_console.backoff import Backoff
from agent_console.documentation import add_documentation
from agent_console.export_desk import ExportDesk
from agent_console.middleware import protect
from agent_console.operations import Operation
from agent_console.passwords import Cost, Passwords
from agent_console.routes import Api
from agent_console.second_factor import TwoFactor
from agent_console.set_up import FirstAdministrator
from agent_console.sign_ins import SignIns
from crm_store.access import SqlAccessStore
from crm_store.answers import SqlAnswers
from crm_store.api_keys import SqlApiKeys
from crm_store.base import metadata
from crm_store.engine import Database
from crm_store.exports import SqlExports
from crm_store.rows.access import audit_heads, audit_log, setup_tokens, sign_in_sessions, users
from crm_store.rows.accounts import (
    access_rules,
    accounts,
    api_keys,
    recovery_codes,
    second_factors,
    sign_in_browsers,
)
from crm_store.rows.floor import agents, idempotency, queues
from crm_store.rows.manager import exports
from crm_store.rows.webhooks import webhooks
from crm_store.second_factors import SqlSecondFactors
from hub.cluster.embedded.export_files import FolderExports
from hub.desk.views import MeView
from hub.domain.access import Permission, Principal, Role, system_principal
from hub.domain.agent import AgentState
from hub.domain.events import AgentChanged, SessionRevoked
from hub.domain.ids import DEFAULT_TENANT, QueueId, TenantId
from hub.domain.queue import Queue
from hub.domain.setting_events import UserChanged
from hub.domain.users import User
from hub.insight.chain_check import ChainCheck
from hub.insight.exports import ExportSubject
from hub.sealing import KEY_BYTES, Seal
from tests.fakes.clock import FakeClock

ORIGIN = "http://console.test"
PASSWORD = "a door of old oak"
CHEAP = Cost(memory_kib=8, passes=1)
TENANT = DEFAULT_TENANT
SYSTEM = system_principal(TENANT)
TABLES = [
    users, sign_in_sessions, setup_tokens, audit_log, audit_heads, idempotency, accounts, second_factors,
    recovery_codes, access_rules, sign_in_browsers, api_keys, agents, queues, webhooks, exports,
]  # fmt: skip


@dataclass(kw_only=True)
class Browser:
    """Keeps the cookie and the CSRF token of one sign-in, and says which page it is on."""

    client: TestClient[web.Request, web.Application]
    cookie: str = ""
    csrf: str = ""

    async def request(self, method: str, path: str, **more: Any) -> ClientResponse:
        headers = {"Origin": ORIGIN, "X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        if self.cookie:
            headers["Cookie"] = self.cookie
        answer = await self.client.request(method, path, headers=headers, **more)
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer

    async def sign_in(self, login: str, password: str = PASSWORD) -> ClientResponse:
        answer = await self.request("POST", "/api/v1/session", json={"login": login, "password": password})
        if answer.ok:
            self.csrf = (await answer.json())["csrf"]
        return answer


@dataclass(kw_only=True)
class Console:
    """Everything a test may want to hold."""

    store: SqlAccessStore
    database: Database
    clock: FakeClock
    passwords: Passwords
    sign_ins: SignIns
    gate: Gate
    first_administrator: FirstAdministrator
    accounts: Accounts
    two_factor: TwoFactor
    revoked: list[SessionRevoked]
    operations: list[Operation]
    chain: ChainCheck
    app: web.Application
    client: TestClient[web.Request, web.Application] = field(init=False)

    def browser(self) -> Browser:
        return Browser(client=self.client)

    async def user(self, login: str, *roles: Role, queues: Sequence[QueueId] = ()) -> User:
        return await self.accounts.add(
            SYSTEM, login=login, name=login.title(), roles=roles, queues=queues, password=PASSWORD
        )

    async def signed_in(self, login: str, *roles: Role) -> Browser:
        """A new user, at a browser of their own."""
        await self.user(login, *roles)
        browser = self.browser()
        assert (await browser.sign_in(login)).ok
        return browser

    async def audited(self) -> list[tuple[str, str, str]]:
        """(action, result, reason) of every row, oldest first."""
        rows = await self.store.read_audit(SYSTEM, before=None, limit=1_000)
        return [(e.draft.action, e.draft.result, e.draft.reason) for e in reversed(rows)]


@asynccontextmanager
async def opened_store(
    folder: Path, revoked: list[SessionRevoked]
) -> AsyncIterator[tuple[Database, SqlAccessStore]]:
    """The real store on SQLite, in a file of its own."""
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'access.db'}")
    try:
        async with database.writing() as connection:
            await connection.run_sync(metadata.create_all, tables=TABLES)

        async def announce(
            _: AsyncConnection, news: Sequence[SessionRevoked | AgentChanged | UserChanged]
        ) -> None:
            revoked.extend(n for n in news if isinstance(n, SessionRevoked))

        yield (
            database,
            SqlAccessStore(reading=database.reading, writing=database.writing, announce=announce),
        )
    finally:
        await database.close()


@asynccontextmanager
async def opened_console(
    folder: Path,
    *,
    more: Sequence[Operation] = (),
    only: Sequence[Operation] | None = None,
    routes: Sequence[web.RouteDef] = (),
    is_https: bool = False,
) -> AsyncIterator[Console]:
    """A console that serves its own operations and `more`, or `only` those given; and other `routes`."""
    revoked: list[SessionRevoked] = []
    async with opened_store(folder, revoked) as (database, store), Passwords(cost=CHEAP) as passwords:
        clock = FakeClock()
        backoff = Backoff(clock)
        factors = SqlSecondFactors(
            reading=database.reading, writing=database.writing, seal=Seal(b"k" * KEY_BYTES)
        )
        two_factor = TwoFactor(factors=factors, store=store, clock=clock)
        accounts = Accounts(store=store, passwords=passwords, clock=clock)
        sign_ins = SignIns(
            store=store,
            passwords=passwords,
            backoff=backoff,
            clock=clock,
            tenant_id=TENANT,
            two_factor=two_factor,
        )
        first_administrator = FirstAdministrator(
            store=store, passwords=passwords, backoff=backoff, clock=clock, tenant_id=TENANT
        )
        keys = Keys(store=SqlApiKeys(reading=database.reading, writing=database.writing), clock=clock)
        gate = Gate(sign_ins, keys, origins={ORIGIN}, is_https=is_https)
        chain = ChainCheck(store, clock)
        desk = ExportDesk(
            SqlExports(database, ExportSubject.AUDIT, Permission.READ_AUDIT),
            FolderExports(folder / "exports"),
            clock,
            ZoneInfo("Europe/Berlin"),
            subject=ExportSubject.AUDIT,
            wake=lambda: None,
        )
        operations = [
            *session_api.operations(
                sign_ins=sign_ins,
                first_administrator=first_administrator,
                gate=gate,
                me=_me(store, clock),
            ),
            *audit_api.operations(store=store, chain=chain, desk=desk),
            *account_api.operations(accounts=accounts, two_factor=two_factor, factors=factors),
            *keys_api.operations(keys=keys, all_queues=_no_queues),
            *users_api.operations(accounts=accounts, two_factor=two_factor, all_queues=_no_queues),
            *more,
        ]
        operations = operations if only is None else list(only)
        app = web.Application()
        protect(app, origins={ORIGIN}, is_https=is_https)
        answers = SqlAnswers(reading=database.reading, writing=database.writing)
        Api(gate=gate, store=store, answers=answers, clock=clock, tenant_id=TENANT).add_to(app, operations)
        app.add_routes(routes)
        add_documentation(app, operations, version="0.1.0")
        console = Console(
            store=store,
            database=database,
            clock=clock,
            passwords=passwords,
            sign_ins=sign_ins,
            gate=gate,
            first_administrator=first_administrator,
            accounts=accounts,
            two_factor=two_factor,
            revoked=revoked,
            operations=operations,
            chain=chain,
            app=app,
        )
        async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as client:
            console.client = client
            yield console


async def _no_queues(_: TenantId) -> list[Queue]:
    return []


def _me(store: SqlAccessStore, clock: FakeClock) -> session_api.Me:
    async def me(principal: Principal) -> MeView:
        assert principal.user_id is not None
        user = await store.find_user(principal, principal.user_id)
        return MeView(
            id=user.id,
            name=user.name,
            login=user.login,
            roles=tuple(sorted(user.roles)),
            state=AgentState.OFFLINE,
            wish="offline",
            pause_reason="",
            since=clock.now(),
            load=0,
            full=60,
            version=user.version,
        )

    return me
