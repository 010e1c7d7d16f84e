"""API keys: shown once, never more than their maker, slowed, and worth nothing once revoked."""

from typing import Any

import pytest

from hub.domain.access import Permission, Principal, Role, Scope
from hub.domain.api_key import ApiKey, grantable, principal_of_key, require_grantable
from hub.domain.errors import Invalid
from hub.domain.ids import QueueId, UserId
from tests.unit.agent_console.console import SYSTEM, TENANT, Browser, Console

AUDIT, KEYS = "/api/v1/audit", "/api/v1/api-keys"


async def made(admin: Browser, **more: Any) -> dict[str, Any]:
    body = {"name": "reports", "permissions": ["read_audit"], **more}
    answer = await admin.request("POST", KEYS, json=body)
    assert answer.status == 201, await answer.text()
    parsed: dict[str, Any] = await answer.json()
    return parsed


async def status(console: Console, token: str, method: str = "GET", path: str = AUDIT, **more: Any) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await console.client.request(method, path, headers=headers, **more)).status


async def test_a_key_opens_what_it_was_made_for_without_cookie_and_csrf(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    token = (await made(admin))["token"]

    assert await status(console, token) == 200
    assert await status(console, token, path="/api/v1/users") == 403
    assert (
        await status(console, token, "POST", KEYS, json={"name": "x", "permissions": ["read_audit"]}) == 403
    )
    assert await status(console, token[:-1] + ("A" if token[-1] != "A" else "B")) == 401
    assert await status(console, "tl_") == 401


async def test_its_token_is_told_once_and_kept_nowhere(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    token = (await made(admin))["token"]

    assert token not in await (await admin.request("GET", KEYS)).text()
    async with console.database.snapshot() as wire:
        assert token not in repr([tuple(row) for row in await wire.fetch("SELECT * FROM api_keys")])


@pytest.mark.parametrize(
    "beyond", ["read_interaction", "manage_users", "manage_keys", "secure_self", "see_self"]
)
async def test_nobody_makes_a_key_that_can_do_more_than_they(beyond: str, console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    refused = await admin.request("POST", KEYS, json={"name": "x", "permissions": [beyond]})
    assert (refused.status, (await refused.json())["code"]) == (403, "key_beyond")


async def test_a_key_loses_what_its_maker_loses_and_ends_with_them(console: Console) -> None:
    await console.user("yan", Role.ADMIN)
    admin = await console.signed_in("zoe", Role.ADMIN)
    token = (await made(admin))["token"]
    user = next(u for u in await console.accounts.users(SYSTEM) if u.login == "zoe")
    await console.accounts.change(SYSTEM, user.id, roles={Role.AGENT})
    assert await status(console, token) == 403
    await console.accounts.change(SYSTEM, user.id, disabled=True)
    assert await status(console, token) == 401


async def test_revoked_and_expired_keys_open_nothing(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    first, second = await made(admin), await made(admin, days=1)
    assert (await admin.request("DELETE", f"{KEYS}/{first['key']['id']}")).status == 204
    assert (await admin.request("DELETE", f"{KEYS}/{first['key']['id']}")).status == 404
    assert await status(console, first["token"]) == 401

    assert await status(console, second["token"]) == 200
    console.clock.advance(24 * 3600)
    assert await status(console, second["token"]) == 401


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    headers = {"Authorization": f"Bearer {(await made(admin))['token']}"}
    for _ in range(100):
        assert (await console.client.get(AUDIT, headers=headers)).status == 200
    slowed = await console.client.get(AUDIT, headers=headers)
    assert (slowed.status, slowed.headers["Retry-After"]) == (429, "1")
    console.clock.advance(1)
    assert (await console.client.get(AUDIT, headers=headers)).status == 200


async def test_its_last_use_is_noted_and_making_and_revoking_are_audited(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    key = await made(admin)
    await status(console, key["token"])
    (shown,) = (await (await admin.request("GET", KEYS)).json())["items"]
    assert shown["used_at"] is not None
    await admin.request("DELETE", f"{KEYS}/{key['key']['id']}")
    actions = [action for action, _, _ in await console.audited()]
    assert actions[-2:] == ["add_key", "revoke_key"]


async def test_what_is_of_the_whole_house_is_for_no_key_of_some_queues(console: Console) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    page = await (await admin.request("GET", KEYS)).json()
    assert set(page["grantable"]) - set(page["grantable_by_queue"]) == {"configure", "read_audit"}
    for permissions, queues, code in (
        (["read_audit"], [], "no_such_queue"),
        (["read_queues"], ["01890a5d-ac96-774b-bcce-b302099a8057"], "no_such_queue"),
    ):
        body = {"name": "x", "permissions": permissions, "queue_ids": queues}
        refused = await admin.request("POST", KEYS, json=body)
        assert (refused.status, (await refused.json())["code"]) == (422, code)
    with pytest.raises(Invalid, match="configure"):
        require_grantable(
            Principal(tenant_id=TENANT, roles=frozenset({Role.ADMIN})),
            frozenset({Permission.CONFIGURE, Permission.READ_QUEUES}),
            frozenset({QueueId("a")}),
        )


def test_a_key_that_was_made_with_more_than_its_queues_allow_has_what_they_allow() -> None:
    maker = Principal(tenant_id=TENANT, roles=frozenset({Role.ADMIN}))
    key = ApiKey(
        id="k",
        tenant_id=TENANT,
        name="k",
        token_hash=b"",
        beginning="",
        permissions=frozenset({Permission.CONFIGURE, Permission.READ_AUDIT, Permission.READ_QUEUES}),
        queues=frozenset({QueueId("a")}),
        creator_id=UserId("u"),
        created_at=None,  # type: ignore[arg-type]
    )
    assert principal_of_key(key, maker, "").grants == {(Permission.READ_QUEUES, Scope.TEAM)}


def test_queues_restrict_a_key_and_its_maker_bounds_them() -> None:
    maker = Principal(
        tenant_id=TENANT,
        roles=frozenset({Role.SUPERVISOR, Role.AGENT}),
        queues=frozenset({QueueId("a"), QueueId("b")}),
        assignments=frozenset({(Role.AGENT, QueueId("a")), (Role.SUPERVISOR, QueueId("b"))}),
    )
    assert Permission.SUPERVISE in grantable(maker)
    assert Permission.SET_OWN_STATE not in grantable(maker)
    key = ApiKey(
        id="k",
        tenant_id=TENANT,
        name="k",
        token_hash=b"",
        beginning="",
        permissions=frozenset({Permission.READ_INTERACTION}),
        queues=frozenset({QueueId("a"), QueueId("b"), QueueId("c")}),
        creator_id=UserId("u"),
        created_at=None,  # type: ignore[arg-type]
    )
    principal = principal_of_key(key, maker, "")
    assert principal.scope(Permission.READ_INTERACTION) is Scope.TEAM
    assert principal.queues == {QueueId("b")}
    assert principal.scope(Permission.REPLY) is Scope.NONE
