"""What an organization is known by: its domain and its name, whatever the legal form and the spelling; and an edit."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from hub.crm.addresses import address_of
from hub.crm.edits import tags_of
from hub.crm.names import fold
from hub.domain.errors import Invalid
from hub.domain.ids import OrganizationId
from hub.domain.organization import OrganizationEdit
from hub.domain.person import IdentityKind
from hub.domain.texts import one_line, written_text

LONGEST_NAME = 200
LONGEST_NOTE = 4_000

_FORM_WORDS: Final = (
    "ooo zao oao pao ao ip tov too llc llp ltd limited inc incorporated corp corporation co company plc gmbh ag kg"
    " sarl sas sa spa srl bv nv oy ab as a s sti anonim sirket sirketi"
)
_FORMS: Final = frozenset(_FORM_WORDS.split())
"""Folded: ООО, A.Ş. and Ltd. Şti. are among them."""

_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_][\w-]{0,61}[^\W_]")
_SHARED_DOMAINS: Final = (
    "gmail.com googlemail.com mail.ru bk.ru list.ru inbox.ru yandex.ru yandex.com ya.ru rambler.ru hotmail.com"
    " outlook.com live.com yahoo.com icloud.com gmx.de gmx.net web.de proton.me protonmail.com instagram.com"
    " facebook.com vk.com vk.ru ok.ru t.me linkedin.com youtube.com x.com twitter.com tiktok.com wixsite.com"
    " blogspot.com wordpress.com sites.google.com taplink.cc linktr.ee wa.me"
)
_OF_MANY: Final = frozenset(_SHARED_DOMAINS.split())
"""A domain of these says nothing of who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationState:
    """What people may edit of an organization. Empty: it is not known."""

    name: str
    note: str = ""
    domain: str = ""
    phone: str = ""
    tags: tuple[str, ...] = ()


def edited(before: OrganizationState, edit: OrganizationEdit, *, region: str) -> OrganizationState:
    """It after the edit. Raises Invalid naming the field."""
    after = before
    if edit.name is not None:
        after = replace(after, name=named(edit.name))
    if edit.note is not None:
        after = replace(after, note=written_text(edit.note))
    if edit.domain is not None:
        after = replace(after, domain=domain_of(edit.domain) if edit.domain.strip() else "")
    if edit.phone is not None:
        typed = edit.phone.strip()
        after = replace(after, phone=address_of(IdentityKind.PHONE, typed, region=region) if typed else "")
    if edit.tags is not None:
        after = replace(after, tags=tags_of(edit.tags))
    return after


def named(text: str) -> str:
    """A name as it is kept. Raises Invalid (`empty`)."""
    name = one_line(text, LONGEST_NAME)
    if not name:
        raise Invalid("an organization needs a name", field="name", code="empty")
    return name


def domain_of(typed: str) -> str:
    """The domain of a site, of a mail address or of itself, in small letters.

    Raises Invalid (`bad_domain`; `domain_of_many` for that of a mail provider or a network) naming `domain`.
    """
    text = unicodedata.normalize("NFKC", typed).strip().lower()
    text = re.sub(r"^[a-z][a-z0-9+.-]*:/*", "", text)
    host = re.split(r"[/?#]", text, maxsplit=1)[0].rpartition("@")[2]
    host = re.sub(r":[0-9]+$", "", host).removeprefix("www.").rstrip(".")
    if len(host) > 253 or not _DOMAIN.fullmatch(host):
        raise Invalid("this is no domain", field="domain", code="bad_domain")
    if host in _OF_MANY or any(host.endswith(f".{one}") for one in _OF_MANY):
        raise Invalid("many share this domain", field="domain", code="domain_of_many")
    return host


def name_key(name: str) -> str:
    """The same for names that are one but for the spelling and the legal form."""
    words = fold(name, longest=LONGEST_NAME).split()
    return " ".join(word for word in words if word not in _FORMS) or plain_name(name)


def plain_name(name: str) -> str:
    """The same for names that are one but for the spelling; one without letters is itself."""
    return fold(name, longest=LONGEST_NAME) or name.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An organization we have that a row may mean."""

    id: OrganizationId
    name: str
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Which organization a row means: `known`, or none of ours. `problem` when it cannot be said; `perhaps` is one that
    a new one may be, by `reason`."""

    known: OrganizationId | None = None
    problem: str = ""
    perhaps: OrganizationId | None = None
    reason: str = ""


def meant_by(
    name: str, domain: str, named_by_id: OrganizationId | None, candidates: Iterable[Candidate]
) -> Meant:
    """The one that is named by its id; else the only one of that domain, or of that name and no other domain.

    Two of one name whose domains differ are two: the second is new, and may be the first.
    """
    ours: Mapping[OrganizationId, Candidate] = {one.id: one for one in candidates}
    of_domain = {one.id for one in ours.values() if domain and one.domain == domain}
    if named_by_id is not None:
        return Meant(problem="of_several") if of_domain - {named_by_id} else Meant(known=named_by_id)
    alike = [one for one in ours.values() if name and plain_name(one.name) == plain_name(name)]
    same = [one for one in alike if not domain or not one.domain or one.domain == domain]
    exact = [one for one in same if one.name == name]
    found = of_domain | {one.id for one in exact or same}
    if len(found) > 1:
        return Meant(problem="of_several")
    if found:
        return Meant(known=found.pop())
    if not name:
        return Meant(problem="no_name")
    if alike:
        return Meant(perhaps=min(one.id for one in alike), reason="same_name")
    similar = [one.id for one in ours.values() if name_key(one.name) == name_key(name)]
    return Meant(perhaps=min(similar), reason="similar_name") if similar else Meant()
