"""Who is listened to: so much of each source before anything is read, nothing of scanners, and locks for guessing.

No I/O: addresses and times come in, verdicts go out. Everything is counted within this process and forgotten in
the order of use, so that no flood, also of invented addresses, makes it grow. Times are seconds of any one clock.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

USER_CHARS = 64
"""Longer names are told apart by this much of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many messages a second, and so many at once."""

    per_s: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is listened to, and what is a scanner.

    `stranger` is one source that proved nothing, `strangers` all of them together, so that those who are known
    have the rest of the machine; `proved` is a source from which somebody signed in within `proved_s`, `known` a
    trunk. Kept in mind are `sources` of each kind.
    """

    stranger: Allowance = Allowance(per_s=50, burst=100)
    strangers: Allowance = Allowance(per_s=400, burst=800)
    proved: Allowance = Allowance(per_s=300, burst=600)
    known: Allowance = Allowance(per_s=4_000, burst=8_000)
    proved_s: float = 3_600.0

    window_s: float = 60.0
    users_tried: int = 20
    """Names that one source tries within `window_s` without proving to be any of them."""
    wrong_passwords: int = 20
    """Wrong passwords of one source within `window_s`."""
    proved_factor: int = 5
    """A source that somebody signed in from, as an office behind one address, may fail so many times more."""
    ban_s: float = 600.0
    longest_ban_s: float = 86_400.0
    silence_s: float = 60.0
    """So long nothing is read over UDP of an address in whose name too many names were tried, and never longer: over
    UDP anybody can write any address on an envelope."""

    wrong_in_a_row: int = 5
    """Wrong passwords for one user from one source before that pair is locked."""
    lock_s: float = 60.0
    longest_lock_s: float = 3_600.0

    sources: int = 20_000


@dataclass(slots=True, kw_only=True)
class Counts:
    """What happened so far, for the metrics."""

    admitted: int = 0
    over_rate: int = 0
    """Dropped: one source sent too much."""
    over_strangers: int = 0
    """Dropped: strangers together sent too much."""
    from_banned: int = 0
    bans: int = 0
    locks: int = 0


@dataclass(slots=True)
class _Bucket:
    """One number is enough: when the bucket would be full again (GCRA)."""

    due_s: float = 0.0

    def takes(self, allowance: Allowance, now_s: float) -> bool:
        gap_s = 1 / allowance.per_s
        due_s = max(self.due_s, now_s)
        if due_s - now_s > (allowance.burst - 1) * gap_s + 1e-6:
            return False
        self.due_s = due_s + gap_s
        return True


@dataclass(slots=True)
class _Conduct:
    """How a source behaves: who it tried to be, and how often it was wrong, since `since_s`."""

    since_s: float
    users: set[str] = field(default_factory=set)
    wrong: int = 0


@dataclass(slots=True)
class _Sentence:
    """A ban or a lock; the next one is twice as long. `failures` lead to it."""

    until_s: float = 0.0
    times: int = 0
    failures: int = 0
    seen_s: float = 0.0


class Guard:
    """Asked for every message before it is read, and told what became of those that were.

    `is_known` says whether an address is a trunk's: such a one is never banned, as anybody can write its address on
    an envelope. `exempt` are networks without any limit: the demo's loopback.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        is_known: Callable[[str], bool] = lambda _: False,
        exempt: Iterable[str] = (),
    ) -> None:
        self.counts = Counts()
        self._limits = limits or Limits()
        self._is_known = is_known
        self._exempt = tuple(ipaddress.ip_network(one, strict=False) for one in exempt)
        self._is_exempt = lru_cache(maxsize=1_024)(self._lies_in_exempt)
        self._strangers = _Bucket()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._trusted: OrderedDict[str, tuple[_Bucket, float]] = OrderedDict()
        self._conduct: OrderedDict[str, _Conduct] = OrderedDict()
        self._bans: OrderedDict[str, _Sentence] = OrderedDict()
        self._claims: OrderedDict[str, _Conduct] = OrderedDict()
        """As `_conduct`, of messages over UDP that anybody may have sent."""
        self._silences: OrderedDict[str, float] = OrderedDict()
        self._locks: OrderedDict[tuple[str, str], _Sentence] = OrderedDict()

    # --- before anything is read ---

    def admits(self, address: str, now_s: float, *, by_udp: bool = True) -> bool:
        """Whether to read a message of this source. Nothing is answered to one that is not read."""
        if self._exempt and self._is_exempt(address):
            self.counts.admitted += 1
            return True
        key = source_key(address)
        if self._is_banned(key, now_s) or (by_udp and self._silences.get(key, 0.0) > now_s):
            self.counts.from_banned += 1
            return False
        if self._is_known(address):
            allowance, bucket = self._limits.known, self._bucket(key)
        elif (trusted := self._trusted.get(key)) is not None and trusted[1] > now_s:
            allowance, bucket = self._limits.proved, trusted[0]
        else:
            return self._admits_stranger(key, now_s)
        return self._counted(bucket.takes(allowance, now_s))

    # --- what became of what was read ---

    def tried(self, address: str, user: str, now_s: float, *, surely: bool = True) -> None:
        """A request named this user and proved nothing: it was challenged or refused. The user may be there or not:
        tell of both alike. `surely`: it came from there, over a connection or with a nonce that was given to that
        address; else somebody else may have written the address, which is at most not read over UDP for a while."""
        if not surely:
            self._claimed(address, user, now_s)
            return
        conduct = self._conduct_of(address, now_s)
        if conduct is None:
            return
        key, conduct_ = conduct
        conduct_.users.add(user[:USER_CHARS])
        if len(conduct_.users) > self._limits.users_tried * self._factor(key, now_s):
            self._ban(key, now_s)

    def wrong(self, address: str, user: str, now_s: float) -> None:
        """The password was wrong, or there is no such user. Tell only of what surely came from there."""
        conduct = self._conduct_of(address, now_s)
        if conduct is None:
            return
        key, conduct_ = conduct
        conduct_.users.add(user[:USER_CHARS])
        conduct_.wrong += 1
        self._failed(key, user, now_s)
        allowed = self._factor(key, now_s)
        if (
            conduct_.wrong > self._limits.wrong_passwords * allowed
            or len(conduct_.users) > self._limits.users_tried * allowed
        ):
            self._ban(key, now_s)

    def proved(self, address: str, user: str, now_s: float) -> None:
        """Somebody signed in from there."""
        key = source_key(address)
        bucket, _ = self._trusted.pop(key, (_Bucket(), 0.0))
        _put(self._trusted, key, (bucket, now_s + self._limits.proved_s), self._limits.sources)
        self._locks.pop((key, user[:USER_CHARS]), None)
        self._silences.pop(key, None)
        self._claims.pop(key, None)
        if (conduct := self._conduct.get(key)) is not None:
            conduct.users.discard(user[:USER_CHARS])

    def is_locked(self, address: str, user: str, now_s: float) -> bool:
        """Whether a password of this user from there is not even looked at: answer as to a wrong one."""
        lock = self._locks.get((source_key(address), user[:USER_CHARS]))
        return lock is not None and lock.until_s > now_s

    # --- for the status page ---

    def banned(self, now_s: float) -> Mapping[str, float]:
        """Each source that is not listened to, and for how many seconds more."""
        until_s = dict(self._silences) | {key: ban.until_s for key, ban in self._bans.items()}
        return {key: until - now_s for key, until in until_s.items() if until > now_s}

    def pardon(self, address: str) -> None:
        """Listen to a source again."""
        key = source_key(address)
        for kept in (self._bans, self._conduct, self._silences, self._claims):
            kept.pop(key, None)

    # --- inside ---

    def _claimed(self, address: str, user: str, now_s: float) -> None:
        if self._is_exempt(address) or self._is_known(address):
            return
        key = source_key(address)
        if self._is_trusted(key, now_s):
            return
        conduct = self._kept_conduct(self._claims, key, now_s)
        conduct.users.add(user[:USER_CHARS])
        if len(conduct.users) > self._limits.users_tried:
            self._claims.pop(key, None)
            self._silences.pop(key, None)
            _put(self._silences, key, now_s + self._limits.silence_s, self._limits.sources)
            self.counts.bans += 1

    def _admits_stranger(self, key: str, now_s: float) -> bool:
        limits = self._limits
        if not self._bucket(key).takes(limits.stranger, now_s):
            self.counts.over_rate += 1
            return False
        if not self._strangers.takes(limits.strangers, now_s):
            self.counts.over_strangers += 1
            return False
        self.counts.admitted += 1
        return True

    def _counted(self, admitted: bool) -> bool:
        if admitted:
            self.counts.admitted += 1
        else:
            self.counts.over_rate += 1
        return admitted

    def _bucket(self, key: str) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = _Bucket()
            _put(self._buckets, key, bucket, self._limits.sources)
        else:
            self._buckets.move_to_end(key)
        return bucket

    def _conduct_of(self, address: str, now_s: float) -> tuple[str, _Conduct] | None:
        """None for those who are never banned."""
        if self._is_exempt(address) or self._is_known(address):
            return None
        key = source_key(address)
        return key, self._kept_conduct(self._conduct, key, now_s)

    def _kept_conduct(self, kept: OrderedDict[str, _Conduct], key: str, now_s: float) -> _Conduct:
        conduct = kept.get(key)
        if conduct is None or now_s - conduct.since_s > self._limits.window_s:
            kept.pop(key, None)
            conduct = _Conduct(now_s)
            _put(kept, key, conduct, self._limits.sources)
        return conduct

    def _is_trusted(self, key: str, now_s: float) -> bool:
        trusted = self._trusted.get(key)
        return trusted is not None and trusted[1] > now_s

    def _factor(self, key: str, now_s: float) -> int:
        return self._limits.proved_factor if self._is_trusted(key, now_s) else 1

    def _failed(self, key: str, user: str, now_s: float) -> None:
        pair = (key, user[:USER_CHARS])
        lock = self._locks.pop(pair, None)
        if lock is None or now_s - lock.seen_s > self._limits.longest_lock_s:
            lock = _Sentence()
        _put(self._locks, pair, lock, self._limits.sources)
        lock.seen_s = now_s
        lock.failures += 1
        if lock.failures >= self._limits.wrong_in_a_row and lock.until_s <= now_s:
            lock.until_s = now_s + min(self._limits.lock_s * 2**lock.times, self._limits.longest_lock_s)
            lock.times = min(lock.times + 1, 20)
            lock.failures = 0
            self.counts.locks += 1

    def _is_banned(self, key: str, now_s: float) -> bool:
        ban = self._bans.get(key) if self._bans else None
        return ban is not None and ban.until_s > now_s

    def _ban(self, key: str, now_s: float) -> None:
        limits = self._limits
        ban = self._bans.pop(key, None)
        if ban is None or now_s - ban.seen_s > limits.longest_ban_s:
            ban = _Sentence()
        ban.seen_s = now_s
        ban.until_s = now_s + min(limits.ban_s * 2**ban.times, limits.longest_ban_s)
        ban.times = min(ban.times + 1, 20)
        _put(self._bans, key, ban, limits.sources)
        self._conduct.pop(key, None)
        self.counts.bans += 1

    def _lies_in_exempt(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._exempt)


def _put(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    """Keep it as the newest; the oldest goes when there are too many."""
    kept[key] = value
    if len(kept) > most:
        kept.popitem(last=False)


@lru_cache(maxsize=4_096)
def source_key(address: str) -> str:
    """One source: an IPv4 address, and of IPv6 the network of 64 bits that one customer has."""
    if ":" not in address:
        return address
    try:
        ip = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, 64), strict=False))
