"""On which of its channels an interaction cannot be answered now: read in a unit of work, and in what is listed."""

from collections.abc import Mapping

import msgspec

from crm_store.driver import Wire
from crm_store.person_scope import roots_of
from crm_store.unit_starting import refused_kinds
from hub.domain.ids import SessionId
from hub.domain.interaction import Interaction
from hub.domain.reach import WayClosed
from hub.domain.reply_way import Place, closed_places
from hub.domain.site import SiteSetup

_setup = msgspec.json.Decoder(SiteSetup).decode

_PLACES = (
    "SELECT s.id, s.channel, s.address, s.ended_at, d.person_id, b.enabled, m.enabled, u.setup,"
    " (SELECT MAX(t.at) FROM sessions o JOIN touches t ON t.session_id = o.id WHERE o.tenant_id = s.tenant_id"
    " AND o.account = s.account AND o.thread = s.thread AND t.direction = 'inbound') FROM sessions s"
    " LEFT JOIN identities d ON d.tenant_id = s.tenant_id AND d.kind = s.channel AND d.value = s.address"
    " LEFT JOIN telegram_bots b ON b.tenant_id = s.tenant_id AND s.account = 'telegram:' || b.name"
    " LEFT JOIN mail_accounts m ON m.tenant_id = s.tenant_id AND s.account = 'email:' || m.name"
    " LEFT JOIN site_setups u ON u.tenant_id = s.tenant_id AND s.account = 'webchat:' || u.site_key"
    " WHERE /*+*/s.tenant_id = $1 AND s.interaction_id = $2"
)


async def places_closed(wire: Wire, interaction: Interaction) -> Mapping[SessionId, WayClosed]:
    """The open sessions in which no reply can be sent now, with the reason."""
    tenant_id, person_id = interaction.tenant_id, interaction.person_id
    rows = await wire.fetch(_PLACES, tenant_id, interaction.id)
    root = (await roots_of(wire, tenant_id, [person_id])).get(person_id, person_id)
    places = [
        Place(
            session_id=SessionId(r[0]),
            channel=r[1],
            address=r[2],
            is_open=r[3] is None,
            is_of_another=r[4] is not None and r[4] != root,
            off=_off(r[5], r[6], r[7]),
            heard=r[8] or 0,
        )
        for r in rows
    ]
    return closed_places(places, await refused_kinds(wire, tenant_id, root))


def _off(bot: bool | None, mail: bool | None, site: str | None) -> WayClosed | None:
    """Without a row in any of the tables nothing is known to be off."""
    if site is not None and not _setup(site).enabled:
        return WayClosed.SITE_OFF
    is_off = any(one is not None and not one for one in (bot, mail))
    return WayClosed.ACCOUNT_OFF if is_off else None
