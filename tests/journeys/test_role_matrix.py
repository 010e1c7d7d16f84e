"""Nobody in, in the complete hub: every operation, by every role, on things within and beyond their reach."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientResponse, ClientSession, DummyCookieJar, WSServerHandshakeError
from sqlalchemy import insert, select

from agent_console.accounts import Accounts
from agent_console.passwords import Cost, Passwords
from crm_store.articles import SqlArticles
from crm_store.floor import FloorStore
from crm_store.knowledge import SqlSnippets
from crm_store.rows.history import interactions, reservations
from crm_store.rows.manager import exports
from crm_store.rows.rules import calendars
from crm_store.rows.talk import planned_replies
from crm_store.store import Store
from hub.app import serve
from hub.cli.access import access_store
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.cluster.embedded.attachments import FolderAttachments
from hub.demo.seed import Seeding, seed
from hub.domain.access import MATRIX, USER_ROLES, Permission, Role, Scope, system_principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import DEFAULT_TENANT, PersonId, QueueId
from hub.domain.knowledge import (
    Article,
    ArticleId,
    ArticleState,
    ArticleText,
    Reach,
    Snippet,
    SnippetId,
    SnippetKind,
    Step,
    StepKind,
)
from hub.ids import new_id
from hub.settings import ChannelSettings, HttpSettings, SecuritySettings, Settings
from hub.started import Started
from tests.calls import put_call
from tests.recordings import put_recording
from tests.unit import role_matrix
from tests.unit.role_matrix import Case, Outcome, cases, each_operation, outcomes, where_nothing_is

PASSWORD = "a door of old oak"
COST = Cost(memory_kib=8 * 1024, passes=1)
OPERATIONS = role_matrix.operations_of_every_api()

BODIES = {
    "close": {"disposition": "resolved"},
    **{name: {"channel": "webchat", "text": "hello"} for name in ("reply", "plan_reply")},
    "note": {"text": "hello"},
    "start_interaction": {"queue_id": new_id(), "channel": "webchat", "address": "v", "text": "hello"},
    "give_call": {"to": {"number": "+905321234567"}},
    "consult_on_call": {"to": {"number": "+905321234567"}},
    "set_agent_state": {"state": "available"},
    "add_address": {"kind": "email", "value": "nobody@clients.test"},
}
"""Operations that look at their body before they look for the thing: a 422 there tells nothing of it."""

NEVER_SILENT = datetime(2096, 1, 1, tzinfo=UTC)

ENDS_A_SIGN_IN = {"sign_in", "sign_out"}
"""Tried in tests of their own: they would end the sign-in that the other cases use."""

GUESSES = {
    "set_own_password",
    "confirm_own_second_factor",
    "renew_own_recovery_codes",
    "drop_own_second_factor",
}
"""A wrong guess slows every sign-in of its address: tests/unit/agent_console has them."""

_OF_THE_HOUSE = ("account", "bot", "user", "webhook", "api_key", "delivery", "field", "import", "sign_in")
OF_NO_TEAM = {"part", "letter_id", "secret_id", *(f"{thing}_id" for thing in _OF_THE_HOUSE)}
"""Things of the whole house, or of one user: nothing of them is another team's."""

NAMES_A_SECOND_THING = {
    "merge_persons",
    "keep_apart",
    "split_person",
    "mark_address",
    "show_letter",
    "show_raw_letter",
}
"""Whoever reaches the first thing gets a 404 all the same: for the other person, the removed address, the letter."""


@dataclass(kw_only=True)
class RunningHub:
    """A hub with the demo's past in it, and one user of each role who serves none of its queues."""

    url: str
    client: ClientSession
    foreign: dict[str, str]
    sessions: dict[Role | None, dict[str, str]] = field(default_factory=lambda: {None: {}})

    async def sign_in(self, role: Role) -> None:
        body = {"login": f"the.{role}", "password": PASSWORD}
        async with self.client.post(f"{self.url}/api/v1/session", json=body) as answer:
            assert answer.status == 200
            self.sessions[role] = {
                "Cookie": answer.headers["Set-Cookie"].partition(";")[0],
                "X-CSRF-Token": (await answer.json())["csrf"],
            }

    async def request(self, role: Role | None, method: str, path: str, body: Any) -> ClientResponse:
        headers = {"Origin": self.url, **self.sessions[role]}
        async with self.client.request(method, self.url + path, json=body, headers=headers) as answer:
            await answer.read()
        return answer


@asynccontextmanager
async def running_hub(
    folder: Path, *, in_all_queues: bool = False, then: Callable[[Store], Awaitable[None]] | None = None
) -> AsyncIterator[RunningHub]:
    """The complete hub on SQLite, in this process. `then` may add to the store before it listens."""
    settings = Settings(
        data_dir=folder,
        http=HttpSettings(port=0),
        channels=ChannelSettings.model_validate({"sip": {"port": 0}}),
        security=SecuritySettings(password_memory_kib=COST.memory_kib, password_passes=COST.passes),
    )
    foreign: dict[str, str] = {}

    async def a_file() -> AsyncIterator[bytes]:
        yield b"a file of others"

    async def prepare(store: Store) -> None:
        clock, access = SystemClock(), access_store(store.database)
        async with Passwords(cost=COST) as passwords:
            await seed(
                Seeding(store=store, access=access, passwords=passwords, clock=clock, rng=random.Random(1)),
                PASSWORD,
            )
            accounts = Accounts(store=access, passwords=passwords, clock=clock)
            queues = await FloorStore(store, clock, encode=encode).all_queues(DEFAULT_TENANT)
            for role in USER_ROLES:
                await accounts.add(
                    system_principal(DEFAULT_TENANT),
                    login=f"the.{role}",
                    name=role.title(),
                    roles={role},
                    queues={q.id for q in queues} if in_all_queues else set(),
                    password=PASSWORD,
                )
        kept, size = await FolderAttachments(folder / "attachments").put(
            DEFAULT_TENANT, a_file(), limit_bytes=100
        )
        foreign.update(await things_of_others(store))
        foreign.update(await talk_of_others(store, foreign["interaction_id"], kept, size))
        foreign["recording_id"] = await put_recording(store, folder, foreign["interaction_id"])
        if then is not None:
            await then(store)

    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    hub = asyncio.create_task(serve(settings, on_ready=ready.set_result, stop=stop, prepare=prepare))
    await asyncio.wait({hub, ready}, return_when=asyncio.FIRST_COMPLETED)
    if hub.done():
        hub.result()
    started: Started = ready.result()
    try:
        async with ClientSession(cookie_jar=DummyCookieJar()) as client:
            running = RunningHub(url=started.url, client=client, foreign=foreign)
            for role in USER_ROLES:
                await running.sign_in(role)
            yield running
    finally:
        stop.set()
        await hub


async def things_of_others(store: Store) -> dict[str, str]:
    """Ids of the demo's past, by the names that path parameters have."""
    async with store.database.reading() as connection:
        offer = (await connection.execute(select(reservations).limit(1))).one()
        person_id = await connection.scalar(
            select(interactions.c.person_id).where(interactions.c.id == offer.interaction_id)
        )
        calendar_id = await connection.scalar(select(calendars.c.id).limit(1))
    async with store.database.transaction() as wire:
        call_id = await put_call(
            wire, offer.interaction_id, PersonId(str(person_id)), offer.queue_id, NEVER_SILENT
        )
    return {
        "call_id": call_id,
        "calendar_id": str(calendar_id),
        "site_key": "demo",
        "interaction_id": offer.interaction_id,
        "reservation_id": offer.id,
        "work_item_id": offer.work_item_id,
        "person_id": str(person_id),
        "queue_id": offer.queue_id,
        "agent_id": offer.agent_id,
        **await clients_of_others(store, str(person_id)),
        "export_id": await export_of_others(store, "log"),
        "audit_export_id": await export_of_others(store, "audit"),
        "person_export_id": await export_of_others(store, "persons"),
        "organization_export_id": await export_of_others(store, "organizations"),
        **await knowledge_of_others(store, offer.queue_id),
        "notice_id": new_id(),
        "alarm_id": new_id(),
        "consult_id": new_id(),
    }


async def export_of_others(store: Store, subject: str) -> str:
    """An export that somebody else asked for, and whose file has expired."""
    export_id = new_id()
    async with store.database.writing() as connection:
        await connection.execute(
            insert(exports).values(
                id=export_id, tenant_id=DEFAULT_TENANT, owner_id=new_id(), owner="Somebody", owner_roles="[]",
                owner_queues="[]", query="", form="csv", headings="[]", state="expired", rows_done=1, rows_total=1,
                size_bytes=1, problem="", created_at=SystemClock().now(), version=3, subject=subject,
            )
        )  # fmt: skip
    return export_id


async def clients_of_others(store: Store, person_id: str) -> dict[str, str]:
    """What hangs on that person: an address, an organization, a case, a task, and a merge that was made."""
    ids = {name: new_id() for name in ("organization_id", "identity_id", "case_id", "task_id", "merge_id")}
    at = 1_700_000_000_000_000
    async with store.database.transaction() as wire:
        (agent,) = (await wire.fetch("SELECT id FROM agents WHERE tenant_id = $1 LIMIT 1", DEFAULT_TENANT))[0]
        (other,) = (await wire.fetch("SELECT id FROM persons WHERE id <> $1 LIMIT 1", person_id))[0]
        await wire.execute(
            "INSERT INTO organizations (id, tenant_id, name) VALUES ($1, $2, 'Theirs')",
            ids["organization_id"], DEFAULT_TENANT,
        )  # fmt: skip
        await wire.execute(
            "UPDATE persons SET organization_id = $1 WHERE id = $2", ids["organization_id"], person_id
        )
        await wire.execute(
            "INSERT INTO identities (id, tenant_id, person_id, kind, value, display, confidence, created_at)"
            " VALUES ($1, $2, $3, 'email', 'theirs@clients.test', '', 'known', $4)",
            ids["identity_id"], DEFAULT_TENANT, person_id, at,
        )  # fmt: skip
        await wire.execute(
            "INSERT INTO cases (id, tenant_id, number, person_id, subject, status, public_status, opened_at,"
            " version) VALUES ($1, $2, 9001, $3, 'Theirs', 'open', '', $4, 2)",
            ids["case_id"], DEFAULT_TENANT, person_id, at,
        )  # fmt: skip
        await wire.execute(
            "INSERT INTO tasks (id, tenant_id, title, owner_id, created_at, person_id, version)"
            " VALUES ($1, $2, 'Theirs', $3, $4, $5, 2)",
            ids["task_id"], DEFAULT_TENANT, agent, at, person_id,
        )  # fmt: skip
        await wire.execute(
            "INSERT INTO merges (id, tenant_id, kept_id, merged_id, at, by_name, moved, filled, undone_by)"
            " VALUES ($1, $2, $3, $4, $5, 'Somebody', $6, '{}', '')",
            ids["merge_id"], DEFAULT_TENANT, person_id, other, at,
            json.dumps({"interactions": [], "identities": [], "tasks": [], "cases": []}),
        )  # fmt: skip
    return ids


async def talk_of_others(store: Store, interaction_id: str, sha256: str, size: int) -> dict[str, str]:
    """The same of a conversation: a file of a touch, and a reply that is not sent yet."""
    file = {"sha256": sha256, "name": "bill.pdf", "media_type": "application/pdf", "size_bytes": size}
    async with store.database.transaction() as wire:
        ((touch_id,),) = await wire.fetch(
            "SELECT id FROM touches WHERE interaction_id = $1 ORDER BY seq LIMIT 1", interaction_id
        )
        await wire.execute("UPDATE touches SET attachments = $1 WHERE id = $2", json.dumps([file]), touch_id)
        planned_id = new_id()
        await wire.insert(
            planned_replies,
            [
                (
                    planned_id, DEFAULT_TENANT, interaction_id, new_id(), "Somebody", planned_id, "webchat", "later",
                    "[]", 4_000_000_000_000_000, 0, 0, False, False, "waiting", "", None, 1, None,
                )
            ],
        )  # fmt: skip
    return {"touch_id": touch_id, "sha256": sha256, "planned_id": planned_id}


async def knowledge_of_others(store: Store, queue_id: str) -> dict[str, str]:
    """A macro and an article of that queue."""
    now = SystemClock().now()
    macro = Snippet(
        id=SnippetId(new_id()),
        tenant_id=DEFAULT_TENANT,
        kind=SnippetKind.MACRO,
        code="theirs",
        title="Theirs",
        steps=(Step(kind=StepKind.NOTE, texts={"en": "theirs"}),),
        reach=Reach.QUEUES,
        queues=frozenset({QueueId(queue_id)}),
        version=2,  # nobody who names the first one removes it from the cases that follow
        updated_at=now,
    )
    article = Article(
        id=ArticleId(new_id()),
        tenant_id=DEFAULT_TENANT,
        slug="theirs",
        texts={"en": ArticleText(title="Theirs", body="theirs")},
        queues=frozenset({QueueId(queue_id)}),
        state=ArticleState.PUBLISHED,
        version=2,
        created_at=now,
        updated_at=now,
    )
    draft = AuditDraft(tenant_id=DEFAULT_TENANT, at=now, action=AuditAction.CHANGE_KNOWLEDGE)
    await SqlSnippets(store.database).add_snippet(macro, draft)
    await SqlArticles(store.database).add_article(article, draft)
    return {"snippet_id": macro.id, "article_id": article.id}


@pytest.fixture(scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    async with running_hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


def _path_names(case: Case) -> list[str]:
    return [parameter.name for parameter in msgspec.structs.fields(case.operation.path_parameters)]


def _is_of_a_team(case: Case) -> bool:
    names = set(_path_names(case))
    if case.operation.name in NAMES_A_SECOND_THING and case.scope is Scope.ALL:
        return False
    return bool(names) and not names & OF_NO_TEAM


PLAIN = [case for case in cases(OPERATIONS) if case.operation.name not in ENDS_A_SIGN_IN | GUESSES]


@each_operation(c for c in PLAIN if "{" not in c.operation.path)
async def test_what_names_no_thing_lets_in_whom_the_matrix_lets_in(some: list[Case], hub: RunningHub) -> None:
    found = await outcomes(some, hub.request, bodies=BODIES)
    assert found == {str(case): case.expected for case in some}


@each_operation(c for c in PLAIN if "{" in c.operation.path)
async def test_what_is_not_there_is_a_404_to_whoever_may_ask(some: list[Case], hub: RunningHub) -> None:
    assert await outcomes(some, hub.request, bodies=BODIES) == where_nothing_is(some)


@each_operation(c for c in PLAIN if _is_of_a_team(c))
async def test_what_is_beyond_ones_reach_is_a_404_as_if_it_were_not_there(
    some: list[Case], hub: RunningHub
) -> None:
    assert set(_path_names(some[0])) <= set(hub.foreign)
    found = await outcomes(some, hub.request, ids=hub.foreign, bodies=BODIES)
    assert found == {str(case): case.expected_with_foreign_things for case in some}


def test_the_cases_reach_something_beyond_and_something_within() -> None:
    expected = {case.expected_with_foreign_things for case in PLAIN if "{" in case.operation.path}
    assert expected == set(Outcome)


@pytest.mark.parametrize("role", sorted(USER_ROLES))
async def test_everybody_may_sign_out_and_is_out(role: Role, hub: RunningHub) -> None:
    assert (await hub.request(role, "DELETE", "/api/v1/session", None)).status == 204
    assert (await hub.request(role, "GET", "/api/v1/session", None)).status == 401
    await hub.sign_in(role)


@pytest.mark.parametrize("role", sorted(USER_ROLES))
async def test_the_agent_socket_opens_to_those_who_may_open_the_console(role: Role, hub: RunningHub) -> None:
    expected = 101 if Permission.OPEN_CONSOLE in MATRIX[role] else 403
    assert await _socket_status(hub, role, hub.url) == expected


async def test_the_agent_socket_opens_to_nobody_else_and_to_no_other_page(hub: RunningHub) -> None:
    assert await _socket_status(hub, None, hub.url) == 401
    assert await _socket_status(hub, Role.AGENT, "http://evil.test") == 403


async def test_every_path_of_the_api_is_an_operation_or_its_description(hub: RunningHub) -> None:
    described = await (await hub.client.get(f"{hub.url}/api/openapi.json")).json()
    listed = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert listed == {(operation.method, operation.path) for operation in OPERATIONS}


async def _socket_status(hub: RunningHub, role: Role | None, origin: str) -> int:
    url = hub.url.replace("http", "ws", 1) + "/ws/agent"
    try:
        async with hub.client.ws_connect(url, headers={**hub.sessions[role], "Origin": origin}):
            return 101
    except WSServerHandshakeError as refused:
        return refused.status
