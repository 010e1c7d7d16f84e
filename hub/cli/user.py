"""`touchline user`: the people who sign in, from the terminal of the hub's machine."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from agent_console.accounts import Accounts
from agent_console.passwords import Passwords
from agent_console.second_factor import TwoFactor
from crm_store.engine import Database
from crm_store.floor import FloorStore
from crm_store.migrate import migrate
from crm_store.store import Store
from hub.cli.access import access_store, cost_of, factor_store
from hub.cli.configuration import settings_from
from hub.cli.failures import WRONG_USE, Failed, told_plainly
from hub.cli.first_floor import lay_first_floor
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.domain.access import Principal, Role, system_principal
from hub.domain.agent import Agent
from hub.domain.ids import DEFAULT_TENANT, UserId
from hub.domain.queue import Queue
from hub.domain.users import User, normalised_login
from hub.settings import Settings

USUAL_LEVEL = 5
"""The level of a language for agents whose skills were not named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _House:
    accounts: Accounts
    two_factor: TwoFactor
    floor: FloorStore
    principal: Principal

    async def user(self, login: str) -> User:
        wanted = normalised_login(login)
        found = next((u for u in await self.accounts.users(self.principal) if u.login == wanted), None)
        if found is None:
            raise Failed(f"nobody has the login {wanted}; `touchline user list` shows everybody")
        return found


def add(
    file: Path | None,
    *,
    login: str,
    name: str,
    roles: Sequence[str],
    queues: Sequence[str],
    skills: Sequence[str],
    password_from_stdin: bool,
) -> None:
    """Add a user; with the role agent also an agent of those queues."""
    wanted = [_role(word) for word in roles]
    levels = dict(_skill(text) for text in skills)
    password = _password(from_stdin=password_from_stdin)

    async def added(house: _House) -> None:
        serving = await _queues(house.floor, queues)
        user = await house.accounts.add(
            house.principal,
            login=login,
            name=name,
            roles=wanted,
            queues=[queue.id for queue in serving],
            password=password,
        )
        if Role.AGENT in user.roles:
            await house.floor.put_agent(_agent(user, levels or _languages(serving)))

    _in_house(file, added)
    typer.echo(f"{normalised_login(login)} may sign in.")


def set_password(file: Path | None, *, login: str, password_from_stdin: bool) -> None:
    """Set a user's password; their sign-ins end."""
    password = _password(from_stdin=password_from_stdin)

    async def changed(house: _House) -> None:
        user = await house.user(login)
        await house.accounts.set_password(house.principal, user.id, password)

    _in_house(file, changed)
    typer.echo("The password is set; every sign-in of this user has ended.")


def reset_second_factor(file: Path | None, *, login: str) -> None:
    """Take a user's second factor away, whose telephone is gone; their sign-ins end."""
    had = False

    async def taken(house: _House) -> None:
        nonlocal had
        user = await house.user(login)
        had = user.second_factor
        await house.two_factor.reset(house.principal, user.id)

    _in_house(file, taken)
    if had:
        typer.echo(
            "The second factor is gone, and every sign-in of this user has ended: the password is enough."
        )
    else:
        typer.echo("This user has no second factor; nothing was changed.")


def show_all(file: Path | None) -> None:
    """A line for each user: login, name, roles, queues."""
    people: list[tuple[str, str, str, str]] = []

    async def read(house: _House) -> None:
        names = {queue.id: queue.name for queue in await house.floor.all_queues(DEFAULT_TENANT)}
        for user in await house.accounts.users(house.principal):
            roles = ", ".join(sorted(user.roles)) + (" (disabled)" if user.disabled else "")
            served = ", ".join(sorted(names.get(queue, queue) for queue in user.queues))
            people.append((user.login, user.name, roles, served))

    _in_house(file, read)
    if not people:
        typer.echo("There are no users yet: `touchline user add`, or `touchline run` and its set-up page.")
        return
    rows = [("LOGIN", "NAME", "ROLES", "QUEUES"), *people]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        typer.echo("  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip())


def _in_house(file: Path | None, work: Callable[[_House], Coroutine[Any, Any, None]]) -> None:
    settings = settings_from(file).settings

    async def done() -> None:
        async with _house(settings) as house:
            await work(house)

    with told_plainly():
        asyncio.run(done())


@asynccontextmanager
async def _house(settings: Settings) -> AsyncIterator[_House]:
    database = await Database.open(settings.store_url, pool_size=2)
    try:
        await migrate(database)
        clock = SystemClock()
        store = Store(database, encode=encode, clock=clock)
        await lay_first_floor(store)
        access = access_store(database)
        async with Passwords(cost=cost_of(settings.security), threads=1) as passwords:
            yield _House(
                accounts=Accounts(store=access, passwords=passwords, clock=clock),
                two_factor=TwoFactor(factors=factor_store(database), store=access, clock=clock),
                floor=FloorStore(store, clock, encode=encode),
                principal=replace(system_principal(DEFAULT_TENANT), name="command line"),
            )
    finally:
        await database.close()


async def _queues(floor: FloorStore, names: Sequence[str]) -> list[Queue]:
    known = {queue.name: queue for queue in await floor.all_queues(DEFAULT_TENANT)}
    unknown = [name for name in names if name not in known]
    if unknown:
        there = ", ".join(known) or "none yet"
        raise Failed(f"there is no queue {', '.join(unknown)}; there are: {there}", code=WRONG_USE)
    return [known[name] for name in names]


def _agent(user: User, skills: dict[str, int]) -> Agent:
    now = SystemClock().now()
    return Agent(
        id=UserId(user.id),
        tenant_id=user.tenant_id,
        name=user.name,
        skills=skills,
        queues=user.queues,
        wish_since=now,
        idle_since=now,
    )


def _languages(queues: Sequence[Queue]) -> dict[str, int]:
    return {
        f"lang:{tag}": max(USUAL_LEVEL, queue.language_level) for queue in queues for tag in queue.languages
    }


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError:
        raise Failed(
            f"there is no role {word}; give agent, supervisor, manager, admin or dpo", code=2
        ) from None


def _skill(text: str) -> tuple[str, int]:
    name, _, level = text.rpartition("=")
    if not name or not level.isdecimal() or not 1 <= int(level) <= 10:
        raise Failed(f"--skill {text}: give NAME=LEVEL with a level of 1 to 10, such as lang:en=8", code=2)
    return name, int(level)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Failed("there is no terminal to ask for the password: give --password-stdin", code=WRONG_USE)
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return password
