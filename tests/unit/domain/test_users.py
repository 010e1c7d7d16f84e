"""Logins, names and roles of people who sign in."""

import pytest

from hub.domain.access import USER_ROLES, Role
from hub.domain.errors import Invalid
from hub.domain.users import normalised_login, user_roles, visible_name


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ("anna", "anna"),
        ("  Anna ", "anna"),
        ("ANNA.Petrova@desk+1_2-3", "anna.petrova@desk+1_2-3"),
        ("Анна", "анна"),
        ("\uff21\uff2e\uff2e\uff21", "anna"),
        ("straße", "strasse"),
        ("x" * 100, "x" * 100),
    ],
)
def test_two_spellings_of_a_login_have_one_form(typed: str, login: str) -> None:
    assert normalised_login(typed) == login


@pytest.mark.parametrize(
    "typed", ["", "   ", "two words", "a\x00b", "a\nb", "a/b", "x" * 101, "a\u202eb", "a'b"]
)
def test_other_texts_are_no_logins(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalised_login(typed)
    assert refused.value.field == "login"


@pytest.mark.parametrize("name", ["Анна Щербакова", "x" * 200, "  İbrahim  "])
def test_a_name_is_anything_that_can_be_seen(name: str) -> None:
    assert visible_name(name) == name.strip()


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb", "a\x1b[31m", "a\u202eb"])
def test_a_name_that_can_not_be_seen_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        visible_name(name)


def test_a_user_may_have_every_role_of_users_and_must_have_one() -> None:
    assert user_roles(USER_ROLES) == USER_ROLES
    for refused in ([], [Role.SYSTEM], [Role.ADMIN, Role.SERVICE], [Role.VISITOR]):
        with pytest.raises(Invalid):
            user_roles(refused)
