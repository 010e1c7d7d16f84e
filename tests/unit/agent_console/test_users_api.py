"""Administration of users over the API: invitations, roles by queue, the last administrator, one's own sign-ins."""

from typing import Any

from hub.domain.access import Permission, Principal, Role
from hub.domain.ids import QueueId
from tests.unit.agent_console.console import PASSWORD, SYSTEM, TENANT, Browser, Console

USERS = "/api/v1/users"


async def invited(admin: Browser, login: str = "boris") -> dict[str, Any]:
    body = {"login": login, "name": "Борис", "teams": [{"role": "agent"}]}
    answer = await admin.request("POST", USERS, json=body)
    assert answer.status == 201
    parsed: dict[str, Any] = await answer.json()
    return parsed


async def test_an_invitation_lets_in_once_to_choose_a_password(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    token = (await invited(admin))["invitation"]["token"]
    browser = console.browser()
    first = await browser.sign_in("boris", token)
    assert (await first.json())["must_first"] == "password_change_needed"
    assert (await (await browser.request("GET", "/api/v1/audit")).json())["code"] == "password_change_needed"

    chosen = {"old": token, "password": "a gate of new iron"}
    assert (await browser.request("POST", "/api/v1/me/password", json=chosen)).status == 204
    assert (await (await browser.request("GET", "/api/v1/session")).json())["must_first"] == ""
    assert (await console.browser().sign_in("boris", token)).status == 401
    assert (await console.browser().sign_in("boris", "a gate of new iron")).status == 200


async def test_an_old_invitation_is_as_wrong_as_any_password(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    token = (await invited(admin))["invitation"]["token"]
    console.clock.advance(72 * 3600)
    refused = await console.browser().sign_in("boris", token)
    assert (await refused.json())["code"] == "wrong_login_or_password"


async def test_the_last_administrator_cannot_lock_everybody_out(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    (user,) = (await (await admin.request("GET", USERS)).json())["items"]
    as_it_is = {"login": "zoe", "name": "Zoe", "disabled": False, "version": user["version"]}
    for change in ({"teams": [{"role": "agent"}]}, {"teams": [{"role": "admin"}], "disabled": True}):
        refused = await admin.request("PUT", f"{USERS}/{user['id']}", json=as_it_is | change)
        assert (refused.status, (await refused.json())["code"]) == (409, "last_administrator")
    await console.user("yan", Role.ADMIN)
    assert (
        await admin.request("PUT", f"{USERS}/{user['id']}", json=as_it_is | {"teams": [{"role": "agent"}]})
    ).status == 200


async def test_a_change_of_an_older_version_is_refused(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    user = (await invited(admin))["user"]
    body = {"login": "boris", "name": "B", "teams": [{"role": "agent"}], "disabled": False, "version": 1}
    assert (await admin.request("PUT", f"{USERS}/{user['id']}", json=body)).status == 200
    refused = await admin.request("PUT", f"{USERS}/{user['id']}", json=body)
    assert (refused.status, (await refused.json())["code"]) == (409, "changed_meanwhile")


async def test_users_are_found_by_a_part_of_their_name_page_by_page(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    for login in ("b1", "b2", "b3"):
        await invited(admin, login)
    page = await (await admin.request("GET", f"{USERS}?q=БОР&limit=2")).json()
    assert [u["login"] for u in page["items"]] == ["b1", "b2"]
    page = await (await admin.request("GET", f"{USERS}?q=бор&limit=2&after={page['next']}")).json()
    assert ([u["login"] for u in page["items"]], page["next"]) == (["b3"], None)


async def test_one_ends_ones_own_sign_ins_and_nobody_elses(console: Console) -> None:
    here = await console.signed_in("anna", Role.AGENT)
    there, other = console.browser(), await console.signed_in("boris", Role.AGENT)
    await there.sign_in("anna")
    rows = (await (await here.request("GET", "/api/v1/me/sign-ins")).json())["items"]
    assert sorted(row["here"] for row in rows) == [False, True]
    elsewhere = next(row["id"] for row in rows if not row["here"])

    assert (await other.request("DELETE", f"/api/v1/me/sign-ins/{elsewhere}")).status == 404
    assert (await here.request("DELETE", f"/api/v1/me/sign-ins/{elsewhere}")).status == 204
    assert (await there.request("GET", "/api/v1/session")).status == 401
    assert (await here.request("GET", "/api/v1/session")).status == 200


async def test_a_new_password_of_ones_own_ends_the_other_sign_ins_only(console: Console) -> None:
    here = await console.signed_in("anna", Role.AGENT)
    there = console.browser()
    await there.sign_in("anna")
    wrong = await here.request(
        "POST", "/api/v1/me/password", json={"old": "no", "password": "a gate of iron"}
    )
    assert (await wrong.json())["field"] == "old"
    body = {"old": PASSWORD, "password": "a gate of new iron"}
    assert (await here.request("POST", "/api/v1/me/password", json=body)).status == 204
    assert (await here.request("GET", "/api/v1/session")).status == 200
    assert (await there.request("GET", "/api/v1/session")).status == 401


async def test_roles_are_for_their_own_queues(console: Console) -> None:
    a, b = QueueId("a"), QueueId("b")
    user, _ = await console.accounts.invite(
        SYSTEM, login="sofia", name="S", teams={Role.AGENT: {a}, Role.SUPERVISOR: {b}}, password=PASSWORD
    )
    kept = await console.accounts.user(SYSTEM, user.id)
    assert kept.queues_of(Role.AGENT) == frozenset({a})
    assert kept.queues_of(Role.SUPERVISOR) == frozenset({b})
    principal = Principal(
        tenant_id=TENANT, roles=kept.roles, queues=kept.queues, assignments=kept.assignments
    )
    assert principal.acting(Permission.SUPERVISE).queues == {b}
    assert principal.acting(Permission.READ_QUEUES).queues == {a, b}


async def test_who_becomes_an_agent_gets_a_seat_and_who_ceases_leaves_it(console: Console) -> None:
    await console.user("zoe", Role.ADMIN)
    user = await console.user("boris", Role.AGENT, queues=[QueueId("a")])

    async def seat() -> Any:
        async with console.database.snapshot() as wire:
            return tuple(
                (await wire.fetch("SELECT name, queues, wish FROM agents WHERE id = $1", user.id))[0]
            )

    assert await seat() == ("Boris", '["a"]', "offline")
    await console.accounts.change(SYSTEM, user.id, disabled=True)
    assert await seat() == ("Boris", "[]", "offline")
    await console.accounts.change(SYSTEM, user.id, disabled=False, name="Boris P.")
    assert await seat() == ("Boris P.", '["a"]', "offline")
