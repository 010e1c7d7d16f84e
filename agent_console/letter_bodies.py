"""Bodies of writing letters."""

from agent_console.bodies import Answer
from hub.desk.files import MOST_FILES
from hub.desk.letters import Paper
from hub.domain.letter import MailAddress
from hub.domain.mail import RECIPIENTS_LIMIT, SUBJECT_CHARS
from hub.domain.written_letter import HTML_CHARS
from hub.ports.channel import ChannelLimits


class LetterLimits(Answer, frozen=True, kw_only=True):
    """What fits into a letter. `files_bytes` is of all its files together."""

    recipients: int
    subject_chars: int
    text_chars: int
    html_chars: int
    files: int
    file_bytes: int
    files_bytes: int


class LetterPaper(Answer, frozen=True, kw_only=True):
    """What a letter begins with.

    `closed` is empty, or says why none can be sent: `no_session`, `no_account`, `account_off`, `no_outgoing_server`.
    `sender` is what stands in From. `cc_of_all` is Cc of an answer to everybody; `reply_to` is where the client asked
    for answers, where that is not proposed as `to`: nothing shows that it is theirs. `signature` and `quoted` are as
    they would stand in the letter, in both forms; `quote` is the letter that `quoted` quotes, `quotes`: that is
    usual here. All of it is what the hub uses by itself for a reply without a `letter`.
    """

    closed: str
    sender: MailAddress
    to: tuple[MailAddress, ...]
    cc_of_all: tuple[MailAddress, ...]
    reply_to: tuple[MailAddress, ...]
    subject: str
    language: str
    signature: str
    signature_html: str
    quotes: bool
    quote: str | None
    quoted: str
    quoted_html: str
    limits: LetterLimits


def letter_paper(paper: Paper, limits: ChannelLimits) -> LetterPaper:
    """As it is answered."""
    proposed = paper.proposed
    return LetterPaper(
        closed=paper.closed,
        sender=paper.sender,
        to=proposed.to,
        cc_of_all=proposed.everybody,
        reply_to=proposed.reply_to,
        subject=proposed.subject,
        language=paper.language,
        signature=paper.signature.text,
        signature_html=paper.signature.html,
        quotes=paper.quotes,
        quote=paper.quote,
        quoted=paper.quoted.text,
        quoted_html=paper.quoted.html,
        limits=LetterLimits(
            recipients=RECIPIENTS_LIMIT,
            subject_chars=SUBJECT_CHARS,
            text_chars=limits.text_chars,
            html_chars=HTML_CHARS,
            files=MOST_FILES,
            file_bytes=min(limits.attachment_bytes, paper.files_bytes),
            files_bytes=paper.files_bytes,
        ),
    )
