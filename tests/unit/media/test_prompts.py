"""Prompts: every phrase in every language, numbers from pieces, a house's own files first."""

from pathlib import Path

import pytest

from hub.media.g711 import samples_of
from hub.media.prompts import SHIPPED, RecordedPrompts
from hub.media.wav import pcm_in
from hub.ports.media import Phrase, Sound

PROMPTS = RecordedPrompts()
LANGUAGES = ("en", "ru", "tr")


def names(sound: Sound) -> list[str]:
    return [path.relative_to(SHIPPED).with_suffix("").as_posix() for path in sound.files]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phrase", Phrase)
def test_every_phrase_is_spoken_in_every_language(phrase: Phrase, language: str) -> None:
    sound = PROMPTS.phrase(phrase, language)
    assert names(sound) == ["beep" if phrase is Phrase.BEEP else f"{language}/{phrase}"]
    assert not sound.loop


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_and_every_wait_is_spoken_in_every_language(language: str) -> None:
    for number in range(1, 40):
        for sound in (PROMPTS.place(number, language), PROMPTS.wait(number, language)):
            assert all(name.startswith(f"{language}/") for name in names(sound))
            assert sound.files


def test_numbers_are_put_together_from_pieces() -> None:
    assert names(PROMPTS.place(7, "en")) == ["en/place", "en/7", "en/place_end"]
    assert names(PROMPTS.place(20, "ru")) == ["ru/place", "ru/20"]
    assert names(PROMPTS.place(21, "tr")) == ["tr/place", "tr/20", "tr/1"]
    assert names(PROMPTS.place(30, "tr")) == ["tr/place", "tr/30"]
    assert names(PROMPTS.place(31, "en")) == ["en/place_far"]
    assert names(PROMPTS.wait(0, "en")) == ["en/wait_short"]
    assert names(PROMPTS.wait(1, "en")) == ["en/wait_one"]
    assert names(PROMPTS.wait(29, "en")) == ["en/wait_about", "en/20", "en/9", "en/wait_end"]
    assert names(PROMPTS.wait(31, "en")) == ["en/wait_long"]


def test_a_language_without_prompts_is_answered_in_the_fallback() -> None:
    assert names(RecordedPrompts(fallback="tr").phrase(Phrase.CLOSED, "de")) == ["tr/closed"]
    assert names(PROMPTS.phrase(Phrase.CLOSED, "../../etc")) == ["en/closed"]
    assert names(PROMPTS.phrase(Phrase.CLOSED, "ru-RU")) == ["ru/closed"]
    assert names(RecordedPrompts(fallback="xx").phrase(Phrase.CLOSED, "")) == ["en/closed"]


def test_a_file_of_the_house_is_played_instead(tmp_path: Path) -> None:
    own = tmp_path / "en" / "greeting.wav"
    own.parent.mkdir()
    own.write_bytes((SHIPPED / "beep.wav").read_bytes())
    prompts = RecordedPrompts(tmp_path)
    assert prompts.phrase(Phrase.GREETING, "en").files == (own,)
    assert names(prompts.phrase(Phrase.GREETING, "ru")) == ["ru/greeting"]
    assert prompts.music() == Sound(files=(SHIPPED / "music.wav",), loop=True)


def test_all_that_is_shipped_can_be_played_and_is_neither_silent_nor_long() -> None:
    files = sorted(SHIPPED.rglob("*.wav"))
    assert sum(path.stat().st_size for path in files) < 1_500_000
    for path in files:
        pcm = pcm_in(path)
        assert max(samples_of(pcm)) > 4000, path.name
        assert 0.2 < len(pcm) / 16_000 < (35 if path.name == "music.wav" else 8), path.name
