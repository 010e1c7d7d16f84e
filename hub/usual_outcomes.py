"""Outcomes that most houses have, in every language of the console: the first floor's and the demo's are these."""

from hub.desk.views import DispositionView

RESOLVED = DispositionView(
    code="resolved",
    name="Resolved",
    note_required=False,
    names={"en": "Resolved", "ru": "Решено", "tr": "Çözüldü"},
)
FOLLOW_UP = DispositionView(
    code="follow_up",
    name="Follow-up needed",
    note_required=True,
    names={"en": "Follow-up needed", "ru": "Нужно вернуться", "tr": "Takip gerekli"},
)
NO_ANSWER = DispositionView(
    code="no_answer",
    name="Client stopped answering",
    note_required=False,
    names={
        "en": "Client stopped answering",
        "ru": "Клиент перестал отвечать",
        "tr": "Müşteri yanıtı kesti",
    },
)
SPAM = DispositionView(
    code="spam", name="Spam", note_required=False, names={"en": "Spam", "ru": "Спам", "tr": "Spam"}
)
