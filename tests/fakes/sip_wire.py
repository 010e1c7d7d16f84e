"""Somebody on the network in memory who speaks SIP by hand."""

import asyncio

from hub.channels.sip.dialog import dialog_answer
from hub.channels.sip.headers import NameAddr
from hub.channels.sip.message import Message, Request, Response
from hub.channels.sip.refusal import Field
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.uri import uri_of
from tests.fakes.sip_network import SDP, Host, Network, Peer


class Wire:
    """Somebody who speaks SIP by hand: what comes is kept, what is sent is written out."""

    def __init__(self, network: Network, address: str) -> None:
        self.network, self.address = network, address
        self.came: asyncio.Queue[Message] = asyncio.Queue()
        door = Door()
        door.receiver = self
        network.doors[address] = (door, Host(network, address))

    def received(self, flow: object, message: Message) -> None:
        self.came.put_nowait(message)

    def closed(self, flow: object) -> None: ...

    def send(self, to: str, message: Message) -> None:
        self.network.carry(self.address, to, bytes(message))

    async def request(self, method: str, within_s: float = 120.0) -> Request:
        async with asyncio.timeout(within_s):
            while True:
                message = await self.came.get()
                if isinstance(message, Request) and message.method == method:
                    return message

    async def response(self, status: int, within_s: float = 120.0) -> Response:
        async with asyncio.timeout(within_s):
            while True:
                message = await self.came.get()
                if isinstance(message, Response) and message.status == status:
                    return message

    @property
    def contact(self) -> NameAddr:
        return NameAddr(uri_of(f"sip:wire@{self.address}:5060"))

    def answer(
        self, to: Request, status: int, *fields: Field, tag: str = "w1", body: bytes = b""
    ) -> Response:
        typed = (*fields, Field("Content-Type", "application/sdp")) if body else fields
        return dialog_answer(to, status, local_tag=tag, contact=self.contact, adding=typed, body=body)

    def invite(self, to: str, *fields: tuple[str, str], branch: str = "1", body: bytes = SDP) -> Request:
        return Request(
            method="INVITE",
            uri=uri_of(f"sip:bob@{to}"),
            fields=(
                Field("Via", f"SIP/2.0/UDP {self.address}:5060;branch=z9hG4bKw{branch}"),
                Field("From", f"<sip:wire@{self.address}>;tag=w1"),
                Field("To", f"<sip:bob@{to}>"),
                Field("Call-ID", "wire"),
                Field("CSeq", "1 INVITE"),
                Field("Contact", str(self.contact)),
                Field("Content-Type", "application/sdp"),
                *(Field(*one) for one in fields),
            ),
            body=body,
        )

    def within(
        self, invite: Request, answer: Response, method: str, number: int, *fields: tuple[str, str]
    ) -> Request:
        return Request(
            method=method,
            uri=answer.contacts[0].uri if answer.contacts != "*" and answer.contacts else invite.uri,
            fields=(
                Field("Via", f"SIP/2.0/UDP {self.address}:5060;branch=z9hG4bKw{method}{number}"),
                *(Field("From", value) for value in invite.every("from")),
                *(Field("To", value) for value in answer.every("to")),
                Field("Call-ID", invite.call_id),
                Field("CSeq", f"{number} {method}"),
                *(Field(*one) for one in fields),
            ),
        )


def at(address: str) -> Peer:
    """Whoever is called at this address."""
    peer = Peer.__new__(Peer)
    peer.address = address
    return peer
