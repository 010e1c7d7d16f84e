"""The channels there are: one line each."""

from pydantic import BaseModel

from hub.channels.email.channel import SPEC as EMAIL
from hub.channels.email.settings import EmailSettings
from hub.channels.sip.channel import SPEC as SIP
from hub.channels.sip.settings import SipSettings
from hub.channels.telegram.channel import SPEC as TELEGRAM
from hub.channels.telegram.settings import TelegramSettings
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.channels.webchat.settings import WebChatSettings
from hub.ports.channel import ChannelSpec

CHANNELS: dict[str, tuple[ChannelSpec, type[BaseModel]]] = {
    EMAIL.name: (EMAIL, EmailSettings),
    SIP.name: (SIP, SipSettings),
    TELEGRAM.name: (TELEGRAM, TelegramSettings),
    WEBCHAT.name: (WEBCHAT, WebChatSettings),
}
