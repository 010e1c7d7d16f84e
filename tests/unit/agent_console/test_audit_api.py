"""Reading the audit log over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio

from crm_store.access import SqlAccessStore
from crm_store.rows.access import APPEND_ONLY
from hub.domain.access import Principal, Role, system_principal
from hub.domain.audit import AuditAction, AuditDraft, ChainProgress
from hub.insight.chain_check import FRESH_S, ChainCheck, CheckState
from tests.unit.agent_console.console import TENANT, Browser, Console


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


async def tampered(console: Console, statement: str) -> None:
    async with console.database.writing() as connection:
        await connection.exec_driver_sql("DROP TRIGGER audit_log_keeps_rows")
        await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql(APPEND_ONLY["sqlite"][0])


async def checked(admin: Browser) -> dict[str, Any]:
    """Ask for a check, and for its end."""
    answer = await admin.request("POST", "/api/v1/audit/check")
    assert answer.status == 202
    async with asyncio.timeout(5):
        while True:
            told: dict[str, Any] = await (await admin.request("GET", "/api/v1/audit/check")).json()
            if told["state"] != "running":
                return told
            await asyncio.sleep(0.01)


@pytest_asyncio.fixture
async def checking(console: Console) -> AsyncIterator[None]:
    """The job that walks chains."""
    running = asyncio.create_task(console.chain.run())
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_row_changed_behind_our_back_shows_within_a_minute(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    assert (await (await admin.request("GET", "/api/v1/audit")).json())["chain_ok"]
    await tampered(console, "UPDATE audit_log SET actor = 'nobody' WHERE number = 1")
    console.clock.advance(FRESH_S)

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


@pytest.mark.usefixtures("checking")
async def test_a_check_that_was_asked_for_finds_the_first_bad_row_and_shows_it(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    assert (await (await admin.request("GET", "/api/v1/audit/check")).json())["state"] == "never"
    whole = await checked(admin)
    assert (whole["state"], whole["rows_done"], whole["rows_total"]) == ("whole", 3, 3)
    assert (whole["first_bad"], whole["bad_row"], whole["asked_by"]) == (None, None, "Root.Person")
    await tampered(console, "UPDATE audit_log SET actor = 'Eve' WHERE number = 2")

    broken = await checked(admin)
    assert (broken["state"], broken["first_bad"], broken["rows_done"]) == ("broken", 2, 1)
    assert (broken["bad_row"]["id"], broken["bad_row"]["actor"]) == (2, "Eve")
    page = await (await admin.request("GET", "/api/v1/audit")).json()
    assert (page["chain_ok"], page["chain_checked_at"]) == (False, broken["ended_at"])
    assert [row["action"] for row in page["items"][:2]] == ["verify_audit", "verify_audit"]


@pytest.mark.usefixtures("checking")
async def test_a_row_that_is_gone_has_a_number_and_nothing_to_show(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    await filled(console, 5)
    async with console.database.writing() as connection:
        await connection.exec_driver_sql("DROP TRIGGER audit_log_loses_none")
        await connection.exec_driver_sql("DELETE FROM audit_log WHERE number = 4")

    broken = await checked(admin)
    assert (broken["state"], broken["first_bad"], broken["bad_row"]) == ("broken", 4, None)


async def test_one_check_at_a_time_and_it_can_be_cancelled(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    await filled(console, 5)
    nothing = await admin.request("POST", "/api/v1/audit/check/cancel")
    assert (nothing.status, (await nothing.json())["code"]) == (409, "audit_check_over")
    assert (await admin.request("POST", "/api/v1/audit/check")).status == 202
    second = await admin.request("POST", "/api/v1/audit/check")
    assert (second.status, (await second.json())["code"]) == (409, "audit_check_running")
    assert (await admin.request("POST", "/api/v1/audit/check/cancel")).status == 200
    running = asyncio.create_task(console.chain.run())
    async with asyncio.timeout(5):
        while (told := await (await admin.request("GET", "/api/v1/audit/check")).json())[
            "state"
        ] == "running":
            await asyncio.sleep(0.01)
    assert (told["state"], told["rows_done"]) == ("cancelled", 0)
    assert (await checked(admin))["state"] == "whole"
    running.cancel()


async def test_a_walk_that_hangs_is_ended_and_the_next_one_is_walked(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    slow = ChainCheck(Hanging(console.store), console.clock, longest_s=0.05)  # type: ignore[arg-type]
    principal = system_principal(TENANT)
    await slow.start(principal)
    running = asyncio.create_task(slow.run())
    async with asyncio.timeout(5):
        while slow.latest(principal).state is CheckState.RUNNING:
            await asyncio.sleep(0.01)
    assert (slow.latest(principal).state, slow.latest(principal).problem) == (CheckState.FAILED, "too_long")
    assert (await slow.start(principal)).state is CheckState.RUNNING
    running.cancel()
    assert (await admin.request("GET", "/api/v1/audit")).ok


class Hanging:
    """A store that begins to walk and never comes further."""

    def __init__(self, store: SqlAccessStore) -> None:
        self.append_audit = store.append_audit

    async def verify_audit(self, _: Principal) -> AsyncIterator[ChainProgress]:
        yield ChainProgress(done=0, total=9)
        await asyncio.Event().wait()


async def test_a_long_chain_is_not_walked_in_passing(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.insight.chain_check.SHORT_ROWS", 4)
    admin = await console.signed_in("root.person", Role.ADMIN)
    await filled(console, 3)
    page = await (await admin.request("GET", "/api/v1/audit")).json()
    assert (page["chain_ok"], page["chain_checked_at"]) == (None, None)


async def test_an_export_is_asked_for_by_its_filter_and_is_in_the_log(console: Console) -> None:
    admin = await console.signed_in("root.person", Role.ADMIN)
    await filled(console, 2)
    body = {"form": "csv", "action": "request", "since": "2026-01-01T00:00:00Z"}
    asked = await admin.request("POST", "/api/v1/audit/exports", json=body)
    assert asked.status == 202
    told = await asked.json()
    assert (told["state"], told["rows_total"], told["owner"]) == ("queued", 2, "Root.Person")
    listed = await (await admin.request("GET", "/api/v1/audit/exports")).json()
    assert [one["id"] for one in listed["items"]] == [told["id"]]
    wrong = {"form": "csv", "headings": [{"column": "password", "title": "x"}]}
    assert (await admin.request("POST", "/api/v1/audit/exports", json=wrong)).status == 422
    gone = await admin.request("POST", f"/api/v1/audit/exports/{told['id']}/cancel")
    assert (await gone.json())["state"] == "cancelled"
    early = await admin.request("GET", f"/api/v1/audit/exports/{told['id']}/file")
    assert early.status == 409
    assert [row[2] for row in await console.audited() if row[0] == "export"] == [
        "audit_asked",
        "audit_cancelled",
    ]
