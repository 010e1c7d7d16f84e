"""The channels there are: one line each."""

from pydantic import BaseModel

from hub.channels.sip.channel import SPEC as SIP
from hub.channels.sip.settings import SipSettings
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.channels.webchat.settings import WebChatSettings
from hub.ports.channel import ChannelSpec

CHANNELS: dict[str, tuple[ChannelSpec, type[BaseModel]]] = {
    SIP.name: (SIP, SipSettings),
    WEBCHAT.name: (WEBCHAT, WebChatSettings),
}
