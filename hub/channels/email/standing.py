"""How each account is doing: what it does now, since when, and what went wrong last."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.channels.email.accounts import Accounts
from hub.domain.errors import HubError
from hub.domain.ids import MailAccountId
from hub.domain.mail_account import MailAccount, MailSecrets, MailServer
from hub.domain.mail_told import Told, told_by
from hub.ports.clock import Clock
from hub.ports.mail import MailStanding, MailTried

_TRY_S = 8.0
"""For each half of an account: below what the test of a part may take (`checkup.WITHIN_S`)."""


@dataclass(slots=True)
class _State:
    word: str
    since: datetime
    trouble: Told | None = None


class Standings:
    """`MailStandings` of hub/ports/mail.py. Readers and the sender tell it how they fare."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._receiving: dict[MailAccountId, _State] = {}
        self._sending: dict[MailAccountId, _State] = {}

    def receiving(self, account_id: MailAccountId, word: str, trouble: Told | None) -> None:
        """The reader of that mailbox is `reading`, `waiting` or `broken`."""
        before = self._receiving.get(account_id)
        # reading and waiting take turns: neither is news
        if before is None or (before.word == "broken") != (word == "broken"):
            self._receiving[account_id] = _State(word, self._clock.now(), trouble)
        else:
            before.word, before.trouble = word, trouble

    def sent(self, account_id: MailAccountId, trouble: Told | None) -> None:
        """A letter was sent, or could not be."""
        self._sending[account_id] = _State("broken" if trouble else "works", self._clock.now(), trouble)

    def standings(self) -> Sequence[MailStanding]:
        """See the port."""
        found = []
        for opened in self._accounts.all():
            account = opened.account
            if not account.enabled:
                continue
            receiving = self._receiving.get(account.id)
            if account.setup.incoming is None:
                receiving = None
            sending = self._sending.get(account.id)
            states = [state for state in (receiving, sending) if state is not None]
            found.append(
                MailStanding(
                    account_id=account.id,
                    receiving=_word(account.setup.incoming is not None, receiving),
                    sending=_word(account.setup.outgoing is not None, sending),
                    since=max((state.since for state in states), default=self._clock.now()),
                    trouble=next((state.trouble for state in states if state.trouble), None),
                )
            )
        return found

    async def try_out(self, account: MailAccount, secrets: MailSecrets) -> Sequence[MailTried]:
        """See the port."""
        from hub.channels.email.mailbox import connected
        from hub.channels.email.smtp import tried_out

        opened = self._accounts.as_if(account, secrets)
        setup = account.setup

        async def incoming(server: MailServer) -> Told:
            async with connected(server, self._accounts.signs_in_to_read(opened), answer_s=_TRY_S) as box:
                await box.choose(setup.folder)
                there = len(await box.uids_from(1))
            text = f"{there} letters in the folder" if there != 1 else "1 letter in the folder"
            return Told(code="letters_there", text=text, values={"count": there})

        async def outgoing(server: MailServer) -> Told:
            return await tried_out(server, self._accounts.signs_in_to_send(opened))

        halves = [
            _tried(name, server, half)
            for name, server, half in (
                ("incoming", setup.incoming, incoming),
                ("outgoing", setup.outgoing, outgoing),
            )
            if server is not None
        ]
        # both at once: a silent one takes nothing from the other
        return await asyncio.gather(*halves)


async def _tried(name: str, server: MailServer, half: Callable[[MailServer], Awaitable[Told]]) -> MailTried:
    try:
        async with asyncio.timeout(_TRY_S):
            return MailTried(part=name, ok=True, told=await half(server))
    except TimeoutError:
        place = f"{server.host}:{server.port}"
        text = f"{place} did not answer within {_TRY_S:g} s: see host, port and security"
        told = Told(code="no_answer_within", text=text, values={"server": place, "seconds": f"{_TRY_S:g}"})
    except (HubError, OSError, ValueError) as error:
        told = told_by(error)
    return MailTried(part=name, ok=False, told=told)


def _word(is_set: bool, state: _State | None) -> str:
    if not is_set:
        return "off"
    return "unknown" if state is None else state.word
