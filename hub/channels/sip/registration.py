"""How this side registers at a trunk or a PBX, and stays so (RFC 3261, 10.2; RFC 5626, 4.5 for the pauses).

It is told the answers and the time, and says what to send and when to ask again. Sending is a transaction's.
"""

from dataclasses import dataclass
from enum import StrEnum

from hub.channels.sip.digest_client import Account, Answering, answering
from hub.channels.sip.headers import NameAddr, expires_of
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Field, Malformed
from hub.channels.sip.uri import SipUri, equivalent

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 1_800.0
LEAST_REFRESH_S = 5.0
"""However short a time a registrar grants, it is not asked more often."""
TRIES_IN_A_ROW = 4
"""A registrar that asks for one more thing each time is left alone for a while."""


class State(StrEnum):
    """How we stand with the registrar, in words for the status page."""

    TRYING = "trying"
    REGISTERED = "registered"
    REFUSED = "refused"
    """The password or the address is wrong: it will not get better by itself, but is tried now and then."""
    UNREACHABLE = "unreachable"
    """Nobody answered, or the registrar has a fault of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """Where we register, as whom, and where we are reached there. `lasts_s` is what we ask for."""

    uri: SipUri
    address: NameAddr
    contact: NameAddr
    account: Account
    lasts_s: int = 300


class Registration:
    """One registration. `call_id` and `tag` stay the same for its whole life (10.2.4)."""

    def __init__(self, registrar: Registrar, *, call_id: str, tag: str) -> None:
        self.state = State.TRYING
        self.until_s: float | None = None
        """Until when the registrar knows us; None when it does not."""
        self.due_s: float | None = 0.0
        """When `request` is to be asked for again; None while an answer is awaited, and once we are away."""
        self._registrar = registrar
        self._call_id = call_id
        self._tag = tag
        self._cseq = 0
        self._lasts_s = registrar.lasts_s
        self._asked_s = 0
        self._answering: Answering | None = None
        self._is_proved = False
        self._tries = 0
        self._failures = 0

    def request(self, cnonce: str, *, remove: bool = False) -> Request:
        """The next REGISTER, without a Via, which is its transaction's. `remove` takes us away (10.2.2)."""
        self._cseq += 1
        self._tries += 1
        self.due_s = None
        self._asked_s = 0 if remove else self._lasts_s
        known = self._registrar
        request = Request(
            method="REGISTER",
            uri=known.uri,
            fields=(
                Field("Max-Forwards", "70"),
                Field("From", str(known.address.tagged(self._tag))),
                Field("To", str(known.address)),
                Field("Call-ID", self._call_id),
                Field("CSeq", f"{self._cseq} REGISTER"),
                Field("Contact", str(known.contact)),
                Field("Expires", str(self._asked_s)),
            ),
        )
        if self._answering is None:
            return request
        self._answering, credentials = self._answering.next(request, known.account, cnonce)
        return request.adding(credentials.name, credentials.value)

    def received(self, response: Response, now_s: float, chance: float) -> None:
        """A final answer. `chance`, between 0 and 1, spreads the next tries of many."""
        match response.status:
            case 401 | 407 if self._may_answer(response):
                self.due_s = now_s
            case 423 if self._may_ask_for_longer(response):
                self.due_s = now_s
            case status if response.is_success:
                self._registered(response, now_s)
            case status:
                is_theirs = status in (408, 480) or 500 <= status < 600
                self.state = State.UNREACHABLE if is_theirs else State.REFUSED
                self._failed(now_s, chance, _retry_after_s(response))

    def unanswered(self, now_s: float, chance: float) -> None:
        """Nobody answered, or nothing could be sent."""
        self.state = State.UNREACHABLE
        self._failed(now_s, chance, None)

    def is_known(self, now_s: float) -> bool:
        """Whether calls reach us by this registrar."""
        return self.until_s is not None and now_s < self.until_s

    def _may_answer(self, response: Response) -> bool:
        # a password that was right is tried once more: many a registrar forgets its nonces and does not say `stale`
        before = None if self._is_proved else self._answering
        self._answering = found = answering(response, self._registrar.account, before)
        self._is_proved = False
        return found is not None and self._tries < TRIES_IN_A_ROW

    def _may_ask_for_longer(self, response: Response) -> bool:
        said = response.every("min-expires")
        least_s = expires_of(said[0]) if said else 0
        if least_s <= self._lasts_s or self._tries >= TRIES_IN_A_ROW:
            return False
        self._lasts_s = least_s
        return True

    def _registered(self, response: Response, now_s: float) -> None:
        self._tries = self._failures = 0
        self._is_proved = True
        lasts_s = _granted_s(response, self._registrar.contact, self._asked_s)
        if self._asked_s == 0 or lasts_s == 0:
            self.state, self.until_s, self.due_s = State.TRYING, None, None
            return
        self.state = State.REGISTERED
        self.until_s = now_s + lasts_s
        self.due_s = now_s + max(LEAST_REFRESH_S, 0.8 * lasts_s)

    def _failed(self, now_s: float, chance: float, retry_after_s: int | None) -> None:
        pause_s = min(FIRST_PAUSE_S * 2**self._failures, LONGEST_PAUSE_S) * (0.5 + chance / 2)
        self._tries = 0
        self._failures = min(self._failures + 1, 10)
        self._answering, self._is_proved = None, False
        self.due_s = now_s + max(pause_s, min(retry_after_s or 0, LONGEST_PAUSE_S))


def _granted_s(response: Response, contact: NameAddr, asked_s: int) -> int:
    """How long the registrar keeps our Contact: by its parameter, by Expires, or as we asked (10.2.4)."""
    try:
        contacts = response.contacts
    except Malformed:
        contacts = ()
    for one in contacts if contacts != "*" else ():
        if equivalent(one.uri, contact.uri) and (said := one.params.get("expires")) is not None:
            return expires_of(said)
    return asked_s if response.expires_s is None else response.expires_s


def _retry_after_s(response: Response) -> int | None:
    try:
        return response.retry_after_s
    except Malformed:
        return None
