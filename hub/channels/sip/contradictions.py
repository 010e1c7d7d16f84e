"""Mistakes in the settings of telephony that no single key shows: found before anything listens."""

import difflib
from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from hub.channels.sip.phones.hosts import PhoneHosts
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.trunk_settings import TrunkEntry, TrunkSettings, split_hop
from hub.channels.sip.uri import sip_uri


def contradictions(sip: SipSettings) -> Iterator[tuple[str, str]]:
    """Each mistake as its key, below `channels.sip`, and what is wrong and to be done. None where it is switched
    off: nothing of it is used then."""
    if not sip.enabled:
        return
    if ip_address(sip.host).is_unspecified and not sip.public_address:
        wanted = (
            f"host = {sip.host} is every address of this machine; say the one that phones and carriers reach it by,"
            ' such as public_address = "192.0.2.10"'
        )
        yield "public_address", wanted
    yield from _named_twice("trunks", [one.name for one in sip.trunks])
    yield from _named_twice("menus", [one.name for one in sip.menus])
    menus = [one.name for one in sip.menus]
    for at, trunk in enumerate(sip.trunks):
        for key, entry in _entries(trunk):
            if entry.menu and entry.menu not in menus:
                yield f"trunks.{at}.{key}menu", f"there is no menu {entry.menu}{_instead(entry.menu, menus)}"
    hosts = [(at, host) for at, host in enumerate(sip.phone_hosts) if "/" not in host]
    for trunk in sip.trunks:
        places = [sip_uri(None, *split_hop(one)) for one in (trunk.domain, trunk.proxy) if one]
        for at, host in hosts:
            if any(PhoneHosts([host]).allows(place) for place in places):
                said = f"{host} is where the trunk {trunk.name} leads, and who is called there is for outbound to say"
                yield f"phone_hosts.{at}", f"{said}: take it out"


def queues_named(sip: SipSettings) -> Iterator[tuple[str, str]]:
    """The key, below `channels.sip`, and the name of every queue that a number or a key of a menu leads to. Whether it
    is there only the store knows."""
    for at, trunk in enumerate(sip.trunks):
        yield from ((f"trunks.{at}.{key}queue", entry.queue) for key, entry in _entries(trunk) if entry.queue)
    for at, menu in enumerate(sip.menus):
        yield from ((f"menus.{at}.keys.{key}.queue", entry.queue) for key, entry in menu.keys.items())


def missing_queues(sip: SipSettings, there: Sequence[str]) -> list[tuple[str, str, str]]:
    """Of those the ones that are not there: key, name, and the name that was probably meant (or empty)."""
    names = {name.casefold(): name for name in there}
    found = []
    for key, name in queues_named(sip):
        if name.casefold() not in names:
            near = difflib.get_close_matches(name.casefold(), list(names), n=1, cutoff=0.6)
            found.append((key, name, names[near[0]] if near else ""))
    return found


def _entries(trunk: TrunkSettings) -> Iterator[tuple[str, TrunkEntry | TrunkSettings]]:
    yield "", trunk
    for number, entry in trunk.numbers.items():
        yield f"numbers.{number}.", entry


def _named_twice(table: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for at, name in enumerate(names):
        if name in names[:at]:
            yield f"{table}.{at}.name", f"there is another one named {name}: give each a name of its own"


def _instead(wrong: str, there: Sequence[str]) -> str:
    if not there:
        return "; no [[channels.sip.menus]] is set"
    near = difflib.get_close_matches(wrong, there, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else f"; there is {', '.join(there)}"
