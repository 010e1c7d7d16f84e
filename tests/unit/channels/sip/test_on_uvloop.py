"""The stack on the loop that the hub really runs on, which differs from asyncio's own in small things."""

import asyncio
import time
from typing import Any

import uvloop

from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Field
from hub.channels.sip.stack import Cancelled
from hub.channels.sip.transaction import Failed, Times
from hub.channels.sip.transactions import Event
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import sip_uri
from hub.channels.sip.user_agent import SipUserAgent


def test_a_timer_that_is_overdue_when_it_is_set_is_one_all_the_same() -> None:
    """As under load: while one transaction's end is told, the next one's has passed already."""
    wrong: list[dict[str, Any]] = []
    failed: list[str] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))
        door = Door()
        ways = Transports(Listening(port=0), door)
        agent = door.receiver = SipUserAgent(ways, times=Times(t1_s=0.002))
        over = asyncio.Event()
        async with agent, ways:
            stack, nobody = agent.stack, sip_uri("nobody", "127.0.0.1", ways.port)
            flow = await stack.reach(sip_uri("nobody", "127.0.0.1", 9))

            def ask(name: str, *, then: bool = False) -> None:
                def heard(event: Event | Cancelled) -> None:
                    if isinstance(event, Failed):
                        failed.append(name)
                        if then:
                            time.sleep(0.05)  # the loop is held up on purpose: the next timers are overdue
                            ask("third")
                            ask("fourth")
                        if len(failed) == 4:
                            over.set()

                who = str(name_addr_of("<sip:a@127.0.0.1>;tag=1"))
                fields = {"Via": str(stack.via(flow)), "From": who, "To": f"<{nobody}>", "Call-ID": name}
                made = tuple(Field(key, value) for key, value in fields.items())
                request = Request(method="OPTIONS", uri=nobody, fields=(*made, Field("CSeq", "1 OPTIONS")))
                stack.request(request, flow, heard)

            ask("first", then=True)
            await asyncio.sleep(0.01)
            ask("second")
            async with asyncio.timeout(5):
                await over.wait()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
    assert sorted(failed) == ["first", "fourth", "second", "third"]
    assert wrong == []
