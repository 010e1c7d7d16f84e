"""Addresses that no person reads, known by their names."""

import re

_SYSTEMS = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon|root)(?:[+-].*)?@", re.IGNORECASE)
_UNREAD = re.compile(
    r"(?:(?:no|do-?not|dont)[-_.]?reply(?:[-_.+].*)?|bounces?(?:[-_.+].*)?|owner-.*|.*-(?:bounces?|request)(?:\+.*)?)@",
    re.IGNORECASE,
)


def is_mail_system(address: str) -> bool:
    """Whether a mail system writes from there: its postmaster, its daemon."""
    return _SYSTEMS.match(address) is not None


def is_read_by_nobody(address: str) -> bool:
    """Whether an answer to it would reach nobody: a mail system, `no-reply@`, or what runs a list (RFC 2142, RFC 3834
    section 2)."""
    return is_mail_system(address) or _UNREAD.match(address) is not None
