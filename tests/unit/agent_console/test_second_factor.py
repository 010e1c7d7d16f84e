"""The second step of a sign-in, and everything an attacker may try with it."""

import base64
from datetime import timedelta

import pytest

from hub.domain import totp
from hub.domain.access import Role
from tests.unit.agent_console.console import PASSWORD, SYSTEM, Browser, Console


async def with_factor(
    console: Console, login: str = "anna", *roles: Role
) -> tuple[Browser, bytes, list[str]]:
    """Somebody who has set their second factor up: their browser, the secret, the recovery codes."""
    browser = await console.signed_in(login, *(roles or (Role.AGENT,)))
    begun = await browser.request("POST", "/api/v1/me/second-factor", json={"password": PASSWORD})
    assert begun.status == 201
    text = (await begun.json())["secret"]
    secret = base64.b32decode(text + "=" * (-len(text) % 8))
    confirmed = await browser.request("PUT", "/api/v1/me/second-factor", json={"code": code(console, secret)})
    assert confirmed.status == 200
    return browser, secret, (await confirmed.json())["codes"]


def code(console: Console, secret: bytes) -> str:
    return totp.code_of(secret, totp.step_at(console.clock.now()))


async def sign_in(console: Console, given: str = "", login: str = "anna") -> tuple[int, str]:
    body = {"login": login, "password": PASSWORD, "code": given}
    answer = await console.browser().request("POST", "/api/v1/session", json=body)
    return answer.status, (await answer.json()).get("code", "")


async def test_the_qr_code_is_squares_drawn_by_the_hub(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    begun = await browser.request("POST", "/api/v1/me/second-factor", json={"password": PASSWORD})
    matrix = (await begun.json())["matrix"]

    assert len({len(row) for row in matrix} | {len(matrix)}) == 1
    assert {sign for row in matrix for sign in row} == {"0", "1"}


async def test_it_counts_only_after_a_code_has_confirmed_it(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    await browser.request("POST", "/api/v1/me/second-factor", json={"password": PASSWORD})
    wrong = await browser.request("PUT", "/api/v1/me/second-factor", json={"code": "000000"})

    assert wrong.status == 422
    assert await sign_in(console) == (200, "")


async def test_without_a_code_the_password_is_not_enough(console: Console) -> None:
    await with_factor(console)
    assert await sign_in(console) == (401, "second_factor_needed")
    assert await sign_in(console, "000000") == (401, "wrong_code")


async def test_a_code_opens_once_and_its_replay_is_refused(console: Console) -> None:
    _, secret, _ = await with_factor(console)
    assert await sign_in(console, code(console, secret)) == (401, "wrong_code")  # it has confirmed the set-up
    console.clock.advance(totp.STEP_S)

    assert await sign_in(console, code(console, secret)) == (200, "")
    assert await sign_in(console, code(console, secret)) == (401, "wrong_code")


async def test_a_recovery_code_opens_once(console: Console) -> None:
    _, _, codes = await with_factor(console)
    assert await sign_in(console, codes[0].upper()) == (200, "")
    assert await sign_in(console, codes[0]) == (401, "wrong_code")
    assert await sign_in(console, codes[1]) == (200, "")


async def test_new_recovery_codes_make_the_old_ones_worthless(console: Console) -> None:
    browser, _, codes = await with_factor(console)
    renewed = await browser.request("POST", "/api/v1/me/recovery-codes", json={"password": PASSWORD})

    assert await sign_in(console, codes[0]) == (401, "wrong_code")
    assert await sign_in(console, (await renewed.json())["codes"][0]) == (200, "")


async def test_guessing_codes_is_slowed_like_guessing_passwords_and_asking_for_the_step_frees_nothing(
    console: Console,
) -> None:
    _, secret, _ = await with_factor(console)
    console.clock.advance(totp.STEP_S)
    for guess in range(5):
        assert await sign_in(console, f"{guess:06}") == (401, "wrong_code")
        if guess < 4:
            assert await sign_in(console) == (401, "second_factor_needed")

    assert await sign_in(console, code(console, secret)) == (429, "too_many_attempts")


async def test_a_wrong_password_says_nothing_of_a_second_factor(console: Console) -> None:
    await with_factor(console)
    body = {"login": "anna", "password": "not the right one", "code": "123456"}
    answer = await console.browser().request("POST", "/api/v1/session", json=body)
    assert (await answer.json())["code"] == "wrong_login_or_password"


async def test_taking_it_away_takes_the_password(console: Console) -> None:
    browser, _, _ = await with_factor(console)
    wrong = await browser.request(
        "POST", "/api/v1/me/second-factor/off", json={"password": "not mine at all"}
    )
    assert (wrong.status, (await wrong.json())["code"]) == (422, "wrong_password")

    assert (await browser.request("POST", "/api/v1/me/second-factor/off", json={"password": PASSWORD})).ok
    assert await sign_in(console) == (200, "")


async def test_an_administrator_resets_it_and_the_sign_ins_end(console: Console) -> None:
    browser, _, _ = await with_factor(console)
    admin = await console.signed_in("zoe", Role.ADMIN)
    user = next(u for u in await console.accounts.users(SYSTEM) if u.login == "anna")
    assert (await admin.request("DELETE", f"/api/v1/users/{user.id}/second-factor")).status == 204

    assert (await browser.request("GET", "/api/v1/session")).status == 401
    assert await sign_in(console) == (200, "")
    assert ("drop_second_factor", "done", "") in await console.audited()


async def test_where_the_house_demands_it_nothing_works_before_it_is_set_up(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    assert (await admin.request("PUT", "/api/v1/access-rules", json={"second_factor_roles": ["manager"]})).ok
    await console.user("maria", Role.MANAGER)
    browser = console.browser()
    signed_in = await browser.sign_in("maria")
    assert (await signed_in.json())["must_first"] == "second_factor_set_up_needed"

    refused = await browser.request("GET", "/api/v1/users")
    assert (refused.status, (await refused.json())["code"]) == (403, "second_factor_set_up_needed")
    begun = await browser.request("POST", "/api/v1/me/second-factor", json={"password": PASSWORD})
    text = (await begun.json())["secret"]
    secret = base64.b32decode(text + "=" * (-len(text) % 8))
    assert (await browser.request("PUT", "/api/v1/me/second-factor", json={"code": code(console, secret)})).ok
    assert (await (await browser.request("GET", "/api/v1/session")).json())["must_first"] == ""
    dropped = await browser.request("POST", "/api/v1/me/second-factor/off", json={"password": PASSWORD})
    assert (await dropped.json())["code"] == "second_factor_required"


async def test_no_answer_and_no_row_holds_a_secret_in_the_clear(console: Console) -> None:
    browser, secret, codes = await with_factor(console)
    shown = await (await browser.request("GET", "/api/v1/me/second-factor")).text()
    assert totp.base32(secret) not in shown
    async with console.database.snapshot() as wire:
        factors = repr([tuple(row) for row in await wire.fetch("SELECT * FROM second_factors")])
        kept = repr([tuple(row) for row in await wire.fetch("SELECT * FROM recovery_codes")])
    assert repr(secret)[2:-1] not in factors
    assert not [c for c in codes if totp.normalised_code(c) in kept]


@pytest.mark.parametrize("odd", ["１２３４５６", "12345", "abcdef", "'; --", "\x00" * 6])
async def test_what_is_no_code_is_a_wrong_code(odd: str, console: Console) -> None:
    await with_factor(console)
    console.clock.advance(timedelta(minutes=20).total_seconds())
    assert await sign_in(console, odd) == (401, "wrong_code" if odd.strip() else "second_factor_needed")
