"""A visitor as the store has them: the row, the answers to the form, and whose they are."""

import msgspec

from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.mapping import columns
from crm_store.rows.floor import visitors
from hub.domain.ids import TenantId
from hub.ports.visitors import Visitor

OF_VISITOR = (
    f"SELECT {columns(visitors, 'v.')}, COALESCE(a.answers, '{{}}'), COALESCE(u.user_id, '') FROM visitors v"
    " LEFT JOIN visitor_answers a ON a.visitor_id = v.id LEFT JOIN visitor_users u ON u.visitor_id = v.id"
)
"""Selects what `visitor_of` reads; a condition follows."""

about_in = msgspec.json.Decoder(dict[str, str]).decode


def visitor_of(r: Row) -> Visitor:
    """The visitor of a row of OF_VISITOR."""
    return Visitor(
        id=r[0],
        tenant_id=TenantId(r[1]),
        site_key=r[2],
        token_sha256=r[3],
        language=r[4],
        created_at=from_us(r[5]),
        got_seq=r[6],
        about=about_in(r[7]),
        answers=about_in(r[8]),
        user=r[9],
    )
