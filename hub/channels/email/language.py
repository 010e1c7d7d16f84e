"""Which language a text is in: English, Russian, Turkish, or a few they are mistaken for.

Letters and the commonest small words, counted. A library (py3langid) was left out: it brings numpy and a second of
loading to every reader, for a choice among languages that differ in their letters.
"""

import re

_LOOKED_AT_CHARS = 5000
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_WORDS = {
    "en": "the and you is are was to of in for not with have has my your please it this that on at be we i can will"
    " do did but if how when where what order hello hi dear thanks thank regards would could from an our order"
    " received help",
    "tr": "ve bir bu ne için ile de da mı mi mu mü çok daha ama gibi var yok ben siz sizin benim olarak nasıl nerede"
    " merhaba selam teşekkürler teşekkür ederim iyi günler lütfen sipariş siparişim zaman değil kadar sonra bana hâlâ"
    " gelmedi istiyorum olan olduğu rica saygılarımla sayın tarihinde",
    "de": "der die das und ich nicht ist ein eine zu mit für auf wir sie bitte danke wie wo von den dem haben hat",
    "fr": "le la les et est un une des je vous nous pas pour dans que qui merci bonjour avec sur du ma mon votre",
    "es": "el los las y es un una que de no por para con mi su gracias hola en lo se pero como está del al",
}
_WORDS_OF = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_TURKISH_LETTERS = frozenset("ğışİĞŞ")


def language_of(text: str) -> str:
    """`en`, `ru`, `tr` (or `uk`, `de`, `fr`, `es`); empty when there is too little to tell."""
    sample = text[:_LOOKED_AT_CHARS]
    words = [word.group() for word in _WORD.finditer(sample)]
    if not words:
        return ""
    cyrillic = sum(1 for word in words if _CYRILLIC.match(word))
    if cyrillic * 2 >= len(words):
        return "uk" if any(letter in sample.lower() for letter in "іїєґ") else "ru"
    small = [word.replace("İ", "i").lower() for word in words]
    counts = {language: sum(word in known for word in small) for language, known in _WORDS_OF.items()}
    counts["tr"] += sum(1 for word in words if not _TURKISH_LETTERS.isdisjoint(word))
    best, count = max(counts.items(), key=lambda pair: pair[1])
    others = max(value for language, value in counts.items() if language != best)
    return best if count > others and count * 12 >= len(words) else ""
