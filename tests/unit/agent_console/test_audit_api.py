"""Reading the audit log over HTTP."""

from typing import Any

import pytest

from agent_console.audit_api import VERIFIED_FOR_S
from crm_store.rows.access import APPEND_ONLY
from hub.domain.access import Role
from hub.domain.audit import AuditAction, AuditDraft
from tests.unit.agent_console.console import TENANT, Console


async def filled(console: Console, rows: int) -> None:
    for number in range(rows):
        await console.store.append_audit(
            AuditDraft(
                tenant_id=TENANT, at=console.clock.now(), action=AuditAction.REQUEST, reason=str(number)
            )
        )


async def test_the_log_says_who_did_what_to_whom_and_from_where(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    told = await (await admin.request("GET", "/api/v1/audit")).json()

    assert told["chain_ok"] is True
    assert told["next"] is None
    newest, oldest = told["items"]
    assert (newest["id"], newest["action"], newest["actor"]) == (2, "sign_in", "Root.Person")
    assert (newest["at"], newest["address"]) == ("2026-03-02T09:00:00Z", "127.0.0.1")
    assert (oldest["id"], oldest["action"], oldest["actor"]) == (1, "add_user", "system")


async def test_pages_follow_each_other_without_a_gap(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    await filled(console, 5)
    seen, after = [], ""
    for _ in range(4):
        told = await (await admin.request("GET", f"/api/v1/audit?limit=3{after}")).json()
        seen += [row["id"] for row in told["items"]]
        if told["next"] is None:
            break
        after = f"&after={told['next']}"

    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_a_full_last_page_promises_no_further_one(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    told = await (await admin.request("GET", "/api/v1/audit?limit=2")).json()
    assert (len(told["items"]), told["next"]) == (2, None)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "after=0", "after=x", "before=1"])
async def test_a_wrong_page_is_refused(console: Console, query: str) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    answer = await admin.request("GET", f"/api/v1/audit?{query}")
    assert answer.status == 422
    assert (await answer.json())["field"] == query.partition("=")[0]


async def test_a_row_changed_behind_our_back_shows_within_a_minute(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    assert (await (await admin.request("GET", "/api/v1/audit")).json())["chain_ok"]
    async with console.database.writing() as connection:
        await connection.exec_driver_sql("DROP TRIGGER audit_log_keeps_rows")
        await connection.exec_driver_sql("UPDATE audit_log SET actor = 'nobody' WHERE number = 1")
        await connection.exec_driver_sql(APPEND_ONLY["sqlite"][0])
    console.clock.advance(VERIFIED_FOR_S)

    assert not (await (await admin.request("GET", "/api/v1/audit")).json())["chain_ok"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.MANAGER])
async def test_others_do_not_read_it(console: Console, role: Role) -> None:
    browser = await console.signed_in("anna", role)
    assert (await browser.request("GET", "/api/v1/audit")).status == 403


async def test_rows_are_found_by_who_what_result_and_time_and_say_what_it_was_done_to(
    console: Console,
) -> None:
    admin = await console.signed_in("zoe", Role.ADMIN)
    user = await console.user("anna", Role.AGENT)
    await console.browser().sign_in("anna", "not the right one")

    async def found(query: str) -> list[dict[str, Any]]:
        answer = await admin.request("GET", f"/api/v1/audit?{query}")
        assert answer.status == 200
        items: list[dict[str, Any]] = (await answer.json())["items"]
        return items

    assert {row["action"] for row in await found("actor=ZO")} == {"sign_in"}
    assert [row["object_name"] for row in await found(f"action=add_user&object={user.id}")] == ["Anna"]
    assert [row["reason"] for row in await found("result=failed")] == ["wrong_password"]
    now = console.clock.now().isoformat().replace("+00:00", "Z")
    assert await found(f"until={now}") == []
    assert len(await found(f"since={now}")) == 4
    assert await found("actor=%25") == []
