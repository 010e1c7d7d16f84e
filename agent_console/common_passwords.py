"""The passwords that anybody would guess first, as far as they are long enough to be allowed at all.

Few of the most common passwords have twelve characters; what people choose when twelve are asked for is a
short one made longer. So short ones are kept here, and what makes them longer is undone.
"""

import re

_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        password passwort passw0rd parola sifre şifre пароль qwerty qwertz azerty йцукен asdfgh
        zxcvbn qazwsx admin administrator administrador root user username login signin account
        guest test tester demo default welcome willkommen hosgeldiniz letmein iloveyou ilovemy
        trustno changeme changeit secret topsecret private monkey dragon master shadow sunshine
        princess football baseball basketball superman batman starwars pokemon michael jennifer
        jessica charlie daniel thomas jordan ashley andrew michelle nicole matthew joshua summer
        winter spring autumn january february march april may june july august september october
        november december monday tuesday wednesday thursday friday saturday sunday company office
        manager service support sales callcenter contactcenter touchline helpdesk agent supervisor
        london newyork moscow istanbul ankara berlin paris galatasaray fenerbahce besiktas liverpool
        chelsea arsenal hello whatever freedom computer internet samsung iphone google facebook
        microsoft windows abc abcd abcde abcdef abcdefg abcdefgh abcdefghi abcdefghij abcdefghijk
        abcdefghijkl qwertyuiop asdfghjkl zxcvbnm qwertyuiopasdfgh qazwsxedc qazwsxedcrfv qweasd
        qweasdzxc correcthorsebatterystaple thequickbrownfox ineedapassword ihateyou iloveyouforever
        passwordpassword
        """,
    )
)

_RUNS = (
    "01234567890123456789",
    "09876543210987654321",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "qwertyuiopasdfghjklzxcvbnm",
    "mnbvcxzlkjhgfdsapoiuytrewq",
    "qwertyuiop1234567890",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
)

_LOOKALIKES = str.maketrans("@4301!$57", "aaeoiisst")
_FEWEST_DIFFERENT = 5
_LONGEST_GUESS = 64


def is_common(password: str) -> bool:
    """Whether it is made of common words, digits and signs, repeats itself, or is a run along the keys."""
    folded = password.casefold()
    if len(set(folded)) < _FEWEST_DIFFERENT or _is_repeated(folded):
        return True
    if any(folded in run * 2 for run in _RUNS):
        return True
    if len(folded) > _LONGEST_GUESS:
        return False
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    return _is_padded_word(folded) or _is_padded_word(core.translate(_LOOKALIKES))


def _is_repeated(text: str) -> bool:
    """Whether a part of at most half its length makes up the whole of it."""
    return re.fullmatch(r"(.{1,8}?)\1+", text, re.DOTALL) is not None


def _is_padded_word(text: str) -> bool:
    """Whether it is a number, or nothing but common words is left without digits, signs and blanks."""
    words = [word for word in re.split(r"[\W\d_]+", text) if word]
    return all(_is_made_of_words(word) for word in words) if words else text.isdecimal()


def _is_made_of_words(text: str) -> bool:
    """Whether `text` is common words side by side."""
    reached = [True] + [False] * len(text)
    for end in range(1, len(text) + 1):
        reached[end] = any(reached[end - len(word)] for word in _WORDS if text.endswith(word, 0, end))
    return reached[-1]
