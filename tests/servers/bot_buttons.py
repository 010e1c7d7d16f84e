"""Inline keyboards of the look-alike Bot API: what it takes under a message, and what becomes of it."""

import json
from typing import Any

from tests.servers.bot_look import LookBot, Refused, utf16

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
    return True


def edited(bot: LookBot, given: dict[str, Any]) -> dict[str, Any]:
    """`editMessageText`: without a keyboard the one that there is goes."""
    place = (int(given["chat_id"]), int(given["message_id"]))
    message = next((one for one in bot.sent if (one.chat_id, one.message_id) == place), None)
    if message is None:
        raise Refused(400, "Bad Request: message to edit not found")
    text, keyboard = given.get("text", ""), keyboard_of(given)
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if utf16(text) > 4096:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    if (text, keyboard) == (message.text, message.keyboard):
        said = "specified new message content and reply markup are exactly the same as a current content"
        raise Refused(400, f"Bad Request: message is not modified: {said} and reply markup of the message")
    message.text, message.keyboard = text, keyboard
    bot.edited.append((*place, text))
    return {
        "message_id": message.message_id,
        "date": 1,
        "edit_date": 2,
        "chat": {"id": message.chat_id, "type": "private"},
        "from": {"id": bot.id, "is_bot": True, "first_name": bot.username},
        "text": text,
    }


def acted(bot: LookBot, given: dict[str, Any]) -> bool:
    """`sendChatAction`."""
    if given.get("action") not in ACTIONS:
        raise Refused(400, "Bad Request: wrong parameter action in request")
    bot.actions.append((int(given["chat_id"]), given["action"]))
    return True
