"""Free ports of loopback, for tests and measurements that run beside each other."""

import fcntl
import os
import random
import socket
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Final

RANGE: Final = range(10_100, 32_000)
"""Where ports of tests come from: below those that the kernel gives to whoever asks for any (`ip_local_port_range`),
so that between the look and the server's start no connection of another test gets the same."""

HUB_SOUND: Final = range(30_000, 31_000)
"""Where hubs take the ports of sound from (`channels.sip.rtp_ports_first` to `rtp_ports_last`)."""

_mine: OrderedDict[int, int] = OrderedDict()
"""Ports that this process took of late, each with the descriptor of its lock file."""

_HELD: Final = 100


def free_ports(count: int = 1, host: str = "127.0.0.1", *, even: bool = False) -> tuple[int, ...]:
    """Ports that are free for UDP and TCP alike now, all different, and that no other test process gets meanwhile."""
    ports: list[int] = []
    for port in random.SystemRandom().sample(RANGE, 2_000):
        if len(ports) == count:
            return tuple(ports)
        if not (even and port % 2) and _is_taken_for_us(port, host):
            ports.append(port)
    raise OSError(f"no {count} free ports in {RANGE}")


def _is_taken_for_us(port: int, host: str) -> bool:
    folder = Path(tempfile.gettempdir()) / f"touchline-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    if port in _mine or port in HUB_SOUND:
        return False
    lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind((host, port))
    except OSError:
        os.close(lock)
        return False
    _mine[port] = lock
    if len(_mine) > _HELD:
        # whoever was given it listens on it by now, or is gone
        os.close(_mine.popitem(last=False)[1])
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """One of them."""
    return free_ports(1, host)[0]
