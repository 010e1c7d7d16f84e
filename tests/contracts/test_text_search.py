"""Messages are found by their words alike on both databases, newest first, whatever is typed."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from crm_store.driver import SqliteWire, Wire
from crm_store.engine import Database
from crm_store.text_search import (
    BEGINNING_FROM,
    find_texts,
    forget_bytes,
    forget_texts,
    index_texts,
    touch_text_row,
)
from hub.domain.ids import DEFAULT_TENANT, InteractionId, TenantId, TouchId
from tests.contracts.searching import ELSEWHERE, HOSTILE, everything_found_by, undone

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def wire(database: Database) -> AsyncIterator[Wire]:
    async with undone(database) as transaction:
        yield transaction


async def said(wire: Wire, *texts: str, tenant_id: TenantId = DEFAULT_TENANT) -> None:
    """Messages t1, t2 … of interactions i1, i2 …, a minute apart."""
    rows = [
        touch_text_row(tenant_id, TouchId(f"t{n}"), InteractionId(f"i{n}"), NOON + timedelta(minutes=n), text)
        for n, text in enumerate(texts, 1)
    ]
    await index_texts(wire, [row for row in rows if row is not None])


async def hits(wire: Wire, query: str, **asked: object) -> list[str]:
    page = await find_texts(wire, DEFAULT_TENANT, query, **asked)  # type: ignore[arg-type]
    return [hit.touch_id for hit in page.hits]


async def test_messages_with_all_words_are_found_newest_first(wire: Wire) -> None:
    await said(wire, "where is my order", "order 118 is late", "no such thing", "my order 118, please!")

    assert await hits(wire, "order 118") == ["t4", "t2"]
    assert await hits(wire, "118 ORDER my") == ["t4"]
    assert await hits(wire, "118 nothing") == []


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Где мой заказ?", "ЗАКАЗ мой"),
        ("Где моя ёлка?", "елка"),
        ("Где моя елка?", "ёлка"),
        ("Siparişim nerede, İSTANBUL?", "istanbul siparisim"),
        ("ISPARTA'DA", "ispartada"),
        ("Where’s it?", "wheres"),
        ("Mail to a-b_c@d.org", "b d org a"),
        ("1,000.50 EUR", "000"),
        ("заказ No. 118", "zakaz"),
        ("北京大学", "大学"),
    ],
)
async def test_words_of_messages_meet_across_case_and_alphabets(wire: Wire, text: str, query: str) -> None:
    await said(wire, text, "something else entirely")

    assert await hits(wire, query) == ["t1"]


async def test_the_last_word_may_be_the_beginning_of_one_from_four_letters_on(wire: Wire) -> None:
    await said(wire, "delivery tomorrow")

    beginning = "deliv"[:BEGINNING_FROM]
    assert await hits(wire, beginning) == ["t1"]
    assert await hits(wire, beginning[:-1]) == []
    assert await hits(wire, f"{beginning} tomorrow") == []
    assert await hits(wire, f"tomorrow {beginning}") == ["t1"]


async def test_a_hit_tells_its_interaction_and_time(wire: Wire) -> None:
    await said(wire, "hello")

    (hit,) = (await find_texts(wire, DEFAULT_TENANT, "hello")).hits
    assert (hit.interaction_id, hit.at) == ("i1", NOON + timedelta(minutes=1))


async def test_pages_follow_each_other_without_gap_or_repeat(wire: Wire) -> None:
    await said(wire, *(f"order {number}" for number in range(25)))

    seen: list[str] = []
    before = None
    for size in (10, 10, 5):
        page = await find_texts(wire, DEFAULT_TENANT, "order", before=before, limit=10)
        assert len(page.hits) == size
        seen += [hit.touch_id for hit in page.hits]
        before = page.next

    assert seen == [f"t{number}" for number in range(25, 0, -1)]
    assert before is None


async def test_old_messages_are_found_behind_many_newer_ones(wire: Wire) -> None:
    await said(wire, "a needle", *["hay stack"] * 9_000)

    assert await hits(wire, "needle") == ["t1"]
    assert len(await hits(wire, "hay", limit=50)) == 50


async def test_another_tenant_finds_none_of_our_messages(wire: Wire) -> None:
    await said(wire, "our secret")

    assert (await find_texts(wire, ELSEWHERE, "secret")).hits == ()


async def test_only_messages_of_the_queues_asked_for_are_found(wire: Wire, two_queues: Sequence[str]) -> None:
    await said(wire, "order one", "order two")

    assert await hits(wire, "order", queue_ids=[two_queues[0]]) == ["t1"]
    assert await hits(wire, "order", queue_ids=list(two_queues)) == ["t2", "t1"]
    assert await hits(wire, "order", queue_ids=[]) == []


@pytest.fixture
async def two_queues(wire: Wire) -> Sequence[str]:
    """The interactions i1 and i2, each in a queue of its own."""
    await wire.execute(
        "INSERT INTO persons (id, tenant_id, name, language, tier, created_at, version)"
        " VALUES ('p', $1, '', '', 'standard', 0, 1)",
        DEFAULT_TENANT,
    )
    for number in (1, 2):
        await wire.execute(
            "INSERT INTO queues (id, tenant_id, name, languages, language_level, skills, priority, offer_s,"
            " wrap_up_s, missed_limit, sl_share, sl_threshold_s, sl_short_abandon_s, version)"
            f" VALUES ('q{number}', $1, 'q{number}', '[]', 1, '{{}}', 0, 20, 30, 3, 0.8, 20, 5, 1)",
            DEFAULT_TENANT,
        )
        await wire.execute(
            "INSERT INTO interactions (id, tenant_id, person_id, channel, queue_id, language, state,"
            f" opened_at, last_seq, version) VALUES ('i{number}', $1, 'p', 'webchat', 'q{number}', '',"
            " 'open', 0, 1, 1)",
            DEFAULT_TENANT,
        )
    return ["q1", "q2"]


async def test_the_index_of_words_holds_what_the_messages_hold(wire: Wire) -> None:
    await said(wire, "one two", "two three")
    await said(wire, "three four")
    await forget_texts(wire, DEFAULT_TENANT, [InteractionId("i1")])

    if isinstance(wire, SqliteWire):  # raises where the two differ; PostgreSQL keeps its index by itself
        await wire.execute("INSERT INTO touch_words (touch_words, rank) VALUES ('integrity-check', 1)")
    assert await hits(wire, "two") == ["t2"]
    assert await hits(wire, "three") == ["t2"]


async def test_a_message_without_words_is_not_kept() -> None:
    assert touch_text_row(DEFAULT_TENANT, TouchId("t"), InteractionId("i"), NOON, "😀 …") is None


async def test_forgotten_messages_are_not_found_and_leave_no_words(wire: Wire) -> None:
    await said(wire, "zyxwvut canary", "something else")

    await forget_texts(wire, DEFAULT_TENANT, [InteractionId("i1")])
    await forget_bytes(wire)

    assert await hits(wire, "canary") == []
    assert await hits(wire, "something") == ["t2"]
    assert "canary" not in str(await everything_found_by(wire))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_nothing_that_can_be_typed_or_written_is_an_error(wire: Wire, text: str) -> None:
    await said(wire, text, "a harmless message")

    assert len(await hits(wire, text)) <= 2
    assert await hits(wire, "harmless") == ["t2"]
