"""Which delivery reports are believed. Anybody can write one (RFC 3464 section 4.1), and whoever a letter went to has
its Message-ID, its Return-Path and all that a report could quote of it."""

from datetime import timedelta
from enum import StrEnum

from hub.channels.email.machines import is_mail_system
from hub.domain.letter import Letter, Verdict
from hub.domain.mail import KeptLetter, LetterOut, is_envelope_of
from hub.domain.mail_account import MailAccount
from hub.domain.subaddresses import without_subaddress

REPORTED_WITHIN = timedelta(days=14)
"""After a letter was written: it may wait for five days here, and for five at mail servers (RFC 5321 section
4.5.4.1)."""

_GOOGLE = ("gmail.com", "google.com", "googlemail.com")
"""Under any of these Google reports what it took under another."""


class Belief(StrEnum):
    """`proved`: the letter is what the report says. `unproved`: it may be, and somebody is to look at it, but the
    letter stays as it was. `doubted`: it is not by a mail system, or by one of those who could gain from it."""

    PROVED = "proved"
    UNPROVED = "unproved"
    DOUBTED = "doubted"


def is_by_a_mail_system(report: Letter, kept: KeptLetter) -> bool:
    """Whether a delivery report may be what it says. Mail systems send them with the null sender (RFC 3464 section 2),
    some under the name of their postmaster; people with an envelope of their own do not. What a mail host of ours
    shows to be forged is not believed whoever it names."""
    if report.authentication.dmarc is Verdict.FAIL:
        return False
    envelope = report.envelope_sender if kept.envelope_from is None else kept.envelope_from
    is_null = envelope is None or not envelope.strip("<> ")
    return is_null or (report.from_ is not None and is_mail_system(report.from_.address))


def belief(
    report: Letter,
    kept: KeptLetter,
    account: MailAccount,
    key: bytes,
    *,
    thread: str,
    touch_id: str,
    out: LetterOut,
) -> Belief:
    """How far a report is believed that names our letter `touch_id` of this thread by its token.

    It is proved by what only mail servers have, the id of the envelope; or by our mail host (DMARC), where it is of
    those who answer for the letter: the domain of whom it did not reach, or our own side. Without either it is believed
    where nobody has the letter but the one whom it names.
    """
    sender = report.from_.address if report.from_ else ""
    has_token = out.recipients | out.participants
    if not is_by_a_mail_system(report, kept):
        return Belief.DOUBTED
    if not account.is_own(sender) and not has_token.isdisjoint({sender, without_subaddress(sender)}):
        return Belief.DOUBTED
    if report.bounce is None or kept.received_at - out.at > REPORTED_WITHIN:
        return Belief.UNPROVED
    holders = {one for one in has_token if not account.is_own(one)}
    named = {one.address for one in report.bounce.recipients} & has_token
    domain = _domain(sender)
    # of each of them, as whoever reports for others can name themselves besides
    responsible = bool(named) and all(_is_one(domain, _domain(one)) for one in named)
    responsible = responsible or any(_is_one(domain, one) for one in _our_side(account))
    if is_envelope_of(key, account.account, thread, touch_id, report.bounce.envelope_id):
        # a server of somebody else whom the letter reached had the envelope as well
        is_proved = responsible or not any(_is_one(domain, _domain(one)) for one in holders)
    elif len(holders) == 1:
        is_proved = holders == named
    else:
        is_proved = responsible and report.authentication.dmarc is Verdict.PASS
    return Belief.PROVED if is_proved else Belief.UNPROVED


def _our_side(account: MailAccount) -> list[str]:
    """The hosts and domains that send and take letters for this account."""
    setup = account.setup
    servers = [server.host for server in (setup.incoming, setup.outgoing) if server is not None]
    sides = [_domain(account.address), setup.trusted_host, *servers]
    if any(_is_one(host, google) for host in sides for google in _GOOGLE):
        sides += _GOOGLE
    return [one.lower() for one in sides if one]


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _is_one(one: str, other: str) -> bool:
    """Whether these are one domain, or the one is within the other: hosts report for the domain they stand in."""
    if "." not in one or "." not in other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
