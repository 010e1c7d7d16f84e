"""What makes a call the same one when it comes again."""

import hashlib

from hub.channels.sip.message import Request


def invite_key(invite: Request) -> tuple[str, str]:
    """The id of a call within its account (G2), and the hash of what makes it the same request when it comes again."""
    tag = invite.from_.tag or ""
    told = f"{invite.uri}\n{invite.from_}\n{invite.to}".encode() + b"\n" + invite.body
    return f"{invite.call_id};{tag};{invite.cseq.number}", hashlib.sha256(told).hexdigest()


def thread_of(invite: Request) -> str:
    """What the channel calls this conversation: the call."""
    return f"{invite.call_id};{invite.from_.tag or ''}"
