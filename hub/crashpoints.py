"""Named points between two steps at which a test can kill the process: `HUB_CRASH_AT=name` or `name:n`."""

import os
import signal
from collections.abc import Callable, Mapping

ALL = frozenset(
    {
        "intake.after_receive",
        "intake.after_insert_before_commit",
        "intake.after_commit_before_ack",
        "intake.after_ack",
        "relay.after_take",
        "relay.after_publish_before_mark",
        "router.after_select",
        "router.after_offer_commit",
        "router.after_accept_before_commit",
        "router.after_accept_commit_before_push",
        "outbound.after_claim",
        "outbound.before_send",
        "outbound.after_send_before_record",
        "desk.reply_after_commit",
        "desk.plan_after_commit",
        "desk.plan_sent_after_commit",
        "mail.after_keep",
        "mail.after_read",
        "mail.after_receive_before_settle",
        "telegram.after_keep",
        "telegram.after_keep_before_offset",
        "telegram.after_read",
        "telegram.after_receive_before_settle",
        "telegram.after_part_before_note",
        "telegram.after_buttons_before_note",
        "calls.before_row",
        "calls.after_row",
        "calls.after_ringing_row",
        "calls.before_answered_row",
        "calls.after_answered_row",
        "calls.before_end_row",
        "calls.after_end_row",
        "calls.recorded_before_row",
        "clocks.after_reading",
        "clocks.before_return_commit",
        "imports.before_commit",
        "imports.after_commit",
    }
)
"""Every point there is. Recovery is tested at each of them."""

VARIABLE = "HUB_CRASH_AT"


def _pass_by(_: str) -> None:
    return


def crasher(environ: Mapping[str, str], *, kill: Callable[[], None]) -> Callable[[str], None]:
    """What to call with a point's name: it calls `kill` at the pass that the environment names, if it does.

    Raises ValueError for a name that is no crash point, or a number that is none.
    """
    wanted, _, nth = environ.get(VARIABLE, "").partition(":")
    if not wanted:
        return _pass_by
    if wanted not in ALL:
        raise ValueError(f"{VARIABLE}: {wanted} is no crash point; they are {', '.join(sorted(ALL))}")
    passes_left = int(nth or 1)

    def crash(name: str) -> None:
        nonlocal passes_left
        if name == wanted:
            passes_left -= 1
            if passes_left == 0:
                kill()

    return crash


def _kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crash_at(name: str) -> None:
    """Dies here, without any clean-up, if a test asked for it; else does nothing."""
    _asked(name)


def read_environment() -> None:
    """Do from now on what the environment says: for a process that was forked when all this was imported already.

    Raises ValueError as `crasher` does.
    """
    global _asked  # noqa: PLW0603 - one process, one environment
    _asked = crasher(os.environ, kill=_kill_this_process)


_asked = crasher(os.environ, kill=_kill_this_process)
