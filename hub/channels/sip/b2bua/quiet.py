"""A house without sounds: callers wait in silence."""

from hub.channels.sip.b2bua.surroundings import Phrase
from hub.ports.media import Sound

_NOTHING = Sound(files=())


class NoPrompts:
    """Implements Prompts with nothing to say."""

    def say(self, language: str, *phrases: Phrase | tuple[Phrase, int]) -> Sound:  # noqa: ARG002 - nothing is said
        """Nothing."""
        return _NOTHING

    def menu(self, language: str, name: str) -> Sound:  # noqa: ARG002 - nothing is said
        """Nothing."""
        return _NOTHING

    def music(self) -> Sound:
        """Nothing."""
        return _NOTHING

    def ringing(self) -> Sound:
        """Nothing."""
        return _NOTHING
