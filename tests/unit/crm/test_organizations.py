"""What an organization is known by, and which one a row means."""

import pytest

from hub.crm.organizations import Candidate, Meant, domain_of, meant_by, name_key
from hub.domain.errors import Invalid
from hub.domain.ids import OrganizationId

A, B, C = OrganizationId("a"), OrganizationId("b"), OrganizationId("c")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("acme.com", "acme.com"),
        (" HTTPS://www.Acme.com:8443/shop?x=1#y ", "acme.com"),
        ("@acme.com", "acme.com"),
        ("sales@Acme.com", "acme.com"),
        ("пример.рф", "пример.рф"),
        ("shop.acme.co.uk.", "shop.acme.co.uk"),
    ],
)
def test_a_domain_is_read_from_whatever_people_keep(typed: str, kept: str) -> None:
    assert domain_of(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("acme", "bad_domain"),
        ("a b.com", "bad_domain"),
        ("-a.com", "bad_domain"),
        (f"{'a' * 64}.com", "bad_domain"),
        ("a.b." * 80 + "com", "bad_domain"),
        ("http://", "bad_domain"),
        ("x@gmail.com", "domain_of_many"),
        ("https://instagram.com/acme", "domain_of_many"),
        ("acme.wixsite.com", "domain_of_many"),
    ],
)
def test_what_is_no_domain_or_that_of_many_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        domain_of(typed)
    assert refused.value.stable_code == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "ACME"),
        ("ООО «Ромашка»", "Ромашка, ООО"),
        ("Yıldız Ticaret Ltd. Şti.", "YILDIZ TİCARET A.Ş."),
        ("Acme GmbH & Co. KG", "Acme"),
    ],
)
def test_a_legal_form_and_the_spelling_make_no_other_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_a_name_that_is_but_a_form_or_has_no_letters_is_itself() -> None:
    assert name_key("OOO") == "ooo"
    assert name_key("!!!") != name_key("???")


def one(id_: OrganizationId, name: str, domain: str = "") -> Candidate:
    return Candidate(id=id_, name=name, domain=domain)


@pytest.mark.parametrize(
    ("name", "domain", "ours", "meant"),
    [
        ("Acme", "", [], Meant()),
        ("ACME", "", [one(A, "Acme")], Meant(known=A)),
        ("Other", "acme.com", [one(A, "Acme", "acme.com")], Meant(known=A)),
        ("Acme", "acme.com", [one(A, "Acme")], Meant(known=A)),
        ("Acme", "", [one(A, "Acme", "acme.com")], Meant(known=A)),
        ("Acme", "acme.ru", [one(A, "Acme", "acme.com")], Meant(perhaps=A, reason="same_name")),
        ("Acme Ltd", "", [one(A, "ООО Acme")], Meant(perhaps=A, reason="similar_name")),
        ("Acme", "b.com", [one(A, "Acme"), one(B, "B", "b.com")], Meant(problem="of_several")),
        ("Acme", "", [one(A, "Acme"), one(B, "ACME")], Meant(known=A)),
        ("acme", "", [one(A, "Acme"), one(B, "ACME")], Meant(problem="of_several")),
        ("", "acme.com", [one(A, "Acme", "acme.com")], Meant(known=A)),
        ("", "acme.com", [], Meant(problem="no_name")),
    ],
)
def test_it_is_known_by_its_domain_or_by_a_name_that_no_domain_contradicts(
    name: str, domain: str, ours: list[Candidate], meant: Meant
) -> None:
    assert meant_by(name, domain, None, ours) == meant


def test_an_id_of_ours_counts_before_all_else_but_takes_no_domain_from_another() -> None:
    ours = [one(A, "Acme"), one(B, "Acme", "acme.com"), one(C, "C")]
    assert meant_by("Acme", "", C, ours) == Meant(known=C)
    assert meant_by("", "acme.com", C, ours) == Meant(problem="of_several")
