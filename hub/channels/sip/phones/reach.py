"""How an agent's phone is called now."""

from hub.channels.sip.leg import Target
from hub.channels.sip.phones.book import Accounts
from hub.channels.sip.phones.whereabouts import Whereabouts
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.uri import SipUri, uri_of
from hub.domain.call import AgentPhone, PhoneKind
from hub.domain.ids import UserId
from hub.ports.media import LegKind


class ReachedPhones:
    """Phones that register at the hub, and those that have an address of their own."""

    def __init__(self, accounts: Accounts, whereabouts: Whereabouts) -> None:
        self._accounts = accounts
        self._whereabouts = whereabouts

    def reach(self, phone: AgentPhone) -> tuple[Target, LegKind] | None:
        """Whom to call; None when the phone is not there, or is a number, to which a trunk leads."""
        if phone.kind is PhoneKind.URI:
            try:
                uri = uri_of(phone.uri)
            except Malformed:
                return None
            return (Target(uri=uri), LegKind.PLAIN) if isinstance(uri, SipUri) else None
        binding = self._whereabouts.reach(phone.agent_id, phone.kind)
        if binding is None:
            return None
        kind = LegKind.BROWSER if phone.kind is PhoneKind.BROWSER else LegKind.PLAIN
        return Target(uri=binding.uri, flow=binding.flow), kind

    def agent_of(self, account: str) -> UserId | None:
        """Whose phone registers by that name."""
        found = self._accounts.known(account)
        return None if found is None else found.agent_id
