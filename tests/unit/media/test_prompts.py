"""Prompts: every phrase in every language, numbers from pieces, a house's own files first."""

from pathlib import Path

import pytest

from hub.channels.sip.b2bua.surroundings import Phrase, Prompts
from hub.media.g711 import samples_of
from hub.media.prompts import SHIPPED, RecordedPrompts
from hub.media.wav import pcm_in
from hub.ports.media import Sound

PROMPTS: Prompts = RecordedPrompts()
LANGUAGES = ("en", "ru", "tr")
NUMBERED = {Phrase.PLACE, Phrase.WAIT}


def names(sound: Sound) -> list[str]:
    return [path.relative_to(SHIPPED).with_suffix("").as_posix() for path in sound.files]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phrase", sorted(set(Phrase) - NUMBERED))
def test_every_phrase_is_spoken_in_every_language(phrase: Phrase, language: str) -> None:
    beep = ["beep"] if phrase is Phrase.LEAVE_MESSAGE else []
    assert names(PROMPTS.say(language, phrase)) == [f"{language}/{phrase}", *beep]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_and_every_wait_is_spoken_in_every_language(language: str) -> None:
    for number in range(40):
        for phrase in NUMBERED:
            sound = PROMPTS.say(language, (phrase, number))
            assert all(name.startswith(f"{language}/") for name in names(sound))
            assert sound.files


def test_numbers_are_put_together_from_pieces() -> None:
    def place(number: int, language: str) -> list[str]:
        return names(PROMPTS.say(language, (Phrase.PLACE, number)))

    def wait(minutes: int) -> list[str]:
        return names(PROMPTS.say("en", (Phrase.WAIT, minutes)))

    assert place(7, "en") == ["en/place", "en/7", "en/place_end"]
    assert place(20, "ru") == ["ru/place", "ru/20"]
    assert place(21, "tr") == ["tr/place", "tr/20", "tr/1"]
    assert place(30, "tr") == ["tr/place", "tr/30"]
    assert place(31, "en") == ["en/place_far"]
    assert wait(0) == ["en/wait_short"]
    assert wait(1) == ["en/wait_one"]
    assert wait(29) == ["en/wait_about", "en/20", "en/9", "en/wait_end"]
    assert wait(31) == ["en/wait_long"]


def test_phrases_are_said_one_after_the_other() -> None:
    assert names(PROMPTS.say("ru", Phrase.GREETING, (Phrase.PLACE, 2))) == ["ru/greeting", "ru/place", "ru/2"]


def test_a_language_without_prompts_is_answered_in_the_fallback() -> None:
    assert names(RecordedPrompts(fallback="tr").say("de", Phrase.CLOSED)) == ["tr/closed"]
    assert names(PROMPTS.say("../../etc", Phrase.CLOSED)) == ["en/closed"]
    assert names(PROMPTS.say("ru-RU", Phrase.CLOSED)) == ["ru/closed"]
    assert names(RecordedPrompts(fallback="xx").say("", Phrase.CLOSED)) == ["en/closed"]


def test_a_file_of_the_house_is_played_instead(tmp_path: Path) -> None:
    own = tmp_path / "en" / "greeting.wav"
    menu = tmp_path / "en" / "menu-main.wav"
    own.parent.mkdir()
    for path in (own, menu):
        path.write_bytes((SHIPPED / "beep.wav").read_bytes())
    prompts = RecordedPrompts(tmp_path)
    assert prompts.say("en", Phrase.GREETING).files == (own,)
    assert names(prompts.say("ru", Phrase.GREETING)) == ["ru/greeting"]
    assert prompts.menu("en", "main").files == (menu,)
    assert names(prompts.menu("en", "other")) == ["en/choose"]
    assert names(prompts.menu("en", "../en/menu-main")) == ["en/choose"]
    assert names(prompts.music()) == ["music"]


def test_music_and_ringing_go_on() -> None:
    assert PROMPTS.music() == Sound(files=(SHIPPED / "music.wav",), loop=True)
    assert PROMPTS.ringing() == Sound(files=(SHIPPED / "ringing.wav",), loop=True, gap_s=4.0)


def test_all_that_is_shipped_can_be_played_and_is_neither_silent_nor_long() -> None:
    files = sorted(SHIPPED.rglob("*.wav"))
    assert sum(path.stat().st_size for path in files) < 1_500_000
    for path in files:
        pcm = pcm_in(path)
        assert max(samples_of(pcm)) > 2000, path.name
        assert 0.2 < len(pcm) / 16_000 < (35 if path.name == "music.wav" else 8), path.name
