"""Music and spoken prompts that come with the hub, by language; numbers are put together from pieces.

`tools/sounds.py` makes the files. A house puts its own into a folder of the same shape (`music.wav`,
`en/greeting.wav` …): what is there is played instead.
"""

from pathlib import Path

from hub.ports.media import Phrase, Sound

SHIPPED = Path(__file__).with_name("sounds")
_FAR = 30
"""Above it, a number tells nobody anything."""


class RecordedPrompts:
    """`Prompts` from files. A language without prompts is answered in `fallback`."""

    def __init__(self, own: Path | None = None, *, fallback: str = "en") -> None:
        self._folders = (SHIPPED,) if own is None else (own, SHIPPED)
        self._fallback = fallback

    def music(self) -> Sound:
        """For as long as somebody waits."""
        return Sound(files=self._found("music"), loop=True)

    def phrase(self, phrase: Phrase, language: str) -> Sound:
        """One phrase."""
        return self._said(language, phrase)

    def place(self, number: int, language: str) -> Sound:
        """The caller's place in line, from 1."""
        if number > _FAR:
            return self._said(language, "place_far")
        return self._said(language, "place", *_pieces(max(1, number)), "place_end")

    def wait(self, minutes: int, language: str) -> Sound:
        """About how long the caller waits; 0 is less than a minute."""
        if minutes < 1:
            return self._said(language, "wait_short")
        if minutes == 1:
            return self._said(language, "wait_one")
        if minutes > _FAR:
            return self._said(language, "wait_long")
        return self._said(language, "wait_about", *_pieces(minutes), "wait_end")

    def _said(self, language: str, *names: str) -> Sound:
        """The pieces that the language has of these; those of the fallback where it lacks the first one."""
        for spoken in dict.fromkeys((language.partition("-")[0].lower(), self._fallback, "en")):
            if self._found(names[0], spoken):
                return Sound(files=tuple(path for name in names for path in self._found(name, spoken)))
        return Sound(files=self._found(names[0]))

    def _found(self, name: str, language: str = "") -> tuple[Path, ...]:
        if language and not language.isalpha():
            return ()
        paths = (folder / language / f"{name}.wav" for folder in self._folders)
        return tuple(path for path in paths if path.is_file())[:1]


def _pieces(number: int) -> tuple[str, ...]:
    """Twenty and the rest, where there is no word of its own for it."""
    return (str(number),) if number <= 20 or number % 10 == 0 else (str(number // 10 * 10), str(number % 10))
