"""A table of written cases in three alphabets: what two records are to each other, and never more than that."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crm.addresses import address_of
from hub.crm.matching import Address, Described, Match, Matched, Reason, alike, matched, name_keys
from hub.domain.errors import Invalid
from hub.domain.person import Confidence, IdentityKind

TABLE = Path(__file__).with_name("matching_table.txt")
KINDS = {
    "tel": IdentityKind.PHONE,
    "mail": IdentityKind.EMAIL,
    "tg": IdentityKind.TELEGRAM,
    "web": IdentityKind.WEBCHAT,
}
RECALL_FLOOR = 0.97
"""Of the candidates that people would want to see, so many are shown; measured, and not to become worse."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A line of the table."""

    line: str
    expected: Match
    one: Described
    other: Described

    @property
    def found(self) -> Matched:
        """What the rule says, which must not depend on who is asked about first."""
        there, back = matched(self.one, self.other), matched(self.other, self.one)
        assert there == back, self.line
        return there


def _described(text: str, region: str) -> Described:
    name, _, addresses = text.partition(";")
    return Described(
        name=name.strip(),
        addresses=frozenset(_address(part, region) for part in addresses.split(",") if part.strip()),
    )


def _address(part: str, region: str) -> Address:
    kind, _, typed = part.strip().removeprefix("?").partition(" ")
    is_said = part.strip().startswith("?")
    try:
        value = address_of(KINDS[kind], typed, region=region)
    except Invalid:
        value = typed.strip()  # kept as it came: no address of anybody
    return Address(
        kind=KINDS[kind], value=value, confidence=Confidence.MAYBE if is_said else Confidence.KNOWN
    )


def _case(line: str) -> Case:
    expected, region, one, other = (part.strip() for part in line.split(" | "))
    return Case(
        line=line,
        expected=Match(expected),
        one=_described(one.replace("\\u0307", "\u0307"), region),
        other=_described(other, region),
    )


CASES = [
    _case(line)
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def test_the_table_has_two_hundred_cases_of_all_kinds_each_once() -> None:
    assert len(CASES) >= 200
    assert len({case.line for case in CASES}) == len(CASES)
    kinds = Counter(case.expected for case in CASES)
    assert min(kinds[match] for match in Match) >= 30


def test_whoever_is_known_is_known_for_certain_and_no_candidate_becomes_known() -> None:
    wrong = [
        case.line for case in CASES if (case.found.match is Match.KNOWN) is not (case.expected is Match.KNOWN)
    ]
    assert wrong == []


def test_candidates_are_found_and_others_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = [case for case in CASES if case.expected is Match.MAYBE]
    missed = [case.line for case in wanted if case.found.match is not Match.MAYBE]
    shown = [case.line for case in CASES if case.found.match is Match.MAYBE]
    too_many = [line for line in shown if not line.startswith("maybe")]
    recall = 1 - len(missed) / len(wanted)
    missing = "".join(f"\n  missed: {line}" for line in missed)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are the result
            f"\nmatching: {len(CASES)} cases; candidates' recall {recall:.3f} ({len(missed)} of {len(wanted)} missed),"
            f" precision {1 - len(too_many) / len(shown):.3f}{missing}"
        )
    assert too_many == []
    assert recall >= RECALL_FLOOR


def test_each_candidate_of_the_table_has_its_reason() -> None:
    for case in CASES:
        found = case.found
        assert bool(found.because) is (found.match is not Match.NONE), case.line
        assert [b.sure for b in found.because] == sorted((b.sure for b in found.because), reverse=True)


def test_who_is_alike_but_for_typos_shares_a_key_to_be_looked_up_by() -> None:
    """Namesakes of two words and more are looked up by keys: whatever sounds the same shares one."""
    for case in CASES:
        because = alike(case.one.name, case.other.name)
        keys, others = name_keys(case.one.name), name_keys(case.other.name)
        shared = {key for key in keys.keys() & others.keys() if keys[key] or others[key]}
        by_key = because is not None and because.sure > 0.3 and len(case.one.name.split()) > 1
        assert bool(shared) >= by_key, case.line
        assert because is not None or not shared, case.line


@pytest.mark.parametrize(
    ("name", "other", "reason"),
    [
        ("Ёлкин Пётр", "petr elkin", Reason.SAME_NAME),
        ("Юлия Щербакова", "Julia Scherbakowa", Reason.SIMILAR_NAME),
        ("Мустафа Каплан", "Mustfa Kaplan", Reason.SIMILAR_NAME),
        ("Иванов Пётр Сергеевич", "Petr Ivanov", Reason.PART_OF_NAME),
    ],
)
def test_the_reason_says_how_alike_the_names_are(name: str, other: str, reason: Reason) -> None:
    found = alike(name, other)
    assert found is not None
    assert found.reason is reason


names = st.text(max_size=60)
addresses = st.frozensets(
    st.builds(
        Address,
        kind=st.sampled_from(IdentityKind),
        value=st.sampled_from(["+905321234567", "112", "a@b.example"]),
        confidence=st.sampled_from(Confidence),
    ),
    max_size=3,
)


@given(
    st.builds(Described, name=names, addresses=addresses),
    st.builds(Described, name=names, addresses=addresses),
)
def test_nobody_is_known_without_an_address_that_both_have_proved(one: Described, other: Described) -> None:
    found = matched(one, other)
    proved = {
        (a.kind, a.value)
        for a in one.addresses
        if a.confidence is Confidence.KNOWN
        for b in other.addresses
        if b == a and (a.kind is not IdentityKind.PHONE or a.value.startswith("+"))
    }
    assert (found.match is Match.KNOWN) is bool(proved)
    assert found.match is matched(other, one).match
