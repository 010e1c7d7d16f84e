"""How long the list of records that may be one person takes to look through, among 100,000 clients with planted pairs.

One client in a hundred has a double whose number is typed without its country, one in a hundred a namesake of the same
organization; 3,000 are called the same, and belong to one organization. Every page is asked for until the last one.
"""

import asyncio
import os
import random
import tempfile
import time
from pathlib import Path

from bench.harness import Figure, figure, percentile
from bench.search import PORTION, People, analyse
from crm_store.doubles import Doubles
from crm_store.driver import Row
from crm_store.mapping import identity_row, person_row
from crm_store.person_index import address_tokens, name_key_rows, name_words, person_token_rows
from crm_store.person_scope import ClientReach
from crm_store.rows.people import identities, organizations, persons
from crm_store.rows.search import name_keys, person_tokens
from hub.cluster.codec import encode
from hub.domain.access import Role
from hub.domain.ids import IdentityId, OrganizationId, PersonId
from hub.domain.person import Identity, IdentityKind, Person
from hub.ids import new_id
from tests.contracts.crm import Crm
from tests.postgres import postgres_server
from tests.stores import House, migrated_database, opened

CLIENTS = int(os.environ.get("BENCH_DOUBLES", "100000"))
NAMESAKES = 3_000
SEED = 11
P99_MS = 150.0


def figures() -> list[Figure]:
    """On both databases."""
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        for kind in ("sqlite", "postgresql"):
            async with migrated_database(kind, Path(folder), server) as url, opened(url) as database:
                house = await House(database=database).furnished()
                planted = await _fill(house)
                found += await _looked_through(house, kind, planted)
    return found


async def _fill(house: House) -> int:
    """How many pairs were planted, the namesakes not counted."""
    rng = random.Random(SEED)
    tenant_id, at = house.tenant_id, house.clock.now()
    firms = [OrganizationId(new_id()) for _ in range(2_000)]
    rows: dict[str, list[Row]] = {"person": [], "identity": [], "token": [], "key": []}
    planted = 0

    async def flush() -> None:
        async with house.store.database.transaction() as wire:
            await wire.insert(persons, rows["person"])
            await wire.insert(identities, rows["identity"])
            await wire.insert(person_tokens, rows["token"])
            await wire.insert(name_keys, rows["key"])
        for kept in rows.values():
            kept.clear()

    def add(name: str, number: str, firm: OrganizationId | None) -> None:
        person_id = PersonId(new_id())
        rows["person"].append(
            person_row(
                Person(id=person_id, tenant_id=tenant_id, name=name, organization_id=firm, created_at=at)
            )
        )
        if number:
            one = Identity(
                id=IdentityId(new_id()), tenant_id=tenant_id, person_id=person_id, kind=IdentityKind.PHONE,
                value=number, created_at=at,
            )  # fmt: skip
            rows["identity"].append(identity_row(one))
        words = [*name_words([name]), *(address_tokens(IdentityKind.PHONE, number) if number else ())]
        rows["token"] += person_token_rows(tenant_id, person_id, words)
        rows["key"] += name_key_rows(tenant_id, person_id, [name])

    async with house.store.database.transaction() as wire:
        await wire.insert(organizations, [(firm, tenant_id, f"Firm {n}") for n, firm in enumerate(firms)])
    for n, (_, name, _, number) in enumerate(People(SEED, CLIENTS)):
        firm = rng.choice(firms) if n % 3 == 0 else None
        add(name, number, firm)
        if n % 100 == 1:
            planted += 1
            add("", number[3:], None)
        elif n % 100 == 3 and firm is not None:
            planted += 1
            add(name, "", firm)
        if n % PORTION == PORTION - 1:
            await flush()
    for _ in range(NAMESAKES):
        add("Mehmet Demir", "", firms[0])
    await flush()
    return planted


async def _looked_through(house: House, kind: str, planted: int) -> list[Figure]:
    crm = Crm(house)
    doubles = Doubles(house.store, house.clock, encode=encode, reach=ClientReach(), people=crm.lookups)
    manager = house.somebody(Role.MANAGER)
    await analyse(house.database)
    took: list[float] = []
    pairs = 0
    after: str | None = ""
    began = time.perf_counter()
    while after is not None:
        asked = time.perf_counter()
        page = await doubles.doubles(manager, after=after, limit=50)
        took.append((time.perf_counter() - asked) * 1_000)
        pairs += len(page.items)
        after = page.next
    total_s = time.perf_counter() - began
    p99 = percentile(took, 99)
    note = (
        f"{len(took)} pages, {pairs} pairs ({planted} planted), {total_s:.1f} s for all of {CLIENTS} clients"
    )
    return [
        figure(f"doubles.page.p99.{kind}", p99, "ms", at_most=P99_MS, note=note),
        figure(f"doubles.found.{kind}", pairs / planted, "of those planted", at_least=1.0),
    ]
