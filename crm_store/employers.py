"""The organizations that clients of a file belong to: found as an import of organizations finds them, or made once a
row of theirs is taken."""

from collections.abc import Iterable, Sequence

from crm_store.driver import Wire
from crm_store.organization_batch import Ours
from crm_store.organization_rows import add, candidates
from hub.crm.imports import RowDraft
from hub.crm.organizations import Candidate, OrganizationState, plain_name
from hub.domain.ids import OrganizationId, TenantId
from hub.domain.person import Organization
from hub.ids import new_id

Called = tuple[str, str]
"""What a row calls an organization, and its domain; either may be empty."""


class Employers:
    """Of the rows of one batch."""

    def __init__(self, wire: Wire, tenant_id: TenantId) -> None:
        self._wire = wire
        self._tenant_id = tenant_id
        self._ours = Ours([])
        self._found: dict[Called, Organization] = {}
        self._problems: dict[Called, str] = {}
        self._planned: dict[OrganizationId, OrganizationState] = {}

    async def find(self, drafts: Sequence[RowDraft]) -> None:
        """Those of these rows; one that is none of ours and has a name is planned: nothing is written before `make`."""
        asked = dict.fromkeys(_called(draft) for draft in drafts)
        asked.pop(("", ""), None)
        if not asked:
            return
        found = await candidates(
            self._wire,
            self._tenant_id,
            ids=(),
            domains={domain for _, domain in asked} - {""},
            names={name for name, _ in asked} - {""},
        )
        self._ours = Ours(found)
        # who says more comes first: a name alone may mean what was made by a name with its domain
        for name, domain in sorted(asked, key=lambda called: not called[1]):
            meant = self._ours.meant_by_words(name, domain)
            if meant.problem:
                self._problems[name, domain] = f"organization_{meant.problem}"
                continue
            if (known := meant.known) is None:
                known = OrganizationId(new_id())
                self._planned[known] = OrganizationState(name=name, domain=domain)
                self._ours.put(Candidate(id=known, name=name, domain=domain))
            self._found[name, domain] = Organization(
                id=known, tenant_id=self._tenant_id, name=self._ours[known].name
            )

    async def make(self, needed: Iterable[Organization | None]) -> None:
        """Write those of these that are planned: a row that is taken needs them."""
        ids = dict.fromkeys(one.id for one in needed if one is not None and one.id in self._planned)
        if ids:
            await add(self._wire, self._tenant_id, {one: self._planned.pop(one) for one in ids})

    def of(self, draft: RowDraft, present: Organization | None = None) -> Organization | None:
        """The organization of this row; None: it says none, or nobody can say which (`problem`). Of several that may be
        meant it is the one that the client is `present` in."""
        called = _called(draft)
        if called in self._problems and present is not None:
            name, domain = called
            alike = {
                one.id for one in self._ours.near(name, domain) if plain_name(one.name) == plain_name(name)
            }
            return present if present.id in alike else None
        return self._found.get(called)

    def problem(self, draft: RowDraft, present: Organization | None = None) -> str:
        """Why it cannot be said which organization the row means; empty where it can."""
        if self.of(draft, present) is not None:
            return ""
        return self._problems.get(_called(draft), "")


def _called(draft: RowDraft) -> Called:
    return draft.organization, draft.organization_domain
