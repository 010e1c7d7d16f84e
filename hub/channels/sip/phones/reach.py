"""How an agent's phone is called now."""

import structlog

from hub.channels.sip.leg import Target
from hub.channels.sip.phones.book import Accounts
from hub.channels.sip.phones.hosts import PhoneHosts
from hub.channels.sip.phones.whereabouts import Whereabouts
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.uri import uri_of
from hub.domain.call import AgentPhone, PhoneKind
from hub.domain.ids import UserId
from hub.ports.media import LegKind

log = structlog.get_logger(__name__)


class ReachedPhones:
    """Phones that register at the hub, and those that have an address of their own, where `hosts` allows it."""

    def __init__(self, accounts: Accounts, whereabouts: Whereabouts, hosts: PhoneHosts) -> None:
        self._accounts = accounts
        self._whereabouts = whereabouts
        self._hosts = hosts

    def reach(self, phone: AgentPhone) -> tuple[Target, LegKind] | None:
        """Whom to call; None when the phone is not there, or is a number, to which a trunk leads, or an address that
        is not called."""
        if phone.kind is PhoneKind.URI:
            try:
                uri = uri_of(phone.uri)
            except Malformed:
                return None
            if not self._hosts.allows(uri):
                log.warning("phone_host_not_allowed", agent_id=phone.agent_id, address=phone.uri)
                return None
            return Target(uri=uri), LegKind.PLAIN
        binding = self._whereabouts.reach(phone.agent_id, phone.kind)
        if binding is None:
            return None
        kind = LegKind.BROWSER if phone.kind is PhoneKind.BROWSER else LegKind.PLAIN
        return Target(uri=binding.uri, flow=binding.flow), kind

    def judge_address(self, address: str) -> None:
        """Whether a phone at this SIP address may be called. Raises Invalid (`phone_host_not_allowed`, `bad_uri`)."""
        self._hosts.judge(address)

    def agent_of(self, account: str) -> UserId | None:
        """Whose phone registers by that name; None where there is none, or its user is disabled."""
        found = self._accounts.known(account)
        return None if found is None or self._accounts.is_barred(found.agent_id) else found.agent_id
