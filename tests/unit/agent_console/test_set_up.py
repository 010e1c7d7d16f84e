"""The first administrator."""

import asyncio

import pytest

from agent_console.sign_ins import token_hash
from hub.domain.access import Role
from hub.domain.errors import Conflict, HubError
from tests.unit.agent_console.console import PASSWORD, SYSTEM, TENANT, Console


def body(token: str, **more: str) -> dict[str, str]:
    return {"token": token, "login": "root.person", "name": "Maria", "password": PASSWORD, **more}


async def printed_token(console: Console) -> str:
    token = await console.first_administrator.token_to_print()
    assert token is not None
    return token


async def test_an_empty_hub_says_that_it_waits_for_its_first_administrator(console: Console) -> None:
    await printed_token(console)
    assert await (await console.client.get("/api/v1/setup")).json() == {"needed": True}


async def test_the_printed_token_makes_the_first_administrator_and_signs_them_in(console: Console) -> None:
    token = await printed_token(console)
    browser = console.browser()
    answer = await browser.request("POST", "/api/v1/setup", json=body(token))

    assert answer.status == 200
    assert (await answer.json())["user"]["roles"] == ["admin"]
    assert (await browser.request("GET", "/api/v1/session")).status == 200
    assert await (await console.client.get("/api/v1/setup")).json() == {"needed": False}
    assert await console.audited() == [("set_up", "done", ""), ("sign_in", "done", "")]


async def test_a_token_works_once(console: Console) -> None:
    token = await printed_token(console)
    assert (await console.client.post("/api/v1/setup", json=body(token))).status == 200
    again = await console.client.post("/api/v1/setup", json=body(token, login="second"))

    assert again.status == 409
    assert (await again.json())["code"] == "already_set_up"
    assert len(await console.store.list_users(SYSTEM)) == 1


async def test_of_two_set_ups_at_once_one_wins(console: Console) -> None:
    token = await printed_token(console)

    async def tried(login: str) -> str:
        try:
            made = await console.first_administrator.make(
                token=token, login=login, name="Maria", password=PASSWORD, address="127.0.0.1"
            )
        except HubError as refused:
            return refused.stable_code
        return made.login

    outcomes = await asyncio.gather(*(tried(login) for login in ("anna", "boris", "cem")))

    assert sorted(outcomes).count("already_set_up") == 2
    (only,) = await console.store.list_users(SYSTEM)
    assert only.login in outcomes


async def test_a_wrong_token_is_forbidden_audited_and_slowed_down(console: Console) -> None:
    await printed_token(console)
    for _ in range(5):
        answer = await console.client.post("/api/v1/setup", json=body("guess"))
        assert answer.status == 403
        assert (await answer.json())["code"] == "wrong_setup_token"

    assert (await console.client.post("/api/v1/setup", json=body("guess"))).status == 429
    assert await console.audited() == [("set_up", "failed", "wrong_token")] * 5


async def test_a_new_start_prints_a_new_token_and_the_old_one_is_void(console: Console) -> None:
    old = await printed_token(console)
    new = await printed_token(console)

    assert (await console.client.post("/api/v1/setup", json=body(old))).status == 403
    assert (await console.client.post("/api/v1/setup", json=body(new))).status == 200


async def test_only_the_hash_of_the_token_is_stored(console: Console) -> None:
    token = await printed_token(console)
    assert len(token) == 43
    assert await console.store.setup_token(TENANT) == token_hash(token)


async def test_once_there_are_users_no_token_is_made(console: Console) -> None:
    await console.user("anna", Role.AGENT)
    assert await console.first_administrator.token_to_print() is None
    assert await (await console.client.get("/api/v1/setup")).json() == {"needed": False}


async def test_a_token_printed_before_users_were_added_by_hand_is_void(console: Console) -> None:
    token = await printed_token(console)
    await console.user("anna", Role.ADMIN)
    with pytest.raises(Conflict):
        await console.first_administrator.make(
            token=token, login="maria", name="Maria", password=PASSWORD, address=""
        )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "Password2026!"}, "password"),
        ({"password": "too short"}, "password"),
        ({"login": "two words"}, "login"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
    ],
)
async def test_a_wrong_field_is_named_and_leaves_the_token_good(
    console: Console, wrong: dict[str, str], field: str
) -> None:
    token = await printed_token(console)
    answer = await console.client.post("/api/v1/setup", json=body(token, **wrong))

    assert answer.status == 422
    assert (await answer.json())["field"] == field
    assert (await console.client.post("/api/v1/setup", json=body(token))).status == 200
