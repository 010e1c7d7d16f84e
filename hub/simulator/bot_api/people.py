"""People with Telegram, for the look-alike of the Bot API: what they do, a bot is told."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.simulator.bot_api.bot import LookBot, Sent


class Person:
    """Somebody with Telegram, who does things in the chat with a bot, in a `group` (negative number), or in the chat
    with the owner of a `business` connection. Each deed returns the update that the bot is told."""

    def __init__(self, number: int, name: str, more: dict[str, str]) -> None:
        self.id = number
        self.name = name
        self.more = more

    def user(self) -> dict[str, Any]:
        """As Telegram tells of them."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "ru", **self.more}

    def message(
        self, bot: "LookBot", *, group: int = 0, business: str = "", chat_with: int = 0, **what: Any
    ) -> dict[str, Any]:
        """A message that carries `what`."""
        number = group or chat_with or self.id
        chat = {"id": number, "type": "group" if group else "private"}
        chat |= {"title": "A group"} if group else {"first_name": self.name}
        return {
            "message_id": bot.message_id(),
            "from": self.user(),
            "chat": chat,
            "date": bot.now_s(),
            **({"business_connection_id": business} if business else {}),
            **what,
        }

    def sends(self, bot: "LookBot", *, business: str = "", **what: Any) -> dict[str, Any]:
        """Anything."""
        message = self.message(bot, business=business, **what)
        return bot.update(**{"business_message" if business else "message": message})

    def writes(self, bot: "LookBot", text: str, **where: Any) -> dict[str, Any]:
        """A text."""
        return self.sends(bot, text=text, **where)

    def edits(self, bot: "LookBot", update: dict[str, Any], text: str) -> dict[str, Any]:
        """Change a message that was written."""
        kind = "business_message" if "business_message" in update else "message"
        changed = {**update[kind], "text": text, "edit_date": bot.now_s()}
        return bot.update(**{f"edited_{kind}": changed})

    def deletes(self, bot: "LookBot", updates: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Delete messages of a business chat: of others bots are never told."""
        messages = [one["business_message"] for one in updates]
        return bot.update(
            deleted_business_messages={
                "business_connection_id": messages[0]["business_connection_id"],
                "chat": messages[0]["chat"],
                "message_ids": [one["message_id"] for one in messages],
            }
        )

    def sends_photo(self, bot: "LookBot", content: bytes, caption: str = "") -> dict[str, Any]:
        """A picture, in two sizes."""
        small, large = bot.file(content[:10]), bot.file(content)
        sizes = [{**small, "width": 90, "height": 90}, {**large, "width": 800, "height": 800}]
        return self.sends(bot, photo=sizes, **({"caption": caption} if caption else {}))

    def sends_document(
        self,
        bot: "LookBot",
        content: bytes,
        name: str = "bill.pdf",
        size_bytes: int | None = None,
        **what: Any,
    ) -> dict[str, Any]:
        """A file; `size_bytes` is what is said of it."""
        document = {**bot.file(content, size_bytes), "file_name": name, "mime_type": "application/pdf"}
        return self.sends(bot, document=document, **what)

    def sends_voice(self, bot: "LookBot", content: bytes) -> dict[str, Any]:
        """Something spoken, as OGG with Opus."""
        return self.sends(bot, voice={**bot.file(content), "duration": 3, "mime_type": "audio/ogg"})

    def sends_video(self, bot: "LookBot", content: bytes) -> dict[str, Any]:
        """A film, as MP4."""
        video = {**bot.file(content), "duration": 3, "width": 640, "height": 480, "mime_type": "video/mp4"}
        return self.sends(bot, video=video)

    def sends_sticker(self, bot: "LookBot", content: bytes, emoji: str = "👍") -> dict[str, Any]:
        """A sticker, as WebP."""
        sticker = {**bot.file(content), "type": "regular", "width": 512, "height": 512}
        return self.sends(bot, sticker={**sticker, "is_animated": False, "is_video": False, "emoji": emoji})

    def sends_location(self, bot: "LookBot", latitude: float, longitude: float) -> dict[str, Any]:
        """Where they are."""
        return self.sends(bot, location={"latitude": latitude, "longitude": longitude})

    def sends_contact(self, bot: "LookBot", phone: str, *, of: int | None = None) -> dict[str, Any]:
        """Share a number: their own, or that of somebody else."""
        whose = self.id if of is None else of
        contact = {"phone_number": phone, "first_name": self.name, **({"user_id": whose} if whose else {})}
        return self.sends(bot, contact=contact)

    def presses(self, bot: "LookBot", data: str, label: str = "Yes") -> dict[str, Any]:
        """Press a button under a message of the bot's that another program sent."""
        keyboard = {"inline_keyboard": [[{"text": label, "callback_data": data}]]}
        return self._pressed(bot, self.message(bot, text="Choose", reply_markup=keyboard), data)

    def taps(self, bot: "LookBot", sent: "Sent", label: str, *, data: str = "") -> dict[str, Any]:
        """Press the button of that label under a message that the bot sent; a bad app brings `data` in its place."""
        buttons = [one for row in sent.keyboard.get("inline_keyboard", ()) for one in row]
        brought = data or next(one["callback_data"] for one in buttons if one["text"] == label)
        message = {**self.message(bot, text=sent.text), "message_id": sent.message_id}
        kind = "private" if sent.chat_id > 0 else "group"
        message["chat"] = {"id": sent.chat_id, "type": kind, "first_name": self.name}
        if sent.connection_id:
            message["business_connection_id"] = sent.connection_id
        if sent.keyboard:
            message["reply_markup"] = sent.keyboard
        return self._pressed(bot, message, brought)

    def _pressed(self, bot: "LookBot", message: dict[str, Any], data: str) -> dict[str, Any]:
        message["from"] = {"id": bot.id, "is_bot": True, "first_name": bot.username}
        query_id = f"query-{bot.message_id()}"
        bot.queries.add(query_id)
        query = {
            "id": query_id,
            "from": self.user(),
            "chat_instance": "1",
            "data": data,
            "message": message,
        }
        return bot.update(callback_query=query)

    def blocks(self, bot: "LookBot") -> None:
        """Want nothing more of this bot."""
        bot.blocked_by.add(self.id)
