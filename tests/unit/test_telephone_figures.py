"""The figures of telephony."""

from prometheus_client import CollectorRegistry, generate_latest

from hub.channels.sip.guard import Allowance, Guard, Limits
from hub.ports.media import Load
from hub.telephone_figures import TelephoneFigures


def test_each_figure_is_read_when_it_is_asked_for() -> None:
    guard = Guard(Limits(stranger=Allowance(per_s=1, burst=2)))
    load = Load(sessions=2, legs=4, late_ms=12.5, details={"free_legs": 496, "late_p99_ms": 1.0})
    registry = CollectorRegistry()
    registry.register(TelephoneFigures(guard.counts, lambda: load, lambda: 3))
    for _ in range(5):
        guard.admits("192.0.2.1", 10.0)

    said = generate_latest(registry).decode().splitlines()
    for line in (
        'touchline_sip_messages_total{verdict="admitted"} 2.0',
        'touchline_sip_messages_total{verdict="over_rate"} 3.0',
        'touchline_sip_messages_total{verdict="from_banned"} 0.0',
        "touchline_sip_bans_total 0.0",
        "touchline_sip_locks_total 0.0",
        "touchline_calls 3.0",
        "touchline_media_sessions 2.0",
        "touchline_media_legs 4.0",
        "touchline_media_free_legs 496.0",
        "touchline_media_late_seconds 0.0125",
    ):
        assert line in said
