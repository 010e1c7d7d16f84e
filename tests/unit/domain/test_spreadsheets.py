"""What leaves in a cell is computed by no spreadsheet, and comes back as it was."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.spreadsheets import as_typed, harmless

TEXTS = st.text(st.sampled_from("=+-@ '\t\r\n;,ax1\uff1d\uff20\u2028\xa0"), max_size=12)


@given(TEXTS | st.text())
@example("'=1")
@example("''+90")
@example(" ' =1")
@example("x;'=1")
@example("\n'=1")
def test_a_cell_is_read_as_it_was_typed(text: str) -> None:
    assert as_typed(harmless(text)) == text


@given(TEXTS)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    cell = harmless(text)
    assert not re.match("[ ]*[=+\\-@\t\r\n\uff1d\uff20]", cell)
    assert not re.search("[;\r\n][ \t]*[=+\\-@\uff1d\uff20]", cell.lstrip().removeprefix("'").lstrip())


@pytest.mark.parametrize(
    ("cell", "text"), [("'+90 532", "+90 532"), ("'plain'", "'plain'"), ("it's", "it's"), ("", "")]
)
def test_the_apostrophe_of_other_programs_is_understood(cell: str, text: str) -> None:
    assert as_typed(cell) == text
