"""Updates as Telegram brings them: a client of a private chat writes (Bot API, `Update`, `Message`)."""

import json

from bench.feed import Fed
from bench.floor import chat_of

BOT = "bench"
BOT_NUMBER = 77


def update_of(fed: Fed) -> bytes:
    """The update of what this client writes."""
    number = chat_of(fed.visitor)
    who = {"id": number, "first_name": "Client", "username": f"client{number}"}
    message = {
        "message_id": fed.number + 1,
        "from": {**who, "is_bot": False, "language_code": "en"},
        "chat": {**who, "type": "private"},
        "date": 1_772_442_720,
        "text": fed.text,
    }
    return json.dumps({"update_id": 500_000_000 + fed.number, "message": message}).encode()
