"""Records that people said are two, however alike they look."""

from crm_store.driver import Asked
from hub.domain.ids import PersonId, TenantId

_APART = (
    "SELECT other_id FROM persons_apart WHERE tenant_id = $1 AND one_id = $2"
    " UNION SELECT one_id FROM persons_apart WHERE tenant_id = $1 AND other_id = $2"
)


def kept_apart_from(tenant_id: TenantId, person_id: PersonId) -> Asked:
    """Asks who people said is somebody else than this one."""
    return _APART, (tenant_id, person_id)
