"""Columns are guessed by their headings, and a row is kept whole or refused whole."""

import pytest

from hub.crm.import_mapping import RowReader, checked, guessed
from hub.crm.imports import BadRow, RowDraft
from hub.crm.sheets import RawRow
from hub.domain.client_fields import ClientField, ClientFieldKind
from hub.domain.errors import Invalid
from hub.domain.ids import DEFAULT_TENANT, FieldId
from hub.domain.person import IdentityKind, Purpose

SIZE = ClientField(
    id=FieldId("f1"),
    tenant_id=DEFAULT_TENANT,
    label="Размер",
    kind=ClientFieldKind.CHOICE,
    choices=("S", "M"),
)
SINCE = ClientField(
    id=FieldId("f2"), tenant_id=DEFAULT_TENANT, label="Client since", kind=ClientFieldKind.DATE
)


@pytest.mark.parametrize(
    ("headings", "targets"),
    [
        ("Name,E-mail,Phone,Company,Notes", "name,email,phone,organization,note"),
        ("First Name,Last Name,Mobile Phone,Work Phone", "first_name,last_name,phone,phone"),
        ("ФИО,Телефон,Эл. почта,Организация", "name,phone,email,organization"),
        ("Фамилия,Имя,Отчество,Мобильный телефон", "last_name,first_name,middle_name,phone"),
        ("Ad Soyad,Cep Telefonu,E-Posta,Şirket,Dil", "name,phone,email,organization,language"),
        ("ADI,SOYADI,GSM,Etiketler", "first_name,last_name,phone,tags"),
        ("Name,Размер,Client Since,Colour", "name,field:f1,field:f2,"),
        ("Name,Name", "name,"),
        ("Ad soyad,Onaylar,Not", "name,consents,note"),
        ("Имя целиком,Согласия,Заметка", "name,consents,note"),
    ],
)
def test_headings_in_three_languages_are_understood(headings: str, targets: str) -> None:
    assert guessed(headings.split(","), [SIZE, SINCE]) == tuple(targets.split(","))


def test_a_mapping_that_says_nobody_or_the_same_twice_is_refused() -> None:
    for mapping in (("note",), ("name", "name"), ("colour",), ("name",), ("field:f9", "name")):
        columns = ("a", "b") if len(mapping) == 2 else ("a",) if mapping != ("name",) else ("a", "b")
        with pytest.raises(Invalid) as refused:
            checked(mapping, columns, [SIZE])
        assert refused.value.stable_code == "bad_mapping"
    assert checked(("phone", "phone", ""), ("a", "b", "c"), []) == ("phone", "phone", "")


def read(mapping: str, *cells: str, problem: str = "") -> RowDraft | BadRow:
    targets = mapping.split(",")
    reader = RowReader(targets, targets, [SIZE, SINCE], region="TR")
    return reader.read(RawRow(number=7, cells=cells, problem=problem))


def test_a_row_is_kept_in_normal_form() -> None:
    draft = read(
        "last_name,first_name,phone,email,organization,language,tags,note,consent_marketing,field:f1,field:f2",
        " Yılmaz ",
        "Ayşe",
        "'0532 123 45 67; +7 916 123-45-67",
        "AYSE@example.org",
        "Acme",
        "Türkçe",
        "VIP, vip;new",
        "two\r\nlines",
        "Evet",
        "m",
        "31.12.2020",
    )
    assert isinstance(draft, RowDraft)
    assert (draft.name, draft.language, draft.tags) == ("Ayşe Yılmaz", "tr", ("VIP", "new"))
    assert draft.addresses == (
        (IdentityKind.PHONE, "+905321234567"),
        (IdentityKind.PHONE, "+79161234567"),
        (IdentityKind.EMAIL, "ayse@example.org"),
    )
    assert draft.fields == (("f1", "M"), ("f2", "2020-12-31"))
    assert draft.consents == ((Purpose.MARKETING, True),)
    assert draft.note == "two\nlines"


def test_users_of_sites_keep_their_commas_and_their_case() -> None:
    draft = read("name,site_user", "Ann", "shop:Smith, J;1\n blog:4711 ")
    assert isinstance(draft, RowDraft)
    assert draft.addresses == ((IdentityKind.SITE, "shop:Smith, J;1"), (IdentityKind.SITE, "blog:4711"))


@pytest.mark.parametrize(
    ("mapping", "cells", "reason", "column"),
    [
        ("name,phone", ("Ann", "9.05321E+11"), "phone_lost_digits", "phone"),
        ("name,phone", ("Ann", "9,05321E+11"), "phone_lost_digits", "phone"),
        ("name,phone", ("Ann", "call me"), "bad_phone", "phone"),
        ("name,email", ("Ann", "no mail"), "bad_email", "email"),
        ("name,site_user", ("Ann", "4711"), "bad_address", "site_user"),
        ("name,site_user", ("Ann", "shop: "), "bad_address", "site_user"),
        ("name,language", ("Ann", "Klingon"), "bad_language", "language"),
        ("name,field:f1", ("Ann", "XXL"), "bad_field_value", "field:f1"),
        ("name,consent_service", ("Ann", "perhaps"), "neither_yes_nor_no", "consent_service"),
        ("name,note", (" ", "about nobody"), "nobody", ""),
    ],
)
def test_one_wrong_value_makes_a_bad_row_that_names_its_column(
    mapping: str, cells: tuple[str, ...], reason: str, column: str
) -> None:
    assert read(mapping, *cells) == BadRow(number=7, raw=cells, reason=reason, column=column)


def test_a_row_that_could_not_be_read_stays_as_it_came() -> None:
    assert read("name", "Ann\ufffd", problem="bad_encoding") == BadRow(
        number=7, raw=("Ann\ufffd",), reason="bad_encoding"
    )


@pytest.mark.parametrize(
    "titles",
    [
        "Name,Phone,E-mail,Telegram,Site user,Organization,Language,Tags,Id of the client",
        "Имя целиком,Телефон,Эл. почта,Telegram,Пользователь сайта,Организация,Язык,Метки,ID клиента",
        "Ad soyad,Telefon,E-posta,Telegram,Site kullanıcısı,Kurum,Dil,Etiketler,Müşteri kimliği",
    ],
)
def test_the_titles_of_our_own_files_are_known_in_every_language(titles: str) -> None:
    known = (
        "name",
        "phone",
        "email",
        "telegram",
        "site_user",
        "organization",
        "language",
        "tags",
        "client_id",
    )
    assert guessed(titles.split(",")) == known
