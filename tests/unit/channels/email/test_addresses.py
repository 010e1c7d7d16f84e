"""One way to read an address header, or none: what is found, and what is refused because two programs could differ."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.email.addresses import read_address, read_addresses

READ = [
    ("anna@client.test", [("anna@client.test", "")]),
    ("Anna Kaya <anna@client.test>", [("anna@client.test", "Anna Kaya")]),
    ('"Kaya, Anna" <Anna@Client.TEST>', [("anna@client.test", "Kaya, Anna")]),
    ("=?utf-8?b?0JDQvdC90LA=?= <anna@client.test>", [("anna@client.test", "Анна")]),
    ('"=?utf-8?b?0JDQvdC90LA=?=" <anna@client.test>', [("anna@client.test", "Анна")]),
    ("=?koi8-r?q?=E1=CE=CE=C1?= <anna@client.test>", [("anna@client.test", "Анна")]),
    ("Пётр <пётр@почта.рф>", [("пётр@почта.рф", "Пётр")]),
    ("anna@client.test (Anna, at <home@x>)", [("anna@client.test", "")]),
    ("Anna (sales (east)) <anna@client.test>", [("anna@client.test", "Anna")]),
    ('"anna"@client.test', [("anna@client.test", "")]),
    ("a@x.test, b@x.test", [("a@x.test", ""), ("b@x.test", "")]),
    ("a@x.test; b@x.test", [("a@x.test", ""), ("b@x.test", "")]),
    ("a@x.test,, ,b@x.test,", [("a@x.test", ""), ("b@x.test", "")]),
    ("a@x.test, A@X.test", [("a@x.test", "")]),
    ("undisclosed-recipients:;", []),
    ('Friends: a@x.test, "B" <b@x.test>;, c@x.test', [("a@x.test", ""), ("b@x.test", "B"), ("c@x.test", "")]),
    ("anna@[192.0.2.1]", [("anna@[192.0.2.1]", "")]),
    ("<anna@client.test>", [("anna@client.test", "")]),
    ("anna@client.test <anna@client.test>", [("anna@client.test", "")]),
    ('"Anna \\"Ani\\" Kaya" <anna@client.test>', [("anna@client.test", 'Anna "Ani" Kaya')]),
    ('"line\r\n break" <anna@client.test>', [("anna@client.test", "line break")]),
    ("\u202eannA\u200b <anna@client.test>", [("anna@client.test", "annA")]),
]


@pytest.mark.parametrize(("header", "found"), READ)
def test_a_plain_header_is_read_whole(header: str, found: list[tuple[str, str]]) -> None:
    read = read_addresses(header)

    assert [(one.address, one.name) for one in read.found] == found
    assert read.whole


REFUSED = [
    "a@good.test@evil.test",
    "<alice@bank.test>bob@evil.test",
    "<alice@bank.test> bob@evil.test",
    "alice@bank.test <bob@evil.test> <eve@evil.test>",
    "<alice@bank.test,bob@evil.test>",
    "<@relay.test:alice@bank.test>",
    "alice@bank.test)bob@evil.test",
    "alice(bank@evil.test",
    '"alice@bank.test',
    '"very odd"@client.test',
    "alice@bank.test\\,bob@evil.test",
    "alice bob@evil.test",
    "<alice bob@evil.test>",
    "<a <b@evil.test>>",
    "a@b..test",
    ".a@b.test",
    "a..b@c.test",
    "a@",
    "@b.test",
    "<>",
    "nobody",
    "Group: a@x.test",
    "A: B: a@x.test;",
    "=?utf-8?q?a=40bank=2Etest=2C?= , =?utf-8?q?x?= <y@z.test>, odd",
    "a@" + "b" * 64 + ".test",
    "a" * 65 + "@b.test",
]


@pytest.mark.parametrize("header", REFUSED)
def test_a_header_two_programs_could_read_differently_names_nobody(header: str) -> None:
    read = read_addresses(header)

    assert not read.found
    assert not read.whole


def test_what_stands_beside_something_unreadable_is_not_believed_either() -> None:
    assert not read_addresses("a@x.test, b@y@z.test").found


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Petrov, Ivan <ivan@x.test>", "Petrov, Ivan"),
        ('Ivan, OOO "Romashka" <ivan@x.test>', "Ivan, OOO Romashka"),
        ("Ivan: sales <ivan@x.test>", "Ivan: sales"),
    ],
)
def test_a_name_that_should_be_quoted_leaves_the_only_address_readable(header: str, name: str) -> None:
    read = read_addresses(header)

    assert [(one.address, one.name) for one in read.found] == [("ivan@x.test", name)]
    assert not read.whole


@pytest.mark.parametrize(
    "header",
    [
        '"alice@bank.test" <bob@evil.test>',
        "alice@bank.test <bob@evil.test>",
        "=?utf-8?q?alice=40bank=2Etest?= <bob@evil.test>",
        "=?utf-8?q?alice=40bank=2Etest=3E?= <bob@evil.test>",
        "Alice (alice@bank.test) =?utf-8?q?alice=40bank.test?= <bob@evil.test>",
    ],
)
def test_a_name_that_looks_like_another_address_is_told(header: str) -> None:
    read = read_addresses(header)

    assert [one.address for one in read.found] == ["bob@evil.test"]
    assert read.misleading


def test_eight_bit_names_are_read_in_the_charset_of_the_letter() -> None:
    header = ('"' + "Анна" + '" <anna@client.test>').encode("cp1251").decode("ascii", "surrogateescape")

    assert read_addresses(header, "windows-1251").found[0].name == "Анна"


@pytest.mark.parametrize("bare", ["a@b.test\n", " A@B.test "])
def test_a_bare_address_comes_in_normal_form(bare: str) -> None:
    assert read_address(bare) == "a@b.test"


@given(st.text(alphabet='ab@.<>(),:;"\\[] \t\u0430=?', max_size=60))
@settings(deadline=None)
def test_whatever_a_header_holds_what_is_found_is_an_address(header: str) -> None:
    read = read_addresses(header)

    for one in read.found:
        assert read_address(one.address) == one.address
        assert one.address in header.lower().replace('"', "")
