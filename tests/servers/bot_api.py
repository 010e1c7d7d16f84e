"""The look-alike of the Bot API and its people. It serves the demo too, which is why it lives with what the demo plays:
`hub/simulator/bot_api`."""

from hub.simulator.bot_api.bot import Fault, LookBot, Refused, Sent
from hub.simulator.bot_api.people import Person
from hub.simulator.bot_api.server import BotApiLookAlike

__all__ = ["BotApiLookAlike", "Fault", "LookBot", "Person", "Refused", "Sent"]
