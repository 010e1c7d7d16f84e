"""Session timers: who refreshes, when, and when the other side hangs up (RFC 4028)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Refused
from hub.channels.sip.session_timer import SessionTimer, asked_for, asking, granted, longer
from tests.unit.channels.sip import spoken
from tests.unit.channels.sip.calls import answer, request

KNOWS = ("Supported", "replaces, Timer")


def refusal(asked: Request) -> Refused:
    with pytest.raises(Refused) as refused:
        asked_for(asked)
    assert refused.value.fields == asked.fields
    return refused.value


@pytest.mark.parametrize(
    ("fields", "after_s", "we_refresh", "said"),
    [
        # they know timers and ask: they refresh, unless they ask us to
        ([KNOWS, ("Session-Expires", "600")], 600, False, "600;refresher=uac"),
        ([KNOWS, ("Session-Expires", "600;refresher=uac")], 600, False, "600;refresher=uac"),
        ([KNOWS, ("Session-Expires", "600;refresher=uas")], 600, True, "600;refresher=uas"),
        ([KNOWS, ("x", "90")], 90, False, "90;refresher=uac"),
        # more than we want is less by us, but not less than somebody on the way takes
        ([KNOWS, ("Session-Expires", "7200")], 1_800, False, "1800;refresher=uac"),
        ([KNOWS, ("Session-Expires", "7200"), ("Min-SE", "3600")], 3_600, False, "3600;refresher=uac"),
        # they know timers and do not ask
        ([KNOWS], 1_800, False, "1800;refresher=uac"),
        # they know none: a proxy may have asked, and we refresh
        ([], 1_800, True, "1800;refresher=uas"),
        ([("Session-Expires", "600"), ("Min-SE", "120")], 600, True, "600;refresher=uas"),
        ([("Session-Expires", "60")], 90, True, "90;refresher=uas"),
    ],
)
def test_what_is_asked_for_is_agreed_to(
    fields: list[tuple[str, str]], after_s: int, we_refresh: bool, said: str
) -> None:
    timer, telling = asked_for(request("INVITE", *fields))
    assert timer == SessionTimer(after_s=after_s, we_refresh=we_refresh)
    require = [] if we_refresh else [("Require", "timer")]
    assert list(telling) == [*require, ("Session-Expires", said)]


def test_a_session_that_would_be_too_short_is_refused_with_the_least_time() -> None:
    refused = refusal(request("INVITE", KNOWS, ("Session-Expires", "89")))
    assert (refused.status, refused.telling) == (422, (("Min-SE", "90"),))
    assert refusal(request("INVITE", KNOWS, ("Session-Expires", "soon"))).status == 400


def test_the_one_refreshes_at_half_the_time_and_the_other_hangs_up_before_its_end() -> None:
    ours, theirs = SessionTimer(after_s=1_800, we_refresh=True), SessionTimer(after_s=1_800, we_refresh=False)
    assert (ours.refresh_at_s(100.0), ours.ends_at_s(100.0)) == (1_000.0, 1_900.0)
    assert (theirs.refresh_at_s(100.0), theirs.ends_at_s(100.0)) == (None, 1_868.0)
    assert SessionTimer(after_s=90, we_refresh=False).ends_at_s(0.0) == 60.0


def test_we_ask_for_a_timer_and_take_what_is_granted() -> None:
    asked = request("INVITE", *asking(600))
    assert asked.session_expires is not None
    assert (asked.session_expires.after_s, asked.min_se_s, asked.supported) == (600, 90, ("timer",))
    assert granted(answer(asked, 200, ("x", "300;refresher=uac"))) == SessionTimer(
        after_s=300, we_refresh=True
    )
    assert granted(answer(asked, 200, ("x", "300;refresher=uas"))) == SessionTimer(
        after_s=300, we_refresh=False
    )
    assert granted(answer(asked, 200), 600) == SessionTimer(after_s=600, we_refresh=True)


@spoken.CALM
@given(st.integers(90, 9_000), st.none() | st.sampled_from(["uac", "uas"]), st.integers(90, 3_600))
def test_both_sides_come_to_the_same_time_and_one_of_them_refreshes(
    wanted_s: int, refresher: str | None, least_s: int
) -> None:
    suffix = "" if refresher is None else f";refresher={refresher}"
    wanted_s = max(wanted_s, least_s)
    fields = (KNOWS, ("Session-Expires", f"{wanted_s}{suffix}"), ("Min-SE", str(least_s)))
    asked = request("INVITE", *fields)
    callee, telling = asked_for(asked)
    caller = granted(answer(asked, 200, *telling), wanted_s)
    assert caller.after_s == callee.after_s
    assert caller.we_refresh != callee.we_refresh
    assert least_s <= callee.after_s <= wanted_s


@pytest.mark.parametrize(("said", "expected"), [("3600", 3_600), ("600", None), ("5", None), ("x", None)])
def test_after_a_refusal_we_ask_for_longer_if_that_is_what_it_wants(said: str, expected: int | None) -> None:
    assert longer(answer(request(), 422, ("Min-SE", said)), 600) == expected
    assert longer(answer(request(), 422), 600) is None
