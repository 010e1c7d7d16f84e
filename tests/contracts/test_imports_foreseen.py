"""What a preview says of a row becomes of it, and a row that is not taken leaves nothing behind."""

from pathlib import Path

import pytest

from hub.crm.imports import BadRow, ImportCounts, OnKnown, RowKind
from tests.contracts.crm import Crm
from tests.contracts.made_imports import Desk

HERE = "Name;Phone;Email\nIvan;05321234567;\nOlga;;olga@x.test\n"
OF_BOTH = "Name;Phone;Email;Company\nIvan;05321234567;olga@x.test;Nowhere\n"


@pytest.fixture
async def desk(crm: Crm, tmp_path: Path) -> Desk:
    made = Desk(crm.house, tmp_path / "imports")
    await made.imported(HERE)
    return made


async def organizations(desk: Desk) -> list[str]:
    rows = await desk.house.rows(
        "SELECT name FROM organizations WHERE tenant_id = $1 ORDER BY name", desk.house.tenant_id
    )
    return [row[0] for row in rows]


async def foreseen(desk: Desk, content: str, on_known: OnKnown = OnKnown.UPDATE) -> list[tuple[int, str]]:
    """What a preview says of each row, in the words of the counts of an import; a reason of a bad one."""
    view = await desk.bring(content)
    told = []
    for one in await desk.imports.preview(desk.maria, view.id, view.mapping, on_known):
        says = one.foreseen
        if isinstance(one.row, BadRow) or says.reason:
            told.append((one.row.number, one.row.reason if isinstance(one.row, BadRow) else says.reason))
        elif says.known is None and says.known_row is None:
            told.append((one.row.number, "added"))
        else:
            told.append((one.row.number, "known"))
    await desk.imports.cancel(desk.maria, view.id)
    return told


async def test_a_row_of_two_clients_is_refused_by_the_preview_too_and_both_name_them(desk: Desk) -> None:
    view = await desk.bring(OF_BOTH)
    (tried,) = await desk.imports.preview(desk.maria, view.id, view.mapping)
    assert (tried.foreseen.known, tried.foreseen.reason) == (None, "of_several")
    assert {one.name for one in tried.foreseen.several} == {"Ivan", "Olga"}

    done = await desk.taken(await desk.start(view))
    assert done.counts == ImportCounts(bad=1)
    (row,) = await desk.store.kept_rows(desk.maria, done.id, RowKind.BAD, after=0, limit=9)
    assert row.reason == "of_several"
    assert {(row.person_id, row.name), (row.other_id, row.other_name)} == {
        (one.id, one.name) for one in tried.foreseen.several
    }


ROWS = (
    "Name;Phone;Email;Company;Consents\n"
    "Ivan;05321234567;;;\n"  # known
    "Ann;05321110001;ann@x.test;Acme;\n"
    "Ann Lee;05321110001;;ACME;\n"  # whom the row before it adds
    "Who;05321110001;olga@x.test;;\n"  # one who is here and one whom a row adds
    "Fay;;fay@x.test;Later;email service yes 2090-01-01T00:00:00Z\n"
    "Olga;05321110002;olga@x.test;;\n"  # gets a number
    "Gus;05321110002;;;\n"  # whose it is by then
    "Hal;12;;;\n"
)


@pytest.mark.parametrize("on_known", OnKnown)
async def test_what_is_foreseen_becomes_of_each_row(desk: Desk, on_known: OnKnown) -> None:
    told = dict(await foreseen(desk, ROWS, on_known))
    view = await desk.bring(ROWS)
    done = await desk.taken(await desk.imports.start(desk.maria, view.id, view.mapping, on_known))
    bad = await desk.store.kept_rows(desk.maria, done.id, RowKind.BAD, after=0, limit=20)
    refused = {n: why for n, why in told.items() if why not in {"added", "known"}}
    assert {row.number: row.reason for row in bad} == refused
    assert refused == {4: "of_several", 5: "consent_in_future", 8: "bad_phone"}
    told_known = [n for n, what in told.items() if what == "known"]
    assert told_known == ([1, 3, 6, 7] if on_known is OnKnown.UPDATE else [1, 3, 6])
    assert done.counts.added == len([n for n, what in told.items() if what == "added"])
    assert done.counts.updated + done.counts.skipped == len(told_known)


async def test_a_row_that_a_row_before_it_adds_says_which(desk: Desk) -> None:
    view = await desk.bring(ROWS)
    tried = await desk.imports.preview(desk.maria, view.id, view.mapping)
    assert [one.foreseen.known_row for one in tried] == [None, None, 2, None, None, None, None, None]
    # of two, one of whom is not here yet, the one who is here is named
    assert [one.name for one in tried[3].foreseen.several] == ["Olga"]
    assert await organizations(desk) == []
    assert await desk.house.count("persons") == 2


async def test_a_row_that_is_not_taken_makes_no_organization(desk: Desk) -> None:
    await desk.imported(OF_BOTH)
    await desk.imported(
        "Name;Email;Company;Consents\nFay;fay@x.test;Later;email service yes 2090-01-01T00:00:00Z\n"
    )
    tags = ",".join(f"t{n}" for n in range(60))
    done = await desk.imported(f"Email;Company;Tags\nolga@x.test;Tagged;{tags}\n")
    assert done.counts == ImportCounts(bad=1)
    view = await desk.bring("Email;Company\nolga@x.test;Skipped\n")
    await desk.taken(await desk.imports.start(desk.maria, view.id, view.mapping, OnKnown.SKIP))
    assert await organizations(desk) == []
    # the same words in a row that is taken
    await desk.imported("Email;Company\nolga@x.test;Nowhere\n")
    assert await organizations(desk) == ["Nowhere"]
