"""The channels there are: one line each."""

from pydantic import BaseModel

from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.channels.webchat.settings import WebChatSettings
from hub.ports.channel import ChannelSpec

CHANNELS: dict[str, tuple[ChannelSpec, type[BaseModel]]] = {
    WEBCHAT.name: (WEBCHAT, WebChatSettings),
}
