"""What must hold for every store of users, sign-ins, set-up tokens, the audit log and kept answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.access import SqlAccessStore
from crm_store.answers import SqlAnswers
from crm_store.audit import row_of
from crm_store.engine import Database
from crm_store.rows.access import APPEND_ONLY, audit_heads, audit_log
from hub.domain.access import Principal, Role, system_principal
from hub.domain.audit import AuditAction, AuditDraft, AuditHead, chained
from hub.domain.errors import Conflict, HubError, NotFound
from hub.domain.events import AgentChanged, SessionRevoked
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.users import SignInId, SignInSession, User
from hub.ids import new_id
from hub.ports.access import AccessStore
from hub.ports.answers import Answers, KeptAnswer
from tests.contracts.fresh_database import fresh_database

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


@dataclass(kw_only=True)
class House:
    """The store, and a tenant in it that no other test knows."""

    database: Database
    store: AccessStore
    answers: Answers
    told: list[SessionRevoked]
    tenant_id: TenantId = field(default_factory=lambda: TenantId(new_id()))

    @property
    def principal(self) -> Principal:
        return system_principal(self.tenant_id)

    def draft(self, reason: str = "", at: datetime = NOW) -> AuditDraft:
        return AuditDraft(
            tenant_id=self.tenant_id, at=at, actor="Иван", action=AuditAction.SIGN_IN, reason=reason
        )

    def user(self, login: str = "anna") -> User:
        return User(
            id=UserId(new_id()),
            tenant_id=self.tenant_id,
            login=login,
            name="Анна Щербакова",
            roles=frozenset({Role.AGENT, Role.SUPERVISOR}),
            queues=frozenset({QueueId("q1"), QueueId("q2")}),
            password_hash="$argon2id$v=19$old",
        )

    async def added(self, login: str = "anna") -> User:
        user = self.user(login)
        await self.store.add_user(self.principal, user, self.draft())
        return user

    def session(self, user: User, token: bytes | None = None, at: datetime = NOW) -> SignInSession:
        return SignInSession(
            id=SignInId(new_id()),
            tenant_id=user.tenant_id,
            user_id=user.id,
            token_hash=token or new_id().encode(),
            started_at=at,
            seen_at=at,
            ends_at=at + timedelta(hours=12),
            address="192.0.2.1",
        )

    async def audit_numbers(self) -> list[int]:
        rows = await self.store.read_audit(self.principal, before=None, limit=10_000)
        return [row.number for row in rows]

    @asynccontextmanager
    async def tampering(self) -> AsyncIterator[AsyncConnection]:
        """A connection of somebody who owns the database, and has put its guards out of the way."""
        async with self.database.writing() as connection:
            if self.database.is_sqlite:
                for name in ("audit_log_keeps_rows", "audit_log_loses_none"):
                    await connection.exec_driver_sql(f"DROP TRIGGER {name}")
                yield connection
                for statement in APPEND_ONLY["sqlite"]:
                    await connection.exec_driver_sql(statement)
            else:
                await connection.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER USER")
                yield connection
                await connection.exec_driver_sql("ALTER TABLE audit_log ENABLE TRIGGER USER")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
async def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Database]:
    async with fresh_database(request.param, tmp_path_factory.mktemp("access")) as fresh:
        yield fresh


@pytest.fixture
def house(database: Database) -> House:
    told: list[SessionRevoked] = []

    async def announce(_: AsyncConnection, news: Sequence[SessionRevoked | AgentChanged]) -> None:
        told.extend(n for n in news if isinstance(n, SessionRevoked))

    return House(
        database=database,
        store=SqlAccessStore(reading=database.reading, writing=database.writing, announce=announce),
        answers=SqlAnswers(reading=database.reading, writing=database.writing),
        told=told,
    )


# --- users ---


async def test_a_user_comes_back_as_written(house: House) -> None:
    user = await house.added()

    assert await house.store.find_user(house.principal, user.id) == user
    assert await house.store.find_user_by_login(house.tenant_id, "anna") == user
    assert await house.store.list_users(house.principal) == [user]
    assert await house.store.count_users(house.tenant_id) == 1


async def test_users_are_listed_by_login(house: House) -> None:
    for login in ("cem", "anna", "boris"):
        await house.added(login)
    assert [user.login for user in await house.store.list_users(house.principal)] == ["anna", "boris", "cem"]


async def test_a_login_is_taken_once_in_a_tenant_and_its_line_of_the_log_is_not_written(house: House) -> None:
    await house.added("anna")
    with pytest.raises(Conflict) as refused:
        await house.added("anna")

    assert refused.value.stable_code == "login_taken"
    assert await house.audit_numbers() == [1]


async def test_two_tenants_may_have_the_same_login_and_never_see_each_other(house: House) -> None:
    other = replace(house, tenant_id=TenantId(new_id()))
    ours, theirs = await house.added("anna"), await other.added("anna")

    assert await house.store.find_user_by_login(house.tenant_id, "anna") == ours
    assert await house.store.list_users(other.principal) == [theirs]
    with pytest.raises(NotFound):
        await house.store.find_user(house.principal, theirs.id)
    with pytest.raises(Conflict):
        await house.store.save_user(house.principal, replace(theirs, name="x", version=2), house.draft())


async def test_a_saved_user_loses_all_sign_ins_and_their_sockets_are_told(house: House) -> None:
    user = await house.added()
    sessions = [house.session(user) for _ in range(2)]
    for session in sessions:
        await house.store.add_session(session, house.draft())
    after = replace(user, roles=frozenset({Role.ADMIN}), disabled=True, version=2)
    await house.store.save_user(house.principal, after, house.draft())

    assert await house.store.find_user(house.principal, user.id) == after
    assert {news.session_key for news in house.told} == {session.id for session in sessions}
    for session in sessions:
        assert await house.store.find_session(session.token_hash) is None


async def test_of_two_who_save_the_same_version_one_is_told_that_the_other_was_faster(house: House) -> None:
    user = await house.added()

    async def saved(name: str) -> bool:
        try:
            await house.store.save_user(house.principal, replace(user, name=name, version=2), house.draft())
        except Conflict:
            return False
        return True

    assert sorted(await asyncio.gather(*(saved(name) for name in "abcd"))) == [False, False, False, True]


async def test_a_rehashed_password_never_undoes_a_new_one(house: House) -> None:
    user = await house.added()
    await house.store.rehash_password(user.id, old_hash=user.password_hash, new_hash="$argon2id$v=19$new")
    await house.store.rehash_password(user.id, old_hash=user.password_hash, new_hash="$argon2id$v=19$late")

    found = await house.store.find_user(house.principal, user.id)
    assert found.password_hash == "$argon2id$v=19$new"


# --- sign-ins ---


async def test_a_sign_in_is_found_by_the_hash_of_its_secret_alone(house: House) -> None:
    user = await house.added()
    session = house.session(user)
    await house.store.add_session(session, house.draft())

    assert await house.store.find_session(session.token_hash) == (session, user)
    assert await house.store.find_session(session.id.encode()) is None
    assert await house.store.find_session(b"") is None


async def test_a_sign_of_life_is_noted_until_the_end_comes(house: House) -> None:
    user = await house.added()
    session = house.session(user)
    await house.store.add_session(session, house.draft())
    late = session.ends_at - timedelta(microseconds=1)

    assert await house.store.touch_session(session.id, late)
    assert await house.store.find_session(session.token_hash) == (replace(session, seen_at=late), user)
    assert not await house.store.touch_session(session.id, session.ends_at)
    assert not await house.store.touch_session(SignInId(new_id()), NOW)


async def test_a_new_sign_in_removes_those_of_the_same_user_that_have_ended(house: House) -> None:
    user = await house.added()
    first, second = house.session(user), house.session(user, at=NOW + timedelta(hours=1))
    third = house.session(user, at=NOW + timedelta(hours=12))
    for session in (first, second, third):
        await house.store.add_session(session, house.draft())

    assert await house.store.find_session(first.token_hash) is None
    assert await house.store.find_session(second.token_hash) is not None


async def test_a_sign_in_is_revoked_once_and_only_then_written_and_told(house: House) -> None:
    user = await house.added()
    session = house.session(user)
    await house.store.add_session(session, house.draft())

    assert await house.store.revoke_session(session.id, house.draft("out"))
    assert not await house.store.revoke_session(session.id, house.draft("again"))
    assert [news.session_key for news in house.told] == [session.id]
    (newest, *_) = await house.store.read_audit(house.principal, before=None, limit=1)
    assert newest.draft.reason == "out"


# --- the set-up ---


async def test_a_set_up_token_is_kept_replaced_and_used_once(house: House) -> None:
    assert await house.store.setup_token(house.tenant_id) is None
    assert await house.store.put_setup_token(house.tenant_id, b"first", NOW)
    assert await house.store.put_setup_token(house.tenant_id, b"second", NOW)
    assert await house.store.setup_token(house.tenant_id) == b"second"

    assert not await house.store.set_up(b"first", house.user(), house.draft())
    assert await house.store.set_up(b"second", house.user(), house.draft())
    assert not await house.store.set_up(b"second", house.user("boris"), house.draft())
    assert await house.store.setup_token(house.tenant_id) is None
    assert not await house.store.put_setup_token(house.tenant_id, b"third", NOW)
    assert await house.audit_numbers() == [1]


async def test_of_many_set_ups_at_once_one_makes_a_user(house: House) -> None:
    await house.store.put_setup_token(house.tenant_id, b"token", NOW)

    async def made(login: str) -> bool:
        return await house.store.set_up(b"token", house.user(login), house.draft())

    assert sum(await asyncio.gather(*(made(f"user{n}") for n in range(5)))) == 1
    assert await house.store.count_users(house.tenant_id) == 1


# --- the audit log ---


async def test_rows_are_numbered_without_a_gap_however_many_write_at_once(house: House) -> None:
    await asyncio.gather(*(house.store.append_audit(house.draft(str(n))) for n in range(30)))

    assert await house.audit_numbers() == list(range(30, 0, -1))
    assert await house.store.first_bad_audit_row(house.principal) is None


async def test_a_row_comes_back_as_written_to_the_microsecond(house: House) -> None:
    written = await house.store.append_audit(house.draft("ünlü"))
    assert await house.store.read_audit(house.principal, before=None, limit=1) == [written]


async def test_pages_are_newest_first_and_begin_before_a_number(house: House) -> None:
    for _ in range(7):
        await house.store.append_audit(house.draft())
    pages = [
        [row.number for row in await house.store.read_audit(house.principal, before=before, limit=3)]
        for before in (None, 5, 2, 1)
    ]
    assert pages == [[7, 6, 5], [4, 3, 2], [1], []]


async def test_each_tenant_has_a_chain_of_its_own(house: House) -> None:
    other = replace(house, tenant_id=TenantId(new_id()))
    await house.store.append_audit(house.draft())
    first = await other.store.append_audit(other.draft())

    assert first.number == 1
    assert await house.audit_numbers() == [1]


async def test_a_failed_change_leaves_no_line_and_no_gap(house: House) -> None:
    await house.added("anna")
    with pytest.raises(HubError):
        await house.added("anna")
    await house.store.append_audit(house.draft())

    assert await house.audit_numbers() == [2, 1]
    assert await house.store.first_bad_audit_row(house.principal) is None


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET reason = 'x' WHERE 1 = 1", "DELETE FROM audit_log WHERE 1 = 1"],
    ids=["update", "delete"],
)
async def test_the_database_refuses_to_change_or_remove_a_row(house: House, statement: str) -> None:
    await house.store.append_audit(house.draft())
    with pytest.raises((DBAPIError, HubError)):
        async with house.database.writing() as connection:
            await connection.exec_driver_sql(statement)

    assert await house.audit_numbers() == [1]


@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        ("UPDATE audit_log SET reason = 'x' WHERE number = 3 AND {ours}", 3),
        ("UPDATE audit_log SET at = at + 1 WHERE number = 1 AND {ours}", 1),
        ("UPDATE audit_log SET actor = '' WHERE number = 1200 AND {ours}", 1200),
        ("DELETE FROM audit_log WHERE number = 4 AND {ours}", 4),
        ("DELETE FROM audit_log WHERE number = 1 AND {ours}", 1),
        ("DELETE FROM audit_log WHERE number = 1200 AND {ours}", 1200),
        ("DELETE FROM audit_log WHERE number > 1000 AND {ours}", 1001),
        ("DELETE FROM audit_log WHERE {ours}", 1),
    ],
)
async def test_a_row_changed_or_removed_behind_our_back_is_found(
    house: House, statement: str, bad: int
) -> None:
    await _fill(house, 1_200)
    assert await house.store.first_bad_audit_row(house.principal) is None
    async with house.tampering() as connection:
        await connection.exec_driver_sql(statement.format(ours=f"tenant_id = '{house.tenant_id}'"))

    assert await house.store.first_bad_audit_row(house.principal) == bad


async def test_the_log_of_a_tenant_without_rows_is_whole(house: House) -> None:
    assert await house.store.first_bad_audit_row(house.principal) is None
    assert await house.audit_numbers() == []


async def _fill(house: House, rows: int) -> None:
    """Many good rows at once: it is the reading that is tested."""
    head, written = AuditHead(), []
    for number in range(rows):
        entry = chained(head, house.draft(str(number)))
        head = AuditHead(number=entry.number, hash=entry.hash)
        written.append(row_of(entry))
    async with house.database.writing() as connection:
        await connection.execute(insert(audit_log), written)
        await connection.execute(
            insert(audit_heads).values(tenant_id=house.tenant_id, number=head.number, hash=head.hash)
        )


# --- kept answers ---


async def test_an_answer_is_kept_for_its_principal_and_the_first_one_stays(house: House) -> None:
    mine = Principal(tenant_id=house.tenant_id, user_id=UserId("u1"))
    theirs = Principal(tenant_id=house.tenant_id, user_id=UserId("u2"))
    first = KeptAnswer(request_sha256="a", status=201, body='{"text":"привет"}'.encode())
    await house.answers.keep_answer(mine, "k", first, NOW)
    await house.answers.keep_answer(mine, "k", replace(first, request_sha256="b"), NOW)

    assert await house.answers.find_answer(mine, "k") == first
    assert await house.answers.find_answer(mine, "other") is None
    assert await house.answers.find_answer(theirs, "k") is None


async def test_an_answer_is_kept_for_a_day(house: House) -> None:
    mine = Principal(tenant_id=house.tenant_id, user_id=UserId("u1"))
    answer = KeptAnswer(request_sha256="a", status=201, body=b"{}")
    await house.answers.keep_answer(mine, "k1", answer, NOW)
    await house.answers.keep_answer(mine, "k2", answer, NOW + timedelta(days=1))
    assert await house.answers.find_answer(mine, "k1") == answer
    await house.answers.keep_answer(mine, "k3", answer, NOW + timedelta(days=1, microseconds=1))

    assert await house.answers.find_answer(mine, "k1") is None
    assert await house.answers.find_answer(mine, "k2") == answer
