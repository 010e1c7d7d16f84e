#!/usr/bin/env python3
"""Makes hub/media/sounds anew: the music on hold, composed here, and the spoken prompts, by espeak-ng.

Nothing is downloaded, and the same is made each time. Where espeak-ng is missing only the music and the tone are
made. What espeak-ng speaks is not covered by its licence.
"""

import math
import shutil
import subprocess
import sys
import tempfile
import wave
from array import array
from collections.abc import Iterator, Sequence
from operator import mul
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hub.media.g711 import Law, frame_of  # noqa: E402 - found through the path above
from hub.media.wav import wav_of  # noqa: E402

SOUNDS = ROOT / "hub" / "media" / "sounds"
RATE_HZ = 8000
NUMBERS = (*range(1, 21), 30)
"""What lies between is said as twenty and the rest, in all three languages."""

VOICES = {"en": "en-us", "ru": "ru", "tr": "tr"}
PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "greeting": "Thank you for calling. Please hold the line.",
        "place": "You are number",
        "place_end": "in line.",
        "place_far": "There are many callers before you.",
        "wait_short": "The estimated wait is less than a minute.",
        "wait_one": "The estimated wait is about one minute.",
        "wait_about": "The estimated wait is about",
        "wait_end": "minutes.",
        "wait_long": "The estimated wait is more than half an hour.",
        "callback_offer": "Press 1 to be called back. You keep your place in line.",
        "callback_kept": "We will call you back. Good-bye.",
        "closed": "We are closed now.",
        "leave_message": "Please leave a message after the tone.",
        "recorded": "This call is recorded.",
        "nobody": "All our agents are busy. Please call again later.",
        "choose": "Please choose.",
        "not_known": "This choice is not known.",
    },
    "ru": {
        "greeting": "Спасибо за звонок. Пожалуйста, оставайтесь на линии.",
        "place": "Ваш номер в очереди:",
        "place_far": "Перед вами много звонков.",
        "wait_short": "Время ожидания меньше минуты.",
        "wait_one": "Время ожидания около минуты.",
        "wait_about": "Примерное время ожидания в минутах:",
        "wait_long": "Время ожидания больше получаса.",
        "callback_offer": "Нажмите один, и мы перезвоним вам. Ваше место в очереди сохранится.",
        "callback_kept": "Мы перезвоним вам. До свидания.",
        "closed": "Сейчас мы не работаем.",
        "leave_message": "Оставьте сообщение после сигнала.",
        "recorded": "Разговор записывается.",
        "nobody": "Все операторы заняты. Пожалуйста, перезвоните позже.",
        "choose": "Сделайте выбор.",
        "not_known": "Такого варианта нет.",
    },
    "tr": {
        "greeting": "Aradığınız için teşekkür ederiz. Lütfen hatta kalın.",
        "place": "Sıranız:",
        "place_far": "Önünüzde çok sayıda arama var.",
        "wait_short": "Tahmini bekleme süresi bir dakikadan az.",
        "wait_one": "Tahmini bekleme süresi yaklaşık bir dakika.",
        "wait_about": "Tahmini bekleme süresi yaklaşık",
        "wait_end": "dakika.",
        "wait_long": "Tahmini bekleme süresi yarım saatten fazla.",
        "callback_offer": "Sizi aramamız için bire basın. Sıranız korunur.",
        "callback_kept": "Sizi arayacağız. Hoşça kalın.",
        "closed": "Şu anda kapalıyız.",
        "leave_message": "Lütfen sinyalden sonra mesajınızı bırakın.",
        "recorded": "Bu görüşme kaydedilmektedir.",
        "nobody": "Tüm temsilcilerimiz meşgul. Lütfen daha sonra tekrar arayın.",
        "choose": "Lütfen seçiminizi yapın.",
        "not_known": "Böyle bir seçenek yok.",
    },
}

CHORDS = (
    (130.81, 261.63, 329.63, 392.00, 493.88),  # C major 7
    (110.00, 261.63, 329.63, 392.00, 440.00),  # A minor 7
    (146.83, 261.63, 349.23, 440.00, 523.25),  # D minor 7
    (98.00, 246.94, 293.66, 392.00, 440.00),  # G 9
    (82.41, 246.94, 329.63, 392.00, 493.88),  # E minor 7
    (110.00, 261.63, 329.63, 440.00, 523.25),  # A minor
    (87.31, 261.63, 349.23, 440.00, 659.26),  # F major 7
    (98.00, 261.63, 293.66, 392.00, 587.33),  # G, suspended
)
CHORD_S = 4.0
PATTERN = (1, 2, 3, 4, 3, 2, 4, 3)
"""Which tone of the chord each eighth plucks."""


def main() -> None:
    """Make everything."""
    SOUNDS.mkdir(parents=True, exist_ok=True)
    keep(SOUNDS / "music.wav", loudness(music(), rms=1100, peak=7000))
    keep(
        SOUNDS / "beep.wav", faded([6000 * math.sin(2 * math.pi * 1000 * at / RATE_HZ) for at in range(4000)])
    )
    keep(
        SOUNDS / "ringing.wav",
        faded([2500 * math.sin(2 * math.pi * 425 * at / RATE_HZ) for at in range(8000)]),
    )
    speaker = shutil.which("espeak-ng")
    if speaker is None:
        print("espeak-ng is missing: the prompts were left as they are")
        return
    for language, phrases in PHRASES.items():
        spoken = phrases | {str(number): f"{number}." for number in NUMBERS}
        for name, text in spoken.items():
            said = trimmed(
                spoken_by(speaker, VOICES[language], text), pause_s=0.05 if name.isdigit() else 0.15
            )
            keep(SOUNDS / language / f"{name}.wav", loudness(said, rms=2600, peak=20_000))


def music() -> list[float]:
    """A loop of 32 s: chords that swell and fade, plucked tones over them. Every tone that is still heard at the
    end goes on at the beginning."""
    length = int(len(CHORDS) * CHORD_S * RATE_HZ)
    loop = [0.0] * length
    for number, chord in enumerate(CHORDS):
        begins = int(number * CHORD_S * RATE_HZ)
        for at, sample in enumerate(pad(chord)):
            loop[(begins + at) % length] += sample
        for step, tone in enumerate(PATTERN):
            starts = begins + int(step * CHORD_S / len(PATTERN) * RATE_HZ)
            for at, sample in enumerate(pluck(2 * chord[tone])):
                loop[(starts + at) % length] += sample
    return loop


def pad(chord: Sequence[float]) -> Iterator[float]:
    """A chord for a little longer than its turn; each tone doubled, a hair apart, so that it moves."""
    seconds = CHORD_S + 1.5
    count = int(seconds * RATE_HZ)
    turns = [2 * math.pi * hz * (1 + off) / RATE_HZ for hz in chord for off in (-0.0012, 0.0012)]
    weights = [weight for number in range(len(chord)) for weight in ((1.3 if number == 0 else 0.6,) * 2)]
    for at in range(count):
        swell = math.sin(math.pi * at / count) ** 0.7
        yield swell * sum(weight * math.sin(turn * at) for weight, turn in zip(weights, turns, strict=True))


def pluck(hz: float) -> Iterator[float]:
    """One tone that dies away."""
    turn = 2 * math.pi * hz / RATE_HZ
    for at in range(int(1.6 * RATE_HZ)):
        fall = math.exp(-at / (0.35 * RATE_HZ)) * min(1.0, at / 60)
        yield 1.5 * fall * (math.sin(turn * at) + 0.25 * math.exp(-at / 900) * math.sin(2 * turn * at))


def spoken_by(speaker: str, voice: str, text: str) -> list[float]:
    """The text as espeak-ng says it, at 8 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run([speaker, "-v", voice, "-s", "165", "-p", "45", "-w", str(path), text], check=True)
        with wave.open(str(path)) as said:
            rate_hz, samples = said.getframerate(), array("h", said.readframes(said.getnframes()))
    return resampled(samples, rate_hz)


def resampled(samples: Sequence[int], rate_hz: int, reach: int = 24) -> list[float]:
    """At 8 kHz, what lies above 3.4 kHz taken away: a windowed sinc, one set of weights for each phase."""
    step = math.gcd(rate_hz, RATE_HZ)
    up, down = RATE_HZ // step, rate_hz // step
    cut = 2 * 3400 / rate_hz
    phases = []
    for phase in range(up):
        weights = []
        for tap in range(-reach, reach + 1):
            off = tap - phase / up
            lobe = 1.0 if off == 0 else math.sin(math.pi * cut * off) / (math.pi * cut * off)
            weights.append(cut * lobe * (0.5 + 0.5 * math.cos(math.pi * off / (reach + 1))))
        phases.append(weights)
    padded = [0.0] * reach + [float(one) for one in samples] + [0.0] * (reach + 2)
    found = []
    for at in range(len(samples) * up // down):
        whole, phase = divmod(at * down, up)
        found.append(sum(map(mul, phases[phase], padded[whole : whole + 2 * reach + 1])))
    return found


def trimmed(samples: list[float], *, pause_s: float) -> list[float]:
    """Without the silence around it, but for a short pause behind."""
    loud = [at for at, sample in enumerate(samples) if abs(sample) > 250]
    if not loud:
        raise SystemExit("espeak-ng said nothing")
    cut = samples[max(0, loud[0] - 80) : loud[-1] + 400]
    return faded(cut) + [0.0] * int(pause_s * RATE_HZ)


def faded(samples: list[float], count: int = 80) -> list[float]:
    """With soft ends."""
    last = len(samples) - 1
    return [sample * min(1.0, at / count, (last - at) / count) for at, sample in enumerate(samples)]


def loudness(samples: list[float], *, rms: float, peak: float) -> list[float]:
    """So loud altogether, and nowhere louder than `peak`."""
    now = math.sqrt(sum(sample * sample for sample in samples) / len(samples))
    factor = min(rms / now, peak / max(abs(sample) for sample in samples))
    return [sample * factor for sample in samples]


def keep(path: Path, samples: Sequence[float]) -> None:
    """Write it as µ-law."""
    path.parent.mkdir(exist_ok=True)
    linear = array("h", (round(sample) for sample in samples))
    if sys.byteorder == "big":
        linear.byteswap()
    path.write_bytes(wav_of(frame_of(linear.tobytes(), Law.MU), Law.MU))


if __name__ == "__main__":
    main()
