"""Signing in and out over HTTP."""

from datetime import timedelta
from pathlib import Path

import pytest

from agent_console.sign_ins import IDLE_LIMIT, LONGEST, token_hash
from hub.domain.access import Role
from tests.unit.agent_console.console import PASSWORD, SYSTEM, Console, opened_console


async def test_signing_in_answers_with_the_user_and_a_csrf_token(console: Console) -> None:
    await console.user("anna", Role.AGENT)
    answer = await console.browser().sign_in("anna")

    assert answer.status == 200
    told = await answer.json()
    assert told["user"]["login"] == "anna"
    assert told["user"]["roles"] == ["agent"]
    assert len(told["csrf"]) == 64


async def test_on_loopback_the_cookie_is_plain_and_no_script_can_read_it(console: Console) -> None:
    await console.user("anna", Role.AGENT)
    cookie = (await console.browser().sign_in("anna")).headers["Set-Cookie"]

    assert cookie.startswith("touchline=")
    assert cookie.endswith("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict")


async def test_over_https_the_cookie_belongs_to_this_host_alone(tmp_path: Path) -> None:
    async with opened_console(tmp_path, is_https=True) as console:
        await console.user("anna", Role.AGENT)
        cookie = (await console.browser().sign_in("anna")).headers["Set-Cookie"]

    assert cookie.startswith("__Host-touchline=")
    assert cookie.endswith("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure")


async def test_the_cookie_is_256_random_bits_and_only_its_hash_is_stored(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    token = browser.cookie.removeprefix("touchline=")

    assert len(token) == 43
    held = await console.store.find_session(token_hash(token))
    assert held is not None
    stored = await _whole_store(console)
    assert token.encode() not in stored
    assert browser.csrf.encode() not in stored


async def test_a_page_loaded_anew_learns_who_is_signed_in_and_the_same_csrf_token(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    answer = await browser.request("GET", "/api/v1/session")

    assert answer.status == 200
    assert (await answer.json())["csrf"] == browser.csrf


async def test_capitals_in_a_login_do_not_matter(console: Console) -> None:
    await console.user("anna", Role.AGENT)
    assert (await console.browser().sign_in(" ANNA ")).status == 200


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("anna", "a door of old ash"),
        ("nobody", PASSWORD),
        ("not a login", PASSWORD),
        ("gone", PASSWORD),
        ("gone", "a door of old ash"),
    ],
    ids=["wrong password", "unknown login", "no login at all", "disabled", "disabled and wrong"],
)
async def test_every_failure_to_sign_in_is_one_and_the_same_answer(
    console: Console, login: str, password: str
) -> None:
    await console.user("anna", Role.AGENT)
    gone = await console.user("gone", Role.AGENT)
    await console.accounts.change(SYSTEM, gone.id, disabled=True)
    answer = await console.browser().sign_in(login, password)

    assert answer.status == 401
    assert await answer.json() == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "code": "wrong_login_or_password",
        "detail": "wrong login or password",
        "field": None,
        "retry_after_s": None,
    }
    assert "Set-Cookie" not in answer.headers


async def test_after_five_failures_even_the_right_password_has_to_wait(console: Console) -> None:
    await console.user("anna", Role.AGENT)
    for _ in range(5):
        assert (await console.browser().sign_in("anna", "a door of old ash")).status == 401
    refused = await console.browser().sign_in("anna")

    assert refused.status == 429
    assert refused.headers["Retry-After"] == "30"
    assert (await refused.json())["code"] == "too_many_attempts"
    console.clock.advance(30)
    assert (await console.browser().sign_in("anna")).status == 200


async def test_an_unknown_login_is_slowed_down_like_a_known_one(console: Console) -> None:
    for _ in range(5):
        assert (await console.browser().sign_in("nobody")).status == 401
    assert (await console.browser().sign_in("nobody")).status == 429


async def test_signing_out_ends_the_sign_in_and_tells_its_sockets(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    old_cookie = browser.cookie
    answer = await browser.request("DELETE", "/api/v1/session")

    assert answer.status == 204
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    browser.cookie = old_cookie
    assert (await browser.request("GET", "/api/v1/session")).status == 401
    assert [news.user_id for news in console.revoked] == [
        user.id for user in await console.store.list_users(SYSTEM)
    ]


async def test_signing_out_leaves_other_sign_ins_of_the_same_person_alone(console: Console) -> None:
    first = await console.signed_in("anna", Role.AGENT)
    second = console.browser()
    await second.sign_in("anna")
    await first.request("DELETE", "/api/v1/session")

    assert (await second.request("GET", "/api/v1/session")).status == 200


async def test_a_sign_in_outlives_thirty_quiet_minutes_and_not_a_second_more(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    console.clock.advance(IDLE_LIMIT)
    assert (await browser.request("GET", "/api/v1/session")).status == 200
    console.clock.advance(IDLE_LIMIT + timedelta(seconds=1))
    answer = await browser.request("GET", "/api/v1/session")

    assert answer.status == 401
    assert (await answer.json())["code"] == "sign_in_ended"


async def test_a_sign_in_ends_after_twelve_hours_whatever_is_done(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    for _ in range(36):
        assert (await browser.request("GET", "/api/v1/session")).status == 200
        console.clock.advance(LONGEST / 36)

    assert (await browser.request("GET", "/api/v1/session")).status == 401


async def test_an_open_socket_keeps_a_quiet_sign_in_alive(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    found = await console.sign_ins.found(browser.cookie.removeprefix("touchline="), "127.0.0.1")
    for _ in range(10):
        console.clock.advance(timedelta(minutes=29))
        await console.sign_ins.renew(found)

    assert (await browser.request("GET", "/api/v1/session")).status == 200


async def test_a_leap_of_the_clock_signs_nobody_out_whose_socket_is_open(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    found = await console.sign_ins.found(browser.cookie.removeprefix("touchline="), "127.0.0.1")
    console.clock.jump(timedelta(hours=1))
    await console.sign_ins.renew(found)

    assert (await browser.request("GET", "/api/v1/session")).status == 200


async def test_a_socket_that_pings_every_five_seconds_writes_once_a_minute(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    token = browser.cookie.removeprefix("touchline=")
    found = await console.sign_ins.found(token, "127.0.0.1")
    noted = set()
    for _ in range(24):
        await console.sign_ins.renew(found)
        held = await console.store.find_session(token_hash(token))
        assert held is not None
        noted.add(held[0].seen_at)
        console.clock.advance(5)

    assert len(noted) == 2


async def test_sockets_that_closed_are_forgotten(console: Console) -> None:
    for number in range(5):
        browser = await console.signed_in(f"user{number}", Role.AGENT)
        found = await console.sign_ins.found(browser.cookie.removeprefix("touchline="), "127.0.0.1")
        await console.sign_ins.renew(found)
        console.clock.advance(121)

    assert len(console.sign_ins._renewed) == 1


async def test_each_sign_in_is_a_new_one(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    first = browser.cookie
    await browser.sign_in("anna")

    assert browser.cookie != first


async def test_a_password_hashed_at_another_cost_is_hashed_anew_at_the_next_sign_in(console: Console) -> None:
    user = await console.user("anna", Role.AGENT)
    async with type(console.passwords)() as stronger:
        console.sign_ins._passwords = stronger
        assert (await console.browser().sign_in("anna")).status == 200

        renewed = await console.store.find_user(SYSTEM, user.id)
        assert renewed.password_hash != user.password_hash
        assert "m=19456,t=2,p=1" in renewed.password_hash
        assert (await stronger.matched(renewed.password_hash, PASSWORD)).right


async def test_signing_in_failing_and_signing_out_are_audited_without_what_was_typed(
    console: Console,
) -> None:
    await console.user("anna", Role.AGENT)
    browser = console.browser()
    await browser.sign_in("hunter2-is-my-password")
    await browser.sign_in("anna", "a door of old ash")
    await browser.sign_in("anna")
    await browser.request("DELETE", "/api/v1/session")

    assert await console.audited() == [
        ("add_user", "done", "agent"),
        ("sign_in", "failed", "unknown_login"),
        ("sign_in", "failed", "wrong_password"),
        ("sign_in", "done", ""),
        ("sign_out", "done", ""),
    ]
    assert b"hunter2" not in await _whole_store(console)


async def _whole_store(console: Console) -> bytes:
    async with console.database.writing() as connection:
        dumped = await connection.exec_driver_sql("SELECT * FROM sign_in_sessions")
        rows = [repr(tuple(row)) for row in dumped]
        rows += [repr(tuple(row)) for row in await connection.exec_driver_sql("SELECT * FROM audit_log")]
        rows += [repr(tuple(row)) for row in await connection.exec_driver_sql("SELECT * FROM users")]
    return "\n".join(rows).encode()
