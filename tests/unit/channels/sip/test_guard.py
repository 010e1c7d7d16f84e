"""Who is listened to: rates before anything is read, scanners, and guessing of passwords."""

from hub.channels.sip.guard import Allowance, Guard, Limits, source_key

STRANGER = "203.0.113.9"
OFFICE = "203.0.113.20"
CARRIER = "198.51.100.7"


def guard(**limits: object) -> Guard:
    return Guard(Limits(**limits), is_known=lambda address: address == CARRIER)  # type: ignore[arg-type]


def admitted(of: Guard, address: str, *, count: int, over_s: float = 1.0, from_s: float = 0.0) -> int:
    """How many of `count` messages, spread over that time, are read."""
    return sum(of.admits(address, from_s + over_s * n / count) for n in range(count))


def test_a_stranger_is_read_at_its_rate_and_its_burst() -> None:
    ours = guard(stranger=Allowance(per_s=50, burst=100))
    assert admitted(ours, STRANGER, count=2_000) == 149
    assert ours.counts.admitted == 149
    assert ours.counts.over_rate == 1_851


def test_after_a_pause_the_whole_burst_is_there_again() -> None:
    ours = guard(stranger=Allowance(per_s=50, burst=100))
    assert admitted(ours, STRANGER, count=100, over_s=0.0) == 100
    assert not ours.admits(STRANGER, 0.0)
    assert admitted(ours, STRANGER, count=200, over_s=0.0, from_s=2.0) == 100


def test_a_flood_of_many_strangers_leaves_room_for_a_trunk_and_for_who_signed_in() -> None:
    ours = guard(strangers=Allowance(per_s=400, burst=800))
    ours.proved(OFFICE, "anna", 0.0)
    flood = good = phone = 0
    for n in range(2_000):
        now_s = n / 2_000
        flood += ours.admits(f"203.0.113.{n % 200 + 30}", now_s)
        if n % 400 == 0:
            good += ours.admits(CARRIER, now_s)
            phone += ours.admits(OFFICE, now_s)
    assert flood == 1_199
    assert ours.counts.over_strangers == 801
    assert (good, phone) == (5, 5)


def test_a_source_that_tries_many_names_is_not_listened_to() -> None:
    ours = guard(users_tried=20, ban_s=600)
    for n in range(21):
        assert ours.admits(STRANGER, n / 10)
        ours.tried(STRANGER, f"{100 + n}", n / 10)
    assert not ours.admits(STRANGER, 3.0)
    assert ours.banned(3.0) == {STRANGER: 599.0}
    assert ours.counts.bans == 1
    assert ours.counts.from_banned == 1
    assert ours.admits(STRANGER, 602.1)


def test_names_in_an_envelope_that_anybody_can_write_shut_out_nobody_who_signed_in() -> None:
    ours = guard(users_tried=20)
    ours.proved(OFFICE, "anna", 0.0)
    for n in range(1_000):
        ours.tried(OFFICE, f"u{n}", 1.0, surely=False)
    assert not ours.banned(1.0)
    assert ours.admits(OFFICE, 1.0)
    # an hour after the last sign-in the address is a stranger's again
    for n in range(21):
        ours.tried(OFFICE, f"u{n}", 3_601.0, surely=False)
    assert not ours.admits(OFFICE, 3_601.0)


def test_names_in_such_envelopes_silence_udp_for_a_minute_and_no_connection() -> None:
    ours = guard(users_tried=20, silence_s=60)
    for again in range(3):
        at_s = 100.0 * again
        for n in range(21):
            assert ours.admits(STRANGER, at_s)
            ours.tried(STRANGER, f"u{n}", at_s, surely=False)
        assert not ours.admits(STRANGER, at_s)
        assert ours.admits(STRANGER, at_s, by_udp=False)
        assert ours.banned(at_s) == {STRANGER: 60.0}, "and no longer for coming back"
        assert ours.admits(STRANGER, at_s + 60.0)
    assert ours.counts.bans == 3


def test_whoever_signs_in_by_a_connection_is_heard_over_udp_again() -> None:
    ours = guard(users_tried=20)
    for n in range(21):
        ours.tried(OFFICE, f"u{n}", 0.0, surely=False)
    assert not ours.admits(OFFICE, 1.0)
    ours.proved(OFFICE, "anna", 1.0)
    assert ours.admits(OFFICE, 1.0)
    assert not ours.banned(1.0)


def test_one_who_tries_one_name_again_and_again_is_none() -> None:
    ours = guard(users_tried=20)
    for n in range(1_000):
        ours.tried(STRANGER, "anna", n / 100)
    assert not ours.banned(10.0)


def test_an_office_of_many_phones_that_all_sign_in_is_none() -> None:
    ours = guard(users_tried=20)
    for n in range(300):
        ours.tried(OFFICE, f"phone{n}", n / 100)
        ours.proved(OFFICE, f"phone{n}", n / 100)
    assert not ours.banned(3.0)


def test_an_office_is_given_five_times_as_many_mistakes() -> None:
    ours = guard(users_tried=20, proved_factor=5)
    ours.proved(OFFICE, "anna", 0.0)
    for n in range(100):
        ours.tried(OFFICE, f"u{n}", 1.0)
    assert not ours.banned(1.0)
    ours.tried(OFFICE, "u100", 1.0)
    assert OFFICE in ours.banned(1.0)


def test_names_tried_slowly_are_forgotten() -> None:
    ours = guard(users_tried=20, window_s=60)
    for n in range(100):
        ours.tried(STRANGER, f"u{n}", n * 4.0)
    assert not ours.banned(400.0)


def test_who_comes_back_after_a_ban_is_banned_for_twice_as_long() -> None:
    ours = guard(users_tried=0, ban_s=600, longest_ban_s=86_400)
    ours.tried(STRANGER, "a", 0.0)
    assert ours.banned(0.0) == {STRANGER: 600.0}
    ours.tried(STRANGER, "b", 700.0)
    assert ours.banned(700.0) == {STRANGER: 1_200.0}
    ours.tried(STRANGER, "c", 100_000.0)
    assert ours.banned(100_000.0) == {STRANGER: 600.0}


def test_a_trunk_is_never_banned_since_anybody_can_write_its_address() -> None:
    ours = guard(users_tried=0, wrong_passwords=0)
    for n in range(100):
        ours.tried(CARRIER, f"u{n}", 0.0)
        ours.wrong(CARRIER, f"u{n}", 0.0)
    assert ours.admits(CARRIER, 0.0)
    assert not ours.banned(0.0)


def test_passwords_of_one_user_are_not_looked_at_after_five_wrong_ones() -> None:
    ours = guard(wrong_in_a_row=5, lock_s=60)
    for _ in range(4):
        ours.wrong(STRANGER, "anna", 0.0)
    assert not ours.is_locked(STRANGER, "anna", 0.0)
    ours.wrong(STRANGER, "anna", 0.0)
    assert ours.is_locked(STRANGER, "anna", 59.9)
    assert not ours.is_locked(STRANGER, "anna", 60.0)
    assert not ours.is_locked(OFFICE, "anna", 1.0)
    assert not ours.is_locked(STRANGER, "boris", 1.0)
    for _ in range(5):
        ours.wrong(STRANGER, "anna", 61.0)
    assert ours.is_locked(STRANGER, "anna", 180.9)
    assert ours.counts.locks == 2


def test_a_right_password_ends_the_count() -> None:
    ours = guard(wrong_in_a_row=5)
    for _ in range(4):
        ours.wrong(OFFICE, "anna", 0.0)
    ours.proved(OFFICE, "anna", 0.0)
    ours.wrong(OFFICE, "anna", 0.0)
    assert not ours.is_locked(OFFICE, "anna", 0.0)


def test_a_dictionary_ends_in_a_ban() -> None:
    ours = guard(wrong_passwords=20)
    for _ in range(21):
        ours.wrong(STRANGER, "anna", 0.0)
    assert STRANGER in ours.banned(0.0)


def test_a_pardon_forgets_it() -> None:
    ours = guard(users_tried=0)
    ours.tried(STRANGER, "a", 0.0)
    ours.pardon(STRANGER)
    assert ours.admits(STRANGER, 0.0)


def test_memory_is_bounded_whatever_addresses_and_names_are_invented() -> None:
    ours = guard(sources=100, stranger=Allowance(per_s=1, burst=1), users_tried=10)
    for n in range(5_000):
        address = f"203.0.{n // 250}.{n % 250}"
        ours.admits(address, n / 1_000)
        ours.tried(address, "x" * 10_000, n / 1_000)
        ours.wrong(address, f"{n}" + "y" * 10_000, n / 1_000)
        for name in range(12):
            ours.tried(address, f"{name}" + "z" * 10_000, n / 1_000, surely=False)
        ours.tried(address, "z" * 10_000, n / 1_000, surely=False)
    kept = (
        ours._buckets,
        ours._conduct,
        ours._locks,
        ours._bans,
        ours._trusted,
        ours._claims,
        ours._silences,
    )
    assert all(len(one) <= 100 for one in kept)
    assert all(len(user) <= 64 for one in ours._conduct.values() for user in one.users)


def test_the_demo_exempts_its_loopback_from_everything() -> None:
    ours = Guard(Limits(users_tried=0, stranger=Allowance(per_s=1, burst=1)), exempt=["127.0.0.0/8", "::1"])
    for n in range(500):
        assert ours.admits("127.0.0.1", 0.0)
        ours.tried("127.0.0.1", f"u{n}", 0.0)
    assert ours.admits("::1", 0.0)
    assert ours.admits(STRANGER, 0.0)
    assert not ours.admits(STRANGER, 0.0)


def test_one_customer_has_one_network_of_ipv6() -> None:
    assert source_key("2001:db8::1") == source_key("2001:db8::ffff:1") == "2001:db8::/64"
    assert source_key("2001:db8:0:1::1") != source_key("2001:db8::1")
    assert source_key("::ffff:192.0.2.1") == source_key("192.0.2.1") == "192.0.2.1"
    assert source_key("fe80::1%eth0") == "fe80::/64"
