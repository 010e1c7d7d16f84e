"""An organization is shown with what goes on with its clients, to whoever reaches one of them: on both databases."""

from dataclasses import replace

import pytest

from hub.desk.client_stores import NewTask
from hub.domain.access import Principal, Role
from hub.domain.card import CardEdit
from hub.domain.case import CaseStatus
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import CaseId, OrganizationId, PersonId, TenantId
from hub.domain.organization import OrganizationEdit
from tests.contracts.crm import Crm


async def acme(crm: Crm, *members: PersonId) -> OrganizationId:
    """A company these clients belong to."""
    made = await crm.organizations.add_organization(crm.sofia, "Acme")
    for person in members:
        card = await crm.card(person)
        await crm.edits.edit(crm.sofia, person, CardEdit(version=card.version, organization_id=made.id))
    return OrganizationId(made.id)


async def test_its_clients_cases_tasks_and_conversations_are_shown_together(crm: Crm) -> None:
    ivan, olga, other = (
        await crm.client("ivan", "where is it?"),
        await crm.client("olga"),
        await crm.client("x"),
    )
    acme_id = await acme(crm, ivan, olga)
    leaks, over = await crm.a_case(ivan), await crm.a_case(olga, "An old matter")
    await crm.cases.change_case(crm.sofia, CaseId(over.id), version=1, status=CaseStatus.CLOSED)
    await crm.a_case(other, "Of somebody else")
    await crm.tasks.add_task(crm.sofia, NewTask(title="Call them", person_id=olga), key=None)
    await crm.tasks.add_task(crm.sofia, NewTask(title="Of somebody else", person_id=other), key=None)

    work = await crm.organizations.work(crm.sofia, acme_id)

    assert [one.id for one in work.cases] == [leaks.id]
    assert [one.title for one in work.tasks] == ["Call them"]
    assert [(one.person.id, one.last_text) for one in work.interactions] == [
        (olga, "hello"),
        (ivan, "where is it?"),
    ]
    members = await crm.organizations.members(crm.sofia, acme_id, after="", limit=10)
    assert {one.id for one in members.items} == {ivan, olga}
    assert members.items[0].addresses


async def test_of_clients_out_of_reach_nothing_is_shown(crm: Crm) -> None:
    ivan = await crm.client("ivan")
    acme_id = await acme(crm, ivan)
    await crm.a_case(ivan)
    cem = crm.house.as_(await crm.house.hire("Cem", queues=frozenset()))
    for nobody in (crm.stranger, cem):
        for asked in (
            crm.organizations.work(nobody, acme_id),
            crm.organizations.organization(nobody, acme_id),
        ):
            with pytest.raises(NotFound):
                await asked
    with pytest.raises(Forbidden):
        await crm.organizations.work(crm.house.somebody(Role.ADMIN), acme_id)
    with pytest.raises(NotFound):
        await crm.organizations.work(
            replace(crm.sofia, tenant_id=TenantId(f"{crm.house.tenant_id}x")), acme_id
        )


async def test_its_name_is_the_houses_and_what_is_written_about_it_is_not(crm: Crm) -> None:
    acme_id = await acme(crm, await crm.client("ivan"))
    seen = await crm.organizations.organization(crm.sofia, acme_id)
    await crm.organizations.change_organization(
        crm.sofia, acme_id, version=seen.version, edit=OrganizationEdit(note="they pay late")
    )
    cem = crm.house.as_(await crm.house.hire("Cem", queues=frozenset()))
    for reader, note in ((crm.sofia, "they pay late"), (cem, "")):
        found = (await crm.organizations.organizations(reader, "acme", 10)).items
        assert [(one.name, one.note) for one in found] == [("Acme", note)]
        assert (await crm.organizations.add_organization(reader, "Acme")).note == note


async def test_a_company_with_a_client_in_reach_and_one_beyond_shows_the_one(crm: Crm) -> None:
    mine, beyond = await crm.client("mine"), await crm.client("beyond")
    acme_id = await acme(crm, mine, beyond)
    await crm.a_case(beyond)
    anna = await crm.house.hire("Anna", queues=frozenset())
    async with crm.house.database.transaction() as wire:
        await wire.execute("UPDATE interactions SET last_agent_id = $1 WHERE person_id = $2", anna.id, mine)

    work = await crm.organizations.work(crm.house.as_(anna), acme_id)

    assert [one.person.id for one in work.interactions] == [mine]
    assert work.cases == ()


@pytest.mark.parametrize(
    ("role", "may_edit", "sees_tasks"), [(Role.MANAGER, True, True), (Role.DPO, False, False)]
)
async def test_who_may_not_work_on_tasks_or_edit_clients_is_told_so(
    crm: Crm, role: Role, may_edit: bool, sees_tasks: bool
) -> None:
    ivan = await crm.client("ivan")
    acme_id = await acme(crm, ivan)
    await crm.tasks.add_task(crm.sofia, NewTask(title="Call", person_id=ivan), key=None)
    somebody: Principal = crm.house.somebody(role)

    assert (await crm.organizations.organization(somebody, acme_id)).may_edit is may_edit
    assert bool((await crm.organizations.work(somebody, acme_id)).tasks) is sees_tasks


async def test_name_and_note_are_changed_by_the_version_that_was_seen(crm: Crm) -> None:
    acme_id = await acme(crm, await crm.client("ivan"))
    changed = await crm.organizations.change_organization(
        crm.sofia, acme_id, version=1, edit=OrganizationEdit(name="Acme  Ltd", note="Pays late")
    )
    assert (changed.name, changed.note, changed.version, changed.may_edit) == (
        "Acme Ltd",
        "Pays late",
        2,
        True,
    )
    with pytest.raises(Conflict):
        await crm.organizations.change_organization(
            crm.sofia, acme_id, version=1, edit=OrganizationEdit(name="Other", note=None)
        )
    # the audit log has what was done, once
    async with crm.house.store.database.snapshot() as wire:
        rows = await wire.fetch(
            "SELECT actor, object, reason FROM audit_log WHERE tenant_id = $1 AND action = 'change_organization'",
            crm.house.tenant_id,
        )
    assert [tuple(row) for row in rows] == [(crm.sofia.name, acme_id, "Acme → Acme Ltd")]


async def test_its_domain_phone_and_tags_are_kept_in_one_form_and_are_not_told_out_of_reach(crm: Crm) -> None:
    acme_id = await acme(crm, await crm.client("ivan"))
    edit = OrganizationEdit(
        domain="https://www.Acme.Test/en?x", phone="0212 555 11 22", tags=["#VIP", "vip", "new"]
    )
    changed = await crm.organizations.change_organization(crm.sofia, acme_id, version=1, edit=edit)
    assert (changed.domain, changed.phone, changed.tags, changed.name) == (
        "acme.test",
        "+902125551122",
        ("VIP", "new"),
        "Acme",
    )
    cem = crm.house.as_(await crm.house.hire("Cem", queues=frozenset()))
    (seen,) = (await crm.organizations.organizations(cem, "acme", 10)).items
    assert (seen.domain, seen.phone, seen.tags) == ("", "", ())
    for wrong, code in (
        (OrganizationEdit(domain="no domain"), "bad_domain"),
        (OrganizationEdit(domain="someone@gmail.com"), "domain_of_many"),
        (OrganizationEdit(phone="12"), "bad_phone"),
        (OrganizationEdit(name=" "), "empty"),
    ):
        with pytest.raises(Invalid) as refused:
            await crm.organizations.change_organization(crm.sofia, acme_id, version=2, edit=wrong)
        assert refused.value.stable_code == code
    emptied = await crm.organizations.change_organization(
        crm.sofia, acme_id, version=2, edit=OrganizationEdit(domain="", phone=" ", tags=[])
    )
    assert (emptied.domain, emptied.phone, emptied.tags) == ("", "", ())
    rows = await crm.house.rows(
        "SELECT reason FROM audit_log WHERE tenant_id = $1 AND action = 'change_organization'",
        crm.house.tenant_id,
    )
    assert [row[0] for row in rows] == ["Acme (domain, phone, tags)"] * 2
