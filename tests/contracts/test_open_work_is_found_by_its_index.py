"""What is asked all day walks what goes on, however long the history is: by SQLite's own plans.

PostgreSQL concludes by itself that a state is one of the open ones; SQLite does not (crm_store/open_work.py).
"""

import re
from collections.abc import Sequence

import pytest

from crm_store.calls import SqlCalls
from crm_store.cards import Cards
from crm_store.chat_files import ChatFiles
from crm_store.contents import held_contents
from crm_store.driver import Asked, Row, SqliteWire, for_sqlite
from crm_store.floor_work import SqlFloorWork
from crm_store.house import SqlHouse
from crm_store.insight import SqlInsight
from crm_store.letters import Letters
from crm_store.reads import DeskReads
from crm_store.sending import Sending
from crm_store.webchat import Visitors
from hub.cluster.codec import encode
from hub.domain.access import Role
from hub.domain.agent import Media
from hub.domain.ids import PersonId, TouchId, WorkItemId
from hub.ids import new_id
from hub.ports.visitors import Visitor
from tests.stores import House

OF_ALL_TIME = re.compile(
    r"SCAN (work_items|w)\b(?!.*ix_work_items_(open|held))"
    r"|ix_work_items_(queue_first|first|agent_first|wait|duration)\b"
)
A_YEAR = {
    "ix_work_items_queue_first": "1000000 1000000 83000 1",
    "ix_work_items_first": "1000000 1000000 1 1",
    "ix_work_items_agent_first": "860000 860000 8300 1",
    "ix_work_items_interaction": "1000000 1",
    "ix_work_items_open": "5600 5600 2800",
    "ix_work_items_held": "5600 20",
    "uq_work_items_open_pass": "5600 1",
}
"""What ANALYZE says of a million passes, and five thousand open ones."""


@pytest.fixture(scope="module")
def kind() -> str:
    return "sqlite"


def _all_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """From now on, every question to SQLite."""
    asked: list[Asked] = []
    fetch, fetch_each = SqliteWire.fetch, SqliteWire.fetch_each

    async def remembered(wire: SqliteWire, sql: str, *params: object) -> list[Row]:
        asked.append((sql, params))
        return await fetch(wire, sql, *params)

    async def remembered_each(wire: SqliteWire, *some: Asked) -> list[list[Row]]:
        asked.extend(some)
        return await fetch_each(wire, *some)

    monkeypatch.setattr(SqliteWire, "fetch", remembered)
    monkeypatch.setattr(SqliteWire, "fetch_each", remembered_each)
    return asked


async def test_no_question_of_the_day_walks_the_passes_of_the_year(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await house.hire("Anna")
    await _as_after_a_year(house)
    asked = _all_that_is_asked(monkeypatch)
    tenant, now, store = house.tenant_id, house.clock.now(), house.store
    live = DeskReads(store, house.clock, Cards(store))
    manager = house.somebody(Role.MANAGER)

    await live.queue_lines(tenant)
    await live.waiting(tenant, 50)
    await live.held(tenant, anna.id)
    await live.agents_now(tenant, [anna.id])
    await live.seers(tenant, [PersonId(new_id())], [])
    for state in ("", "waiting", "held"):
        await SqlFloorWork(store).floor_work(
            manager, queue_id=house.queue.id, agent_id=anna.id, state=state, after="", limit=50
        )
    await store.board_rows(tenant)
    await store.due_wrap_ups(tenant, now)
    await store.lost_agents(tenant, now)
    await store.held_by(tenant, [anna.id])
    await store.due_to_flow(tenant, house.queue.id, house.queue.id, before=now, behind=0, limit=5)
    await store.unanswered_while_closed(tenant, house.queue.id, limit=5)
    await SqlInsight(store).oldest_waiting(manager)
    await SqlHouse(store, house.clock, encode=encode).queue_uses(tenant)
    await house.floor.queues(manager)
    await Visitors(store, encode=encode).places(tenant, [house.queue.id], "demo")
    async with store.unit(tenant) as unit:
        await unit.front_of(house.queue.id)
        await unit.agent_units(anna.id, besides=WorkItemId(new_id()))
        await unit.agent_units(anna.id, besides=WorkItemId(new_id()), media=Media.VOICE)

    questions = {sql: params for sql, params in asked if "work_items" in sql}
    assert len(questions) > 15
    plans = {sql: await _plan(house, sql, params) for sql, params in questions.items()}
    assert {sql: plan for sql, plan in plans.items() if OF_ALL_TIME.search(plan)} == {}
    assert "ix_work_items_open" in " ".join(plans.values())


READ_THROUGH = re.compile(
    r"SCAN (letters|touches|t|reservations|calls|sessions|s|interactions|i|mail_ids)\b"
    r"(?! USING (COVERING )?INDEX ix_(touches_to_send|reservations_open|calls_going_on)\b)"
)
"""A table that only grows, other than by an index of what goes on."""


async def test_no_question_of_the_day_reads_history_through(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _all_that_is_asked(monkeypatch)
    tenant, now, store = house.tenant_id, house.clock.now(), house.store
    visitor = Visitor(
        id="v1", tenant_id=tenant, site_key="demo", token_sha256="0" * 64, language="en", created_at=now
    )
    await store.board_rows(tenant)
    await store.due_offers(tenant, now)
    sending = Sending(store, encode=encode)
    await sending.claim("email", now, lease_s=45.0, limit=16)
    await sending.claim("chat", now, lease_s=45.0, limit=16, threads=[("chat:demo", "v1")])
    await sending.lapsed(now, repeatable=["chat"])
    await sending.give_up("chat", queued_before=now, detail="gave_up")
    letters = Letters(store, encode=encode)
    await letters.threads_of(tenant, ["m1@client", "m2@client"], "c@client.test")
    await letters.last_head(tenant, "email:support", "t1")
    await letters.allow_auto_letter(tenant, TouchId(new_id()), "email:support", "t1", "c@client.test", now)
    visitors = Visitors(store, encode=encode)
    await visitors.conversation(visitor, after_seq=0, limit=50)
    await visitors.note_got(visitor, 7, now)
    files = ChatFiles(store)
    await files.sent_file(visitor, "0" * 64)
    await files.old_files(now, 10, None)
    async with house.database.snapshot() as wire:
        await held_contents(wire, tenant, ["0" * 64])
    async with SqlCalls(store).unit(tenant) as unit:
        assert await unit.call_on("sip:trunk", "t1") is None
        assert await unit.call_asked_for("r1") is None

    questions = {sql: params for sql, params in asked if re.search("FROM|JOIN", sql)}
    assert len(questions) > 15
    plans = {sql: await _plan(house, sql, params) for sql, params in questions.items()}
    assert {sql: plan for sql, plan in plans.items() if READ_THROUGH.search(plan)} == {}


async def _as_after_a_year(house: House) -> None:
    async with house.database.transaction() as wire:
        await wire.execute("ANALYZE")
        await wire.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'work_items'")
        await wire.many(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('work_items', $1, $2)", list(A_YEAR.items())
        )
        await wire.execute("ANALYZE sqlite_schema")


async def _plan(house: House, sql: str, params: Sequence[object]) -> str:
    async with house.database.snapshot() as wire:
        assert isinstance(wire, SqliteWire)
        # statistics are read when a connection is opened, or when it is told to
        await wire.execute("ANALYZE sqlite_schema")
        rows = await wire.fetch(f"EXPLAIN QUERY PLAN {for_sqlite(sql)}", *params)
    return "\n".join(str(row[3]) for row in rows)
