"""Whom a client is handed to: by what an address means here, and by how they are reached."""

import re
from typing import TYPE_CHECKING

from hub.channels.sip.b2bua.surroundings import Surroundings
from hub.channels.sip.headers import NameAddr
from hub.channels.sip.leg import Target
from hub.channels.sip.uri import SipUri, TelUri, Uri, sip_uri
from hub.domain.call import AgentPhone, PhoneKind, is_number
from hub.domain.errors import Conflict, Invalid
from hub.domain.ids import UserId
from hub.ports.media import LegKind

if TYPE_CHECKING:
    from hub.channels.sip.b2bua.live import LiveCall

AGENT_PREFIX, QUEUE_PREFIX = "agent:", "queue:"
_NUMBER = re.compile(r"\+?[0-9*#]+")


def is_within(target: str) -> bool:
    """Whether the house has them: the work goes with the client."""
    return target.startswith((AGENT_PREFIX, QUEUE_PREFIX))


def meant_by(target: Uri, around: Surroundings) -> str:
    """What a phone means by an address: a number, a colleague or a line of this house, or somebody elsewhere.

    What is none of those stays the address that it is: `agent:…` and `queue:…` are the house's words, which nobody
    else can say for it.
    """
    user = target.digits if isinstance(target, TelUri) else ""
    if isinstance(target, SipUri):
        user = target.username or ""
        agent_id = around.phones.agent_of(user)
        if agent_id is not None:
            return f"{AGENT_PREFIX}{agent_id}"
        if (queue_id := around.lines.queue_named(user)) is not None:
            return f"{QUEUE_PREFIX}{queue_id}"
    return user if _NUMBER.fullmatch(user) else str(target)


async def reached_at(target: str, live: "LiveCall", leg_name: str) -> tuple[Target, LegKind, NameAddr]:
    """Whom to call, and who we are to them; `leg_name` is what the leg is called where calls to the outside are
    counted. Raises Conflict (`not_reachable`), Invalid (`number_not_allowed`), TooMany, Unavailable."""
    around, agent = live.around, live.agent
    if target.startswith(AGENT_PREFIX):
        phone = await around.desk.phone_of(around.tenant_id, UserId(target.removeprefix(AGENT_PREFIX)))
        reached = around.phones.reach(phone)
        if reached is None:
            raise Conflict("their phone is not there", code="not_reachable")
        return (*reached, shown_caller(live))
    if not target:
        raise Invalid("say whom to call", field="to")
    way = around.outside.way(leg_name, target, agent.agent_id if agent else None)
    return way.target, LegKind.PLAIN, way.shown


def phone_at(phone: AgentPhone, live: "LiveCall") -> tuple[Target, LegKind, NameAddr] | None:
    """Whom to call for this phone, and who we are to it: a number is called by a trunk, as the rules of the house
    allow. None when it is not there. Raises as Outside.way."""
    reached = live.around.phones.reach(phone)
    if reached is not None:
        return (*reached, shown_caller(live))
    if phone.kind is not PhoneKind.URI or not is_number(phone.uri):
        return None
    way = live.around.outside.way(live.agent_leg, phone.uri, phone.agent_id)
    return way.target, LegKind.PLAIN, way.shown


def shown_caller(live: "LiveCall") -> NameAddr:
    """Who the agent's phone says is calling."""
    number = live.call.number.removeprefix("sip:").partition("@")[0] or "anonymous"
    return NameAddr(sip_uri(number, live.around.realm), live.call.number or None)
