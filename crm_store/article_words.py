"""What articles are found by: words folded, with a stem that forgives endings; and how well a query is answered.

Pure. The stems are no linguistics: final vowels and a plural `s` go, and what is left is cut, which serves English,
Russian and Turkish about equally well.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from hub.crm.names import fold

LONGEST_QUERY = 600
MOST_QUERY_WORDS = 40
MOST_WORDS = 3_000
"""Different words of an article in one language that are kept."""

SHORTEST_STEM, LONGEST_STEM = 4, 6
IN_TITLE, IN_TAGS, IN_BODY = 8, 6, 1
MOST_IN_BODY = 4

_SAYS_NOTHING = (
    # English
    "a about after again all also am an and any are as at be because been before but by can cannot could did do does"
    " for from get give go good got had has have he hello help her here hi his how i if in into is it its just know"
    " like make may me more much my need no not now of on one or our out please she should so some than thank thanks"
    " that the their them then there these they this to up us very want was we were what when where which who why"
    " will with would yes yet you your morning evening afternoon day"
    # Russian
    " а бы был была были было быть в вам вас ваш во вот все всё вы где да для до доброе добрый его ее если есть еще"
    " ещё же за здравствуйте и из или им их к как какой когда кто ли меня мне можно мой моя моё мои мы на надо"
    " нам нас не нет ни"
    " но ну о об он она они от по пожалуйста почему при привет просто с себя скажите со спасибо так там то тоже"
    " только тут ты у уже утро хочу хотел хотела что чтобы это этот эта эти эту я день вечер помогите подскажите"
    # Turkish
    " acaba ama ben bana beni benim bir biri biz bize bu bunu çok da daha de değil diye en evet gibi günaydın günler"
    " hayır hem her hiç için ile ise iyi kadar ki lütfen merhaba mi mı mu mü musunuz misiniz ne neden nasıl"
    " nerede o olan"
    " olarak olsun on onu sağ olun selam siz size sizi şey şu teşekkür teşekkürler ederim ve var veya ya yok istiyorum"
    " istiyordum akşamlar yardım"
)
COMMON_WORDS = frozenset(fold(_SAYS_NOTHING).split())
"""Words, folded, that a sentence is made of and a subject is not."""

_EXACT, _BEGINS, _SAME_STEM = 1.0, 0.75, 0.6


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word of an article in one language."""

    word: str
    article_id: str
    language: str
    weight: int


def stem(word: str) -> str:
    """What the forms of a word have in common: `kettles` and `kettle`, `возвраты` and `возврат` (folded)."""
    bare = word
    if len(bare) > SHORTEST_STEM and bare.endswith("s") and not bare.endswith("ss"):
        bare = bare[:-1]
    while len(bare) > SHORTEST_STEM and bare[-1] in "aeiouy":
        bare = bare[:-1]
    return bare[:LONGEST_STEM]


def words_of(title: str, tags: Iterable[str], body: str) -> dict[str, int]:
    """The different words of an article in one language, and what each of them weighs."""
    weights: Counter[str] = Counter()
    for word in fold(body).split():
        weights[word] = min(MOST_IN_BODY, weights[word] + IN_BODY)
    for words, weight in ((" ".join(tags), IN_TAGS), (title, IN_TITLE)):
        for word in set(fold(words).split()):
            weights[word] += weight
    return dict(weights.most_common(MOST_WORDS))


def query_words(query: str) -> list[str]:
    """The different words of a query, folded."""
    return list(dict.fromkeys(fold(query, longest=LONGEST_QUERY).split()))[:MOST_QUERY_WORDS]


def stems_to_look_up(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Stems that answer one of the words; and beginnings of stems that do."""
    exact: dict[str, None] = {}
    begins: dict[str, None] = {}
    for word in words:
        own = stem(word)
        exact[own] = None
        for length in range(SHORTEST_STEM, min(len(word), LONGEST_STEM) + 1):
            exact[word[:length]] = None
        if len(own) >= SHORTEST_STEM:
            begins[own] = None
    if words and len(words[-1]) in {2, 3}:
        begins[words[-1]] = None
    return list(exact), list(begins)


def answers(typed: str, word: str, *, is_last: bool) -> float:
    """How well a word of an article answers one that was typed: 0 not at all, 1 it is the same."""
    if typed == word:
        return _EXACT
    if word.startswith(typed) and (len(typed) >= SHORTEST_STEM or (is_last and len(typed) >= 2)):
        return _BEGINS
    if typed.startswith(word) and len(word) >= SHORTEST_STEM and len(typed) - len(word) <= 5:
        return _BEGINS
    if len(typed) > SHORTEST_STEM and stem(typed) == stem(word):
        return _SAME_STEM
    return 0.0


def ranked(
    words: Sequence[str], rows: Iterable[WordRow], articles: int, *, every_word: bool
) -> list[tuple[str, str, float]]:
    """(article, language, score) of what answers, best first.

    A word that few of the `articles` have weighs more. `every_word`: texts without an answer to each word are left
    out. Without it, words that more than half of the articles have count for nothing.
    """
    best: dict[tuple[str, str], dict[str, float]] = {}
    having: dict[str, set[str]] = {word: set() for word in words}
    for row in rows:
        for place, typed in enumerate(words):
            fit = answers(typed, row.word, is_last=place == len(words) - 1)
            if fit:
                having[typed].add(row.article_id)
                of_text = best.setdefault((row.article_id, row.language), {})
                of_text[typed] = max(of_text.get(typed, 0.0), fit * (1 + log(row.weight)))
    rarity = {word: log(1 + max(articles, 1) / len(ids)) if ids else 0.0 for word, ids in having.items()}
    if not every_word:
        # what every article talks about, and what only makes a sentence, says nothing about the subject
        for word, ids in having.items():
            if word in COMMON_WORDS or len(word) < 3 or (articles > 3 and len(ids) > articles / 2):
                rarity[word] = 0.0
    found = [
        (article_id, language, sum(fit * rarity[word] for word, fit in of_text.items()))
        for (article_id, language), of_text in best.items()
        if not every_word or len(of_text) == len(words)
    ]
    return sorted((f for f in found if f[2] > 0), key=lambda f: (-f[2], f[0], f[1]))
