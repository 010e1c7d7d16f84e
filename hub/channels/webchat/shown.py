"""What visitors are shown of a site, of files, and of what they may still do."""

from collections.abc import Sequence
from datetime import datetime

from hub.channels.webchat.frames import (
    CallbackView,
    ChoiceView,
    FieldView,
    FileLimits,
    FileView,
    RateView,
    SiteView,
)
from hub.domain.callback import Callback
from hub.domain.ids import InteractionId
from hub.domain.site import SiteWords, said_in
from hub.domain.touch import Attachment
from hub.ports.visitors import RATING_OPEN, Rating, Site


def words_of(site: Site, language: str) -> SiteWords:
    """The site's words in `language`, else in its own; empty where it says nothing."""
    words = site.setup.words
    return words.get(language) or words.get(site.language) or SiteWords()


def site_view(site: Site, language: str, *, away: str = "", most_file_bytes: int) -> SiteView:
    """The site in the visitor's language; `away` is said instead of its own words while it is closed."""
    setup, words = site.setup, words_of(site, language)
    fields = tuple(
        FieldView(
            key=asked.key,
            kind=asked.kind,
            label=said_in(asked.labels, language, site.language),
            required=asked.required,
            choices=tuple(
                ChoiceView(value=choice.value, label=said_in(choice.labels, language, site.language))
                for choice in asked.choices
            ),
        )
        for asked in setup.form
    )
    rules = setup.files
    return SiteView(
        title=words.title or site.title,
        greeting=words.greeting,
        away=away or words.away,
        accent=setup.accent,
        country=setup.country,
        form=fields,
        files=FileLimits(most=rules.most, bytes=min(rules.most_bytes, most_file_bytes), types=rules.types)
        if setup.features.files and rules.types
        else None,
        rating=setup.features.rating,
        callback=setup.features.callback,
    )


def file_views(attachments: Sequence[Attachment]) -> tuple[FileView, ...]:
    """Files of a message; their contents are found by their hashes, by this visitor alone."""
    return tuple(
        FileView(id=a.sha256, name=a.name, type=a.media_type, size=a.size_bytes) for a in attachments
    )


def rate_view(conversation: InteractionId, ended_at: datetime, rating: Rating | None = None) -> RateView:
    """What may be rated, and how it was."""
    if rating is None:
        return RateView(conversation=conversation, until=ended_at + RATING_OPEN)
    return RateView(
        conversation=conversation,
        until=rating.at + RATING_OPEN,
        score=rating.score,
        comment=rating.comment,
    )


def callback_view(callback: Callback) -> CallbackView:
    """A promised call."""
    return CallbackView(phone=callback.phone, at=callback.due_at if callback.is_timed else None)
