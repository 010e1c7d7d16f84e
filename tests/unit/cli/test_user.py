"""People added and changed from the terminal, in a store of their own."""

import asyncio
import io
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from crm_store.engine import Database
from crm_store.floor import FloorStore
from crm_store.rows.access import users
from crm_store.rows.accounts import accounts, second_factors
from crm_store.store import Store
from hub.cli import user
from hub.cli.failures import WRONG_USE, Failed
from hub.cluster.codec import encode
from hub.demo.floor import demo_queues
from hub.domain.agent import Agent
from hub.domain.ids import DEFAULT_TENANT
from tests.fakes.clock import FakeClock
from tests.migrated import copy_to

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HUB_SECURITY__PASSWORD_MEMORY_KIB", "8192")
    in_store(tmp_path, lambda floor: floor.put_queue(replace(demo_queues()["support"], language_level=7)))
    typed(monkeypatch, PASSWORD)


def in_store(folder: Path, ask):
    """What `ask` finds out from the floor, in a loop of its own as a command has it."""

    async def asked():
        await copy_to(folder / "hub.db")
        database = await Database.open(f"sqlite+aiosqlite:///{folder}/hub.db", pool_size=2)
        try:
            clock = FakeClock()
            return await ask(FloorStore(Store(database, encode=encode, clock=clock), clock, encode=encode))
        finally:
            await database.close()

    with asyncio.Runner() as runner:
        return runner.run(asked())


def typed(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\n"))


def add(login: str = "ann", **given) -> None:
    wanted = {"name": "Ann", "roles": ["agent"], "queues": ["support"], "skills": []} | given
    user.add(None, login=login, password_from_stdin=True, **wanted)


def the_agent(folder: Path) -> Agent:
    async def found(floor: FloorStore) -> Agent | None:
        (queue,) = await floor.all_queues(DEFAULT_TENANT)
        async with floor._store.database.snapshot() as wire:
            rows = await wire.fetch("SELECT id FROM users")
        agent = await floor.agent(DEFAULT_TENANT, rows[0][0])
        assert agent is None or agent.queues == {queue.id}
        return agent

    agent: Agent | None = in_store(folder, found)
    assert agent is not None
    return agent


def test_a_new_user_is_listed_with_login_name_roles_and_queues(capsys) -> None:
    add(roles=["agent", "supervisor"])
    capsys.readouterr()

    user.show_all(None)

    header, line = capsys.readouterr().out.splitlines()
    assert header.split() == ["LOGIN", "NAME", "ROLES", "QUEUES"]
    assert line.split() == ["ann", "Ann", "agent,", "supervisor", "support"]


def test_an_agent_without_skills_named_can_take_every_language_of_the_queue(tmp_path) -> None:
    add()

    assert the_agent(tmp_path).skills == {"lang:en": 7, "lang:ru": 7, "lang:tr": 7}


def test_named_skills_are_taken_as_they_are(tmp_path) -> None:
    add(skills=["lang:en=8", "lamps=3"])

    assert the_agent(tmp_path).skills == {"lang:en": 8, "lamps": 3}


@pytest.mark.parametrize("skill", ["lang:en", "lang:en=0", "lang:en=11", "=3", "lang:en=x"])
def test_a_skill_is_a_name_and_a_level_of_1_to_10(skill) -> None:
    with pytest.raises(Failed, match="level of 1 to 10") as failure:
        add(skills=[skill])

    assert failure.value.code == WRONG_USE


def test_a_queue_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(Failed, match=r"no queue sales; there are: support") as failure:
        add(queues=["sales"])

    assert failure.value.code == WRONG_USE


def test_a_role_that_is_not_there_is_wrong_use() -> None:
    with pytest.raises(Failed, match="there is no role boss") as failure:
        add(roles=["boss"])

    assert failure.value.code == WRONG_USE


def test_a_login_is_given_once(monkeypatch) -> None:
    add()
    typed(monkeypatch, PASSWORD)

    with pytest.raises(Failed, match="somebody has this login already"):
        add("ANN")


def test_a_short_password_is_refused(monkeypatch) -> None:
    typed(monkeypatch, "short")

    with pytest.raises(Failed, match="12 to 1000 characters"):
        add()


def test_a_password_is_set_for_a_login_in_any_spelling(monkeypatch, capsys) -> None:
    add()
    typed(monkeypatch, "another long password")

    user.set_password(None, login=" Ann", password_from_stdin=True)

    assert "password is set" in capsys.readouterr().out


def test_a_password_for_nobody_says_how_to_find_everybody() -> None:
    with pytest.raises(Failed, match="touchline user list"):
        user.set_password(None, login="nobody", password_from_stdin=True)


def test_without_a_terminal_the_password_must_come_from_standard_input() -> None:
    with pytest.raises(Failed, match="--password-stdin") as failure:
        user.set_password(None, login="ann", password_from_stdin=False)

    assert failure.value.code == WRONG_USE


def test_a_second_factor_is_reset_and_the_log_says_by_whom(tmp_path, capsys) -> None:
    add()
    has_second_factor(tmp_path, "ann")

    user.reset_second_factor(None, login=" Ann")

    assert "second factor is gone" in capsys.readouterr().out
    assert audited(tmp_path)[-2:] == [
        ("command line", "drop_second_factor"),
        ("command line", "end_sign_ins"),
    ]
    user.reset_second_factor(None, login="ann")
    assert "nothing was changed" in capsys.readouterr().out
    assert len(audited(tmp_path)) == 3
    assert not (tmp_path / "secret.key").exists()


def test_a_second_factor_of_nobody_says_how_to_find_everybody() -> None:
    with pytest.raises(Failed, match="touchline user list"):
        user.reset_second_factor(None, login="nobody")


def has_second_factor(folder: Path, login: str) -> None:
    """As it is once its user has confirmed it."""

    async def put(floor: FloorStore) -> None:
        now = FakeClock().now()
        async with floor._store.database.writing() as connection:
            user_id = await connection.scalar(select(users.c.id).where(users.c.login == login))
            await connection.execute(
                insert(second_factors).values(
                    user_id=user_id, tenant_id=DEFAULT_TENANT, sealed=b"-", made_at=now, confirmed_at=now,
                    last_step=0,
                )
            )  # fmt: skip
            changed = await connection.execute(
                update(accounts).where(accounts.c.user_id == user_id).values(second_factor=True)
            )
            assert changed.rowcount == 1

    in_store(folder, put)


def audited(folder: Path) -> list[tuple[str, str]]:
    """(actor, action) of every row of the audit log."""

    async def read(floor: FloorStore) -> list[tuple[str, str]]:
        async with floor._store.database.snapshot() as wire:
            rows = await wire.fetch("SELECT actor, action FROM audit_log ORDER BY number")
        return [(actor, action) for actor, action in rows]

    rows: list[tuple[str, str]] = in_store(folder, read)
    return rows
