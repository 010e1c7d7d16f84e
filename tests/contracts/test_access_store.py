"""What must hold for every store of users, sign-ins, set-up tokens and kept answers."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.access import Principal, Role
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import TenantId, UserId
from hub.domain.users import SignInId
from hub.ids import new_id
from hub.ports.answers import KeptAnswer
from tests.contracts.access_house import NOW, House, house

__all__ = ["house"]
"""Fixtures, which pytest finds by their names here."""


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
