"""A signature says who wrote, in the client's language, and nothing that they could choose to be."""

import pytest

from hub.domain.errors import Invalid
from hub.domain.signature import Signature, require_sound_signatures, signature_for, signed

VALUES = {"agent.name": "Anna <b>", "agent.first_name": "Anna", "queue.name": "R&D", "house.name": "Shop"}


def test_variables_stand_for_what_the_hub_knows() -> None:
    both = signed(
        Signature(text="{agent.name}, {queue.name}\n{house.name}", html="<b>{agent.name}</b> {queue.name}"),
        VALUES,
    )
    assert both == Signature(text="Anna <b>, R&D\nShop", html="<b>Anna &lt;b&gt;</b> R&amp;D")


def test_without_html_that_form_is_made_from_the_text() -> None:
    assert signed(Signature(text="{agent.name}\nShop"), VALUES).html == "Anna &lt;b&gt;<br>Shop"


def test_a_value_is_never_looked_into_again() -> None:
    assert signed(Signature(text="{agent.name}"), {"agent.name": "{house.name}"}).text == "{house.name}"


def test_the_clients_language_then_english_then_any() -> None:
    en, tr = Signature(text="Regards"), Signature(text="Saygılar")
    assert signature_for({"en": en, "tr": tr}, "tr") == tr
    assert signature_for({"en": en, "tr": tr}, "ru") == en
    assert signature_for({"tr": tr}, "ru") == tr
    assert signature_for({}, "ru") is None
    assert signature_for({"en": Signature(text=" ")}, "en") is None


@pytest.mark.parametrize("bad", ["{person.name}", "{agent.password}", "{}"])
@pytest.mark.parametrize("form", ["text", "html"])
def test_what_it_does_not_know_is_refused_by_name(bad: str, form: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_sound_signatures({"tr": Signature(**{form: f"x {bad}"})}, "signatures")
    assert (refused.value.stable_code, refused.value.field) == ("unknown_variable", f"signatures.tr.{form}")


def test_one_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        require_sound_signatures({"en": Signature(text="x" * 4_001)}, "signatures")
    assert refused.value.stable_code == "too_long"


@pytest.mark.parametrize("bad", ["\0", "\x07", "\x1b[31m", "\x7f", "\x85", "a\rb", "\ud800"])
@pytest.mark.parametrize("form", ["text", "html"])
def test_control_characters_are_refused_with_their_field(bad: str, form: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_sound_signatures(
            {"en": Signature(text="Regards"), "tr": Signature(**{form: f"Saygılar{bad}"})}, "signatures"
        )
    assert (refused.value.stable_code, refused.value.field) == (
        "control_characters",
        f"signatures.tr.{form}",
    )


def test_line_ends_and_tabs_are_none() -> None:
    require_sound_signatures({"en": Signature(text="a\r\n\tb\nc", html="<p>\n\ta</p>")}, "signatures")
