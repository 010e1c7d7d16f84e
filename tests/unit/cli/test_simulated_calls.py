"""What `touchline simulate --calls` says of its callers."""

from collections import Counter

import pytest

from hub.cli.simulate import call_reason_for, summary
from hub.simulator.callers import CallTally
from hub.simulator.client import Tally


def test_every_caller_is_counted_once_and_music_is_not_called_an_agent() -> None:
    calls = CallTally(came=9, picked_up=3, gave_up=1, refusals=Counter({401: 3, 404: 1}))
    line = summary(Tally(), None, calls).splitlines()[-1]
    assert line == (
        "calls     9 came: 3 picked up by the hub (music, a message or an agent), 1 gave up, 4 refused, 1 still there"
    )


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "HUB_CHANNELS__SIP__OPEN_TO_LOOPBACK"),
        (404, "sales and support"),
        (0, "channels.sip.port"),
        (599, "log"),
    ],
)
def test_a_refusal_says_its_reason_and_what_to_do(status: int, advice: str) -> None:
    said = call_reason_for(status, 6)
    assert said.startswith(f"6 calls were refused ({status or 'no answer'}): ")
    assert advice in said
