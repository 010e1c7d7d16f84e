"""What stands in the history for things that have no text of their own, in the language of the bot; and what a client
is told of a button that they pressed, in theirs."""

from collections.abc import Sequence

from hub.domain.telegram import BotSetup

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


def language_of_work(language: str, setup: BotSetup) -> str:
    """The client's `language` where the hub has words in it or the bot a greeting, else the bot's."""
    # a greeting in it shows that somebody here speaks it
    return language if language in _WORDS or language in setup.welcome else setup.language


def said(word: str, language: str, what: str) -> str:
    """The line for `word`, in English where the language has none of its own."""
    return _WORDS.get(language, _WORDS["en"])[word].format(what)


_TOLD = {
    "en": {
        "rated": "Thank you! Your rating: {}",
        "too_late": "It is too late for that now. Thank you all the same!",
        "not_valid": "This button is not valid any more.",
        "not_yours": "This question is for whoever wrote to us here.",
    },
    "ru": {
        "rated": "Спасибо! Ваша оценка: {}",
        "too_late": "Сейчас уже поздно. Всё равно спасибо!",
        "not_valid": "Эта кнопка больше не действует.",
        "not_yours": "Этот вопрос — тому, кто нам здесь написал.",
    },
    "tr": {
        "rated": "Teşekkürler! Puanınız: {}",
        "too_late": "Artık çok geç. Yine de teşekkürler!",
        "not_valid": "Bu düğme artık geçerli değil.",
        "not_yours": "Bu soru, burada bize yazan kişi için.",
    },
}


def told(word: str, languages: Sequence[str], what: str = "") -> str:
    """What a client is told, in the first of these languages that has words."""
    words = next((_TOLD[language] for language in languages if language in _TOLD), _TOLD["en"])
    return words[word].format(what)
