"""Accounts of mail for administrators, and letters for whoever may read the conversation."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.mail_bodies import (
    LetterHandling,
    LetterView,
    MailAccountBody,
    MailAccountChange,
    MailAccountPage,
    MailAccountView,
    MailTrial,
    MailTrialResult,
    UnreadableLetterView,
    UnreadablePage,
    account_view,
    tried_view,
    unreadable_view,
)
from agent_console.operations import Call, Download, Operation, Operations
from hub.desk.mail import LettersShown, MailSettings
from hub.domain.access import Permission
from hub.domain.errors import Invalid
from hub.domain.ids import InteractionId, LetterId, MailAccountId, TouchId

_CONFIGURE = Permission.CONFIGURE


def operations(*, settings: MailSettings, letters: LettersShown) -> list[Operation]:
    """What people do with mail besides answering it."""
    made = Operations("mail")

    @made.op("GET", "/api/v1/mail/accounts", _CONFIGURE, "Accounts of mail")
    async def list_mail_accounts(call: Call) -> MailAccountPage:
        """By name, with how each fares."""
        return MailAccountPage(items=tuple(map(account_view, await settings.all(call.principal))))

    @made.op("POST", "/api/v1/mail/accounts", _CONFIGURE, "Add an account", status=201, idempotent=True)
    async def add_mail_account(call: Call, body: MailAccountBody) -> MailAccountView:
        """409 `name_taken`."""
        added = await settings.add(
            call.principal, body.account(""), body.kept_secrets(), address=call.address
        )
        return account_view(added)

    @made.op("PUT", "/api/v1/mail/accounts/{account_id}", _CONFIGURE, "Change an account")
    async def change_mail_account(call: Call, account_id: Id, body: MailAccountChange) -> MailAccountView:
        """Its readers begin anew at once; 409 `changed_meanwhile`, `name_taken`."""
        put = await settings.change(
            call.principal,
            body.account.account(account_id),
            body.version,
            body.account.kept_secrets(),
            address=call.address,
        )
        return account_view(put)

    @made.op("DELETE", "/api/v1/mail/accounts/{account_id}", _CONFIGURE, "Delete an account")
    async def delete_mail_account(call: Call, account_id: Id) -> None:
        """With its password and tokens. What was received stays; a reply to it fails with `account_deleted`, until an
        account with the same name is added."""
        await settings.delete(call.principal, MailAccountId(account_id), address=call.address)

    @made.op("POST", "/api/v1/mail/accounts/try", _CONFIGURE, "Try an account out")
    async def try_mail_account(call: Call, body: MailTrial) -> MailTrialResult:
        """Signs in at its servers, in and out; nothing is sent and nothing is kept."""
        tried = await settings.try_out(
            call.principal, body.account.account(body.account_id or ""), body.account.kept_secrets()
        )
        return MailTrialResult(items=tuple(map(tried_view, tried)))

    @made.op("GET", "/api/v1/mail/unreadable", _CONFIGURE, "Letters that could not be read")
    async def list_unreadable_letters(
        call: Call,
        before: Annotated[str, Meta(max_length=40)] = "",
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
        handled: bool = False,
    ) -> UnreadablePage:
        """The newest first: those that wait for somebody to look at them, or with `handled` those that somebody was
        done with. Who may read the conversation sees the letter there."""
        page = await letters.unreadable(call.principal, before=_instant(before), limit=limit, handled=handled)
        found = page.letters
        following = found[-1].received_at.isoformat() if len(found) == limit else None
        return UnreadablePage(
            items=tuple(map(unreadable_view, found)), next=following, to_handle=page.to_handle
        )

    @made.op(
        "PUT", "/api/v1/mail/unreadable/{letter_id}/handled", _CONFIGURE, "Be done with an unreadable letter"
    )
    async def handle_unreadable_letter(
        call: Call, letter_id: Id, body: LetterHandling
    ) -> UnreadableLetterView:
        """It leaves the list of those that wait, and stays in that of `handled` ones with who was done with it, when,
        and the note. The same again changes nothing; 409 `handled_meanwhile`: somebody else was faster."""
        return unreadable_view(
            await letters.handle(call.principal, LetterId(letter_id), body.note, address=call.address)
        )

    @made.op(
        "DELETE", "/api/v1/mail/unreadable/{letter_id}/handled", _CONFIGURE, "List an unreadable letter again"
    )
    async def put_unreadable_letter_back(call: Call, letter_id: Id) -> UnreadableLetterView:
        """It waits for somebody to look at it again; one that does is left so."""
        return unreadable_view(
            await letters.put_back(call.principal, LetterId(letter_id), address=call.address)
        )

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/touches/{touch_id}/letter",
        Permission.READ_INTERACTION,
        "The HTML and the quote of a letter",
    )
    async def show_letter(call: Call, interaction_id: Id, touch_id: Id) -> LetterView:
        """404 for a touch that is no letter."""
        body = await letters.body(call.principal, InteractionId(interaction_id), TouchId(touch_id))
        return LetterView(html=body.html, quoted=body.quoted)

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/touches/{touch_id}/raw",
        Permission.READ_INTERACTION,
        "A letter as it came",
    )
    async def show_raw_letter(call: Call, interaction_id: Id, touch_id: Id) -> Download:
        """Saved, never shown; that somebody looked is in the audit log."""
        size, content = await letters.raw(
            call.principal, InteractionId(interaction_id), TouchId(touch_id), address=call.address
        )
        return Download(
            name="letter.eml", media_type="message/rfc822", size_bytes=size, content=content, shows=False
        )

    return list(made)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("this page does not exist", field="before") from None
    if found.tzinfo is None:
        raise Invalid("this page does not exist", field="before")
    return found
