"""Which column says what, guessed by its heading in English, Russian and Turkish; and a row as it is kept."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.crm.addresses import address_of
from hub.crm.card_words import LONGEST_NOTE, consents_in
from hub.crm.edits import LONGEST_NAME, tags_of
from hub.crm.imports import BadRow, RowDraft
from hub.crm.names import fold
from hub.crm.organizations import domain_of
from hub.crm.sheets import RawRow
from hub.domain.client_fields import ClientField, ClientFieldKind, value_of
from hub.domain.errors import Invalid
from hub.domain.person import IdentityKind, Purpose, Tier
from hub.domain.texts import one_line, written_text

LONGEST_ID = 60
MOST_ADDRESSES = 20

FIELD: Final = "field:"
"""In front of the id of a field of the house."""

TARGETS: Final = (
    "name",
    "first_name",
    "middle_name",
    "last_name",
    "phone",
    "email",
    "telegram",
    "site_user",
    "organization",
    "organization_domain",
    "language",
    "tier",
    "tags",
    "note",
    "consent_service",
    "consent_marketing",
    "consents",
    "client_id",
)
_PARTS: Final = ("first_name", "middle_name", "last_name")
_ADDRESSES: Final = {
    "phone": IdentityKind.PHONE,
    "email": IdentityKind.EMAIL,
    "telegram": IdentityKind.TELEGRAM,
    "site_user": IdentityKind.SITE,
}
_CONSENTS: Final = {"consent_service": Purpose.SERVICE, "consent_marketing": Purpose.MARKETING}
_HEADINGS: Final[Mapping[str, str]] = {
    "name": "name, full name, client, customer, person, contact, имя, имя целиком, фио, клиент, полное имя, контакт,"
    " ad soyad, adi soyadi, isim, musteri, tam ad",
    "first_name": "first name, given name, forename, имя отдельно, ad, adi",
    "middle_name": "middle name, patronymic, отчество, ikinci ad",
    "last_name": "last name, family name, surname, фамилия, soyad, soyadi",
    "phone": "phone, phone number, mobile, mobile phone, telephone, tel, cell, cell phone, number, phone 1, phone 2,"
    " work phone, home phone, телефон, номер телефона, мобильный, мобильный телефон, сотовый, номер, рабочий телефон,"
    " телефон 1, телефон 2, telefon, telefon numarasi, cep, cep telefonu, gsm, telefon 1, telefon 2, is telefonu",
    "email": "email, e mail, mail, email address, e mail address, почта, электронная почта, эл почта, адрес почты,"
    " имейл, eposta, e posta, e posta adresi, eposta adresi",
    "telegram": "telegram, telegram id, telegram name, телеграм, телеграмм",
    "site_user": "site user, site account, user of the site, пользователь сайта, site kullanicisi, sitedeki kullanici",
    "organization": "organization, organisation, company, company name, employer, firm, организация, компания, фирма,"
    " место работы, sirket, sirket adi, firma, kurum, kurulus",
    "organization_domain": "organization domain, domain of the organization, company domain, company site,"
    " company website, домен организации, сайт организации, сайт компании, kurulusun alan adi, sirket sitesi",
    "tier": "tier, worth, уровень, уровень клиента, seviye, duzey, musteri seviyesi",
    "client_id": "client id, id of the client, id клиента, musteri kimligi, uid",
    "language": "language, lang, язык, dil",
    "tags": "tags, tag, labels, label, groups, group, categories, category, теги, тег, метки, метка, группа, группы,"
    " категория, etiket, etiketler, grup, kategori",
    "note": "note, notes, comment, comments, remark, description, заметка, заметки, примечание, комментарий, not,"
    " notlar, aciklama, yorum",
    "consent_service": "service consent, may be contacted, согласие на обслуживание, hizmet izni",
    "consent_marketing": "marketing consent, consent, newsletter, согласие, согласие на рассылку, рассылка,"
    " согласие на рекламу, izin, pazarlama izni, reklam izni, onay",
    "consents": "consents, all consents, согласия, izinler, onaylar",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What a column of one kind of file may say. `repeated` may be several columns; of `naming` one is needed at least,
    else a row would be of nobody. `by_heading` has folded headings."""

    all: tuple[str, ...]
    naming: frozenset[str]
    repeated: frozenset[str]
    by_heading: Mapping[str, str]


def by_heading(headings: Mapping[str, str]) -> dict[str, str]:
    """The target of each heading, folded; several headings of one target are parted by commas."""
    return {fold(one): target for target, several in headings.items() for one in several.split(",")}


PERSONS: Final = Targets(
    all=TARGETS,
    naming=frozenset({"name", *_PARTS, *_ADDRESSES, "client_id"}),
    repeated=frozenset({*_ADDRESSES, "tags", "note"}),
    by_heading=by_heading(_HEADINGS),
)

_YES: Final = frozenset(["yes", "y", "true", "1", "x", "da", "d", "evet", "e", "var"])
_NO: Final = frozenset(["no", "n", "false", "0", "net", "hayir", "h", "yok"])
"""Folded: да, нет and hayır are among them."""

_TIERS: Final = {
    fold(name): tier
    for tier, names in {
        Tier.STANDARD: "standard,обычный,standart",
        Tier.SILVER: "silver,серебряный,gümüş",
        Tier.GOLD: "gold,золотой,altın",
    }.items()
    for name in names.split(",")
}

APART = re.compile(r"[;,|\n]+")
_LOST_DIGITS = re.compile(r"[0-9]+[.,]?[0-9]*[eE]\+?[0-9]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LANGUAGES: Final = {
    fold(name): code
    for code, names in {
        "en": "english,английский,ingilizce",
        "ru": "russian,русский,rusça",
        "tr": "turkish,турецкий,türkçe",
        "de": "german,немецкий,almanca,deutsch",
    }.items()
    for name in names.split(",")
}


def guessed(
    columns: Sequence[str], fields: Iterable[ClientField] = (), of: Targets = PERSONS
) -> tuple[str, ...]:
    """A target for each heading, empty where there is none. A name beside a family name is the first one."""
    own = {fold(one.label): f"{FIELD}{one.id}" for one in fields}
    found = [own.get(fold(column)) or of.by_heading.get(fold(column), "") for column in columns]
    if "last_name" in found:
        found = ["first_name" if target == "name" else target for target in found]
    elif "first_name" in found and "name" not in found:
        found = ["name" if target == "first_name" else target for target in found]
    once: set[str] = set()
    for place, target in enumerate(found):
        if target in once and target not in of.repeated:
            found[place] = ""
        once.add(target)
    return tuple(found)


def checked(
    mapping: Sequence[str], columns: Sequence[str], fields: Iterable[ClientField], of: Targets = PERSONS
) -> tuple[str, ...]:
    """The mapping as it is used. Raises Invalid (`bad_mapping`) naming `mapping.<n>`, or `mapping`."""
    if len(mapping) != len(columns):
        raise Invalid("give a target for each column", field="mapping", code="bad_mapping")
    known = {*of.all, *(f"{FIELD}{one.id}" for one in fields)}
    once: set[str] = set()
    for place, target in enumerate(mapping):
        if target and (target not in known or (target in once and target not in of.repeated)):
            raise Invalid("no such target, or given twice", field=f"mapping.{place}", code="bad_mapping")
        once.add(target)
    if not once & of.naming:
        raise Invalid("say which column is a name or an address", field="mapping", code="bad_mapping")
    return tuple(mapping)


class RowReader:
    """Rows as what is kept of them. `region` is whose national phone numbers are understood."""

    def __init__(
        self, columns: Sequence[str], mapping: Sequence[str], fields: Iterable[ClientField], *, region: str
    ) -> None:
        self._columns = columns
        self._places = [(place, target) for place, target in enumerate(mapping) if target]
        self._fields = {f"{FIELD}{one.id}": one for one in fields}
        self._region = region

    def read(self, row: RawRow) -> RowDraft | BadRow:
        """The row, or why it cannot be taken: one wrong value is enough, so that nothing is lost unseen."""
        if row.problem:
            return BadRow(number=row.number, raw=row.cells, reason=row.problem)
        given: dict[str, list[str]] = {}
        place = 0
        try:
            for place, target in self._places:
                if text := row.cells[place].strip():
                    given.setdefault(target, []).append(text)
                    self._check(target, given[target])
        except Invalid as error:
            return BadRow(
                number=row.number, raw=row.cells, reason=error.stable_code, column=self._columns[place]
            )
        return self._draft(row, given)

    def _check(self, target: str, texts: list[str]) -> None:
        """Raises Invalid for a text that is no such thing."""
        text = texts[-1]
        if target in _ADDRESSES:
            _addresses(target, text, self._region)
        elif target in self._fields:
            _field(self._fields[target], text)
        elif target in _CONSENTS:
            _yes(text)
        elif target == "consents":
            consents_in(text)
        elif target == "language":
            _language(text)
        elif target == "tier":
            _tier(text)
        elif target == "organization_domain":
            domain_of(text)
        elif target == "tags":
            tags_of(APART.split("\n".join(texts)))

    def _draft(self, row: RawRow, given: Mapping[str, list[str]]) -> RowDraft | BadRow:
        name = " ".join(given.get("name", [])) or " ".join(
            text for part in _PARTS for text in given.get(part, [])
        )
        addresses = dict.fromkeys(
            (kind, value)
            for target, kind in _ADDRESSES.items()
            for text in given.get(target, [])
            for value in _addresses(target, text, self._region)
        )
        name = one_line(name, LONGEST_NAME)
        client_id = given.get("client_id", [""])[0].lower()[:LONGEST_ID]
        if not name and not addresses and not client_id:
            return BadRow(number=row.number, raw=row.cells, reason="nobody")
        if len(addresses) > MOST_ADDRESSES:
            return BadRow(number=row.number, raw=row.cells, reason="too_many_addresses")
        return RowDraft(
            number=row.number,
            raw=row.cells,
            name=name,
            addresses=tuple(addresses),
            organization=one_line(" ".join(given.get("organization", [])), 200),
            organization_domain=domain_of(given["organization_domain"][0])
            if "organization_domain" in given
            else "",
            language=_language(given["language"][0]) if "language" in given else "",
            tier=_tier(given["tier"][0]) if "tier" in given else None,
            tags=tags_of(APART.split("\n".join(given.get("tags", [])))),
            fields=tuple(
                (one.id, _field(one, given[target][0]))
                for target, one in self._fields.items()
                if target in given
            ),
            note=written_text("\n".join(given.get("note", [])))[:LONGEST_NOTE],
            client_id=client_id,
            consents=tuple((_CONSENTS[t], _yes(given[t][0])) for t in _CONSENTS if t in given),
            dated=consents_in(given["consents"][0]) if "consents" in given else (),
        )


def _addresses(target: str, text: str, region: str) -> list[str]:
    kind = _ADDRESSES[target]
    found = []
    if kind is IdentityKind.SITE:
        parts = text.split("\n")  # a site's own ids may have commas in them
    else:
        parts = APART.split(whole_number(text) if kind is IdentityKind.PHONE else text)
    for part in parts:
        typed = part.strip().removeprefix("'")  # what spreadsheets, and our own exports, put before a number
        if typed:
            found.append(address_of(kind, typed, region=region))
    return found


def whole_number(text: str) -> str:
    """The same. Raises Invalid (`phone_lost_digits`) when a spreadsheet has written 9,05E+11 for it."""
    if _LOST_DIGITS.fullmatch(text.replace(" ", "")):
        raise Invalid("a spreadsheet has cut this number", field="phone", code="phone_lost_digits")
    return text.removeprefix("'")


def _field(defined: ClientField, text: str) -> str:
    if defined.kind is ClientFieldKind.YES_NO:
        return value_of(defined, "true" if _yes(text) else "false")
    if defined.kind is ClientFieldKind.CHOICE:
        text = next((one for one in defined.choices if fold(one) == fold(text)), text)
    if defined.kind is ClientFieldKind.DATE:
        text = re.sub(r"^([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})$", _day, text)
    return value_of(defined, text)


def _day(found: "re.Match[str]") -> str:
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"


def _yes(text: str) -> bool:
    word = fold(text)
    if word in _YES or text.strip() == "+":
        return True
    if word in _NO or text.strip() == "-":
        return False
    raise Invalid("this is neither yes nor no", code="neither_yes_nor_no")


def _language(text: str) -> str:
    word = text.strip().lower().replace("_", "-").partition("-")[0]
    if _LANGUAGE.fullmatch(word):
        return word
    if (code := _LANGUAGES.get(fold(text))) is not None:
        return code
    raise Invalid("a language is two or three letters, such as tr", code="bad_language")


def _tier(text: str) -> Tier:
    if (tier := _TIERS.get(fold(text))) is not None:
        return tier
    raise Invalid("a client is standard, silver or gold", field="tier", code="bad_tier")
