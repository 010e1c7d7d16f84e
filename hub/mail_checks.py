"""Tests of the accounts of mail, for `touchline doctor` and the status page: does each server take our sign-in?"""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from hub.channels.email.accounts import AsksForToken
from hub.domain.errors import HubError, Unavailable
from hub.domain.ids import TenantId
from hub.part_checks import fail, ok
from hub.ports.mail import MailAccounts, MailStandings
from hub.ports.status import Finding
from hub.webhooks.calling import Caller

_TOKEN_BYTES = 32 * 1024
_REMEDY = "see server, port, security, user and password of the account (Administration, E-mail)"


def switched_off() -> Finding:
    """There is no mail in this house."""
    return ok("e-mail", "switched off (channels.email.enabled)", code="mail_off")


async def examined(store: MailAccounts, standings: MailStandings, tenant_id: TenantId) -> list[Finding]:
    """Each account that is enabled, signed in at its servers; nothing is sent. Raises Unavailable."""
    accounts = [account for account in await store.mail_accounts(tenant_id) if account.enabled]
    if not accounts:
        return [ok("e-mail", "no account is set", code="no_mail_account")]
    findings = []
    for account in accounts:
        values = {"account": account.name}
        try:
            secrets = await store.mail_secrets(account)
        except HubError as error:
            findings.append(
                fail(f"e-mail {account.name}", str(error), _REMEDY, code="mail_broken", values=values)
            )
            continue
        for which, good, said in await standings.try_out(account, secrets):
            part = f"e-mail {account.name} {which}"
            told = {**values, "part": which, "said": said}
            if good:
                findings.append(ok(part, said, code="mail_ok", values=told))
            else:
                findings.append(fail(part, said, _REMEDY, code="mail_broken", values=told))
    return findings


def tokens_by(caller: Caller) -> AsksForToken:
    """Who asks servers for tokens (RFC 6749 section 6): only public addresses, as for webhooks."""

    async def ask(url: str, form: Mapping[str, str]) -> Mapping[str, object]:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        status, error, answer = await caller.post(
            url, urlencode(form).encode(), headers, kept_bytes=_TOKEN_BYTES
        )
        if status != 200:
            raise Unavailable(f"the token server said {status or error}", code="no_token")
        try:
            found = json.loads(answer)
        except ValueError as broken:
            raise Unavailable("the token server's answer is no JSON", code="no_token") from broken
        return found if isinstance(found, dict) else {}

    return ask
