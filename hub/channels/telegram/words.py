"""What stands in the history for things that have no text of their own, in the language of the bot."""

_WORDS = {
    "en": {
        "edited": "Edited: {}",
        "deleted": "Deleted: {}",
        "contact": "Contact: {}",
        "own_number": "Shared their phone number: {}",
        "pressed": "Pressed: {}",
        "too_large": "A file that is too large to fetch: {}",
        "not_fetched": "A file that could not be fetched: {}",
        "other": "Sent something that cannot be shown here: {}",
    },
    "ru": {
        "edited": "Изменено: {}",
        "deleted": "Удалено: {}",
        "contact": "Контакт: {}",
        "own_number": "Клиент поделился своим номером: {}",
        "pressed": "Нажата кнопка: {}",
        "too_large": "Файл слишком велик и не загружен: {}",
        "not_fetched": "Файл не удалось загрузить: {}",
        "other": "Прислано то, что здесь нельзя показать: {}",
    },
    "tr": {
        "edited": "Düzenlendi: {}",
        "deleted": "Silindi: {}",
        "contact": "Kişi: {}",
        "own_number": "Telefon numarasını paylaştı: {}",
        "pressed": "Basılan düğme: {}",
        "too_large": "Alınamayacak kadar büyük bir dosya: {}",
        "not_fetched": "Alınamayan bir dosya: {}",
        "other": "Burada gösterilemeyen bir şey gönderdi: {}",
    },
}


def said(word: str, language: str, what: str) -> str:
    """The line for `word`, in English where the language has none of its own."""
    return _WORDS.get(language, _WORDS["en"])[word].format(what)
