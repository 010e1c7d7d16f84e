"""Whatever clients have done before, merges that are undone in turn leave every row as it was, on both databases."""

from collections.abc import Awaitable, Callable
from random import Random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.desk.client_stores import NewTask
from hub.domain.card import CardEdit
from hub.domain.ids import MergeId, PersonId
from hub.domain.person import Confidence, IdentityKind, Purpose, Tier
from hub.ids import new_id
from tests.contracts.crm import Crm

CLIENTS = 4
TABLES = {
    "persons": "id, name, language, tier, organization_id, last_agent_id, created_at",
    "identities": "*",
    # a card without tags and fields may have a row that says so, or none
    "person_details": "person_id, tags, fields",
    "person_tags": "*",
    "consents": "*",
    "cases": "*",
    "tasks": "*",
    "interactions": "*",
    "touches": "*",
    "work_items": "*",
    "facts": "*",
    "shared_numbers": "*",
    "person_tokens": "*",
    "name_keys": "*",
    "name_tokens": "*",
    "token_grams": "*",
    "person_facts": "*",
}
ONLY = {
    "person_details": " AND (tags <> '[]' OR fields <> '{}')",
    "person_facts": " AND kind NOT IN ('card_merged', 'card_merge_undone')",
}
"""A merge and its undoing are lines of the history, and the version of a card only grows."""

Rows = dict[str, list[tuple[object, ...]]]


async def everything(crm: Crm) -> Rows:
    """All rows of the house that a merge may touch."""
    found: Rows = {}
    for table, what in TABLES.items():
        rows = await crm.house.rows(
            f"SELECT {what} FROM {table} WHERE tenant_id = $1{ONLY.get(table, '')}", crm.house.tenant_id
        )
        found[table] = sorted((tuple(row) for row in rows), key=repr)
    return found


async def _edited(crm: Crm, who: PersonId, n: int, **changes: object) -> None:
    del n
    card = await crm.card(who)
    await crm.edits.edit(crm.sofia, who, CardEdit(version=card.version, **changes))  # type: ignore[arg-type] # by name


async def name(crm: Crm, who: PersonId, n: int) -> None:
    await _edited(crm, who, n, name=("", "Пётр Ёлкин", "Elkin Petr", "Ayşe Nur Yılmaz")[n])


async def tags(crm: Crm, who: PersonId, n: int) -> None:
    await _edited(crm, who, n, tags=((), ("VIP",), ("vip", "slow"), ("new", "Slow"))[n])


async def language(crm: Crm, who: PersonId, n: int) -> None:
    await _edited(crm, who, n, language=("", "ru", "tr", "en")[n], tier=(Tier.STANDARD, Tier.GOLD)[n % 2])


async def company(crm: Crm, who: PersonId, n: int) -> None:
    shop = await crm.organizations.add_organization(crm.sofia, f"Company {n}")
    await _edited(crm, who, n, organization_id=shop.id if n else "")


async def mail(crm: Crm, who: PersonId, n: int) -> None:
    sure = Confidence.KNOWN if n % 2 else Confidence.MAYBE
    typed = f"{new_id()}@clients.test"
    await crm.edits.add_address(crm.sofia, who, kind=IdentityKind.EMAIL, typed=typed, confidence=sure)


async def consent(crm: Crm, who: PersonId, n: int) -> None:
    await crm.edits.record_consent(
        crm.sofia,
        who,
        channel=IdentityKind.EMAIL,
        purpose=Purpose.MARKETING,
        given=n % 2 == 0,
        source="asked",
    )


async def case(crm: Crm, who: PersonId, n: int) -> None:
    await crm.a_case(who, f"Matter {n}")


async def task(crm: Crm, who: PersonId, n: int) -> None:
    await crm.tasks.add_task(crm.sofia, NewTask(title=f"Task {n}", person_id=who), key=None)


STEPS: tuple[Callable[[Crm, PersonId, int], Awaitable[None]], ...] = (
    name,
    tags,
    language,
    company,
    mail,
    consent,
    case,
    task,
)
some = st.integers(0, CLIENTS - 1)
steps = st.lists(st.tuples(st.sampled_from(STEPS), some, st.integers(0, 3)), max_size=10)
pairs = st.lists(st.tuples(some, some), min_size=1, max_size=4)
tangles = st.lists(st.one_of(st.tuples(some, some), st.integers(0, 9)), min_size=2, max_size=9)
"""Two to make one, or which of the merges that stand to undo."""


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=steps, merged=pairs)
async def test_undone_in_turn_every_merge_restores_every_row(
    crm: Crm,
    history: list[tuple[Callable[[Crm, PersonId, int], Awaitable[None]], int, int]],
    merged: list[tuple[int, int]],
) -> None:
    clients = [await crm.client(new_id(), f"hello {n}") for n in range(CLIENTS)]
    for step, who, n in history:
        await step(crm, clients[who], n)
    pictures: list[Rows] = []
    merges: list[MergeId] = []
    gone: set[int] = set()
    for kept, other in merged:
        if kept == other or {kept, other} & gone:
            continue
        pictures.append(await everything(crm))
        await crm.merges.merge(crm.sofia, clients[kept], clients[other])
        (row,) = await crm.house.rows(
            "SELECT id FROM merges WHERE tenant_id = $1 AND merged_id = $2 AND undone_at IS NULL",
            crm.house.tenant_id,
            clients[other],
        )
        merges.append(MergeId(row[0]))
        gone.add(other)
    for merge_id, before in zip(reversed(merges), reversed(pictures), strict=True):
        await crm.merges.undo(crm.sofia, merge_id)
        assert await everything(crm) == before


def _of(rows: Rows, who: PersonId) -> list[tuple[str, tuple[object, ...]]]:
    """What is theirs of it."""
    return [(table, row) for table, found in rows.items() for row in found if who in row]


@settings(
    max_examples=16,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=steps, tangle=tangles, order=st.randoms(use_true_random=False))
# what one got by a chain is with the one in the middle too
@example(
    history=[(name, 1, 1), (tags, 1, 2), (company, 1, 1)], tangle=[(0, 1), (2, 0), 0, 0], order=Random(1)
)
# what came apart in the middle became part of the last one by itself
@example(history=[(case, 2, 1)], tangle=[(1, 2), (0, 1), 0, (0, 2), 0, 0], order=Random(1))
async def test_undone_in_any_order_every_row_is_as_it_was(
    crm: Crm,
    history: list[tuple[Callable[[Crm, PersonId, int], Awaitable[None]], int, int]],
    tangle: list[tuple[int, int] | int],
    order: Random,
) -> None:
    clients = [await crm.client(new_id(), f"hello {n}") for n in range(CLIENTS)]
    for step, who, n in history:
        await step(crm, clients[who], n)
    before = await everything(crm)
    stand: list[tuple[MergeId, int, int]] = []

    async def undo(which: int) -> None:
        merge_id, *_ = stand.pop(which)
        await crm.merges.undo(crm.sofia, merge_id)
        now = await everything(crm)
        busy = {one for _, *pair in stand for one in pair}
        for who in {*range(CLIENTS)} - busy:
            assert _of(now, clients[who]) == _of(before, clients[who]), (
                "who is part of nothing has what they had"
            )

    for turn in tangle:
        if isinstance(turn, int):
            if stand:
                await undo(turn % len(stand))
            continue
        kept, other = turn
        if kept == other or {kept, other} & {merged for _, _, merged in stand}:
            continue
        await crm.merges.merge(crm.sofia, clients[kept], clients[other])
        (row,) = await crm.house.rows(
            "SELECT id FROM merges WHERE tenant_id = $1 AND merged_id = $2 AND undone_at IS NULL",
            crm.house.tenant_id,
            clients[other],
        )
        stand.append((MergeId(row[0]), kept, other))
    while stand:
        await undo(order.randrange(len(stand)))
    assert await everything(crm) == before
