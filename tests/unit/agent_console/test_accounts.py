"""Administrators change users."""

import pytest

from hub.domain.access import Principal, Role
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import TenantId, UserId
from tests.unit.agent_console.console import PASSWORD, SYSTEM, TENANT, Console


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.DPO])
async def test_nobody_but_an_administrator_changes_users(console: Console, role: Role) -> None:
    user = await console.user("anna", Role.AGENT)
    somebody = Principal(tenant_id=TENANT, user_id=UserId("u"), roles=frozenset({role}))

    with pytest.raises(Forbidden):
        await console.accounts.users(somebody)
    with pytest.raises(Forbidden):
        await console.accounts.add(
            somebody, login="boris", name="Boris", roles={Role.ADMIN}, password=PASSWORD
        )
    with pytest.raises(Forbidden):
        await console.accounts.change(somebody, user.id, roles={Role.ADMIN})
    with pytest.raises(Forbidden):
        await console.accounts.set_password(somebody, user.id, PASSWORD)


async def test_a_login_is_given_once_whatever_its_capitals(console: Console) -> None:
    await console.user("anna", Role.AGENT)
    with pytest.raises(Conflict) as refused:
        await console.user("ANNA", Role.AGENT)
    assert refused.value.stable_code == "login_taken"
    assert len(await console.accounts.users(SYSTEM)) == 1


@pytest.mark.parametrize("roles", [set(), {Role.SYSTEM}, {Role.AGENT, Role.SERVICE}, {Role.VISITOR}])
async def test_a_user_has_a_role_and_only_roles_of_users(console: Console, roles: set[Role]) -> None:
    with pytest.raises(Invalid) as refused:
        await console.user("anna", *roles)
    assert refused.value.field == "roles"


async def test_changed_roles_end_the_sign_ins_so_that_no_old_right_lives_on(console: Console) -> None:
    await console.user("zoe", Role.ADMIN)
    browser = await console.signed_in("anna", Role.ADMIN)
    user, _ = await console.accounts.users(SYSTEM)
    assert (await browser.request("GET", "/api/v1/audit")).status == 200
    await console.accounts.change(SYSTEM, user.id, roles={Role.AGENT})

    assert (await browser.request("GET", "/api/v1/audit")).status == 401
    assert len(console.revoked) == 1
    await browser.sign_in("anna")
    assert (await browser.request("GET", "/api/v1/audit")).status == 403


async def test_a_new_password_ends_the_sign_ins_and_the_old_password(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    (user,) = await console.accounts.users(SYSTEM)
    await console.accounts.set_password(SYSTEM, user.id, "a gate of new iron")

    assert (await browser.request("GET", "/api/v1/session")).status == 401
    assert (await browser.sign_in("anna")).status == 401
    assert (await browser.sign_in("anna", "a gate of new iron")).status == 200


async def test_of_two_changes_at_once_the_later_is_told(console: Console) -> None:
    user = await console.user("anna", Role.AGENT)
    draft = console.accounts._draft(SYSTEM, "change_user", user.id, "")  # type: ignore[arg-type]
    await console.accounts.change(SYSTEM, user.id, name="Anna P.")
    with pytest.raises(Conflict):
        await console.store.save_user(SYSTEM, user, draft)


async def test_a_user_of_another_tenant_is_not_there(console: Console) -> None:
    user = await console.user("anna", Role.AGENT)
    stranger = Principal(tenant_id=TenantId("another"), roles=frozenset({Role.ADMIN}))

    assert await console.accounts.users(stranger) == []
    with pytest.raises(NotFound):
        await console.accounts.change(stranger, user.id, name="Mine")


async def test_every_change_is_audited_with_who_did_it(console: Console) -> None:
    user = await console.user("anna", Role.AGENT)
    await console.accounts.change(SYSTEM, user.id, roles={Role.AGENT, Role.SUPERVISOR})
    await console.accounts.set_password(SYSTEM, user.id, "a gate of new iron")
    await console.accounts.change(SYSTEM, user.id, disabled=True)

    assert await console.audited() == [
        ("add_user", "done", "agent"),
        ("change_user", "done", "agent,supervisor"),
        ("set_password", "done", ""),
        ("change_user", "done", "disabled"),
    ]
    rows = await console.store.read_audit(SYSTEM, before=None, limit=10)
    assert {(row.draft.actor, row.draft.object) for row in rows} == {("system", user.id)}
