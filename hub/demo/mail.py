"""The demo's accounts of mail: one a queue. Letters to one are brought to the hub's intake, those to the other are
fetched from a mailbox; answers go to a server outside."""

from dataclasses import replace

from crm_store.floor import FloorStore
from crm_store.mail_accounts import SqlMailAccounts
from crm_store.store import Store
from hub.cluster.codec import encode
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import DEFAULT_TENANT, MailAccountId
from hub.domain.mail_account import (
    AutoAnswer,
    MailAccount,
    MailSecrets,
    MailServer,
    MailSetup,
    MailSignIn,
    Security,
)
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.sealing import Seal

ADDRESSES = ("support@demo.test", "sales@demo.test")
FETCHED = "sales@demo.test"
"""Whose letters lie in a mailbox; what is brought to the intake for it is taken as well."""


def is_demos(account: MailAccount) -> bool:
    """Whether it is an account that the demo made, with a server of the demo's own."""
    servers = (account.setup.incoming, account.setup.outgoing)
    return account.address in ADDRESSES and all(s is None or s.host == "127.0.0.1" for s in servers)


_ACKNOWLEDGED = {
    "en": "Thank you for your letter. One of us answers it soon.",
    "ru": "Спасибо за письмо. Скоро один из нас на него ответит.",
    "tr": "Mektubunuz için teşekkürler. Birimiz yakında yanıtlayacak.",
}


async def put_demo_accounts(
    store: Store, clock: Clock, seal: Seal, *, outside_port: int, mailbox: MailServer, password: str
) -> None:
    """Make sure that the demo's accounts are there, and that they know the server outside and the mailbox, which listen
    elsewhere at each start. `password` is that of the mailbox."""
    accounts = SqlMailAccounts(store, encode=encode, seal=seal)
    queues = {
        queue.name: queue
        for queue in await FloorStore(store, clock, encode=encode).all_queues(DEFAULT_TENANT)
    }
    kept = {account.address: account for account in await accounts.mail_accounts(DEFAULT_TENANT)}
    outside = MailServer(host="127.0.0.1", port=outside_port, security=Security.NONE, sign_in=MailSignIn.NONE)
    for address in ADDRESSES:
        name = address.partition("@")[0]
        if (account := kept.get(address)) is None:
            if (queue := queues.get(name)) is None:
                continue  # somebody changed the demo's queues
            account = MailAccount(
                id=MailAccountId(new_id()),
                tenant_id=DEFAULT_TENANT,
                name=name,
                address=address,
                queue_id=queue.id,
                setup=MailSetup(display_name="Kettle & Co.", auto_answer=AutoAnswer(texts=_ACKNOWLEDGED)),
            )
        audit = AuditDraft(
            tenant_id=DEFAULT_TENANT,
            at=clock.now(),
            actor="demo",
            action=AuditAction.CHANGE_MAIL_ACCOUNT,
            object=name,
        )
        setup = replace(account.setup, outgoing=outside)
        if is_fetched := address == FETCHED:
            # what lies there at the first look came while the demo was on its way
            setup = replace(setup, incoming=mailbox, import_old=True)
        await accounts.put_mail_account(
            replace(account, setup=setup),
            seen_version=account.version,
            secrets=MailSecrets(incoming_password=password) if is_fetched else None,
            audit=audit,
        )
