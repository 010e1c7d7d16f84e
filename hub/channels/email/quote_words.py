"""What programs and people write above an earlier letter, and below their own: in English, Russian, Turkish and a few.

All patterns are anchored and see one line of bounded length, so that none can take long.
"""

import re

HAS_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[.-]\d{2}[.-]\d{2}|(?:19|20)\d{2}")
HAS_TIME = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
HAS_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")

SAYS = re.compile(
    r"(?:\b(?:wrote|writes|said|schrieb|geschrieben|escribi[óo]|scritto|schreef|escreveu|skrev"
    r"|napisa[łl]\(?a?\)?)"
    r"|\ba [ée]crit|\bпишет|\bписал(?:\(а\)|а|и)?|\bнаписал(?:\(а\)|а|и)?|\bсообщил(?:\(а\)|а|и)?"
    r"|\byazd[ıi]|\byazm[ıi]ş(?:t[ıi]r)?|\byaz[ıi]yor)\s*:$",
    re.IGNORECASE,
)
"""The end of an attribution: somebody wrote."""

BEGINS_EARLIER = re.compile(
    r"(?:-{2,}|_{2,}|={2,}|\*{2,})?\s*(?:original message|original appointment|forwarded message"
    r"|forwarded by .{1,80}|reply message"
    r"|исходное сообщение|оригинальное сообщение|пересылаемое сообщение|пересланное сообщение"
    r"|начало переадресованного сообщения|начало пересылаемого сообщения|переадресованное сообщение"
    r"|orijinal (?:mesaj|ileti)|özgün (?:ileti|mesaj)|asıl ileti|iletilen (?:ileti|mesaj)"
    r"|yönlendirilen (?:ileti|mesaj)|iletilmiş (?:ileti|mesaj)"
    r"|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|message original|message transféré"
    r"|mensaje original|mensaje reenviado|messaggio originale|oorspronkelijk bericht)\s*:?\s*(?:-{2,}|_{2,}"
    r"|={2,}|\*{2,})",
    re.IGNORECASE,
)
"""A line that parts the letter from an earlier one, with its dashes."""

BEGINS_FORWARD = re.compile(
    r"(?:begin forwarded message|начало переадресованного сообщения|начало пересылаемого сообщения"
    r"|iletilen (?:ileti|mesaj)|yönlendirilen ileti|iletinin başlangıcı|anfang der weitergeleiteten nachricht"
    r"|début du message transféré)\s*:$",
    re.IGNORECASE,
)

RULE = re.compile(r"[_\-=*—–]{5,}$")
"""A line drawn across, as Outlook draws it above an earlier letter."""

_LABELS = {
    "from": "from от кого от kimden gönderen von de da van",
    "sent": "sent date дата отправлено tarih gönderildi gönderilme gönderme gesendet datum envoyé"
    " date enviado fecha inviato verzonden",
    "to": "to кому kime alıcı an à para a aan",
    "cc": "cc copy копия bilgi kk cc",
    "subject": "subject тема konu betreff objet asunto oggetto onderwerp",
}
_PHRASES = {
    "от кого": "from",
    "gönderme tarihi": "sent",
    "gönderilme tarihi": "sent",
    "дата отправки": "sent",
    "reply-to": "cc",
    "кому": "to",
}
LABELS = {word: what for what, words in _LABELS.items() for word in words.split()} | _PHRASES
"""The first words of the header lines that are copied above an earlier letter, and what they mean."""
LABEL = re.compile(r"[*_>\s]{0,6}([^\W\d_][\w -]{0,30}?)\s{0,2}[*_]{0,2}\s?:[*_]{0,2}(?:\s|$)")

MOBILE = re.compile(
    r"(?:sent (?:from|with|via|using) (?:my |the )?(?:iphone|ipad|android|samsung|galaxy|huawei|xiaomi"
    r"|redmi|honor|mobile|phone"
    r"|outlook|mail\b|mail\.ru|yahoo|yandex|gmail|proton|blackberry|windows|tablet|cell|smartphone|aol"
    r"|myMail|spark)"
    r"|get outlook for |von meinem .{1,60} gesendet|envoyé de mon |enviado desde mi |inviato da "
    r"|отправлено (?:с|из|через|от) \S|отправлено(?: мобильной)? почтой|отправлено мобильн|послано (?:с"
    r"|из) \S|с уважением, отправлено с "
    r"|.{1,60}(?:'?[dt][ea]n|üzerinden|[ıiuü]mdan|[ıiuü]mden|cihaz[ıi]mdan|telefonumdan) gönderildi\W{0,3}$"
    r"|android için outlook|ios için outlook|outlook'u (?:edinin|alın))",
    re.IGNORECASE,
)
"""What a telephone writes below a letter by itself."""

CLOSING = re.compile(
    r"(?:(?:with )?(?:kind|best|warm|many|kindest|warmest)?\s?(?:regards|wishes)|best|cheers|sincerely"
    r"|yours(?: (?:truly|sincerely|faithfully))?"
    r"|(?:many )?thanks(?: and regards)?|thank you|с (?:глубоким |наилучшими )?(?:уважением|пожеланиями)"
    r"|всего (?:доброго|хорошего)"
    r"|искренне ваш[аи]?|заранее (?:спасибо|благодарю)|спасибо|saygılar(?:ımla|ımızla)?|saygılarımı sunarım"
    r"|iyi (?:günler|çalışmalar|akşamlar)(?: dilerim)?"
    r"|sevgiler(?:imle)?|selamlar(?:ımla)?|teşekkürler|kolay gelsin|mit freundlichen grüßen|viele grüße"
    r"|cordialement|saludos|atentamente)"
    r"\s*[,.!—–-]?$",
    re.IGNORECASE,
)
"""A line of its own with which letters close; names and telephones stand below it."""

POSTSCRIPT = re.compile(r"(?:p\.?\s?s\b|п\.?\s?с\b|p\.?\s?p\.?\s?s\b|з\.ы|not:|ek:)", re.IGNORECASE)

OPENS = re.compile(
    r"(?:on|at|am|le|el|il|op|(?:mon|tue|wed|thu|fri|sat|sun)\w*|(?:пн|вт|ср|чт|пт|сб|вс)\b|понедельник"
    r"|вторник|среда|четверг"
    r"|пятница|суббота|воскресенье|(?:paz|pzt|sal|çar|per|cum|cmt)\w*)\b[\s,.]",
    re.IGNORECASE,
)
"""The first word of an attribution that was broken into several lines."""
