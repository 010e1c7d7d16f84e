"""What a delivery report says, in a line for each address: whom a letter did not reach, and why, for whoever reads the
conversation. The server's own words stand in quotes, as they came."""

from hub.domain.letter import Bounce, FailedRecipient

_MOST = 20
# codes of RFC 3463 (and X.1.10, RFC 7505; X.7.26, RFC 7372) that say something to somebody who runs no mail server
_WHY: dict[str, tuple[str, str, str]] = {
    "1.1": ("there is no such address", "такого адреса нет", "böyle bir adres yok"),
    "1.2": ("there is no such domain", "такого домена нет", "böyle bir alan adı yok"),
    "1.10": ("this domain takes no mail", "этот домен не принимает почту", "bu alan adı posta almıyor"),
    "2.1": ("the mailbox is switched off", "почтовый ящик отключён", "posta kutusu kapalı"),
    "2.2": ("the mailbox is full", "почтовый ящик переполнен", "posta kutusu dolu"),
    "3.4": ("the letter is too large", "письмо слишком большое", "mektup çok büyük"),
    "4.1": (
        "their mail server does not answer",
        "почтовый сервер не отвечает",
        "posta sunucusu yanıt vermiyor",
    ),
    "4.4": ("their mail server was not found", "почтовый сервер не найден", "posta sunucusu bulunamadı"),
    "4.7": (
        "it could not be delivered in time",
        "его не удалось доставить вовремя",
        "zamanında teslim edilemedi",
    ),
    "7.1": ("their mail server refused it", "почтовый сервер его не принял", "posta sunucusu reddetti"),
    "7.26": ("their mail server refused it", "почтовый сервер его не принял", "posta sunucusu reddetti"),
}
_LANGUAGES = {"en": 0, "ru": 1, "tr": 2}
_NOT_REACHED = ("Not delivered to {address}", "Не доставлено: {address}", "Teslim edilemedi: {address}")
_LATER = (
    "Not delivered to {address} yet",
    "Пока не доставлено: {address}",
    "Henüz teslim edilemedi: {address}",
)


def report_words(bounce: Bounce, language: str) -> str:
    """A line for each address of the report, in one of our languages (else English); empty where it names nobody."""
    at = _LANGUAGES.get(language, 0)
    return "\n".join(_line(one, at) for one in bounce.recipients[:_MOST])


def _line(one: FailedRecipient, at: int) -> str:
    begun = (_NOT_REACHED if one.permanent else _LATER)[at].format(address=one.address)
    meaning = _WHY.get(one.status.partition(".")[2])
    said = f"“{one.reason}”" if one.reason else one.status
    why = "; ".join(part for part in (meaning[at] if meaning else "", said) if part)
    return f"{begun}: {why}." if why and not said.endswith("”") else f"{begun}: {why}" if why else f"{begun}."
