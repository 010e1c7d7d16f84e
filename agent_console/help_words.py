"""The words of the public help in its languages."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский", "tr": "Türkçe"}

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "skip": "Skip to the text",
        "languages": "Language",
        "search": "Search the help",
        "placeholder": "What are you looking for?",
        "find": "Search",
        "title": "Help",
        "all": "All articles",
        "other": "More",
        "none": "Nothing is written here yet.",
        "found_none": "Nothing was found for “{q}”. Try fewer or other words.",
        "found": "Found for “{q}”: {n}",
        "other_language": "This article is not there in English yet.",
        "changed": "Last changed",
        "helpful": "Did this help?",
        "yes": "Yes",
        "no": "No",
        "thanks": "Thank you for telling us.",
        "not_found": "This page is not there",
        "not_found_lead": "The article was moved or removed. Search for it, or look through all articles.",
        "too_fast": "Too many searches",
        "too_fast_lead": "Please wait a moment, then search again.",
    },
    "ru": {
        "skip": "Сразу к тексту",
        "languages": "Язык",
        "search": "Поиск по справке",
        "placeholder": "Что вы ищете?",
        "find": "Найти",
        "title": "Справка",
        "all": "Все статьи",
        "other": "Другое",
        "none": "Здесь пока ничего нет.",
        "found_none": "По запросу «{q}» ничего не нашлось. Попробуйте меньше слов или другие слова.",
        "found": "Найдено по запросу «{q}»: {n}",
        "other_language": "Этой статьи пока нет на русском языке.",
        "changed": "Последнее изменение:",
        "helpful": "Статья помогла?",
        "yes": "Да",
        "no": "Нет",
        "thanks": "Спасибо за отзыв.",
        "not_found": "Такой страницы нет",
        "not_found_lead": "Статью перенесли или удалили. Попробуйте поиск или посмотрите все статьи.",
        "too_fast": "Слишком много запросов",
        "too_fast_lead": "Подождите немного и повторите поиск.",
    },
    "tr": {
        "skip": "Metne geç",
        "languages": "Dil",
        "search": "Yardımda ara",
        "placeholder": "Ne arıyorsunuz?",
        "find": "Ara",
        "title": "Yardım",
        "all": "Tüm yazılar",
        "other": "Diğer",
        "none": "Burada henüz bir şey yok.",
        "found_none": "“{q}” için bir şey bulunamadı. Daha az ya da başka sözcük deneyin.",
        "found": "“{q}” için bulunan: {n}",
        "other_language": "Bu yazının henüz Türkçesi yok.",
        "changed": "Son değişiklik:",
        "helpful": "İşinize yaradı mı?",
        "yes": "Evet",
        "no": "Hayır",
        "thanks": "Bildirdiğiniz için teşekkürler.",
        "not_found": "Böyle bir sayfa yok",
        "not_found_lead": "Yazı taşınmış ya da kaldırılmış. Arayın ya da tüm yazılara bakın.",
        "too_fast": "Çok fazla arama",
        "too_fast_lead": "Lütfen biraz bekleyip yeniden arayın.",
    },
}


def preferred(accept: str) -> str:
    """The first language of an Accept-Language that there are words in; English when none is."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, tag[:2].lower()))
        except ValueError:
            continue
    return next((tag for weight, _, tag in sorted(ranked) if tag in LANGUAGES and weight < 0), "en")
