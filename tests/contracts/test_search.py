"""Persons and messages are found alike on both databases, in three alphabets, whatever is typed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from crm_store.driver import Wire
from crm_store.engine import Database
from crm_store.person_index import forget_person, index_names, index_persons
from crm_store.rows.search import name_tokens, person_tokens, token_grams, touch_texts
from crm_store.search import find_persons
from crm_store.text_search import (
    BEGINNING_FROM,
    find_texts,
    forget_bytes,
    forget_texts,
    index_texts,
    touch_text_row,
)
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, TenantId, TouchId
from hub.domain.person import IdentityKind

ELSEWHERE = TenantId("00000000-0000-7000-8000-000000000002")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

HOSTILE = [
    "",
    " ",
    "'",
    "' OR 1=1 --",
    '"',
    '"a" NEAR "b"',
    "a NEAR/2 b",
    "a AND OR NOT b",
    "a:b",
    "col : a",
    "^a",
    "a*",
    "*",
    "%",
    "_",
    "a%b_c",
    "(((",
    "{a} - b",
    "!a & | <-> :*",
    "\\",
    "\x00",
    "a\x00b",
    "\ud800",
    "😀🎉",
    "\u202eabc\u202c",
    "שלום עולם",
    "محمد",
    "北京大学",
    "x" * 10_000,
    "word " * 2_000,
    "@" * 10_000,
    "1" * 10_000,
    "+" * 300,
    "a@" * 5_000,
    "$1",
    "?1",
    "\U0010ffff",
]


class Undone(Exception):
    """Ends a test's transaction without a trace."""


@pytest.fixture
async def wire(database: Database) -> AsyncIterator[Wire]:
    with suppress(Undone):
        async with database.transaction() as transaction:
            yield transaction
            raise Undone


async def called(wire: Wire, /, **names: str) -> None:
    """Our persons, by id and name."""
    await called_in(DEFAULT_TENANT, wire, names)


async def called_in(tenant_id: TenantId, wire: Wire, names: dict[str, str]) -> None:
    await index_names(wire, tenant_id, [(PersonId(who), [name]) for who, name in names.items()])


async def found(wire: Wire, query: str, limit: int = 20) -> list[str]:
    return list(await find_persons(wire, DEFAULT_TENANT, query, limit))


# --- persons by name ---


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Анна Щербакова", "Shcherbakova"),
        ("Anna Shcherbakova", "щербакова"),
        ("Анна Щербакова", "Scherbakova"),
        ("Анна Щербакова", "Щербокова"),
        ("Анна Щербакова", "Щребакова"),
        ("Анна Щербакова", "щербакова анна"),
        ("Анна Щербакова", "анна щерб"),
        ("Пётр Кузнецов", "Kuznetsov"),
        ("Pyotr Kuznetsov", "Кузнецов"),
        ("Pyotr Kuznetsov", "Кузницов"),
        ("Pyotr Kuznetsov", "kuznestov"),
        ("Pyotr Kuznetsov", "Kuznecov Pyotr"),
        ("Mehmet Yıldırım", "Yildirim"),
        ("Mehmet Yildirim", "YILDIRIM"),
        ("Mehmet Yildirim", "yıldrım"),
        ("Mehmet Yıldırım", "Йылдырым"),
        ("İSTANBUL Lojistik", "istanbul"),
        ("istanbul lojistik", "İSTANBUL"),
        ("istanbul lojistik", "ISTANBUL"),
        ("istanbul lojistik", "ıstambul"),
        ("Ёлкин", "Елкин"),
        ("Елкин", "Ёлкин"),
        ("Ёлкин", "Elkin"),
        ("Ёлкин", "Yolkin"),
        ("Yolkin", "Ёлкин"),
        ("Yolkin", "Елкин"),
        ("Şükrü Çağlar", "sukru caglar"),
        ("Юлия Ким", "Julia Kim"),
        ("Siobhán O'Connor", "oconnor"),
        ("Siobhan OConnor", "O’Connor"),
        ("Jonathan Smith", "Jonahtan Smiht"),
        ("Jonathan Smith", "Jonatan"),
        ("Jonathan Smith", "Jonathaan"),
        ("Jonathan Smith", "Jonathan S"),
        ("محمد علي", "محمد"),
    ],
)
async def test_a_person_is_found_by_a_name_in_another_alphabet_case_or_spelling(
    wire: Wire, name: str, typed: str
) -> None:
    await called(wire, meant=name, other="Vladislav Quentin", another="Боб")

    assert await found(wire, typed) == ["meant"]


async def test_a_short_name_forgives_no_typo(wire: Wire) -> None:
    await called(wire, p1="Ali", p2="Ani")

    assert await found(wire, "Ali") == ["p1"]


async def test_every_word_must_be_answered(wire: Wire) -> None:
    await called(wire, p1="Anna Petrova", p2="Anna Sidorova", p3="Olga Petrova")

    assert await found(wire, "anna petrova") == ["p1"]
    assert await found(wire, "anna petrova olga") == []


async def test_the_same_comes_first_then_beginnings_then_the_sound_then_typos(wire: Wire) -> None:
    await called(wire, p1="Ulia", p2="Julia", p3="Yuliana", p4="Yulia", p5="Boris")

    assert await found(wire, "Yulia") == ["p4", "p3", "p2", "p1"]


async def test_among_equals_the_newest_person_comes_first(wire: Wire) -> None:
    await called(wire, p1="Olga Ivanova", p3="Olga Petrova", p2="Olga Sidorova")

    assert await found(wire, "olga") == ["p3", "p2", "p1"]


async def test_no_more_than_asked_for_are_found_and_the_best_of_all(wire: Wire) -> None:
    await called(wire, **{f"a{n:03}": f"Anna{n}" for n in range(60)}, exact="Anna")

    assert (await found(wire, "anna", limit=3))[0] == "exact"
    assert len(await found(wire, "anna", limit=3)) == 3
    assert len(await found(wire, "anna", limit=10_000)) == 50
    assert len(await found(wire, "anna", limit=-1)) == 1


async def test_a_rare_word_finds_its_person_among_many_of_a_common_one(wire: Wire) -> None:
    await called(wire, **{f"p{n:05}": f"Anna Ivanova{n}" for n in range(3_000)}, meant="Anna Ivanovich")

    assert await found(wire, "anna ivanovich") == ["meant"]
    assert await found(wire, "ivanovihc anna") == ["meant"]


async def test_a_person_may_have_several_names_and_is_found_once(wire: Wire) -> None:
    await index_names(
        wire, DEFAULT_TENANT, [(PersonId("p1"), ["Anna Petrova", "Anna Smith", "Anna Petrova"])]
    )
    await called(wire, p1="Petrova Maria")

    assert await found(wire, "anna") == ["p1"]
    assert await found(wire, "maria smith") == ["p1"]


async def test_another_tenant_finds_none_of_our_persons(wire: Wire) -> None:
    await called(wire, ours="Anna Petrova")
    await called_in(ELSEWHERE, wire, {"theirs": "Anna Petrova"})

    for query in ("anna", "ana", "petrov", "anna petrovva"):
        assert await find_persons(wire, ELSEWHERE, query) == ["theirs"]
        assert await found(wire, query) == ["ours"]


# --- persons by address ---


@pytest.fixture
async def reachable(wire: Wire) -> Wire:
    anna, boris = PersonId("anna"), PersonId("boris")
    await index_persons(
        wire,
        DEFAULT_TENANT,
        [(anna, ["Anna Kaya"])],
        [
            (anna, IdentityKind.PHONE, "+905321234567"),
            (boris, IdentityKind.PHONE, "+79123456789"),
            (boris, IdentityKind.EMAIL, "boris_k%@example.org"),
            (boris, IdentityKind.WEBCHAT, "boris-browser"),
        ],
    )
    await index_persons(wire, DEFAULT_TENANT, [], [(anna, IdentityKind.EMAIL, "anna.k@example.org")])
    return wire


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("+905321234567", ["anna"]),
        ("+90 532", ["anna"]),
        ("0532 123 45 67", ["anna"]),
        ("00905321234567", ["anna"]),
        ("4567", ["anna"]),
        ("kaya 4567", ["anna"]),
        ("8 (912) 345-67-89", ["boris"]),
        ("67", []),
        ("+90533", []),
        ("anna.k@example.org", ["anna"]),
        ("ANNA.K@EXAMPLE.ORG", ["anna"]),
        ("<anna.k@example.org>", ["anna"]),
        ("anna.k@", ["anna"]),
        ("anna.k", ["anna"]),
        ("kaya anna.k@exa", ["anna"]),
        ("boris", ["boris"]),
        ("boris_k%", ["boris"]),
        ("borisXk%@", []),
        ("boris@example.com", []),
        ("boris-browser", []),
    ],
)
async def test_a_person_is_found_by_the_beginning_of_an_address_and_the_end_of_a_number(
    reachable: Wire, typed: str, who: list[str]
) -> None:
    assert await found(reachable, typed) == who


async def test_a_person_with_very_many_addresses_is_found_by_each_of_them_and_by_name_beside_one(
    wire: Wire,
) -> None:
    p1 = PersonId("p1")
    addresses = [(p1, IdentityKind.EMAIL, f"{'ş' * 280}{n}@example.org") for n in range(50)]
    await index_persons(wire, DEFAULT_TENANT, [(p1, ["Anna Kaya"])], addresses)

    for _, _, address in addresses:
        assert await found(wire, address) == ["p1"]
    assert await found(wire, "anna kaya") == ["p1"]


# --- forgetting ---


async def rows_of(wire: Wire) -> str:
    tables = (person_tokens, name_tokens, token_grams, touch_texts)
    return str([await wire.fetch(f"SELECT * FROM {table.name}") for table in tables])


async def test_a_forgotten_person_leaves_no_word_that_was_theirs_alone(reachable: Wire) -> None:
    await called(reachable, gone="Anna Zyxwvut")
    await index_persons(
        reachable, DEFAULT_TENANT, [], [(PersonId("gone"), IdentityKind.EMAIL, "zyx@canary.test")]
    )

    await forget_person(reachable, DEFAULT_TENANT, PersonId("gone"))

    assert await found(reachable, "zyxwvut") == []
    assert await found(reachable, "anan") == ["anna"]
    left = await rows_of(reachable)
    assert not [word for word in ("zyxwvut", "yxwvut", "canary", "gone") if word in left]


async def test_who_was_forgotten_is_found_again_when_they_come_back(wire: Wire) -> None:
    await called(wire, p1="Zyxwvut")
    await forget_person(wire, DEFAULT_TENANT, PersonId("p1"))
    await called(wire, p2="Zyxwvut")

    assert await found(wire, "zyxwvtu") == ["p2"]


# --- messages ---


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


async def test_a_message_without_words_is_not_kept() -> None:
    assert touch_text_row(DEFAULT_TENANT, TouchId("t"), InteractionId("i"), NOON, "😀 …") is None


async def test_forgotten_messages_are_not_found_and_leave_no_words(wire: Wire) -> None:
    await said(wire, "zyxwvut canary", "something else")

    await forget_texts(wire, DEFAULT_TENANT, [InteractionId("i1")])
    await forget_bytes(wire)

    assert await hits(wire, "canary") == []
    assert await hits(wire, "something") == ["t2"]
    assert "canary" not in await rows_of(wire)


# --- whatever is typed ---


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
async def test_nothing_that_can_be_typed_is_an_error(wire: Wire, query: str) -> None:
    await called(wire, p1="Anna Petrova", p2="O'Connor")
    await said(wire, "a harmless message")

    assert len(await found(wire, query)) <= 2
    assert len(await hits(wire, query)) <= 1


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
async def test_nothing_that_somebody_is_called_or_writes_is_an_error(wire: Wire, name: str) -> None:
    await called(wire, p1=name, p2="Anna")
    await index_persons(
        wire,
        DEFAULT_TENANT,
        [],
        [(PersonId("p1"), IdentityKind.EMAIL, name), (PersonId("p1"), IdentityKind.PHONE, name)],
    )
    await said(wire, name, "Anna")

    assert "p2" in await found(wire, "anna")
    await found(wire, name)
    await hits(wire, name)
