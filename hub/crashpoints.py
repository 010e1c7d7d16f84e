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


crash_at = crasher(os.environ, kill=_kill_this_process)
"""Dies here, without any clean-up, if a test asked for it; else does nothing."""
