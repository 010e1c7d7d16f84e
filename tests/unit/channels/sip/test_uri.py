"""Addresses are read by their grammar, compared by RFC 3261, 19.1.4, and built without anything slipping in."""

from ipaddress import AddressValueError, IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.sip.refusal import Malformed
from hub.channels.sip.uri import OtherUri, SipUri, TelUri, Uri, equivalent, sip_uri, unescaped, uri_of
from tests.unit.channels.sip import spoken
from tests.unit.channels.sip.spoken import hosts, is_sip, uris


@spoken.CALM
@given(uris)
def test_an_address_comes_back_from_its_own_text(uri: Uri) -> None:
    assert uri_of(str(uri)) == uri
    assert equivalent(uri, uri)


@spoken.CALM
@given(st.text(min_size=1), hosts, st.text(min_size=1), st.text())
def test_any_text_goes_into_a_user_a_parameter_and_a_header_field_and_comes_out(
    user: str, host: str, name: str, value: str
) -> None:
    user, name, value = (text.encode("utf-8", "ignore").decode() for text in (user, name, value))
    if not user or not name:
        with pytest.raises(Malformed):
            sip_uri(user, host, params=((name, value),))
        return
    text = str(sip_uri(user, host, 5060, params=((name, value),), headers=((name, value),)))
    assert text.isascii()
    assert text.isprintable()
    uri = is_sip(uri_of(text))
    assert uri.username == user
    assert unescaped(uri.params[0][0]) == name
    assert [unescaped(part) for part in uri.headers[0]] == [name, value]


@spoken.CALM
@given(st.text(max_size=60))
def test_noise_is_an_address_that_comes_back_or_none(text: str) -> None:
    for tried in (text, f"sip:{text}", f"sips:a@{text}", f"tel:{text}"):
        try:
            uri = uri_of(tried)
        except Malformed:
            continue
        assert uri_of(str(uri)) == uri


SAME = [
    ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
    (
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ),
    (
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    ),
    ("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0::1]"),
    ("sip:a%3bb@example.com", "sip:a%3Bb@example.com"),
    ("sip:a@example.com.", "sip:a@example.com"),
    ("sip:*21#@example.com", "sip:*21%23@example.com"),
    ("SIP:a@example.com", "sip:a@example.com"),
    ("tel:+7(916)123-45-67", "tel:+79161234567"),
    ("tel:*98;phone-context=Example.com", "tel:*98;phone-context=example.com"),
    ("urn:service:sos", "URN:service:sos"),
]
DIFFERENT = [
    ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
    ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
    ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
    ("sip:a@example.com", "sips:a@example.com"),
    ("sip:a@example.com", "sip:example.com"),
    ("sip:a:b@example.com", "sip:a:c@example.com"),
    ("sip:a@example.com;maddr=192.0.2.1", "sip:a@example.com"),
    ("sip:a@example.com;method=INVITE", "sip:a@example.com;method=invite"),
    ("sip:a%3Bb@example.com", "sip:a;b@example.com"),
    ("tel:+79161234567", "tel:79161234567"),
    ("tel:+79161234567", "sip:+79161234567@example.com"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_addresses_that_mean_the_same_are_equivalent(one: str, other: str) -> None:
    assert equivalent(uri_of(one), uri_of(other))
    assert equivalent(uri_of(other), uri_of(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_that_may_lead_elsewhere_are_not_equivalent(one: str, other: str) -> None:
    assert not equivalent(uri_of(one), uri_of(other))
    assert not equivalent(uri_of(other), uri_of(one))


def test_every_part_of_an_address_is_read() -> None:
    uri = is_sip(uri_of("sips:al%20ice;x:pa,ss@[2001:db8::1]:5061;transport=ws;ob;lr?Subject=a%26b&x="))
    assert uri == SipUri(
        "[2001:db8::1]",
        "al%20ice;x",
        "pa,ss",
        5061,
        (("transport", "ws"), ("ob", None), ("lr", None)),
        (("Subject", "a%26b"), ("x", "")),
        "sips",
    )
    assert (uri.username, uri.param("transport"), uri.param("ob"), uri.param("no")) == (
        "al ice;x",
        "ws",
        "",
        None,
    )
    assert (uri.header("subject"), uri.is_loose_route) == ("a&b", True)
    assert uri_of("tel:8(916)123-45-67;ext=5") == TelUri("8(916)123-45-67", (("ext", "5"),))
    assert TelUri("8(916)123-45-67").digits == "89161234567"
    assert is_sip(uri_of("sip:*21#@b")).username == "*21#"
    assert str(sip_uri("*21#", "b")) == "sip:*21%23@b"
    assert uri_of("MAILTO:a@b") == OtherUri("mailto", "a@b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip",
        ":",
        "sip:",
        "sip:@example.com",
        "sip:a@",
        "sip:a@b@c",
        "<sip:a@b>",
        " sip:a@b",
        "sip:a@b ",
        "sip:a b@c",
        "sip:a@b;",
        "sip:a@b;x=",
        "sip:a@b;x;X",
        "sip:a@b;%6Cr;lr",
        "sip:a@b?",
        "sip:a@b?x",
        "sip:a@b:0",
        "sip:a@b:65536",
        "sip:a@b:123456",
        "sip:a@b:",
        "sip:%4@b",
        "sip:%zz@b",
        "sip:a@-b.example",
        "sip:a@b..example",
        "sip:a@.b",
        "sip:a@b-",
        "sip:a@256.0.0.1",
        "sip:a@1.2.3",
        "sip:a@[::1",
        "sip:a@[:::1]",
        "sip:a@[::1%25eth0]",
        "sip:a@" + "b" * 254,
        "sip:\u0438@b",
        "sip:a@\u0438",
        "sip:a\r\n@b",
        "sip:a@b\0",
        "tel:",
        "tel:+",
        "tel:()",
        "tel:12 34",
        "tel:1;x;x",
        "urn:a b",
        'urn:"',
    ],
)
def test_what_is_no_address_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        uri_of(text)


@pytest.mark.parametrize("host", ["", "a b", "a\r\nVia: x", "\u0438", "1.2.3", "::1::", "a@b", "a:5060"])
def test_no_address_is_built_on_a_host_that_is_none(host: str) -> None:
    with pytest.raises(Malformed):
        sip_uri("a", host)


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_is_between_1_and_65535(port: int) -> None:
    with pytest.raises(Malformed):
        sip_uri("a", "b", port)
    assert sip_uri("a", "b", 65_535).port == 65_535


@spoken.CALM
@given(st.from_regex(r"\A[0-9]{1,4}(\.[0-9]{1,3}){2,4}\Z") | st.ip_addresses(v=4).map(str))
def test_a_host_of_digits_is_an_ipv4_address_as_the_standard_library_reads_it(host: str) -> None:
    try:
        IPv4Address(host)
    except AddressValueError:
        with pytest.raises(Malformed):
            uri_of(f"sip:{host}")
    else:
        assert is_sip(uri_of(f"sip:{host}")).host == host
