"""Inline keyboards of the look-alike Bot API: what it takes under a message, and what becomes of it."""

import json
from typing import Any

from hub.simulator.bot_api.bot import LookBot, Refused, Sent, utf16

DATA_BYTES = 64
"""core.telegram.org/bots/api#inlinekeyboardbutton: callback_data is 1 to 64 bytes."""
TOAST_CHARS = 200
"""core.telegram.org/bots/api#answercallbackquery"""
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
"""core.telegram.org/bots/api#sendchataction"""

_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a"
    " current content and reply markup of the message"
)


def keyboard_of(given: dict[str, Any]) -> dict[str, Any]:
    """The `reply_markup` of a request; empty where there is none."""
    raw = given.get("reply_markup", "")
    if not raw:
        return {}
    try:
        markup = json.loads(raw)
        rows = markup["inline_keyboard"]
        buttons = [button for row in rows for button in row]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(400, "Bad Request: can't parse reply keyboard markup JSON object") from error
    for button in buttons:
        if not isinstance(button.get("text"), str) or not button["text"].strip():
            raise Refused(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
        if not 1 <= len(button.get("callback_data", "").encode()) <= DATA_BYTES:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    if len(buttons) > 100 or any(len(row) > 8 for row in rows):
        raise Refused(400, "Bad Request: reply markup is too long")
    return dict(markup) if buttons else {}


def answered(bot: LookBot, given: dict[str, Any]) -> bool:
    """`answerCallbackQuery`."""
    query_id, text = given["callback_query_id"], given.get("text", "")
    if query_id not in bot.queries:
        said = "query is too old and response timeout expired or query ID is invalid"
        raise Refused(400, f"Bad Request: {said}")
    if len(text) > TOAST_CHARS:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    bot.answered.append(query_id)
    bot.toasts.append(text)
    if given.get("show_alert") in {"true", "True"}:
        bot.alerts.append(text)
    return True


def edited(bot: LookBot, given: dict[str, Any]) -> dict[str, Any]:
    """`editMessageText`: without a keyboard the one that there is goes."""
    message = _to_edit(bot, given)
    text, keyboard = given.get("text", ""), keyboard_of(given)
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if utf16(text) > 4096:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    if (text, keyboard) == (message.text, message.keyboard):
        raise Refused(400, _NOT_MODIFIED)
    message.text, message.keyboard = text, keyboard
    bot.edited.append((message.chat_id, message.message_id, text))
    return _as_message(bot, message)


def keyboard_changed(bot: LookBot, given: dict[str, Any]) -> dict[str, Any]:
    """`editMessageReplyMarkup`: without a keyboard the one that there is goes."""
    message = _to_edit(bot, given)
    keyboard = keyboard_of(given)
    if keyboard == message.keyboard:
        raise Refused(400, _NOT_MODIFIED)
    message.keyboard = keyboard
    bot.edited.append((message.chat_id, message.message_id, message.text))
    return _as_message(bot, message)


def _to_edit(bot: LookBot, given: dict[str, Any]) -> Sent:
    """The message that is to be changed. One of a business chat is found by its connection only, as a bot changes
    there what it wrote for the owner (core.telegram.org/bots/api#editmessagetext)."""
    place = (given.get("business_connection_id", ""), int(given["chat_id"]), int(given["message_id"]))
    there = (one for one in bot.sent if (one.connection_id, one.chat_id, one.message_id) == place)
    if (message := next(there, None)) is None:
        raise Refused(400, "Bad Request: message to edit not found")
    return message


def _as_message(bot: LookBot, message: Sent) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "date": 1,
        "edit_date": 2,
        "chat": {"id": message.chat_id, "type": "private" if message.chat_id > 0 else "group"},
        "from": {"id": bot.id, "is_bot": True, "first_name": bot.username},
        "text": message.text,
        **({"reply_markup": message.keyboard} if message.keyboard else {}),
    }


def acted(bot: LookBot, given: dict[str, Any]) -> bool:
    """`sendChatAction`."""
    if given.get("action") not in ACTIONS:
        raise Refused(400, "Bad Request: wrong parameter action in request")
    bot.actions.append((int(given["chat_id"]), given["action"]))
    return True
