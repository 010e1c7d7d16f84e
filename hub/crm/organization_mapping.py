"""What columns of a file of organizations say, guessed by their headings; and a row as it is kept."""

from collections.abc import Mapping, Sequence
from typing import Final

from hub.crm.addresses import address_of
from hub.crm.edits import tags_of
from hub.crm.import_mapping import APART, LONGEST_ID, Targets, by_heading, whole_number
from hub.crm.imports import BadRow, OrganizationDraft
from hub.crm.organizations import LONGEST_NAME, LONGEST_NOTE, domain_of
from hub.crm.sheets import RawRow
from hub.domain.errors import Invalid
from hub.domain.person import IdentityKind
from hub.domain.texts import one_line, written_text

_HEADINGS: Final[Mapping[str, str]] = {
    "name": "name, organization, organisation, organization name, company, company name, firm, account, client,"
    " название, наименование, организация, компания, фирма, контрагент, ad, adi, kurulus, kurum, sirket, sirket adi,"
    " firma, firma adi, unvan",
    "domain": "domain, site, website, web site, web, url, homepage, домен, сайт, веб сайт, alan adi, web sitesi",
    "phone": "phone, phone number, telephone, tel, main phone, телефон, номер телефона, основной телефон, telefon,"
    " telefon numarasi",
    "tags": "tags, tag, labels, label, groups, group, categories, category, industry, теги, тег, метки, метка, группа,"
    " группы, категория, отрасль, etiket, etiketler, grup, kategori, sektor",
    "note": "note, notes, comment, comments, remark, description, заметка, заметки, примечание, комментарий, описание,"
    " not, notlar, aciklama, yorum",
    "organization_id": "organization id, id of the organization, id организации, kurulus kimligi",
}

ORGANIZATIONS: Final = Targets(
    all=tuple(_HEADINGS),
    naming=frozenset({"name", "domain", "organization_id"}),
    repeated=frozenset({"tags", "note"}),
    by_heading=by_heading(_HEADINGS),
)


class OrganizationReader:
    """Reads rows of one file by one mapping, which is taken as checked."""

    def __init__(self, columns: Sequence[str], mapping: Sequence[str], *, region: str) -> None:
        self._columns = columns
        self._places = [(place, target) for place, target in enumerate(mapping) if target]
        self._region = region

    def read(self, row: RawRow) -> OrganizationDraft | BadRow:
        """The row, or why it cannot be taken."""
        if row.problem:
            return BadRow(number=row.number, raw=row.cells, reason=row.problem)
        given: dict[str, list[str]] = {}
        place = 0
        try:
            for place, target in self._places:
                if text := row.cells[place].strip():
                    given.setdefault(target, []).append(self._kept(target, text))
            tags = tags_of(APART.split("\n".join(given.get("tags", []))))
        except Invalid as error:
            return BadRow(
                number=row.number, raw=row.cells, reason=error.stable_code, column=self._columns[place]
            )
        note = "\n".join(given.get("note", []))
        if len(note) > LONGEST_NOTE:
            return BadRow(number=row.number, raw=row.cells, reason="note_too_long")
        first = {target: texts[0] for target, texts in given.items()}
        if not first.keys() & ORGANIZATIONS.naming:
            return BadRow(number=row.number, raw=row.cells, reason="no_name")
        return OrganizationDraft(
            number=row.number,
            raw=row.cells,
            name=first.get("name", ""),
            domain=first.get("domain", ""),
            phone=first.get("phone", ""),
            tags=tags,
            note=note,
            organization_id=first.get("organization_id", "").lower()[:LONGEST_ID],
        )

    def _kept(self, target: str, text: str) -> str:
        """Raises Invalid for a text that is no such thing."""
        match target:
            case "name":
                return one_line(text, LONGEST_NAME)
            case "domain":
                return domain_of(text)
            case "phone":
                return address_of(IdentityKind.PHONE, whole_number(text), region=self._region)
            case "note":
                return written_text(text)
            case _:
                return text
