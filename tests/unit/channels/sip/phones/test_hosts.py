"""Where agents' phones may be by their SIP address: where the house says, and nowhere else."""

import pytest

from hub.channels.sip.phones.hosts import PhoneHosts, listed_host
from hub.channels.sip.uri import uri_of
from hub.domain.errors import Invalid

LISTED = [
    listed_host(one)
    for one in (
        "PBX.house.example",
        "192.0.2.7:5080",
        "10.0.0.0/24",
        "10.1.0.0/24:5070",
        "2001:db8::7",
        "[2001:db8::8]:7",
    )
]
HOSTS = PhoneHosts(LISTED, lambda: [("127.0.0.1", 5060), ("hub.house.example", 5061)])


@pytest.mark.parametrize(
    "address",
    [
        "sip:anna@pbx.house.example",
        "sip:anna@pbx.house.example.:5060",
        "sips:anna@PBX.house.example",
        "sip:anna@192.0.2.7:5080;transport=tcp",
        "sip:anna@10.0.0.200",
        "sip:anna@10.1.0.200:5070",
        "sip:anna@[2001:db8:0::7]:5061",
        "sip:anna@[2001:db8::8]:7",
        "sip:anna@127.0.0.1",
        "sip:anna@hub.house.example:5061;transport=tls",
    ],
)
def test_a_phone_may_be_where_the_house_says_and_at_the_house_itself(address: str) -> None:
    assert HOSTS.allows(uri_of(address))
    HOSTS.judge(address)


@pytest.mark.parametrize(
    "address",
    [
        "sip:anna@127.0.0.1:22",
        "sip:anna@169.254.169.254:80",
        "sip:anna@pbx.house.example:22",
        "sip:anna@192.0.2.7",
        "sip:anna@10.0.0.200:80",
        "sip:anna@10.1.0.200",
        "sip:anna@10.0.1.1",
        "sip:anna@evil.pbx.house.example",
        "sip:anna@pbx.house.example.evil.test",
        "sip:anna@pbx.house.example;maddr=192.0.2.66",
        "sip:pbx.house.example@192.0.2.66",
        "sip:anna@[::ffff:192.0.2.66]",
        "sip:anna@hub.house.example",
        "sip:anna@pbx.house.example:5060;transport=ws",
        "tel:+4990012345",
    ],
)
def test_it_may_be_nowhere_else(address: str) -> None:
    assert not HOSTS.allows(uri_of(address))
    with pytest.raises(Invalid) as refused:
        HOSTS.judge(address)
    assert refused.value.stable_code == "phone_host_not_allowed"


def test_no_host_is_listed_unless_somebody_does() -> None:
    assert not PhoneHosts([]).allows(uri_of("sip:anna@pbx.house.example"))


@pytest.mark.parametrize(
    "text", ["", "0.0.0.0/0", "[::/0]", "a b", "host:port", "10.0.0.0/33", "host:99999", "10.0.0.0/8:0x1"]
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"give a host|every address"):
        listed_host(text)
