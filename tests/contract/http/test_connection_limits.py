"""Which connections are ended, of those that are open: decided on figures alone."""

from __future__ import annotations

import math

from gerai.doors.http.connections import ConnectionLimits, OpenConnection, surplus
from gerai.kit.accepted import Connection

NOW_S = 100.0
BUSY = math.inf


def standing(number: int, due_at_s: float, host: str = "10.0.0.1", since_s: float = 0.0) -> OpenConnection:
    """A connection of this client; its descriptor is its number."""
    return OpenConnection(Connection(number, number, (host, number)), host, due_at_s, since_s)


def cut(found: list[OpenConnection], total: int = 1000, per_address: int = 0) -> list[tuple[str, int]]:
    limits = ConnectionLimits(total, per_address, 30.0, exempt=lambda host: host == "10.9.9.9")
    return [(reason, one.connection.descriptor) for reason, one in surplus(found, limits, NOW_S)]


def test_what_is_overdue_goes() -> None:
    """One whose time is over, and no other; a request under way has no such time."""
    assert cut([standing(1, 99.9), standing(2, 100.1), standing(3, BUSY)]) == [("overdue", 1)]


def test_an_address_keeps_its_share() -> None:
    """Idle longest first; then requests under way, the newest first; others are not touched."""
    mine = [standing(1, 110), standing(2, BUSY, since_s=5), standing(3, 105), standing(4, BUSY, since_s=1)]
    other = [standing(5, 101, "10.0.0.2"), standing(6, 101, "10.0.0.2")]

    assert cut(mine + other, per_address=2) == [("address", 3), ("address", 1)]
    assert cut(mine + other, per_address=1) == [("address", n) for n in (5, 3, 1, 2)]
    assert cut(mine + other, per_address=0) == []


def test_a_proxy_has_no_share() -> None:
    """A trusted proxy carries everybody's connections."""
    assert cut([standing(n, 110, "10.9.9.9") for n in range(9)], per_address=2) == []


def test_a_full_server_makes_room() -> None:
    """Above nine tenths of all places, the idle ones go until half are free, those idle longest first; requests under
    way stay, even when nothing else is left."""
    assert cut([standing(n, 130 - n) for n in range(9)], total=10) == []
    assert cut([standing(n, 130 - n) for n in range(10)], total=10) == [("full", n) for n in (9, 8, 7, 6, 5)]
    assert cut([standing(n, BUSY) for n in range(10)], total=10) == []
    assert cut([*(standing(n, BUSY) for n in range(9)), standing(9, 110)], total=10) == [("full", 9)]


def test_those_that_never_asked_go_before_those_that_did() -> None:
    """Silent connections that came later than everybody's last request cost no client its connection."""
    clients = [standing(n, 120)._replace(asked=True) for n in range(5)]
    silent = [standing(n, 130, since_s=n) for n in range(5, 10)]
    assert cut(clients + silent, total=10) == [("full", n) for n in (9, 8, 7, 6, 5)]
    assert cut(clients + silent, total=8) == [("full", n) for n in (9, 8, 7, 6, 5, 0)]
