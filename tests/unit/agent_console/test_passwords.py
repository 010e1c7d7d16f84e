"""Hashing passwords, and the rule a new one must meet."""

import asyncio
import threading

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from agent_console.passwords import Match, Passwords, require_good
from hub.domain.errors import Invalid, TooMany
from tests.unit.agent_console.console import CHEAP


async def test_a_hash_is_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    async with Passwords() as passwords:
        made = extract_parameters(await passwords.hashed("a door of old oak"))

    assert made.type is Type.ID
    assert (made.memory_cost, made.time_cost, made.parallelism) == (19 * 1024, 2, 1)


async def test_the_right_password_matches_and_another_does_not() -> None:
    async with Passwords(cost=CHEAP) as passwords:
        kept = await passwords.hashed("a door of old oak")

        assert await passwords.matched(kept, "a door of old oak") == Match(right=True)
        assert await passwords.matched(kept, "a door of old ash") == Match(right=False)


async def test_the_same_password_never_has_the_same_hash() -> None:
    async with Passwords(cost=CHEAP) as passwords:
        assert await passwords.hashed("a door of old oak") != await passwords.hashed("a door of old oak")


async def test_an_accent_typed_as_one_sign_or_as_two_is_the_same_password() -> None:
    async with Passwords(cost=CHEAP) as passwords:
        kept = await passwords.hashed("caf\u00e9 au lait noir")

        assert (await passwords.matched(kept, "cafe\u0301 au lait noir")).right


async def test_a_hash_of_another_cost_matches_and_says_that_it_is_outdated() -> None:
    async with Passwords(cost=CHEAP) as old, Passwords() as new:
        kept = await old.hashed("a door of old oak")

        assert await new.matched(kept, "a door of old oak") == Match(right=True, outdated=True)


async def test_a_damaged_hash_matches_nothing() -> None:
    async with Passwords(cost=CHEAP) as passwords:
        assert not (await passwords.matched("not a hash", "a door of old oak")).right


async def test_a_login_that_nobody_has_takes_a_turn_like_any_other_and_never_matches() -> None:
    async with Passwords(cost=CHEAP, threads=1, line=0) as passwords:
        assert await passwords.matched(None, "a door of old oak") == Match(right=False)
        async with asyncio.TaskGroup() as group:
            may_end = threading.Event()
            group.create_task(passwords._in_turn(may_end.wait))
            await asyncio.sleep(0)
            with pytest.raises(TooMany):
                await passwords.matched(None, "a door of old oak")
            may_end.set()


async def test_more_than_the_line_holds_are_refused_at_once_and_a_freed_place_is_given_again() -> None:
    async with Passwords(cost=CHEAP, threads=2, line=3) as passwords, asyncio.TaskGroup() as group:
        may_end = threading.Event()
        turns = [group.create_task(passwords._in_turn(may_end.wait)) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(TooMany) as refused:
            await passwords.hashed("a door of old oak")
        assert refused.value.retry_after_s == 2.0
        may_end.set()
        await asyncio.gather(*turns)

        assert await passwords.hashed("a door of old oak")


async def test_a_caller_who_has_gone_still_takes_a_place_until_the_thread_is_done() -> None:
    async with Passwords(cost=CHEAP, threads=1, line=0) as passwords:
        may_end, has_begun = threading.Event(), threading.Event()

        def work() -> None:
            has_begun.set()
            may_end.wait()

        async with asyncio.TaskGroup() as group:
            gone = group.create_task(passwords._in_turn(work))
            await asyncio.to_thread(has_begun.wait)
            gone.cancel()
        with pytest.raises(TooMany):
            await passwords.hashed("a door of old oak")
        may_end.set()


@pytest.mark.parametrize("password", ["zebra-lamp-9", "x" * 3 + "vqmzpwlkt" + "n" * 988])
def test_twelve_to_a_thousand_characters_are_enough(password: str) -> None:
    assert len(password) in {12, 1_000}
    require_good(password, "anna")


@pytest.mark.parametrize("password", ["", "zebra-lamp-", "vqmzpwlktn" * 100 + "x"])
def test_fewer_or_more_are_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_good(password, "anna")
    assert (refused.value.field, refused.value.stable_code) == ("password", "password_length")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!",
        "p@ssw0rd1234",
        "passwordpassword",
        "qwertyuiop12",
        "1q2w3e4r5t6y",
        "1234567890123",
        "098765432109",
        "839201746529",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcabcabcabc",
        "zebrazebrazebra",
        "Summer-2026-Summer",
        "AdminAdmin1!",
        "Welcome12345",
        "CallCenter2026",
        "touchline-2026",
        "changeme-changeme",
        "letmein letmein",
        "correcthorsebatterystaple",
        "galatasaray1905",
        "пароль123456",
        "йцукенгшщзхъ",
        "istanbul-34-34",
    ],
)
def test_what_anybody_would_guess_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_good(password, "anna")
    assert refused.value.stable_code == "password_common"


@pytest.mark.parametrize(
    "password",
    ["a door of old oak", "Tr7#mWq!z0Lp", "summer rain on tin", "mavi-kapi-tas-ev", "старый дубовый стол"],
)
def test_a_phrase_of_ones_own_is_accepted(password: str) -> None:
    require_good(password, "anna")


@pytest.mark.parametrize("password", ["anna.petrova", "Anna.PetrovaAnna.Petrova"])
def test_a_password_that_is_the_login_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        require_good(password, "anna.petrova")
