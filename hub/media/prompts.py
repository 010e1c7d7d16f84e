"""Music and spoken prompts that come with the hub, by language; numbers are put together from pieces.

`tools/sounds.py` makes the files. A house puts its own into a folder of the same shape (`music.wav`,
`en/greeting.wav` …): what is there is played instead.
"""

from collections.abc import Iterator
from pathlib import Path

from hub.ports.media import Sound

SHIPPED = Path(__file__).with_name("sounds")
_FAR = 30
"""Above it, a number tells nobody anything."""
_RINGING_GAP_S = 4.0


class RecordedPrompts:
    """Prompts from files. What is not spoken in a language is said in `fallback`, or in English.

    Phrases are named as their files; `place` and `wait` (minutes) come with a number.
    """

    def __init__(self, own: Path | None = None, *, fallback: str = "en") -> None:
        self._folders = (SHIPPED,) if own is None else (own, SHIPPED)
        self._fallback = fallback

    def say(self, language: str, *phrases: str | tuple[str, int]) -> Sound:
        """These phrases one after the other; what there is no sound for is left out."""
        return Sound(
            files=tuple(path for phrase in phrases for path in self._said(language, _pieces(phrase)))
        )

    def menu(self, language: str, name: str) -> Sound:
        """What the menu of that name says: the house's own `menu-<name>.wav`, else that one should choose."""
        own = (
            self._said(language, (f"menu-{name}",))
            if name.replace("-", "").replace("_", "").isalnum()
            else ()
        )
        return Sound(files=own or self._said(language, ("choose",)))

    def music(self) -> Sound:
        """For those who wait, without end."""
        return Sound(files=self._found("music"), loop=True)

    def ringing(self) -> Sound:
        """What is heard while somebody's phone rings."""
        return Sound(files=self._found("ringing"), loop=True, gap_s=_RINGING_GAP_S)

    def _said(self, language: str, names: tuple[str, ...]) -> tuple[Path, ...]:
        """The pieces that a language has of these, the first one of which it must have."""
        for spoken in dict.fromkeys((language.partition("-")[0].lower(), self._fallback, "en")):
            if self._found(names[0], spoken):
                return tuple(
                    path for name in names for path in self._found(name, spoken) or self._found(name)
                )
        return ()

    def _found(self, name: str, language: str = "") -> tuple[Path, ...]:
        if language and not language.isalpha():
            return ()
        paths = (folder / language / f"{name}.wav" for folder in self._folders)
        return tuple(path for path in paths if path.is_file())[:1]


def _pieces(phrase: str | tuple[str, int]) -> tuple[str, ...]:
    """The files of a phrase."""
    match phrase:
        case "leave_message":
            return "leave_message", "beep"
        case str():
            return (str(phrase),)
        case "place", number:
            return ("place_far",) if number > _FAR else ("place", *_counted(max(1, number)), "place_end")
        case "wait", minutes if minutes <= 1:
            return ("wait_short",) if minutes < 1 else ("wait_one",)
        case "wait", minutes:
            return ("wait_long",) if minutes > _FAR else ("wait_about", *_counted(minutes), "wait_end")
        case name, number:
            return str(name), *_counted(max(1, min(_FAR, number)))


def _counted(number: int) -> Iterator[str]:
    """Twenty and the rest, where there is no word of its own for it."""
    if number <= 20 or number % 10 == 0:
        yield str(number)
    else:
        yield from (str(number // 10 * 10), str(number % 10))
