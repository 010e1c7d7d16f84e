"""Tests of the accounts of mail, for `touchline doctor` and the status page: does each server take our sign-in, and do
the queues take work?"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from hub.channels.email.accounts import AsksForToken
from hub.domain.errors import HubError
from hub.domain.ids import TenantId
from hub.domain.mail_account import MailAccount
from hub.domain.mail_told import DETAIL, MailUnavailable, Told
from hub.domain.queue import Queue
from hub.part_checks import fail, ok, warn
from hub.ports.mail import MailAccounts, MailStandings
from hub.ports.status import Finding
from hub.webhooks.calling import Caller

_AT_ONCE = 20
_TOKEN_BYTES = 32 * 1024
_REMEDY = "see server, port, security, user and password of the account (Administration, E-mail)"


def switched_off() -> Finding:
    """There is no mail in this house."""
    return ok("e-mail", "switched off (channels.email.enabled)", code="mail_off")


async def examined(
    store: MailAccounts, standings: MailStandings, tenant_id: TenantId, queues: Sequence[Queue]
) -> list[Finding]:
    """Each account that is enabled: whether its queues, of all the `queues` of the house, take work, and its sign-in at
    its servers; nothing is sent. Raises Unavailable."""
    accounts = [account for account in await store.mail_accounts(tenant_id) if account.enabled]
    if not accounts:
        return [ok("e-mail", "no account is set", code="no_mail_account")]
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(account: MailAccount) -> list[Finding]:
        async with places:
            return await _examined(store, standings, account, queues)

    # all at once: one whose server is silent hides none of the others
    found = await asyncio.gather(*map(one, accounts))
    return [finding for of_account in found for finding in of_account]


async def _examined(
    store: MailAccounts, standings: MailStandings, account: MailAccount, queues: Sequence[Queue]
) -> list[Finding]:
    findings = queues_of_account(account, queues)
    values = {"account": account.name}
    try:
        secrets = await store.mail_secrets(account)
    except HubError as error:
        findings.append(
            fail(
                f"e-mail {account.name}",
                str(error),
                _REMEDY,
                code="mail_broken",
                values={**values, "said": str(error), "told": error.stable_code},
            )
        )
    else:
        for tried in await standings.try_out(account, secrets):
            part, said = f"e-mail {account.name} {tried.part}", tried.told.text
            told = {**tried.told.values, **values, "part": tried.part, "said": said, "told": tried.told.code}
            if tried.ok:
                findings.append(ok(part, said, code="mail_ok", values=told))
            else:
                findings.append(fail(part, said, _REMEDY, code="mail_broken", values=told))
    return findings


def queues_of_account(account: MailAccount, queues: Sequence[Queue]) -> list[Finding]:
    """A finding for each queue that the account or one of its rules names and that takes no work; none where all do."""
    taking = {queue.id for queue in queues if not queue.rules.retired}
    names = {queue.id: queue.name for queue in queues}
    part = f"e-mail {account.name}"
    findings = []
    if account.queue_id not in taking:
        queue = names.get(account.queue_id, account.queue_id)
        findings.append(
            fail(
                part,
                f"its queue {queue} takes no work",
                "choose another queue for the account (Administration, E-mail), or put this one back into service",
                code="mail_queue_gone",
                values={"account": account.name, "queue": queue},
            )
        )
    for n, rule in enumerate(account.setup.rules, start=1):
        if rule.queue_id is not None and rule.queue_id not in taking:
            queue = names.get(rule.queue_id, rule.queue_id)
            findings.append(
                warn(
                    part,
                    f"the queue {queue} of rule {n} takes no work: the account's own queue has its letters",
                    "choose another queue for the rule (Administration, E-mail), or put this one back into service",
                    code="mail_rule_queue_gone",
                    values={"account": account.name, "queue": queue, "rule": n},
                )
            )
    return findings


def tokens_by(caller: Caller) -> AsksForToken:
    """Who asks servers for tokens (RFC 6749 section 6): only public addresses, as for webhooks."""

    async def ask(url: str, form: Mapping[str, str]) -> Mapping[str, object]:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        status, error, answer = await caller.post(
            url, urlencode(form).encode(), headers, kept_bytes=_TOKEN_BYTES
        )
        if status != 200:
            said = f"HTTP {status}" if status else error
            text = f"the token server said {said}"
            raise MailUnavailable(
                Told(code="token_refused", text=text, values={DETAIL: said}), code="no_token"
            )
        try:
            found = json.loads(answer)
        except ValueError as broken:
            told = Told(code="token_not_given", text="the token server's answer is no JSON")
            raise MailUnavailable(told, code="no_token") from broken
        return found if isinstance(found, dict) else {}

    return ask
